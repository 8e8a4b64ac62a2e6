"""Writes one after the other, without holding up answers: the server's side of `server.writer_worker`.

    WriteError
    ├── WriterBusy       too many wait already; come again
    ├── DocumentRefused  the document is no notice that can be read
    ├── OtherNotice      the text is not that of the notice at this address
    ├── StoreTaken       another process writes the store; come again
    └── StoreFailed      the store could not be written

A client that goes away before its notice is stored leaves nothing behind; afterwards the write is brought to its end.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ingest.examination import Document
from queries.evaluation_process import WorkerDied, WorkerProcess
from remote.location import STATES, VARIABLES, Location, Remote

MEMORY: Final = 512 << 20
"""Bytes that reading one document may take."""
SECONDS: Final = 30.0
"""Seconds that reading one document may take."""
STORING: Final = 600.0
"""Seconds after which a process that writes the store is given up; a large store takes some to be brought up to date."""
_LOADING: Final = 120.0


class WriteError(Exception):
    """Nothing was written, unless it says so; `outcome` is the word for it in counts."""

    outcome = "failed"


class WriterBusy(WriteError):
    """The queue is full; `retry_after` is in seconds."""

    outcome = "busy"

    def __init__(self, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many documents wait to be stored. Send it again in {retry_after} seconds.")


class DocumentRefused(WriteError):
    """The document cannot become a notice; `kind` is the name of its DocumentError."""

    outcome = "refused"

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message[:1].upper() + message[1:])


class OtherNotice(WriteError):
    """The text sent is that of `notice`, not of `address`."""

    outcome = "conflict"

    def __init__(self, notice: str, address: str) -> None:
        self.notice, self.address = notice, address
        super().__init__(f"This is the text of <{notice}>. PUT it there, or POST it to /notices.")


class StoreTaken(WriteError):
    """Another process writes the store, an ingestion for one."""

    outcome = "locked"

    def __init__(self, retry_after: int = 30) -> None:
        self.retry_after = retry_after
        super().__init__(f"Notices are being stored by another process. Send it again in {retry_after} seconds.")


class StoreFailed(WriteError):
    """The store could not be written, by an error of `kind`; `kept`: the change is on disk all the same, published later."""

    def __init__(self, kind: str, *, kept: bool | None) -> None:
        self.kind, self.kept = kind, kept
        what = {True: "The change is kept, and published with the next one that succeeds.", False: "Nothing was changed."}
        told = what[kept] if kept is not None else "Ask for the notice to see whether it was stored."
        super().__init__(f"The store could not be written. {told} Tell whoever runs this service.")


@dataclass(frozen=True, slots=True)
class Written:
    """A notice that is stored and published: whether it is new, whether anything changed, its findings by severity."""

    notice: str
    created: bool
    changed: bool
    findings: dict[str, int]
    snapshot: int


@dataclass(slots=True)
class _Turn:
    """One write; `gone` when nobody waits for it any more."""

    gone: bool = False


class Writer:
    """The writing process of one server; it starts with the first write or with `start`. Belongs to one event loop."""

    def __init__(self, store: Location, base: str, queue: int, observe: Callable[[str], None]) -> None:
        """At most `queue` writes wait. `observe` is told of each how it went."""
        self._where = json.dumps({"store": str(store), "base": base})
        self._variables = (*STATES, *VARIABLES) if isinstance(store, Remote) else ()
        self._queue, self._observe = queue, observe
        self._waiting = 0
        self._one = asyncio.Lock()
        self._process: asyncio.Task[WorkerProcess] | None = None
        self._spent = False
        self._turns: set[asyncio.Task[Any]] = set()

    def start(self) -> asyncio.Task[WorkerProcess]:
        """Bring the process up in the background, so that the first write need not wait for it."""
        if self._process is None:
            self._process = asyncio.create_task(
                WorkerProcess.start(
                    MEMORY, self._where, module="server.writer_worker", seconds=_LOADING, variables=self._variables
                )
            )
        return self._process

    async def close(self) -> None:
        """Let the write under way come to its end, refuse those that wait, and end the process."""
        self._queue = -1
        if self._turns:
            await asyncio.wait(self._turns)
        await self._drop()

    async def write(self, document: Document, address: str | None = None) -> Written:
        """Read, store and publish a document; it must be the notice at `address`, if given. Raises any WriteError."""

        async def work(turn: _Turn) -> Written:
            asked = {
                "op": "read", "source": document.source, "media_type": document.media_type, "language": document.language
            }  # fmt: skip
            try:
                read = await self._ask(asked, document.data, SECONDS)
            except TimeoutError as error:
                raise _exhausted(f"more than {SECONDS:.0f} seconds") from error
            except WorkerDied as error:
                raise _exhausted("more memory than any notice does") from error
            if turn.gone:
                raise asyncio.CancelledError
            if address is not None and read["notice"] != address:
                raise OtherNotice(read["notice"], address)
            stored = await self._store({"op": "store"})
            return Written(read["notice"], stored["created"], stored["changed"], read["findings"], stored["snapshot"])

        written: Written = await self._in_turn(work)
        self._observe("created" if written.created else "changed" if written.changed else "unchanged")
        return written

    async def remove(self, notice: str) -> int | None:
        """Take a notice out and publish: the snapshot without it; None when it was not there. Raises any WriteError."""

        async def work(_: _Turn) -> dict[str, Any]:
            return await self._store({"op": "remove", "notice": notice})

        reply: dict[str, Any] = await self._in_turn(work)
        self._observe("removed" if reply["removed"] else "missing")
        return int(reply["snapshot"]) if reply["removed"] else None

    async def _in_turn(self, work: Callable[[_Turn], Any]) -> Any:  # noqa: ANN401 - what `work` gives
        if self._waiting > self._queue:
            self._observe(WriterBusy.outcome)
            raise WriterBusy
        turn = _Turn()

        async def done() -> Any:  # noqa: ANN401
            try:
                async with self._one:
                    if turn.gone:
                        raise asyncio.CancelledError
                    try:
                        return await work(turn)
                    finally:
                        if self._spent:
                            await self._drop()
                            self.start()
            finally:
                self._waiting -= 1

        self._waiting += 1
        task = asyncio.create_task(done())
        self._turns.add(task)
        task.add_done_callback(self._ended)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            turn.gone = True
            self._observe("abandoned")
            raise
        except WriteError as error:
            self._observe(error.outcome)
            raise

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._turns.discard(task)
        if not task.cancelled():
            task.exception()  # told to who waits, if anyone still does

    async def _store(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._ask(asked, b"", STORING)
        except (TimeoutError, WorkerDied) as error:
            raise StoreFailed(type(error).__name__, kept=None) from error

    async def _ask(self, asked: dict[str, Any], body: bytes, seconds: float) -> dict[str, Any]:
        """The reply of the process, or what it says went wrong. Raises TimeoutError, WorkerDied or a WriteError."""
        try:
            process = await self.start()
        except (TimeoutError, WorkerDied, OSError) as error:
            self._spent = True
            raise StoreFailed(type(error).__name__, kept=False) from error
        try:
            reply, _ = await process.ask(asked, body, seconds)
        except BaseException:  # half asked, it is of no more use
            self._spent = True
            raise
        self._spent |= bool(reply.pop("grown", False)) or reply.get("error") == "exhausted"
        match reply.get("error"):
            case None:
                return reply
            case "document":
                raise DocumentRefused(reply["kind"], reply["message"])
            case "exhausted":
                raise _exhausted("more memory than any notice does")
            case "locked":
                raise StoreTaken
            case _:
                raise StoreFailed(reply["kind"], kept=reply["kept"])

    async def _drop(self) -> None:
        """End the process; the next write starts another."""
        process, self._process, self._spent = self._process, None, False
        if process is None:
            return
        if not process.done():
            process.cancel()
        with suppress(asyncio.CancelledError, WorkerDied, OSError):
            await (await process).kill()


def _exhausted(what: str) -> DocumentRefused:
    return DocumentRefused("DamagedDocument", f"reading it takes {what}. Send the notice alone, as text if need be.")
