"""What `seloste store check` says of a remote store: what the server does, and whether the store on it is whole.

Whole means: each graph of the bookkeeping (ingest.remote_record) is there, no graph with contacts is, and the default
graph is the union of what is public or has it merged, as far as a sample tells. Digests are of our own lines, which
servers rewrite, so they are not compared with what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.graph_names import CONTACTS
from ingest.remote_record import REMOVED, WITHHELD, Book
from ingest.store_remote import RemoteStoreError
from ontology.namespaces import ID_BASE
from remote.connection import Connection
from remote.errors import RemoteError
from remote.location import Remote, beside
from remote.probe import Capabilities, probe

_SAMPLE = 10_000
"""Triples that are looked for in the default graph."""


@dataclass(frozen=True, slots=True)
class RemoteCheck:
    """What was found: of the server, of the store (`revision` is None where there is none), and what is wrong with it."""

    capabilities: Capabilities
    state: str
    revision: int | None
    modified: str
    notices: int
    graphs: int
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def records(self) -> dict[str, object]:
        """The findings by name, for JSON."""
        return {
            **self.capabilities.records(), "state": self.state, "revision": self.revision, "modified": self.modified,
            "notices": self.notices, "graphs": self.graphs, "warnings": list(self.capabilities.warnings),
            "problems": list(self.problems),
        }  # fmt: skip

    def lines(self) -> tuple[str, ...]:
        """The findings for people to read, each a line."""
        stored = "none yet" if self.revision is None else f"revision {self.revision}, written {self.modified or 'never'}"
        return (
            *self.capabilities.lines(),
            f"store                  {stored}",
            f"notices, graphs        {self.notices}, {self.graphs}",
            f"contacts               kept on this machine only, in {self.state}",
            *(f"problem: {one}" for one in self.problems),
        )


def check(remote: Remote, *, base: str = ID_BASE) -> RemoteCheck:
    """Ask the server. Raises RemoteStoreError when it cannot be asked."""
    try:
        with Connection.open(remote) as connection:
            found = probe(connection, base)
            connection.row_cap = found.row_cap or None
            return _checked(connection, found, remote, base)
    except RemoteError as error:
        raise RemoteStoreError(error) from error


def _checked(connection: Connection, found: Capabilities, remote: Remote, base: str) -> RemoteCheck:
    book, state = Book(base, merged=not found.union), str(beside(remote))
    marker = list(connection.select(book.marker()))
    if not marker:
        return RemoteCheck(found, state, None, "", 0, 0, ())
    problems = []
    if len(marker) > 1:
        problems.append("more than one revision is marked. Ingest once more, then check again")
    listed = {row["graph"]["value"]: row["digest"]["value"] for row in connection.select(book.listed())}
    stored = sorted(graph for graph, digest in listed.items() if digest not in (REMOVED, WITHHELD))
    there = {row["g"]["value"] for row in connection.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")}
    problems += [f"<{graph}> is missing. Ingest its notice into an empty dataset" for graph in stored if graph not in there]
    problems += [
        f"<{graph}> has contacts that must not be there. Drop that graph" for graph in sorted(there) if graph.endswith(CONTACTS)
    ]
    if found.union is False:
        problems += _unmerged(connection, book)
    notices = [graph for graph in stored if "/" not in graph.removeprefix(f"{base}notice/") and "notice/" in graph]
    row = max(marker, key=lambda one: int(one["revision"]["value"]))
    modified = str(row.get("modified", {}).get("value", ""))
    return RemoteCheck(
        found, state, int(row["revision"]["value"]), modified, len(notices), len(stored), tuple(problems)
    )


def _unmerged(connection: Connection, book: Book) -> list[str]:
    ours = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != {book.graph} && STRSTARTS(STR(?g), '{book.base}'))"
    sample = f"SELECT ?s ?p ?o WHERE {{ {ours} }} LIMIT {_SAMPLE}"
    query = f"ASK {{ {{ {sample} }} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
    if not connection.ask(query):
        return []
    return ["public triples are missing in the default graph. Its setting was changed, or others write to it"]
