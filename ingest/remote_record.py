"""The bookkeeping of a remote store: the revision marker, and for each part of each graph a digest of what was given.

Servers rewrite literals (P12M becomes P1Y), so what is stored cannot be compared with what is given: digests of our own
lines are. They stand in `id:graph/revision`, which holds nothing else and which no question reads:

    id:dataset                   dcat:version "41" ; dct:modified "2026-11-27T…+00:00" ; dct:identifier "…"
    id:graph/revision#<digest>   dct:source "graph" ; dct:subject "part" ; spdx:checksumValue "…" ; dcat:version 41

The identifier is drawn by lot when the store is begun: a store made anew counts its revisions from the start. A part is
empty, or an organisation's IRI in the graph of organisations. A graph that was removed keeps its record, with REMOVED as
checksum, so that indexes can be told of it; one that was withheld has WITHHELD (contacts are never sent).

An update request begins from a revision: each of its operations has the marker of that revision in its pattern, and the
last one moves it. So a request that comes after somebody else's does nothing at all, and is made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ingest.journal import Lines
from ingest.ntriples import literal

REMOVED, WITHHELD = "removed", "withheld"
_VERSION = "<http://www.w3.org/ns/dcat#version>"
_MODIFIED = "<http://purl.org/dc/terms/modified>"
_IDENTIFIER = "<http://purl.org/dc/terms/identifier>"
_SOURCE = "<http://purl.org/dc/terms/source>"
_SUBJECT = "<http://purl.org/dc/terms/subject>"
_CHECKSUM = "<http://spdx.org/rdf/terms#checksumValue>"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_AGAIN = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one graph as it shall be; `digest` says of which lines, or REMOVED or WITHHELD."""

    graph: str
    part: str
    lines: Lines
    digest: str

    @classmethod
    def of(cls, graph: str, part: str, lines: Lines) -> Part:
        """The part with these lines."""
        return cls(graph, part, lines, digest(lines))


def digest(lines: Lines) -> str:
    """What tells one set of lines from another."""
    return sha256("\n".join(lines).encode()).hexdigest() if lines else REMOVED


