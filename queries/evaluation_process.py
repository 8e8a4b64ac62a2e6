"""The parent's end of a worker process (queries.worker): start it, ask it, kill it.

Started with `subprocess`, never by forking this process, which may have threads. The worker gets its own session, so
that an interrupt at the terminal reaches it by way of the parent only, and an environment without the parent's secrets.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LENGTHS = struct.Struct("!II")
_ROOT = Path(__file__).resolve().parent.parent
_START_LIMIT = 30.0
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "TMPDIR")


def environment(*variables: str) -> dict[str, str]:
    """The environment of a process of ours: what it needs to run, and `variables` of this one, but none of its secrets."""
    kept = {name: os.environ[name] for name in (*_KEPT, *variables) if name in os.environ}
    return kept | {"PYTHONPATH": str(_ROOT)}


class WorkerDied(Exception):
    """The process ended while it was asked: out of memory, or out of stack."""


class WorkerProcess:
    """A running worker. One question at a time."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """For `start`."""
        self._process = process
        self._reader = reader
        self._writer = writer
        self.confined = False

    @classmethod
    async def start(
        cls, memory: int, snapshot: str = "", *, module: str = "queries.worker", seconds: float = _START_LIMIT,
        variables: Sequence[str] = (),
    ) -> WorkerProcess:  # fmt: skip
        """A worker that may take `memory` bytes, with `snapshot` open. Raises WorkerDied when it does not come up.

        Another `module` that speaks in the same frames is given the same three arguments, `seconds` to come up, and the
        environment's `variables` beside those that every worker gets.
        """
        ours, theirs = socket.socketpair()
        # Each arena of the allocator would reserve 64 MB of the address space that is bounded.
        settings = environment(*variables) | {"MALLOC_ARENA_MAX": "2"}
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", module, str(theirs.fileno()), str(memory), snapshot],
                pass_fds=[theirs.fileno()], env=settings, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = cls(process, reader, writer)
        try:
            async with asyncio.timeout(seconds):
                greeting, _ = await worker._reply()
        except BaseException as error:
            await worker.kill()
            if isinstance(error, TimeoutError):
                raise WorkerDied("it did not start in time") from error
            raise
        worker.confined = bool(greeting["confined"])
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def ask(self, header: dict[str, Any], body: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send one request and wait for its reply.

        Raises TimeoutError after `seconds`, or WorkerDied; the process is of no more use then, nor after a
        cancellation: `kill` it.
        """
        head = json.dumps(header).encode()
        async with asyncio.timeout(seconds):
            self._writer.write(_LENGTHS.pack(len(head), len(body)) + head + body)
            return await self._reply()

    async def kill(self) -> None:
        """End the process at once, whatever it does, and see that nothing of it is left."""
        self._process.kill()
        self._writer.transport.abort()
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._process.wait))

    async def _reply(self) -> tuple[dict[str, Any], bytes]:
        try:
            size, rest = _LENGTHS.unpack(await self._reader.readexactly(_LENGTHS.size))
            header = json.loads(await self._reader.readexactly(size))
            body = await self._reader.readexactly(rest) if rest else b""
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerDied("it ended") from error
        return header, body
