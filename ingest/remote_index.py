"""The text index of a remote store, kept on this machine beside its contacts and brought up from what changed on the server.

It is made when somebody searches: at first out of all notices, afterwards out of those that changed since. Several
processes may ask at once; one of them makes it, under a lock. The server is asked for what the index needs only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rdflib import RDF

from ingest import text_index
from ingest.journal import Change
from ingest.remote_record import REMOVED, Book
from ingest.store_remote import line
from ontology.namespaces import DCTERMS, ID_BASE, OA, PROV, SEL
from remote.connection import Connection
from remote.location import Remote, beside

try:
    import fcntl
except ImportError:  # no such locks on this platform: two processes may do the same work
    fcntl = None  # type: ignore[assignment,unused-ignore]

_AT_ONCE = 100
_READ = (OA.exact, DCTERMS.title, PROV.wasDerivedFrom, RDF.type, SEL.modality)
"""The predicates that `ingest.text_index` reads."""


class RemoteVersions:
    """What a server tells of its revisions (ingest.text_index.Versions); each call raises RemoteError."""

    horizon = 0

    def __init__(self, connection: Connection, base: str) -> None:
        self._connection = connection
        self._book = Book(base, merged=False)
        self._notices = f"{base}notice/"
        rows = list(connection.select(self._book.marker()))
        self.revision = int(rows[0]["revision"]["value"]) if rows else 0
        self.identifier = str(rows[0]["identifier"]["value"]) if rows else "none"

    def everything(self) -> Iterator[Change]:
        """All notices' own graphs."""
        return self.since(-1)

    def since(self, revision: int) -> Iterator[Change]:
        """The notices' own graphs that changed after a revision, removed ones without lines."""
        rows = self._connection.select(self._book.listed(revision))
        found = {row["graph"]["value"]: row["digest"]["value"] for row in rows}
        own = [one for one in found if one.startswith(self._notices) and "/" not in one.removeprefix(self._notices)]
        yield from (Change(graph, "", (), ()) for graph in own if found[graph] == REMOVED)
        stored = sorted(graph for graph in own if found[graph] != REMOVED)
        for start in range(0, len(stored), _AT_ONCE):
            yield from self._read(stored[start : start + _AT_ONCE])

    def _read(self, graphs: Iterable[str]) -> Iterator[Change]:
        named = " ".join(f"<{graph}>" for graph in graphs)
        predicates = " ".join(f"<{one}>" for one in _READ)
        lines: dict[str, set[str]] = defaultdict(set)
        for row in self._connection.select(
            f"SELECT ?g ?s ?p ?o WHERE {{ VALUES ?g {{ {named} }} VALUES ?p {{ {predicates} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        ):
            lines[row["g"]["value"]].add(line(row))
        return (Change(graph, "", (), tuple(sorted(found))) for graph, found in sorted(lines.items()))


def brought_up(remote: Remote, base: str = ID_BASE) -> Path:
    """The index of what the server holds now. Raises RemoteError, or OSError when it cannot be written here."""
    folder = beside(remote)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _turn(folder), Connection.open(remote, writing=False) as connection:
        versions = RemoteVersions(connection, base)
        target = folder / f"search-{versions.identifier}.sqlite"
        for other in set(folder.glob("search-*.sqlite")) - {target}:
            other.unlink()  # of a store that was there before
        if text_index.revision(target) != versions.revision:
            text_index.write(target, versions, base, target if target.exists() else None)
    return target


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    with open(folder / "index.lock", "w", encoding="ascii") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
