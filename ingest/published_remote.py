"""A remote store read for an export: the same as a published snapshot, as long as nobody writes to it meanwhile.

A server keeps no snapshots. So the revision is read first and last: when it moved, the export is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

from ingest.published import NothingPublished, Published, Term, Triple
from ingest.remote_record import REMOVED, WITHHELD, Book
from ingest.store_errors import StoreError
from ingest.store_remote import RemoteStoreError
from ontology.namespaces import ID_BASE
from remote.connection import Connection
from remote.errors import RemoteError
from remote.location import Location, Remote
from remote.rows import Term as JsonTerm
from remote.rows import datatype


class StoreMoved(StoreError):
    """Somebody wrote to the store while it was exported."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(f"{remote} changed while it was exported, so what was written is no one state. Export again.")


class RemotePublished(Published):
    """A remote store opened for reading; a context manager. Its end raises StoreMoved when the revision moved."""

    def __init__(self, remote: Remote, base: str, connection: Connection) -> None:
        """For `opened`. Raises NothingPublished or RemoteError."""
        self.base = base
        self._remote = remote
        self._connection = connection
        self._book = Book(base, merged=False)
        self.snapshot = self._revision()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self._connection.close()

    def close(self) -> None:
        """Hang up. Raises StoreMoved, or RemoteStoreError."""
        try:
            moved = self._revision() != self.snapshot
        except RemoteError as error:
            raise RemoteStoreError(error) from error
        finally:
            self._connection.close()
        if moved:
            raise StoreMoved(self._remote)

    def graphs(self) -> list[str]:
        """The IRIs of the public graphs, in order."""
        try:
            rows = list(self._connection.select(self._book.listed()))
        except RemoteError as error:
            raise RemoteStoreError(error) from error
        return sorted({row["graph"]["value"] for row in rows if row["digest"]["value"] not in (REMOVED, WITHHELD)})

    def merged(self) -> Iterator[Triple]:
        """The union of the public graphs, each statement once, in no order."""
        seen: set[bytes] = set()
        for graph in self.graphs():
            for triple in self._match(None, graph):
                mark = blake2b(repr(triple).encode(), digest_size=16).digest()
                if mark not in seen:
                    seen.add(mark)
                    yield triple

    def _match(self, subject: str | None, graph: str | None) -> Iterator[Triple]:
        bound = f"VALUES ?s {{ <{subject}> }} " if subject else ""
        where = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
        try:
            for row in self._connection.select(f"SELECT ?s ?p ?o WHERE {{ {bound}{where} }}"):
                yield Triple(row["s"]["value"], row["p"]["value"], _term(row["o"]))
        except RemoteError as error:
            raise RemoteStoreError(error) from error

    def _revision(self) -> str:
        rows = list(self._connection.select(self._book.marker()))
        if not rows:
            raise NothingPublished(self._remote)
        return str(rows[0]["revision"]["value"])


def opened(where: Location, *, base: str = ID_BASE) -> Published:
    """What readers of a location see now. Raises NothingPublished, SnapshotUnreadable or RemoteStoreError."""
    if isinstance(where, Path):
        return Published.open(where, base=base)
    try:
        connection = Connection.open(where, writing=False)
    except RemoteError as error:
        raise RemoteStoreError(error) from error
    try:
        return RemotePublished(where, base, connection)
    except RemoteError as error:
        connection.close()
        raise RemoteStoreError(error) from error


def _term(term: JsonTerm) -> Term:
    value = str(term["value"])
    if term["type"] == "uri":
        return Term(value)
    return Term(value, term.get("xml:lang", ""), datatype(term), True)
