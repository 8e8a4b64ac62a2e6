"""A published snapshot opened for reading: its public graphs one at a time, each in the same order every time.

Exports read here and not from the journal: a snapshot takes no lock, so a store can be exported while it is written to,
and the contacts graphs (data-model section 6) are not in its files. While it is open its lease keeps it from being pruned.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple

import pyoxigraph as ox

from ingest.snapshots import Snapshots
from ingest.store_errors import StoreError
from ontology.namespaces import ID_BASE
from remote.location import Location

try:
    import fcntl
except ImportError:  # no such locks on this platform: the two newest snapshots are kept all the same
    fcntl = None  # type: ignore[assignment,unused-ignore]

CONTACTS = "/contacts"
_IMPLIED = frozenset(
    {"http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}
)
"""Datatypes that RDF literals have without anyone writing them."""


class NothingPublished(FileNotFoundError):
    """There is no published snapshot at `path`."""

    def __init__(self, path: Location) -> None:
        self.path = path
        super().__init__(f"nothing is published in {path}. Put notices in with: seloste ingest FILES --store {path}")


class SnapshotUnreadable(StoreError):
    """The files of a published snapshot are damaged, or hold what no store writes."""

    def __init__(self, path: Path, cause: BaseException | str) -> None:
        self.path = path
        super().__init__(
            f"The snapshot {path} cannot be read ({cause}). Delete it and run seloste ingest again: it is made anew."
        )


class Term(NamedTuple):
    """An IRI, or a literal with its language or datatype; a plain string has neither."""

    value: str
    language: str = ""
    datatype: str = ""
    literal: bool = False


class Triple(NamedTuple):
    """One statement. Stores hold no blank nodes, so subjects are IRIs."""

    subject: str
    predicate: str
    object: Term


class Published:
    """The current snapshot of a store, open until `close`; a context manager."""

    def __init__(self, snapshot: str, path: Path, base: str, store: ox.Store, lease: IO[bytes] | None) -> None:
        """For `Published.open`."""
        self.snapshot = snapshot
        self.base = base
        self._path = path
        self._store = store
        self._lease = lease

    @classmethod
    def open(cls, store: Path, *, base: str = ID_BASE) -> Published:
        """Open what readers are pointed at. Raises NothingPublished or SnapshotUnreadable."""
        for _ in range(3):
            current = Snapshots(store).current()
            if current is None:
                break
            lease = _leased(current.path / "lease")
            try:
                opened = ox.Store.read_only(str(current.path / "public"))
            except (OSError, RuntimeError) as error:
                if lease is not None:
                    lease.close()
                if current.path.is_dir():
                    raise SnapshotUnreadable(current.path, error) from error
                continue  # it was replaced and pruned between looking and opening
            return cls(str(current.revision), current.path, base, opened, lease)
        raise NothingPublished(store)

    def __enter__(self) -> Published:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the snapshot go."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None

    def graphs(self) -> list[str]:
        """The IRIs of the public graphs, in order."""
        revision = f"{self.base}graph/revision"  # of the store, not of the data
        named = (graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))
        return sorted(graph for graph in named if graph != revision and not graph.endswith(CONTACTS))

    def notices(self) -> list[str]:
        """The IRIs of the notices, in order; each is also the name of the notice's own graph."""
        prefix = f"{self.base}notice/"
        return [iri for iri in self.graphs() if iri.startswith(prefix) and "/" not in iri.removeprefix(prefix)]

    def triples(self, graph: str) -> list[Triple]:
        """The statements of one public graph, sorted; none when it has none or is not public."""
        return [] if graph.endswith(CONTACTS) else sorted(self._match(None, graph))

    def about(self, subject: str, graph: str) -> list[Triple]:
        """What one graph says of one subject, sorted."""
        return sorted(self._match(subject, f"{self.base}graph/{graph}"))

    def merged(self) -> Iterator[Triple]:
        """The union of the public graphs, each statement once, in no order."""
        return self._match(None, None)

    def _match(self, subject: str | None, graph: str | None) -> Iterator[Triple]:
        """The statements of a graph, of the merged one when none is named; about one subject when one is."""
        about = ox.NamedNode(subject) if subject else None
        within = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        for quad in self._store.quads_for_pattern(about, None, None, within):
            found = quad.subject
            if not isinstance(found, ox.NamedNode):
                raise SnapshotUnreadable(self._path, "a blank node as subject")
            yield Triple(found.value, quad.predicate.value, self._term(quad.object))

    def _term(self, node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
        if isinstance(node, ox.NamedNode):
            return Term(node.value)
        if isinstance(node, ox.Literal):
            datatype = node.datatype.value
            return Term(node.value, node.language or "", "" if datatype in _IMPLIED else datatype, True)
        raise SnapshotUnreadable(self._path, "a blank node as object")


def _leased(path: Path) -> IO[bytes] | None:
    """A shared lock on the snapshot's lease; None where there are no such locks."""
    if fcntl is None or not path.is_file():
        return None
    file = path.open("rb")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file
