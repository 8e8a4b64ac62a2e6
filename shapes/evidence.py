"""What shows a verdict: the words that tell an item of GDPR Art. 13 or 14, or the sections in which they were looked for.

Which claims tell an item is data (`items.ttl`). Contact details of people are kept apart and never quoted: of them the
report says that they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import DPV, OA, PREFIXES, PROV, SEL, SKOS
from shapes.background import Background, default
from shapes.rules import completeness_catalogue

CONTACT = PREFIXES["vcard"]


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words of a notice with their place in its text: code points from its beginning, the end exclusive."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A section that was read: its heading, where the section begins and ends, and what it is about (local names)."""

    text: str
    start: int
    end: int
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells an item: its quotes in the order of the text, and whether contact details tell it, which are not quoted."""

    quotes: tuple[Quote, ...]
    apart: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """How an item is told, as `items.ttl` says it."""

    properties: frozenset[Node]
    classes: frozenset[Node]
    concepts: frozenset[Node]
    topics: frozenset[str]


@cache
def _items() -> dict[str, _Item]:
    graph = completeness_catalogue().shapes
    return {
        str(graph.value(node, SEL.item)): _Item(
            properties=frozenset(graph.objects(node, SEL.evidenceProperty)),
            classes=frozenset(graph.objects(node, SEL.evidenceClass)),
            concepts=frozenset(graph.objects(node, SEL.evidenceConcept)),
            topics=frozenset(str(t).rpartition("#")[2] for t in graph.objects(node, SEL.lookedUnder)),
        )
        for node in graph.subjects(RDF.type, SEL.Item)
    }


def topics(item: str) -> frozenset[str]:
    """The topics of the sections in which an item is looked for, as local names."""
    return _items()[item].topics


def quotes(graph: Graph, node: Node) -> tuple[Quote, ...]:
    """The words that a claim, or a selector itself, rests on, by place."""
    found = set()
    for selector in (node, *graph.objects(node, PROV.wasDerivedFrom)):
        start, end, exact = (graph.value(selector, p) for p in (OA.start, OA.end, OA.exact))
        if isinstance(start, Literal) and isinstance(end, Literal) and exact is not None:
            found.add(Quote(int(start), int(end), str(exact)))
    return tuple(sorted(found))


class Reading:
    """A notice's graph, indexed for finding what tells each item."""

    def __init__(self, graph: Graph, notice: str, background: Background | None = None) -> None:
        self._graph = graph
        self._claims = sorted(set(graph.objects(URIRef(notice), SEL.hasClaim)), key=str)
        processes = graph.subjects(RDF.type, DPV.Process)
        self._holders = [URIRef(notice), *sorted(set(processes), key=str), *self._claims]
        self._broader: dict[Node, set[Node]] = {}
        for subject, predicate, value in (background or default()).about(graph):
            if predicate == SKOS.broader:
                self._broader.setdefault(subject, set()).add(value)

    @property
    def claims(self) -> int:
        """How many statements were read in the notice."""
        return len(self._claims)

    def evidence(self, item: str) -> Evidence:
        """What tells an item in the notice; nothing when it is missing."""
        wanted, found, apart = _items()[item], set(), False
        for node, words in self._telling(wanted):
            if self._is_contact(node):
                apart = True
                continue
            mine = quotes(self._graph, node)
            if words is not None and mine:
                found.add(Quote(mine[0].start, mine[0].end, words))
            else:
                found.update(mine)
        return Evidence(_longest(found), apart)

    def _telling(self, wanted: _Item) -> Iterator[tuple[Node, str | None]]:
        """The claims that tell an item, with the words that do where they are kept beside the quote."""
        for holder in self._holders:
            for predicate in wanted.properties:
                for value in self._graph.objects(holder, predicate):
                    if isinstance(value, Literal):
                        yield holder, str(value)
                    elif not wanted.concepts or wanted.concepts & self._concepts(value):
                        yield value, None
        for claim in self._claims:
            if wanted.classes & set(self._graph.objects(claim, RDF.type)):
                yield claim, None

    def _concepts(self, claim: Node) -> set[Node]:
        """The concepts of a claim with all broader ones."""
        waiting, seen = list(self._graph.objects(claim, SKOS.broader)), set[Node]()
        while waiting:
            concept = waiting.pop()
            if concept not in seen:
                seen.add(concept)
                waiting.extend(self._broader.get(concept, ()))
        return seen

    def _is_contact(self, node: Node) -> bool:
        return any(str(kind).startswith(CONTACT) for kind in self._graph.objects(node, RDF.type))

    def public(self, headings: Sequence[Heading]) -> tuple[Heading, ...]:
        """The headings without the words of those that hold contact details of people."""
        contacts = [n for n in self._graph.subjects(PROV.wasDerivedFrom) if self._is_contact(n)]
        private = [quote.text for contact in contacts for quote in quotes(self._graph, contact)]
        return tuple(_without(heading, private) for heading in headings)


def _without(heading: Heading, private: Iterable[str]) -> Heading:
    hidden = any(words in heading.text for words in private)
    return Heading("…", heading.start, heading.end, heading.topics) if hidden else heading


def _longest(found: Iterable[Quote]) -> tuple[Quote, ...]:
    """Quotes in the order of the text, without those that overlap one before, and each wording once."""
    out: list[Quote] = []
    said: set[str] = set()
    for quote in sorted(found, key=lambda q: (q.start, -q.end)):
        wording = " ".join(quote.text.casefold().split())
        if (out and quote.start < out[-1].end) or wording in said:
            continue
        said.add(wording)
        out.append(quote)
    return tuple(out)
