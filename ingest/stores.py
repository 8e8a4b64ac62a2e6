"""A store to write to, wherever it is: what ingestion and validation need of one, and how one is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from ingest.journal import Lines
from ingest.store import Store
from ontology.namespaces import ID_BASE
from remote.location import Location


class Publication(Protocol):
    """What readers were given."""

    @property
    def revision(self) -> int:
        """The number of the last transaction that they see."""


class NoticeStore(Protocol):
    """What `ingest.store.Store` and `ingest.store_remote.RemoteStore` both are; each call raises StoreError."""

    base: str

    @property
    def revision(self) -> int:
        """The number of the last transaction."""

    def __enter__(self) -> Self:
        """The store itself, closed at the end."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""

    def replace(
        self, graphs: Mapping[str, Sequence[str]], organisations: Mapping[str, Sequence[str]] = ...,
        receipt: bytes | None = None,
    ) -> bool:  # fmt: skip
        """Store a notice's graphs whole or not at all; True when something changed."""

    def received(self, receipt: bytes) -> str | None:
        """The notice that stands as it was made from the document with this key; None when that is not known."""

    def remove(self, notice_iri: str) -> bool:
        """Take a notice with all its graphs out; True when it was there."""

    def load_shared(self, graph_iri: str, lines: Iterable[str]) -> bool:
        """Store a shared graph; True when it changed."""

    def publish(self) -> Publication:
        """Give readers the present state."""

    def notices(self) -> list[str]:
        """The IRIs of the notices stored, in order."""

    def graphs(self) -> list[str]:
        """The IRIs of all graphs stored, in order."""

    def graph(self, iri: str) -> Lines:
        """The lines of one graph, sorted; empty when there is no such graph."""

    def withheld(self) -> frozenset[str]:
        """The notices that have contacts which are kept elsewhere."""


def opened(where: Location, *, base: str = ID_BASE) -> NoticeStore:
    """Open the store at a location for writing, or make one there. Raises StoreError."""
    if isinstance(where, Path):
        return Store.open(where, base=base)
    from ingest.store_remote import RemoteStore  # an HTTP client is loaded for this only

    return RemoteStore.open(where, base=base)
