"""SPARQL over a store on another server, in bounded time, rows and bytes: the same answers as from a directory's snapshot.

A query is screened (twice: queries.screening_certain), parsed in a confined worker process, and sent as a form with every
prefix it needs. What comes back is read until a limit is reached, and written in the format asked for by a worker again.
There are no snapshots: an answer names the revision that stood when it was asked for, or a newer one's data.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic, perf_counter
from types import TracebackType
from typing import Any, cast

from ontology.namespaces import ID_BASE, PREFIXES
from queries import formats, screening_certain
from queries.errors import (
    QueryBusy,
    QueryFailed,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    StoreMissing,
    StoreUnreachable,
)
from queries.evaluation import Answer, Observer, nameable, observed
from queries.evaluation_pool import Pool, PoolSize
from queries.evaluation_process import WorkerDied
from queries.formats import Kind
from queries.remote_answers import Exchange, Taken
from queries.screening import screen
from queries.search_terms import SEARCH
from remote.errors import RemoteError, Slow
from remote.location import Remote

_FRESH = 1.0
"""Seconds for which a revision that was read counts as the present one."""
_NEEDED = re.compile(r"([A-Za-z][\w.-]*):")


class RemoteEvaluator:
    """Answers queries over a store on a server; an asynchronous context manager. The limits are those of `Evaluator`.

    `index` brings the text index up (ingest.remote_index) and says where it is. Contacts are never on a server.
    """

    contacts = False

    def __init__(
        self, remote: Remote, *, index: Callable[[], Path], workers: int = 2, timeout: float = 10.0, max_rows: int = 10_000,
        max_bytes: int = 32 << 20, memory: int = 1 << 30, contacts: bool = False, queue: int = 64, burst: int = 4,
        spare: int = 1, max_query: int = 128 << 10, prefixes: Mapping[str, str] = PREFIXES,
        observe: Observer = lambda outcome, seconds: None, base: str = ID_BASE,
    ) -> None:  # fmt: skip
        """Nothing is started or read yet. Raises ValueError for `contacts`."""
        if contacts:
            raise ValueError("a store on a server has no contacts to show. Leave SELOSTE_CONTACTS out.")
        self.timeout, self.max_rows = timeout, max_rows
        self._remote, self._index = remote, index
        self._max_bytes, self._max_query = max_bytes, max_query
        self._prefixes = dict(prefixes)
        self._observe = observe
        self._pool = Pool(PoolSize(workers, spare, burst, queue, timeout, memory), lambda: "")
        self._exchange = Exchange(remote, base, at_once=workers + burst)
        self._queue, self._waiting = queue, 0
        # The revision and when it was written; None when there is no store; or why the server could not be asked.
        self._known: tuple[str, float | None] | str | None = None
        self._read_at = float("-inf")
        self._poll: asyncio.Task[None] | None = None

    async def __aenter__(self) -> RemoteEvaluator:
        """Start the processes, and look at the revision from time to time. A server that is not there is waited for."""
        await self._pool.start()
        await self._refreshed()
        await self._probed()
        self._poll = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End all processes, and hang up."""
        if self._poll is not None:
            self._poll.cancel()
        await self._pool.close()
        await self._exchange.close()

    @property
    def pool(self) -> Pool:
        """The processes that read queries and write answers."""
        return self._pool

    def snapshot(self) -> str:
        """The revision that was read last, at most a moment ago. Raises StoreMissing or StoreUnreachable."""
        if isinstance(self._known, str):
            raise StoreUnreachable(self._remote, self._known)
        if self._known is None:
            raise StoreMissing(self._remote)
        return self._known[0]

    def published(self, snapshot: str) -> float | None:
        """When the present revision was written; None of any other."""
        return self._known[1] if isinstance(self._known, tuple) and self._known[0] == snapshot else None

    async def evaluate(
        self, query: str, media_type: str | Sequence[str] = "*/*", default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (), *, base: str | None = None,
    ) -> Answer:  # fmt: skip
        """As `Evaluator.evaluate`. Cancelling the call hangs up on the server. Raises any QueryError."""
        return await observed(self._evaluate(query, media_type, default_graphs, named_graphs, base), self._observe)

    async def check(self, query: str, *, base: str | None = None) -> None:
        """As `Evaluator.check`; the server is not asked. Raises QuerySyntaxError or another QueryError."""
        screen(query, prefixes=self._prefixes, max_length=self._max_query, strict=False)
        screening_certain.certain(query)
        request = {"parse": True, "prefixes": self._prefixes, "base": base}
        await self._work(request, query.encode(errors="replace"), ())

    async def _evaluate(
        self, query: str, media_type: str | Sequence[str], default_graphs: Sequence[str], named_graphs: Sequence[str],
        base: str | None,
    ) -> Answer:  # fmt: skip
        graphs = screen(query, prefixes=self._prefixes, max_length=self._max_query, strict=False).graphs
        screening_certain.certain(query)
        nameable(*default_graphs, *named_graphs)
        wanted = (media_type,) if isinstance(media_type, str) else tuple(media_type)
        asked = perf_counter()
        index = str(await self._indexed()) if SEARCH in query else ""
        request: dict[str, Any] = {"remote": "read", "index": index, "wanted": wanted, "base": base, "prefixes": self._prefixes}
        read, text = await self._work(request, query.encode(errors="replace"), wanted)
        await self._turn()
        try:
            revision = await self._revision()
            began = perf_counter()
            async with asyncio.timeout(self.timeout):
                await self._present(default_graphs or named_graphs, (*default_graphs, *named_graphs), graphs)
                taken = await self._take(
                    self._prologue(query, base), text.decode(), cast("Kind", read["kind"]), default_graphs, named_graphs
                )
        except TimeoutError as error:
            raise QueryTimeout(self.timeout) from error
        finally:
            self._exchange.turns.release()
        request = {
            "remote": "write", "kind": read["kind"], "media_type": read["media_type"], "prefixes": self._prefixes,
            "max_rows": min(self.max_rows, taken.count) if taken.cut else self.max_rows, "max_bytes": self._max_bytes,
        }  # fmt: skip
        reply, body = await self._work(request, taken.document(read["names"]), wanted)
        times = (began - asked, perf_counter() - began)
        return Answer(body, reply["media_type"], reply["kind"], reply["rows"], reply["truncated"], revision, *times)

    async def _work(self, request: dict[str, Any], body: bytes, wanted: Sequence[str]) -> tuple[dict[str, Any], bytes]:
        """Have a worker process read a query or write an answer."""
        worker = await self._pool.acquire()
        usable = False
        try:
            reply, made = await worker.ask(request, body, self.timeout)
            usable = not reply.pop("grown", False)
        except TimeoutError as error:
            raise QueryTimeout(self.timeout) from error
        except WorkerDied as error:
            raise QueryTooLarge("The query needs more memory to be read, or nests deeper, than it may.") from error
        finally:
            self._pool.release(worker, usable=usable)
        match reply.get("error"):
            case None:
                return reply, made
            case "syntax" if request.get("remote") != "write":
                raise QuerySyntaxError(reply["message"], reply["line"], reply["column"])
            case "refused":
                raise QueryRefused(reply["message"])
            case "format":
                kind = cast("Kind", reply["kind"])
                raise QueryNotAcceptable(kind, wanted, tuple(formats.MEDIA_TYPES[kind]))
            case _:
                raise QueryFailed(reply["message"])

    async def _turn(self) -> None:
        """Wait until the server may be asked. Raises QueryBusy."""
        if self._waiting >= self._queue:
            raise QueryBusy(max(1, round(self.timeout / 2)))
        self._waiting += 1
        try:
            async with asyncio.timeout(self.timeout):
                await self._exchange.turns.acquire()
        except TimeoutError as error:
            raise QueryBusy(max(1, round(self.timeout / 2))) from error
        finally:
            self._waiting -= 1

    async def _take(
        self, prologue: str, text: str, kind: Kind, default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> Taken:
        before = len(prologue)
        fields = {"query": prologue + text, "default-graph-uri": list(default_graphs), "named-graph-uri": list(named_graphs)}
        try:
            return await self._exchange.take(fields, kind, self.max_rows + 1, self._max_bytes, self.timeout)
        except RemoteError as error:
            raise self._exchange.meaning(error, self.timeout, before) from error

    async def _present(self, chosen: Sequence[str], named: Sequence[str], graphs: Sequence[str]) -> None:
        """Refuse a dataset of graphs that are not there: some servers would fetch them."""
        asked = named if chosen else graphs
        screening_certain.absolute(asked)
        if not asked:
            return
        values = " ".join(f"<{iri}>" for iri in dict.fromkeys(asked))
        query = f"SELECT DISTINCT ?g WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        try:
            found = await self._exchange.rows(query, self.timeout)
        except RemoteError as error:
            raise self._exchange.meaning(error, self.timeout) from error
        missing = [iri for iri in asked if iri not in {row["g"]["value"] for row in found}]
        if missing:
            raise QueryRefused(f"There is no graph <{missing[0]}> here, and none is fetched.")

    def _prologue(self, query: str, base: str | None) -> str:
        """What another server needs before the query: its base, and the prefixes that are known here beforehand."""
        used = set(_NEEDED.findall(query))
        declared = "".join(f"PREFIX {name}: <{iri}> " for name, iri in self._prefixes.items() if name in used)
        return (f"BASE <{base}> " if base else "") + declared

    async def _indexed(self) -> Path:
        try:
            async with asyncio.timeout(self.timeout):
                return await asyncio.shield(asyncio.to_thread(self._index))
        except TimeoutError as error:  # it is made all the same, for who asks later
            raise QueryBusy(max(1, round(self.timeout))) from error
        except (RemoteError, OSError, ValueError) as error:
            raise QueryFailed(f"the text index cannot be brought up ({error})") from error

    async def _revision(self) -> str:
        if monotonic() - self._read_at > _FRESH or not isinstance(self._known, tuple):
            await self._refreshed()
        return self.snapshot()

    async def _refreshed(self) -> None:
        limit = min(self.timeout, 5.0)
        try:
            async with asyncio.timeout(limit + 1):
                found = await self._exchange.marker(limit)
        except TimeoutError:
            self._known = str(Slow(str(self._remote), limit))
        except RemoteError as error:
            self._known = str(error)
        else:
            moment = datetime.fromisoformat(found[1]).timestamp() if found and found[1] else None
            self._known = (found[0], moment) if found else None
        self._read_at = monotonic()

    async def _probed(self) -> None:
        if isinstance(self._known, tuple) and not self._exchange.probed:
            with contextlib.suppress(RemoteError):  # it is asked again in a moment
                await self._exchange.capped(self.timeout)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_FRESH)
            if monotonic() - self._read_at >= _FRESH:
                await self._refreshed()
            await self._probed()
