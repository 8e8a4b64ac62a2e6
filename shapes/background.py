"""The little of the vocabulary that one notice's validation needs: broader concepts, seats, adequacy, repeals.

Merging it into the data graph is the only way that works with pySHACL (`ont_graph` drops `skos:broader`); merging all
of it would cost more than the validation, and let the vocabulary's own statements pass for the notice's.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from rdflib import Graph, URIRef
from rdflib.term import Node

from ontology import vocabulary
from ontology.namespaces import DPV, SEL, SKOS

Triple = tuple[Node, Node, Node]

FOLLOWED = frozenset({SKOS.broader, DPV.hasCountry})
DESCRIBED = FOLLOWED | {
    SEL.inGDPRTerritory, SEL.appliesToTerritory, SEL.validFrom, SEL.validUntil, SEL.dateChecked, SEL.repealedOn,
    SEL.actNumber, DPV.hasName,
}


@dataclass(frozen=True, slots=True)
class Background:
    """Vocabulary indexed by subject, and instruments by the territory they apply to."""

    described: dict[Node, tuple[Triple, ...]] = field(repr=False)
    instruments: dict[Node, tuple[Node, ...]] = field(repr=False)

    @classmethod
    def of(cls, graph: Graph) -> Background:
        """Index a vocabulary graph."""
        described: dict[Node, list[Triple]] = {}
        instruments: dict[Node, list[Node]] = {}
        for s, p, o in graph:
            if p in DESCRIBED:
                described.setdefault(s, []).append((s, p, o))
            if p == SEL.appliesToTerritory:
                instruments.setdefault(o, []).append(s)
        return cls({s: tuple(t) for s, t in described.items()}, {t: tuple(s) for t, s in instruments.items()})

    def about(self, notice: Graph) -> Iterator[Triple]:
        """Yield what the vocabulary says of the terms that `notice` names, and of what those lead to."""
        waiting: list[Node] = [node for node in set(notice.objects()) if isinstance(node, URIRef)]
        seen: set[Node] = set(waiting)
        while waiting:
            node = waiting.pop()
            onward: list[Node] = list(self.instruments.get(node, ()))
            for triple in self.described.get(node, ()):
                yield triple
                if triple[1] in FOLLOWED:
                    onward.append(triple[2])
            fresh = set(onward) - seen
            seen |= fresh
            waiting.extend(fresh)


@cache
def default() -> Background:
    """The background of the project's own `ontology/`.

    Raises ontology.vocabulary.VocabularyError when one of its files cannot be read.
    """
    return Background.of(vocabulary.load().graph)