@dataclass(frozen=True, slots=True)
class Book:
    """The SPARQL of one store's bookkeeping. `merged`: public triples are kept in the default graph as well."""

    base: str
    merged: bool

    @property
    def graph(self) -> str:
        """The graph of the bookkeeping, between angle brackets."""
        return f"<{self.base}graph/revision>"

    def begin(self, identifier: str) -> str:
        """The request that makes an empty store one of ours, at revision 0."""
        marker = f"<{self.base}dataset> {_VERSION}"
        return (
            f'INSERT {{ GRAPH {self.graph} {{ {marker} "0" ; {_IDENTIFIER} "{identifier}" }} }} WHERE '
            f"{{ FILTER NOT EXISTS {{ GRAPH {self.graph} {{ {marker} ?v }} }} }}"
        )

    def marker(self) -> str:
        """SELECT of `?revision ?modified ?identifier`."""
        return (
            f"SELECT ?revision ?modified ?identifier WHERE {{ GRAPH {self.graph} {{ "
            f"<{self.base}dataset> {_VERSION} ?revision ; {_IDENTIFIER} ?identifier "
            f"OPTIONAL {{ <{self.base}dataset> {_MODIFIED} ?modified }} }} }}"
        )

    def digests(self, keys: Iterable[tuple[str, str]]) -> str:
        """SELECT of `?revision`, and of `?record ?digest` for those of the graphs and parts that have one."""
        records = " ".join(self._record(*key) for key in keys)
        return (
            f"SELECT ?revision ?record ?digest WHERE {{ GRAPH {self.graph} {{ "
            f"{{ <{self.base}dataset> {_VERSION} ?revision }} UNION "
            f"{{ VALUES ?record {{ {records} }} ?record {_CHECKSUM} ?digest }} }} }}"
        )

    def listed(self, after: int = -1) -> str:
        """SELECT of `?graph ?digest`: whole graphs of a record that changed after a revision; parts count as theirs."""
        return (
            f"SELECT DISTINCT ?graph ?digest WHERE {{ GRAPH {self.graph} {{ ?record {_SOURCE} ?graph ; "
            f"{_CHECKSUM} ?digest ; {_VERSION} ?changed FILTER(?changed > {after}) }} }}"
        )

    def key(self, graph: str, part: str) -> str:
        """The IRI of the record of a part."""
        return self._record(graph, part).strip("<>")

    def held(self, parts: Sequence[Part], revision: int) -> str:
        """ASK: whether the request that made `revision` was ours."""
        said = " ".join(
            f"{self._record(one.graph, one.part)} {_CHECKSUM} {literal(one.digest)} ; {_VERSION} {revision} ."
            for one in parts
        )
        return f"ASK {{ GRAPH {self.graph} {{ {said} }} }}"

    def update(self, parts: Sequence[Part], revision: int, moment: str) -> str:
        """The request that brings the store from `revision` to the next, with these parts in the place of theirs."""
        guard = f'GRAPH {self.graph} {{ <{self.base}dataset> {_VERSION} "{revision}" }}'
        whole = [one.graph for one in parts if not one.part]
        subjects = [(one.graph, one.part) for one in parts if one.part]
        operations = [
            *self._withdrawn(guard, "VALUES ?g", [f"<{graph}>" for graph in whole]),
            *self._withdrawn(guard, "VALUES (?g ?s)", [f"(<{graph}> <{subject}>)" for graph, subject in subjects]),
        ]
        come = [one for one in parts if one.lines]
        if come:
            triples = "\n".join(
                f"GRAPH <{one.graph}> {{\n" + "\n".join(map(written, one.lines)) + "\n}" for one in come
            )
            operations.append(f"INSERT {{ {triples} }} WHERE {{ {guard} }}")
            if self.merged:
                graphs = " ".join(f"<{graph}>" for graph in dict.fromkeys(one.graph for one in come))
                copied = f"{guard} VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }}"
                operations.append(f"INSERT {{ ?s ?p ?o }} WHERE {{ {copied} }}")
        operations += [self._recorded(guard, parts, revision + 1), self._moved(revision, moment)]
        return " ;\n".join(operations)

    def _withdrawn(self, guard: str, bound: str, values: Sequence[str]) -> list[str]:
        """Operations that take out what stands now; of the merged graph, what stands in no graph that stays."""
        if not values:
            return []
        chosen = f"{guard} {bound} {{ {' '.join(values)} }} GRAPH ?g {{ ?s ?p ?o }}"
        removed = f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ {chosen} }}"
        if not self.merged:
            return [removed]
        going = ", ".join(dict.fromkeys(value.strip("()").split()[0] for value in values))
        elsewhere = f"FILTER NOT EXISTS {{ GRAPH ?h {{ ?s ?p ?o }} FILTER(?h NOT IN ({going})) }}"
        return [f"DELETE {{ ?s ?p ?o }} WHERE {{ {chosen} {elsewhere} }}", removed]

    def _recorded(self, guard: str, parts: Sequence[Part], revision: int) -> str:
        records = " ".join(self._record(one.graph, one.part) for one in parts)
        said = " ".join(
            f"{self._record(one.graph, one.part)} {_SOURCE} {literal(one.graph)} ; "
            f"{_CHECKSUM} {literal(one.digest)} ; {_VERSION} {revision}"
            + (f" ; {_SUBJECT} {literal(one.part)} ." if one.part else " .")
            for one in parts
        )
        return (
            f"DELETE {{ GRAPH {self.graph} {{ ?r ?p ?o }} }} WHERE {{ {guard} VALUES ?r {{ {records} }} "
            f"GRAPH {self.graph} {{ ?r ?p ?o }} }} ;\n"
            f"INSERT {{ GRAPH {self.graph} {{ {said} }} }} WHERE {{ {guard} }}"
        )

    def _moved(self, revision: int, moment: str) -> str:
        dataset = f"<{self.base}dataset>"
        return (
            f"DELETE {{ GRAPH {self.graph} {{ {dataset} ?p ?o }} }} "
            f'INSERT {{ GRAPH {self.graph} {{ {dataset} {_VERSION} "{revision + 1}" ; {_MODIFIED} "{moment}" }} }} '
            f'WHERE {{ GRAPH {self.graph} {{ {dataset} {_VERSION} "{revision}" ; ?p ?o '
            f"FILTER(?p != {_IDENTIFIER}) }} }}"
        )

    def _record(self, graph: str, part: str) -> str:
        name = sha256(f"{graph}\n{part}".encode()).hexdigest()[:40]
        return f"<{self.base}graph/revision#{name}>"


def written(line: str) -> str:
    r"""A line of N-Triples as it may stand in SPARQL.

    There `\u0022` is a quotation mark before anything is read (SPARQL 1.1 section 19.2), so that a literal could end
    early: characters stand for themselves, and a backslash that is followed by `u` keeps it at a distance.
    """
    if "\\u" not in line and "\\U" not in line:
        return line

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code:
            found = chr(int(code, 16))
            return _AGAIN.get(found, found)
        return match.group()

    plain = _ESCAPE.sub(character, line)
    return re.sub(r"((?<!\\)(?:\\\\)+)([uU])", lambda found: f"{found[1]}\\u{ord(found[2]):04X}", plain)
