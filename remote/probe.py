"""What a SPARQL server does where the recommendations leave it a choice, or where servers are known to go their own way.

Found out by asking, never by the server's name. What needs writing is tried in graphs of its own (`id:graph/probe…`), which
are empty again afterwards; a server that takes no updates is asked what can be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from remote.connection import Connection
from remote.errors import Broken, NotSparql, Rejected

SIDE = 101
"""The square of it is how many rows are asked for to see whether some are withheld: more than the 10,000 of Virtuoso."""
_VERSION = "http://www.w3.org/ns/dcat#version"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What was found out; None where it could not be.

    `union`: the default graph is the union of the named ones. `duplicates`: a triple of two graphs of a FROM counts twice.
    `row_cap`: rows after which answers end without saying so, 0 when none are withheld. `atomic`: an update request is
    carried out whole or not at all. `paths`: `*` inside GRAPH keeps to the graph. `rdf12`: triple terms are known.
    """

    query: str
    update: str | None
    server: str
    union: bool | None = None
    duplicates: bool | None = None
    row_cap: int | None = None
    atomic: bool | None = None
    paths: bool | None = None
    rdf12: bool | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of it makes answers wrong or unsafe, and what to do about it."""
        found = []
        if self.duplicates and self.union:
            found.append("plain patterns count a triple once for each graph that holds it: write GRAPH ?g in your queries")
        if self.row_cap:
            found.append(f"answers end after {self.row_cap:,} rows: raise the server's own limit")
        if self.atomic is False:
            found.append("an update can be carried out by half: readers may see half a notice while it is replaced")
        if self.paths is False:
            found.append("property paths inside GRAPH ?g give wrong rows: questions on countries and parents cannot be trusted")
        return tuple(found)

    def records(self) -> dict[str, str | int | bool | None]:
        """The findings by name."""
        return {
            "query": self.query, "update": self.update, "server": self.server or None, "union": self.union,
            "duplicates": self.duplicates, "row_cap": self.row_cap, "atomic": self.atomic, "paths": self.paths,
            "rdf12": self.rdf12,
        }  # fmt: skip

    def lines(self) -> tuple[str, ...]:
        """The findings for people to read, each a line."""
        capped = "not known" if self.row_cap is None else f"{self.row_cap:,}" if self.row_cap else "none"
        return (
            f"server                 {self.server or 'does not say'}",
            f"queries                {self.query}",
            f"updates                {self.update or 'not taken: read only'}",
            f"default graph is union {_word(self.union)}",
            f"duplicates counted     {_word(self.duplicates)}",
            f"silent limit of rows   {capped}",
            f"update is atomic       {_word(self.atomic)}",
            f"paths inside GRAPH     {_word(self.paths, 'right', 'WRONG')}",
            f"RDF 1.2 triple terms   {_word(self.rdf12)}",
            *(f"warning: {one}" for one in self.warnings),
        )


def probe(connection: Connection, base: str) -> Capabilities:
    """Find out what the server does; `base` is that of the store's IRIs. Raises RemoteError when it cannot be asked."""
    at = connection.endpoint
    capped = row_cap(connection)
    rdf12 = _told(lambda: connection.ask("ASK { FILTER(isTRIPLE(TRIPLE(<x:s>, <x:p>, <x:o>))) }"))
    if at.update is not None:
        return _by_writing(connection, f"{base}graph/probe-{token_hex(4)}", capped, bool(rdf12))
    marker = f"<{base}dataset> <{_VERSION}> ?v"
    marked = connection.ask(f"ASK {{ GRAPH <{base}graph/revision> {{ {marker} }} }}")
    union = connection.ask(f"ASK {{ {marker} }}") if marked else None
    return Capabilities(at.query, at.update, at.server, union=union, row_cap=capped, rdf12=bool(rdf12))


def row_cap(connection: Connection) -> int:
    """The number of rows after which answers end without saying so; 0 when none are withheld. Raises RemoteError."""
    numbers = " ".join(str(number) for number in range(SIDE))
    query = f"SELECT ?a ?b WHERE {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }}"
    count = sum(1 for _ in connection.select(query))
    return 0 if count == SIDE * SIDE else count


def _by_writing(connection: Connection, scratch: str, capped: int, rdf12: bool) -> Capabilities:
    """Two graphs: in the first `a` is under `b`, in the second `b` is under `c`; both say that `a` is a thing."""
    one, two = f"<{scratch}>", f"<{scratch}-other>"
    a, b, c, under, kind = (f"<{scratch}#{name}>" for name in ("a", "b", "c", "under", "kind"))
    at = connection.endpoint
    try:
        connection.update(
            f"INSERT DATA {{ GRAPH {one} {{ {a} {under} {b} . {a} {kind} {c} }} "
            f"GRAPH {two} {{ {b} {under} {c} . {a} {kind} {c} }} }}"
        )
        union = connection.ask(f"ASK {{ {a} {under} {b} }}")
        dataset = "" if union else f"FROM {one} FROM {two}"
        counted = sum(1 for _ in connection.select(f"SELECT ?x {dataset} WHERE {{ {a} {kind} ?x }}"))
        reached = [
            row["x"]["value"] for row in connection.select(f"SELECT ?x WHERE {{ GRAPH {one} {{ {a} {under}* ?x }} }}")
        ]
        named = connection.select(
            f"SELECT ?g ?x WHERE {{ VALUES ?g {{ {one} {two} }} GRAPH ?g {{ {a} {kind} ?k . {a} {under}* ?x }} }}"
        )
        pairs = sorted((row["g"]["value"], row["x"]["value"]) for row in named)
        start, end = f"{scratch}#a", f"{scratch}#b"
        expected = [(scratch, start), (scratch, end), (f"{scratch}-other", start)]
        return Capabilities(
            at.query, at.update, at.server, union, counted > 1, capped, _atomic(connection, scratch),
            sorted(reached) == [start, end] and pairs == expected, rdf12,
        )  # fmt: skip
    finally:
        connection.update(f"DROP SILENT GRAPH {one} ; DROP SILENT GRAPH {two}")


def _atomic(connection: Connection, scratch: str) -> bool | None:
    """Whether the first operation is undone when the second fails; None where no second one fails."""
    mark = f"GRAPH <{scratch}> {{ <{scratch}#half> <{scratch}#half> 1 }}"
    # None is silent (SPARQL 1.1 Update sections 3.1.4, 3.2.1, 3.2.2): one graph is there already, the other is not, and
    # there is nothing that could be loaded from a name. Servers differ in which of these they call a failure.
    for failing in (f"CREATE GRAPH <{scratch}>", f"DROP GRAPH <{scratch}-none>", "LOAD <urn:seloste:nothing>"):
        try:
            connection.update(f"INSERT DATA {{ {mark} }} ; {failing}")
        except (Rejected, Broken, NotSparql):
            return not connection.ask(f"ASK {{ {mark} }}")
        connection.update(f"DELETE DATA {{ {mark} }}")
    return None


def _told(asked: Callable[[], bool]) -> bool | None:
    """The answer, or None where the server does not know the question."""
    try:
        return asked()
    except (Rejected, Broken):
        return None


def _word(value: bool | None, yes: str = "yes", no: str = "no") -> str:
    return "not known" if value is None else yes if value else no
