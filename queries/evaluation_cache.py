"""Answers that are evaluated once for each state of the data, however often and by how many at a time they are asked.

An answer is kept as its bytes, by the query, its dataset, its base and the formats that were asked for. Errors are not
kept. Nor is the answer to a query whose value differs from one asking to the next (`screening.volatile`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from queries.byte_cache import ByteCache
from queries.errors import StoreMissing
from queries.evaluation import Answer
from queries.formats import MEDIA_TYPES, choose
from queries.screening import volatile

Observer = Callable[[str], None]
"""Told of each query whether it was a hit, a miss, shared (evaluated already for another) or is never kept."""

_Key = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], str | None]


class Source(Protocol):
    """Who evaluates, bounded in time, rows and memory. These bounds are the same for all that it is asked."""

    async def evaluate(
        self, query: str, media_type: str | Sequence[str] = "*/*", default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (), *, base: str | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to a query. Raises any QueryError."""
        ...


@dataclass(slots=True)
class _Flight:
    """An evaluation that is under way, and how many wait for it."""

    task: asyncio.Task[Answer]
    waiting: int = 0


class CachedEvaluator:
    """An evaluator that remembers. Belongs to one event loop."""

    def __init__(self, source: Source, cache: ByteCache, state: Callable[[], Hashable], observe: Observer) -> None:
        """`state` tells one state of the data from another; it raises StoreMissing when there are none."""
        self._source = source
        self._cache = cache
        self._state = state
        self._observe = observe
        self._flights: dict[Hashable, _Flight] = {}

    async def evaluate(
        self, query: str, media_type: str | Sequence[str] = "*/*", default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (), *, base: str | None = None,
    ) -> Answer:  # fmt: skip
        """The answer as the source gives it, or as it gave it before. Cancelling stops a query nobody else waits for.

        Raises any QueryError.
        """
        if not self._cache.enabled or volatile(query):
            self._observe("uncached")
            return await self._source.evaluate(query, media_type, default_graphs, named_graphs, base=base)
        wanted = (media_type,) if isinstance(media_type, str) else tuple(media_type)
        key = (query, wanted, tuple(default_graphs), tuple(named_graphs), base)
        state = self._state()
        kept = self._kept(state, key)
        if kept is not None:
            self._observe("hit")
            return kept
        flight = self._flights.get((state, key))
        self._observe("shared" if flight else "miss")
        if flight is None:
            flight = _Flight(asyncio.ensure_future(self._made(state, key)))
            self._flights[state, key] = flight
        return await self._joined(flight, (state, key))

    def _kept(self, state: Hashable, key: _Key) -> Answer | None:
        """An answer is kept by its kind and format: whoever prefers that format to others is given it too."""
        query, wanted = key[:2]
        for kind in MEDIA_TYPES:
            kept = self._cache.get(state, (kind, choose(kind, wanted), query, *key[2:]))
            if isinstance(kept, Answer):
                return kept
        return None

    async def _made(self, state: Hashable, key: _Key) -> Answer:
        query, wanted, default_graphs, named_graphs, base = key
        answer = await self._source.evaluate(query, wanted, default_graphs, named_graphs, base=base)
        # What was published meanwhile may be in the answer or not.
        if self._unchanged(state):
            kept = replace(answer, waited=0.0, took=0.0, cached=True)
            self._cache.put(state, (answer.kind, answer.media_type, query, *key[2:]), kept, len(answer.body) + len(query) * 2)
        return answer

    async def _joined(self, flight: _Flight, place: Hashable) -> Answer:
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if flight.task.done() or not flight.waiting:
                if self._flights.get(place) is flight:
                    del self._flights[place]
                flight.task.cancel()

    def _unchanged(self, state: Hashable) -> bool:
        try:
            return self._state() == state
        except StoreMissing:
            return False
