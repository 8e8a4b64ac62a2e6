"""What a notice both denies and tells: transfers out of the EU, with the words of both (GDPR Art. 13(1)(f)).

Ingestion pairs every denial with every transfer that is stated or follows from a recipient's seat. A pair contradicts
itself only where both speak of the same thing: the denial is said of the same register or of one around it, and names no
other purpose, organisation or kind of data; what is said under a condition is an exception. The shapes
`rule:transfer-denied-and-stated` and `rule:excluded-transfer-recipient` judge by the same four questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from ontology.namespaces import DPV, PROV, SEL, SKOS
from shapes.evidence import Quote, quotes

BEGINNING = 6
"""Letters of a word for data by which it is known again in another form."""
LONG_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A denial and what it denies, as the notice words them; `organisation` is the recipient whose seat implies the transfer."""

    denial: Quote
    statement: Quote
    organisation: str | None


def contradictions(graph: Graph, notice: str) -> tuple[Contradiction, ...]:
    """The contradictions of a notice, by place. `graph` holds the notice with what is inferred of it."""
    return tuple(sorted(set(_found(graph, URIRef(notice))), key=lambda c: (c.denial, c.statement)))


def _found(graph: Graph, notice: URIRef) -> Iterator[Contradiction]:
    # Where the notice states a transfer itself, a recipient's seat adds nothing certain.
    stated = any((t, SEL.modality, SEL.Negated) not in graph for t in graph.objects(None, SEL.hasTransferStatement))
    for node in graph.subjects(RDF.type, SEL.Contradiction):
        sides = set(graph.objects(node, SEL.between))
        for denial in {side for side in sides if (side, SEL.modality, SEL.Negated) in graph}:
            for other in sides - {denial}:
                implied = (other, RDF.type, SEL.ImpliedTransfer) in graph
                if implied and stated:
                    continue
                for said in _saying(graph, other):
                    if (said, SEL.modality, SEL.Conditional) in graph or not _within(graph, denial, said):
                        continue
                    denied, told = quotes(graph, denial), quotes(graph, said)
                    alike = [d for d in denied if _same(graph, notice, d, told, said if implied else None)]
                    if alike and told:
                        yield Contradiction(alike[0], told[0], _name(graph, other) if implied else None)


def _saying(graph: Graph, side: Node) -> list[Node]:
    """The claims in which a side is said: a transfer that is stated is one, one that is implied rests on recipients."""
    if (side, RDF.type, SEL.ImpliedTransfer) not in graph:
        return [side]
    return sorted((c for c in graph.objects(side, PROV.wasDerivedFrom) if (c, RDF.type, SEL.Claim) in graph), key=str)


def _within(graph: Graph, denial: Node, said: Node) -> bool:
    """Whether the other is said of the register of the denial, or of processing within it."""
    around = set(graph.subjects(SEL.hasTransferStatement, denial))
    inside = {p for holder in around for p in graph.transitive_objects(holder, DPV.hasProcess)}
    return any(holder in inside for holder in graph.subjects(None, said) if (holder, SEL.hasClaim, said) not in graph)


def _same(graph: Graph, notice: URIRef, denial: Quote, told: tuple[Quote, ...], recipient: Node | None) -> bool:
    """Whether a denial names nothing that the other does not: purposes, organisations, kinds of data."""
    aims, actors, data = _named(graph, notice, denial)
    if recipient is not None:  # a recipient is an organisation; for which purpose or data it is one, nobody knows
        return not aims and not data and (not actors or bool(actors & set(graph.objects(recipient, SEL.entity))))
    others = [_named(graph, notice, quote) for quote in told]
    return any(
        (not aims or aims & other_aims) and (not actors or actors & other_actors) and (not data or data & other_data)
        for other_aims, other_actors, other_data in others
    )


def _named(graph: Graph, notice: URIRef, quote: Quote) -> tuple[set[Node], set[Node], set[Node]]:
    """The purposes, organisations and kinds of data that the notice names in a passage."""
    aims: set[Node] = set()
    actors: set[Node] = set()
    data: set[Node] = set()
    for claim in graph.objects(notice, SEL.hasClaim):
        kinds = set(graph.objects(claim, RDF.type))
        inside = any(quote.start <= q.start and q.end <= quote.end for q in quotes(graph, claim))
        if DPV.PersonalData in kinds and any(_begins(q.text, quote.text) for q in quotes(graph, claim)):
            data.update(c for c in graph.objects(claim, SKOS.broader) if c != DPV.PersonalData)
        if inside and DPV.Purpose in kinds:
            aims.update(graph.objects(claim, SKOS.broader))
        if inside:
            actors.update(graph.objects(claim, SEL.entity))
    return aims, actors, data


def _begins(word: str, passage: str) -> bool:
    """Whether a word for data stands in a passage, perhaps in another form."""
    return len(word) >= LONG_ENOUGH and word[:BEGINNING].lower() in passage.lower()


def _name(graph: Graph, implied: Node) -> str | None:
    names = sorted(str(name) for o in graph.objects(implied, SEL.entity) for name in graph.objects(o, DPV.hasName))
    return names[0] if names else None
