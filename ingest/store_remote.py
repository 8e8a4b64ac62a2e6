"""A store on a SPARQL 1.1 server: the same promises as a directory's, kept by update requests that begin from a revision.

Public graphs go to the server, and once more into its default graph, unless that is their union anyway. Contacts (data-
model section 6) never do: whoever reaches the server could ask for them. They stay on this machine, in

    <state>/contacts.sqlite   as in a store's journal, readable by this user only (remote.location says where)

The server says what stands (ingest.remote_record); several machines may write to it, one after the other. There are no
snapshots: what is acknowledged is what readers see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import randbelow, token_hex
from time import sleep
from types import TracebackType

from ingest import graph_names
from ingest.graph_names import CONTACTS, OWN_GRAPHS
from ingest.journal import Change, Journal, Lines, canonical
from ingest.ntriples import iri, literal, triple
from ingest.remote_record import REMOVED, WITHHELD, Book, Part
from ingest.store_errors import StoreError, StoreUnwritable
from ingest.store_live import checked
from ontology.namespaces import ID_BASE
from remote.access import Access
from remote.connection import Connection
from remote.errors import RemoteError
from remote.location import Remote, beside
from remote.probe import Capabilities, probe
from remote.rows import Term, datatype

SIDECAR = "contacts.sqlite"
_ATTEMPTS = 20
_PATIENCE = 0.2
"""Seconds to wait at most before a request that came too late is made again."""
_NO_ORGANISATIONS: Mapping[str, Sequence[str]] = {}


class RemoteStoreError(StoreError):
    """The server did not do what the store needs; nothing of the transaction was written, or all of it."""

    def __init__(self, cause: RemoteError | str) -> None:
        super().__init__(str(cause))


@dataclass(frozen=True, slots=True)
class Present:
    """What readers of a remote store see: its last revision."""

    revision: int


class RemoteStore:
    """A store on a server, opened for writing; a context manager."""

    def __init__(self, book: Book, connection: Connection, sidecar: Journal, found: Capabilities) -> None:
        """For `RemoteStore.open`."""
        self.base = book.base
        self.capabilities = found
        self._book = book
        self._connection = connection
        self._sidecar = sidecar
        self._organisations = f"{book.base}graph/organisations"

    @classmethod
    def open(cls, remote: Remote, *, base: str = ID_BASE) -> RemoteStore:
        """Open the store on a server that takes updates, and find out what the server does.

        Raises RemoteStoreError or BadAccess, or StoreLocked and StoreUnwritable for what is kept here.
        """
        state = beside(remote)
        try:
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreUnwritable(state, error) from error
        access = Access.read()
        sidecar = Journal.open(state / SIDECAR, base)
        connection: Connection | None = None
        try:
            connection = Connection.open(remote, access)
            found = probe(connection, base)
            connection.row_cap = found.row_cap or None
            book = Book(base, merged=not found.union)
            connection.update(book.begin(token_hex(8)))
        except RemoteError as error:
            sidecar.close()
            if connection is not None:
                connection.close()
            raise RemoteStoreError(error) from error
        return cls(book, connection, sidecar, found)

    def __enter__(self) -> RemoteStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
        self._sidecar.close()

    @property
    def revision(self) -> int:
        """The number of the last transaction. Raises RemoteStoreError."""
        return self._digests(())[0]

    def replace(
        self, graphs: Mapping[str, Sequence[str]], organisations: Mapping[str, Sequence[str]] = _NO_ORGANISATIONS,
        receipt: bytes | None = None,
    ) -> bool:  # fmt: skip
        """Store a notice's graphs in one request; True when something changed. As `ingest.store.Store.replace`.

        Others write to the server too, so no receipt is kept: documents are read again, and those unchanged write nothing.

        Raises BadGraphName, BadTriples, RemoteStoreError or StoreUnwritable.
        """
        wanted: dict[str, Lines] = {}
        for graph, lines in graphs.items():
            if not graph_names.of_notice(graph, self.base):
                wanted |= {f"{graph}{kind}": () for kind in OWN_GRAPHS if f"{graph}{kind}" not in graphs}
            wanted[graph] = checked(graph, lines, self.base)
        parts = [
            Part(graph, "", (), WITHHELD if lines else REMOVED) if graph.endswith(CONTACTS) else Part.of(graph, "", lines)
            for graph, lines in wanted.items()
        ]
        offered = [
            Part.of(self._organisations, named, checked(self._organisations, lines, self.base))
            for named, lines in organisations.items()
            if lines
        ]
        kept = self._keep({graph: lines for graph, lines in wanted.items() if graph.endswith(CONTACTS)})
        return self._write(parts, offered) or kept

    def received(self, receipt: bytes) -> str | None:
        """None: what stands on a server is told from its bookkeeping only."""
        return None

    def remove(self, notice_iri: str) -> bool:
        """Take a notice with all its graphs out; True when it was there. Raises RemoteStoreError or StoreUnwritable."""
        written = self._write([Part(f"{notice_iri}{kind}", "", (), REMOVED) for kind in OWN_GRAPHS])
        return self._keep({f"{notice_iri}{CONTACTS}": ()}) or written

    def load_shared(self, graph_iri: str, lines: Iterable[str]) -> bool:
        """Store a shared graph; True when it changed. As `ingest.store.Store.load_shared`.

        Raises BadGraphName, BadTriples or RemoteStoreError.
        """
        given = checked(graph_names.shared(graph_iri, self.base), lines, self.base)
        if graph_iri != self._organisations:
            return self._write([Part.of(graph_iri, "", given)])
        described: dict[str, list[str]] = {}
        for line in given:
            described.setdefault(line.split(None, 1)[0].strip("<>"), []).append(line)
        return self._write([Part.of(graph_iri, named, canonical(found)) for named, found in described.items()])

    def publish(self) -> Present:
        """What readers see already. Raises RemoteStoreError."""
        return Present(self.revision)

    def notices(self) -> list[str]:
        """The IRIs of the notices stored, in order. Raises RemoteStoreError."""
        prefix = f"{self.base}notice/"
        return [one for one in self.graphs() if one.startswith(prefix) and "/" not in one.removeprefix(prefix)]

    def graphs(self) -> list[str]:
        """The IRIs of all graphs stored, contacts that are here included, in order. Raises RemoteStoreError."""
        stored = {graph for graph, held in self._listed() if held not in (REMOVED, WITHHELD)}
        return sorted({*stored, *self._sidecar.graphs()})

    def graph(self, iri: str) -> Lines:
        """The N-Triples lines of one graph, sorted, as the server writes their literals. Raises RemoteStoreError."""
        if iri.endswith(CONTACTS):
            return self._sidecar.graph(iri)
        try:
            found = self._connection.select(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}")
            return canonical(line(row) for row in found)
        except RemoteError as error:
            raise RemoteStoreError(error) from error

    def withheld(self) -> frozenset[str]:
        """The notices that have contacts which are not here: they were ingested elsewhere. Raises RemoteStoreError."""
        here = set(self._sidecar.graphs())
        return frozenset(
            graph.removesuffix(CONTACTS) for graph, held in self._listed() if held == WITHHELD and graph not in here
        )

    def _listed(self) -> list[tuple[str, str]]:
        try:
            rows = self._connection.select(self._book.listed())
            return [(row["graph"]["value"], row["digest"]["value"]) for row in rows]
        except RemoteError as error:
            raise RemoteStoreError(error) from error

    def _digests(self, keys: Iterable[tuple[str, str]]) -> tuple[int, dict[str, str]]:
        """The revision, and what the records of these parts say, by the records' IRIs."""
        revision, found = 0, {}
        try:
            for row in self._connection.select(self._book.digests(keys)):
                if "revision" in row:
                    revision = int(row["revision"]["value"])
                else:
                    found[row["record"]["value"]] = row["digest"]["value"]
        except RemoteError as error:
            raise RemoteStoreError(error) from error
        return revision, found

    def _write(self, parts: Sequence[Part], offered: Sequence[Part] = ()) -> bool:
        """Write what differs of `parts`, and of `offered` what is not there at all; True when something did."""
        keys = [(one.graph, one.part) for one in (*parts, *offered)]
        for _ in range(_ATTEMPTS):
            revision, held = self._digests(keys)

            def known(one: Part, held: dict[str, str] = held) -> str:
                return held.get(self._book.key(one.graph, one.part), REMOVED)

            changes = [one for one in parts if known(one) != one.digest]
            changes += [one for one in offered if known(one) == REMOVED]
            if not changes:
                return False
            try:
                moment = datetime.now(UTC).isoformat(timespec="seconds")
                self._connection.update(self._book.update(changes, revision, moment))
                if self._connection.ask(self._book.held(changes, revision + 1)):
                    return True
                sleep(randbelow(1000) / 1000 * _PATIENCE)
            except RemoteError as error:
                raise RemoteStoreError(error) from error
        raise RemoteStoreError(f"others write to {self._connection.endpoint.query} all the time. Try again when they end.")

    def _keep(self, contacts: Mapping[str, Lines]) -> bool:
        changes = [Change(graph, "", self._sidecar.lines(graph), lines) for graph, lines in contacts.items()]
        effective = [change for change in changes if change.before != change.after]
        if effective:
            revision = self._sidecar.commit(effective)
            self._sidecar.prune(revision)
        return bool(effective)


def line(row: Mapping[str, Term]) -> str:
    """A row of `?s ?p ?o` as a line of N-Triples."""
    return triple(row["s"]["value"], row["p"]["value"], _term(row["o"]))


def _term(term: Term) -> str:
    value = str(term["value"])
    if term["type"] == "uri":
        return iri(value)
    return literal(value, term.get("xml:lang", ""), datatype(term))

