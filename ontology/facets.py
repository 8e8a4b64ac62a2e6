"""How each facet of a notice is read and written, from `ontology/facets.ttl`: licences for matches, properties for claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import Graph, URIRef

from ontology.namespaces import SEL
from ontology.vocabulary import Vocabulary, local_name

FILE = Path(__file__).parent / "facets.ttl"


@dataclass(frozen=True, slots=True)
class Branch:
    """How claims under one concept are linked when they differ from the rest of their facet."""

    concept: str
    property: str
    claim_class: str


@dataclass(frozen=True, slots=True)
class FacetRule:
    """The rule of one facet; topics and signals by local name, properties and classes by IRI.

    Attributes:
        name: local name of the facet.
        slug: the step in the IRI of its claims.
        on_notice: whether the claim is linked from the notice instead of the process.
        topics: a match under one of these counts.
        signals: a match in a sentence with one of these counts, unless a blocking topic applies.
        blocked: topics under which a signal does not help.
        barred: topics under which even a self-licensing entry does not count.
        gives_way: whether a match inside a longer expression of another facet does not count.
    """

    name: str
    slug: str
    property: str
    claim_class: str
    on_notice: bool
    topics: frozenset[str]
    signals: frozenset[str]
    blocked: frozenset[str]
    barred: frozenset[str]
    gives_way: bool
    branches: tuple[Branch, ...]
    _known: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def branch(self, concept: str, vocabulary: Vocabulary) -> tuple[str, str]:
        """The property and the class for a claim of this concept: its branch's, else the facet's."""
        known = self._known.get(concept)
        if known is None:
            known = self._known[concept] = self._branch(concept, vocabulary)
        return known

    def _branch(self, concept: str, vocabulary: Vocabulary) -> tuple[str, str]:
        own, above = vocabulary.claim_class(concept), vocabulary.broader(concept)
        for branch in sorted(self.branches, key=lambda b: b.claim_class != own):
            if branch.claim_class == own or branch.concept in above:
                return branch.property, branch.claim_class
        return self.property, self.claim_class


def load(file: Path = FILE) -> Mapping[str, FacetRule]:
    """The rules by facet name."""
    graph = Graph().parse(file, format="turtle")

    def names(node: URIRef, predicate: URIRef) -> frozenset[str]:
        return frozenset(local_name(str(o)) for o in graph.objects(node, predicate))

    out: dict[str, FacetRule] = {}
    for node in graph.subjects(SEL.slug):
        if not isinstance(node, URIRef):
            continue
        branches = tuple(
            sorted(
                (
                    Branch(*(str(graph.value(b, p)) for p in (SEL.branchConcept, SEL.property, SEL.claimClass)))
                    for b in graph.objects(node, SEL.branch)
                ),
                key=lambda b: b.concept,
            )
        )
        name = local_name(str(node))
        out[name] = FacetRule(
            name=name,
            slug=str(graph.value(node, SEL.slug)),
            property=str(graph.value(node, SEL.property)),
            claim_class=str(graph.value(node, SEL.claimClass)),
            on_notice=(node, SEL.linkedFrom, SEL.NoticeLink) in graph,
            topics=names(node, SEL.licensingTopic),
            signals=names(node, SEL.licensingSignal),
            blocked=names(node, SEL.blockingTopic),
            barred=names(node, SEL.barringTopic),
            gives_way=(node, SEL.givesWay, None) in graph,
            branches=branches,
        )
    return out
