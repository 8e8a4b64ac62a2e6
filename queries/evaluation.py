"""SPARQL over a published store in bounded time, rows and memory: killable worker processes over a snapshot.

An engine has no way to stop a query, and a query can end the process that parses it. So each is parsed and evaluated in
a process of its own kind (queries.worker), without network, that is killed at the deadline and replaced. The default
graph of a query is the store's merged one; contacts (data-model section 6) are visible with `contacts=True` only.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, cast

from ontology.namespaces import PREFIXES
from queries import formats
from queries.errors import (
    QueryBusy,
    QueryError,
    QueryFailed,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    StoreMissing,
)
from queries.evaluation_pool import Pool, PoolSize
from queries.evaluation_process import WorkerDied, WorkerProcess
from queries.formats import Kind
from queries.screening import screen

__all__ = [
    "Answer",
    "Evaluator",
    "Kind",
    "QueryBusy",
    "QueryError",
    "QueryFailed",
    "QueryNotAcceptable",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooLarge",
    "StoreMissing",
]

_ATTEMPTS = 3
Observer = Callable[[str, float], None]
"""Told of each query: how it went (answered, truncated, cancelled, or the outcome of its error), and its seconds."""
Times = tuple[float, float]
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


def _unobserved(outcome: str, seconds: float) -> None:
    """For who counts nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave, and whether it is all: `rows` counts solutions or triples, `snapshot` is the revision read.

    `waited` are the seconds until a process was free for it, `took` those of the evaluation; `cached` says that there
    was none, because the same was asked before.
    """

    body: bytes
    media_type: str
    kind: Kind
    rows: int | None
    truncated: bool
    snapshot: str
    waited: float = 0.0
    took: float = 0.0
    cached: bool = False


class Evaluator:
    """Answers queries over the store at a path; an asynchronous context manager.

    Parameters: `workers` processes stand ready, `burst` more come when they are held by long queries; `timeout` is the
    time one query may run and, again, wait; at most `queue` wait. `max_rows` and `max_bytes` cut an answer (it then
    says `truncated`); `memory` bounds what a query takes; `max_query` its length. `contacts` makes named people's
    contact details part of what is asked.
    """

    def __init__(
        self, store: Path, *, workers: int = 2, timeout: float = 10.0, max_rows: int = 10_000,
        max_bytes: int = 32 << 20, memory: int = 1 << 30, contacts: bool = False, queue: int = 64, burst: int = 4,
        spare: int = 1, max_query: int = 128 << 10, prefixes: Mapping[str, str] = PREFIXES,
        observe: Observer = _unobserved,
    ) -> None:  # fmt: skip
        """Nothing is started or read yet. `observe` is told of each query how it went and how long it took."""
        self.store = store
        self.timeout = timeout
        self.max_rows = max_rows
        self.contacts = contacts
        self._pointer = str(store / "current")
        self._pointed: tuple[tuple[int, int], str] = ((0, 0), "")
        self._max_bytes = max_bytes
        self._max_query = max_query
        self._prefixes = dict(prefixes)
        self._observe = observe
        self._pool = Pool(PoolSize(workers, spare, burst, queue, timeout, memory), self._beforehand)
        self._complete: dict[str, str] = {}
        self._completing = asyncio.Lock()

    async def __aenter__(self) -> Evaluator:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Bring the processes up, so that the first query need not wait. Raises QueryFailed."""
        await self._pool.start()

    async def close(self) -> None:
        """End all processes, and delete what was joined for them."""
        await self._pool.close()
        await asyncio.to_thread(self._forget, "")

    @property
    def pool(self) -> Pool:
        """The processes, for health pages."""
        return self._pool

    def snapshot(self) -> str:
        """The revision that a query would read now. Raises StoreMissing."""
        try:
            # The pointer is never written again, but replaced by a file of another identity (ingest.snapshots).
            found = os.stat(self._pointer)
            mark = (found.st_ino, found.st_mtime_ns)
            if self._pointed[0] != mark:
                self._pointed = (mark, Path(self._pointer).read_text(encoding="ascii").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise StoreMissing(self.store) from error
        name = self._pointed[1]
        if not name.isdecimal():
            raise StoreMissing(self.store)
        return name

    def published(self, snapshot: str) -> float | None:
        """When a snapshot was published, in seconds since 1970; None when that is not known any more."""
        try:
            return os.stat(f"{self.store}/snapshots/{snapshot}/lease").st_mtime
        except OSError:
            return None

    async def evaluate(
        self, query: str, media_type: str | Sequence[str] = "*/*", default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (), *, base: str | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to `query` in `media_type`, or in the first of several, best first, that can carry it.

        `default_graphs` and `named_graphs` make up the dataset as in the SPARQL 1.1 Protocol, in place of FROM clauses;
        `base` resolves relative IRIs. Cancelling the call stops the query. Raises any QueryError.
        """
        return await observed(self._evaluate(query, media_type, default_graphs, named_graphs, base), self._observe)

    async def check(self, query: str, *, base: str | None = None) -> None:
        """Parse `query` as `evaluate` would, without evaluating it. Raises QuerySyntaxError or another QueryError."""
        screen(query, prefixes=self._prefixes, max_length=self._max_query, strict=False)
        request = {"parse": True, "prefixes": self._prefixes, "base": base}
        reply, body, times = await self._ask(request, query, query.encode(errors="replace"))
        _answer(reply, body, times, "", (), self.store)

    async def _evaluate(
        self, query: str, media_type: str | Sequence[str], default_graphs: Sequence[str], named_graphs: Sequence[str],
        base: str | None,
    ) -> Answer:  # fmt: skip
        screened = screen(query, prefixes=self._prefixes, max_length=self._max_query, strict=False)
        nameable(*default_graphs, *named_graphs)
        wanted = (media_type,) if isinstance(media_type, str) else tuple(media_type)
        chosen = bool(default_graphs or named_graphs)
        request: dict[str, Any] = {
            "wanted": wanted,
            "max_rows": self.max_rows,
            "max_bytes": self._max_bytes,
            "prefixes": self._prefixes,
            "base": base,
            "dataset": [list(default_graphs), list(named_graphs)] if chosen else None,
            "graphs": [*default_graphs, *named_graphs] if chosen else list(screened.graphs),
        }
        text = query.encode(errors="replace")
        for attempt in range(_ATTEMPTS):
            revision = self.snapshot()
            index = f"{self.store}/snapshots/{revision}/search.sqlite"
            opened = {"snapshot": await self._path(revision), "index": index}
            reply, body, times = await self._ask(request | opened, query, text)
            # A snapshot can be replaced and pruned between looking and opening.
            if reply.get("error") != "snapshot" or attempt + 1 == _ATTEMPTS:
                break
        return _answer(reply, body, times, revision, wanted, self.store)

    async def _ask(self, request: dict[str, Any], query: str, text: bytes) -> tuple[dict[str, Any], bytes, Times]:
        asked = perf_counter()
        worker = await self._pool.acquire()
        began = perf_counter()
        usable = False
        try:
            self._screen_for(worker, query)
            reply, body = await worker.ask(request, text, self.timeout)
            usable = not reply.pop("grown", False)
        except TimeoutError as error:
            raise QueryTimeout(self.timeout) from error
        except WorkerDied as error:
            raise QueryTooLarge(
                "The query ended the process that evaluated it: it needs more memory, or nests deeper, than it may."
            ) from error
        except QueryRefused:
            usable = True
            raise
        finally:
            self._pool.release(worker, usable=usable)
        return reply, body, (began - asked, perf_counter() - began)

    def _beforehand(self) -> str:
        try:
            return "" if self.contacts else str(self.store / "snapshots" / self.snapshot() / "public")
        except StoreMissing:
            return ""

    def _screen_for(self, worker: WorkerProcess, query: str) -> None:
        if not worker.confined:
            screen(query, prefixes=self._prefixes, max_length=self._max_query, strict=True)

    async def _path(self, revision: str) -> str:
        if not self.contacts:
            return f"{self.store}/snapshots/{revision}/public"
        snapshot = self.store / "snapshots" / revision
        from queries import evaluation_contacts  # the engine is loaded in this process for this setting only

        async with self._completing:
            if revision not in self._complete:
                try:
                    made = await asyncio.to_thread(evaluation_contacts.complete, snapshot)
                except OSError as error:
                    raise QueryFailed(f"contacts cannot be joined to {snapshot} ({error})") from error
                self._complete[revision] = str(made)
                await asyncio.to_thread(self._forget, revision)
            return self._complete[revision]

    def _forget(self, but: str) -> None:
        for revision in [found for found in self._complete if found != but]:
            # Workers that still have it open read on.
            shutil.rmtree(self._complete.pop(revision), ignore_errors=True)


async def observed(work: Awaitable[Answer], observe: Observer) -> Answer:
    """What the work gives; `observe` is told how it went and how long it took. Raises what the work raises."""
    began, outcome = perf_counter(), "cancelled"
    try:
        answer = await work
        outcome = "truncated" if answer.truncated else "answered"
        return answer
    except QueryError as error:
        outcome = error.outcome
        raise
    finally:
        observe(outcome, perf_counter() - began)


def nameable(*graphs: str) -> None:
    """See that a dataset's graphs are absolute IRIs. Raises QueryRefused."""
    for iri in graphs:
        if not _IRI.fullmatch(iri):
            raise QueryRefused(f"{iri!r} is not an absolute IRI and cannot name a graph.")


def _answer(
    reply: dict[str, Any], body: bytes, times: Times, revision: str, wanted: Sequence[str], store: Path
) -> Answer:
    """The worker's reply as an answer or as the error it tells of."""
    match reply.get("error"):
        case None:
            return Answer(body, reply["media_type"], reply["kind"], reply["rows"], reply["truncated"], revision, *times)
        case "syntax":
            raise QuerySyntaxError(reply["message"], reply["line"], reply["column"])
        case "refused":
            raise QueryRefused(reply["message"])
        case "format":
            kind = cast("Kind", reply["kind"])
            raise QueryNotAcceptable(kind, wanted, tuple(formats.MEDIA_TYPES[kind]))
        case "snapshot":
            raise StoreMissing(store)
        case _:
            raise QueryFailed(reply["message"])
