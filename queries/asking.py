"""Who answers queries over a store, wherever it is: what a server or a command needs, and how it is had for a location."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from ontology.namespaces import ID_BASE
from queries.evaluation import Answer, Evaluator
from queries.evaluation_once import evaluate_once
from queries.evaluation_pool import Pool
from remote.location import Location

Index = Callable[[], Path]
"""Brings the text index of a remote store up and says where it is; raises RemoteError or OSError."""


class Asking(Protocol):
    """What `queries.evaluation.Evaluator` and `queries.evaluation_remote.RemoteEvaluator` both are."""

    timeout: float
    max_rows: int
    contacts: bool

    async def __aenter__(self) -> Self:
        """Start it."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close it."""

    @property
    def pool(self) -> Pool:
        """Its processes."""

    def snapshot(self) -> str:
        """The revision that a query would read now. Raises StoreMissing."""

    def published(self, snapshot: str) -> float | None:
        """When a revision was published, in seconds since 1970; None when that is not known any more."""

    async def close(self) -> None:
        """End it."""

    async def evaluate(
        self, query: str, media_type: str | Sequence[str] = "*/*", default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (), *, base: str | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to a query. Raises any QueryError."""

    async def check(self, query: str, *, base: str | None = None) -> None:
        """Parse a query without evaluating it. Raises any QueryError."""


def evaluator(where: Location, index: Index, *, base: str = ID_BASE, **limits: Any) -> Asking:  # noqa: ANN401 - as Evaluator has them
    """What answers queries over the store at a location; `limits` are the keyword arguments of `Evaluator`."""
    if isinstance(where, Path):
        return Evaluator(where, **limits)
    from queries.evaluation_remote import RemoteEvaluator  # an HTTP client is loaded for this only

    return RemoteEvaluator(where, index=index, base=base, **limits)


def once(
    where: Location, index: Index, query: str, media_type: str | Sequence[str] = "*/*", *, timeout: float = 60.0
) -> Answer:
    """The answer to one query, for the command line. Raises any QueryError. Not to be called where an event loop runs."""
    if isinstance(where, Path):
        return evaluate_once(where, query, media_type, timeout=timeout)

    async def run() -> Answer:
        one = evaluator(where, index, workers=1, spare=0, burst=0, timeout=timeout, max_bytes=256 << 20, memory=4 << 30)
        try:
            return await one.evaluate(query, media_type)
        finally:
            await one.close()

    return asyncio.run(run())
