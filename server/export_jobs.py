"""Exports made for downloads: each format of a snapshot once, one at a time, by a process of its own with low priority.

The files lie in the snapshot's directory and go with it; where that cannot be written, in a temporary one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from queries.evaluation_process import environment
from remote.location import VARIABLES, Location

_LOG = logging.getLogger("seloste.server")
_LIMIT: Final = 3600.0
"""Seconds after which an export is given up."""
_LOW_PRIORITY: Final = 10


class ExportPending(Exception):
    """The export is being made; ask again in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"This export is being made. Ask again in {retry_after} seconds.")


class ExportFailed(Exception):
    """The export could not be made; the log says why."""

    def __init__(self) -> None:
        super().__init__("The export could not be made. The server's log says why; ask again later.")


@dataclass(frozen=True, slots=True)
class Made:
    """What the process said of what it made, and where the file is."""

    said: dict[str, Any]
    path: Path

    @property
    def snapshot(self) -> str:
        """The snapshot that was exported."""
        return str(self.said["snapshot"])

    @property
    def size(self) -> int:
        """Size of the file in bytes."""
        return int(self.said["size"])

    @property
    def sha256(self) -> str:
        """SHA-256 of the file."""
        return str(self.said["sha256"])


class ExportJobs:
    """The exports of one store. `patience` is how long a request waits for one."""

    def __init__(self, store: Location, base: str, patience: float = 25.0) -> None:
        self._store, self._base, self._patience = store, base, patience
        self._tasks: dict[tuple[str, str], asyncio.Task[Made]] = {}
        self._folders: dict[str, Path] = {}
        self._turn = asyncio.Lock()

    def known(self, snapshot: str, name: str) -> Made | None:
        """The export, when it is made already."""
        task = self._tasks.get((snapshot, name))
        done = task is not None and task.done() and not task.cancelled() and task.exception() is None
        return task.result() if done and task is not None else None

    async def made(self, snapshot: str, name: str) -> Made:
        """The export of a snapshot, made now when it is not. Raises ExportPending or ExportFailed."""
        self._forget(snapshot)
        task = self._tasks.get((snapshot, name))
        if task is None:
            task = self._tasks[snapshot, name] = asyncio.create_task(self._make(snapshot, name))
        # When the client goes away the work goes on: it will ask again, or another will.
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise ExportPending(30)
        found = self.known(snapshot, name)
        if found is None or not (name == "figures" or found.path.is_file()):
            self._tasks.pop((snapshot, name), None)
            raise ExportFailed
        return found

    async def close(self) -> None:
        """End what is being made, and delete what was made."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def _forget(self, snapshot: str) -> None:
        """Give up snapshots but the present one and the one before it, which may still be being sent."""
        for old in sorted(self._folders, key=int)[:-2]:
            if old != snapshot:
                shutil.rmtree(self._folders.pop(old), ignore_errors=True)
                for key in [key for key in self._tasks if key[0] == old]:
                    self._tasks.pop(key).cancel()

    def _folder(self, snapshot: str) -> Path:
        if snapshot not in self._folders:
            try:
                home = self._store / "snapshots" / snapshot if isinstance(self._store, Path) else None
                made = tempfile.mkdtemp(prefix="exports-", dir=home)
            except OSError:
                made = tempfile.mkdtemp(prefix="seloste-exports-")
            self._folders[snapshot] = Path(made)
        return self._folders[snapshot]

    async def _make(self, snapshot: str, name: str) -> Made:
        async with self._turn:
            folder = self._folder(snapshot)
            settings = environment() if isinstance(self._store, Path) else environment(*VARIABLES)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "ingest.exports", str(self._store), name, str(folder), self._base,
                env=settings, start_new_session=True, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                os.setpriority(os.PRIO_PROCESS, process.pid, _LOW_PRIORITY)
                async with asyncio.timeout(_LIMIT):
                    out, complaint = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if process.returncode != 0:
                _LOG.warning("export %s of snapshot %s: %s", name, snapshot, complaint.decode(errors="replace").strip())
                raise ExportFailed
            said = json.loads(out)
            return Made(said, folder / str(said.get("address", "")))
