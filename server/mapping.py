"""Documents of strangers mapped in processes that can be killed: the server's side of `server.mapping_worker`.

    MappingError
    ├── MappingBusy      too many wait already; come again
    ├── MappingTooLong   the document took more time than any notice does; it was stopped
    └── MappingLost      it took more memory than any notice does, or its process died

Processes are started beforehand and used again; the event loop only waits for them. When a client goes away the work is
brought to its end, within its bounds, and what it gives is dropped.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ingest import document_errors
from ingest.document_errors import DocumentError
from ingest.examination import Document
from queries.evaluation_process import environment
from server.mapping_worker import LENGTH, TOO_LARGE, TOO_LONG

_LOG = logging.getLogger("seloste.server")
_LOADING: Final = 120.0
"""Seconds that a process may take to load what it knows."""
_GRACE: Final = 10.0
_LARGEST_FRAME: Final = 256 << 20


class MappingError(Exception):
    """A document could not be mapped, for a reason that is not in it."""


class MappingBusy(MappingError):
    """All processes are taken and the queue is full; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many documents are being checked. Ask again in {retry_after} seconds.")


class MappingTooLong(MappingError):
    """It took more than `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"The document took more than {seconds:g} seconds. Give the notice alone, as text if need be.")


class MappingLost(MappingError):
    """The process that read it died."""

    def __init__(self) -> None:
        super().__init__("The document takes more memory than any notice does. Give the notice alone, as text.")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What is known of a document: graph IRI to N-Triples lines (the report's among them), organisations likewise."""

    iri: str
    language: str
    text: str
    graphs: Mapping[str, list[str]]
    organisations: Mapping[str, list[str]]
    written: str | None


class Mappers:
    """The processes of one server: `workers` of them (0: one, when it is needed), for each document `seconds` and
    `memory` bytes; `queue` documents may be under way or wait.
    """

    def __init__(self, workers: int = 1, queue: int = 8, seconds: float = 30.0, memory: int = 512 << 20) -> None:
        self._workers, self._queue, self._seconds, self._memory = workers, queue, seconds, memory
        self._turns = asyncio.Semaphore(max(workers, 1))
        self._waiting = 0
        self._idle: list[asyncio.Task[_Process]] = []
        self._working: set[asyncio.Task[dict[str, Any]]] = set()

    async def __aenter__(self) -> Mappers:
        """Start the processes; they load in the background."""
        self._idle = [asyncio.create_task(_Process.start()) for _ in range(self._workers)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End them all."""
        for work in self._working:
            work.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        for idle in self._idle:
            idle.cancel()
        for found in await asyncio.gather(*self._idle, return_exceptions=True):
            if isinstance(found, _Process):
                await found.end()

    async def map(self, document: Document, form: str | None = None, report_language: str = "en") -> Mapped:
        """What is known of a document, with its report in the format `form`. Raises DocumentError or MappingError."""
        if self._waiting >= self._queue:
            raise MappingBusy(5)
        self._waiting += 1
        request = {
            "source": document.source, "mediaType": document.media_type, "language": document.language,
            "form": form, "reportLanguage": report_language, "length": len(document.data),
            "seconds": self._seconds, "memory": self._memory,
        }  # fmt: skip
        work = asyncio.create_task(self._turn(json.dumps(request).encode(), document.data))
        self._working.add(work)
        work.add_done_callback(self._done)
        answer = await asyncio.shield(work)
        if answer.get("error") == TOO_LONG:
            raise MappingTooLong(self._seconds)
        if answer.get("error") == TOO_LARGE:
            raise MappingLost
        if "error" in answer:
            raise _refusal(answer["error"])(document.source, answer["problem"], answer["remedy"])
        return Mapped(**answer)

    def _done(self, work: asyncio.Task[dict[str, Any]]) -> None:
        self._waiting -= 1
        self._working.discard(work)
        if not work.cancelled():
            work.exception()  # told to who waits, if anyone still does

    async def _turn(self, request: bytes, data: bytes) -> dict[str, Any]:
        async with self._turns:
            process, whole = await self._ready(), False
            try:
                async with asyncio.timeout(self._seconds + _GRACE):  # it keeps the time itself; this is for its own end
                    answer = await process.ask(request, data)
                whole = True
            except TimeoutError as error:
                raise MappingTooLong(self._seconds) from error
            except (EOFError, OSError) as error:
                raise MappingLost from error
            finally:
                if whole:
                    self._idle.append(asyncio.create_task(_kept(process)))
                else:
                    await process.end()
                    self._idle.append(asyncio.create_task(_Process.start()))
        return answer

    async def _ready(self) -> _Process:
        """A process that has loaded; one that died or could not start is replaced once."""
        for attempt in (1, 2):
            task = self._idle.pop() if self._idle else asyncio.create_task(_Process.start())
            try:
                process = await task
            except (OSError, EOFError, TimeoutError) as error:
                _LOG.warning("a mapping process did not start (%s)", type(error).__name__)
                if attempt == 2:
                    raise MappingLost from error
                continue
            if process.alive:
                return process
            await process.end()
        return await _Process.start()


async def _kept(process: _Process) -> _Process:
    return process


class _Process:
    """One worker with its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> _Process:
        """Start one and wait until it has loaded. Raises OSError, EOFError or TimeoutError."""
        # Threads do not survive a fork.
        settings = environment() | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        process = cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "server.mapping_worker",
                env=settings, start_new_session=True, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )
        )  # fmt: skip
        try:
            async with asyncio.timeout(_LOADING):
                await process._frame()
        except BaseException:
            await process.end()
            raise
        return process

    @property
    def alive(self) -> bool:
        """Whether it runs still."""
        return self._process.returncode is None

    async def ask(self, request: bytes, data: bytes) -> dict[str, Any]:
        """Its answer to a request. Raises EOFError or OSError when it dies."""
        stdin = self._process.stdin
        if stdin is None:
            raise EOFError
        stdin.write(LENGTH.pack(len(request)) + request)
        stdin.write(data)
        await stdin.drain()
        frame = await self._frame()
        found: dict[str, Any] = await asyncio.to_thread(json.loads, frame)
        return found

    async def _frame(self) -> bytes:
        stdout = self._process.stdout
        if stdout is None:
            raise EOFError
        length = LENGTH.unpack(await stdout.readexactly(LENGTH.size))[0]
        if length > _LARGEST_FRAME:
            raise EOFError
        return await stdout.readexactly(length)

    async def end(self) -> None:
        """Kill it with what it started, and wait until it is gone."""
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


def _refusal(name: str) -> type[DocumentError]:
    kind = getattr(document_errors, name, DocumentError)
    return kind if isinstance(kind, type) and issubclass(kind, DocumentError) else DocumentError
