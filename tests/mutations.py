"""Deterministic changes to a notice's graph: what a reader of other texts, or a faulty one, might have produced instead."""
from __future__ import annotations

from random import Random

from rdflib import RDF, XSD, BNode, Dataset, Graph, Literal, URIRef

from ontology.namespaces import DCTERMS, DPV, LOC, OA, PROV, SEL
from tests import golden

Triples = list[tuple]
# Not the slots that a message fills in («{$this}»): stock fills them inside values too (docs/conformance.md, tests/test_engine.py).
TEXTS = ["", "{?nothing} {curly}", 'a "quoted" line\nand another', "(.*)[", "käsi\u00a0”—\U0001f512", "$1 %s {0}"]
MODALITIES = [SEL.Negated, SEL.Stated, SEL.Conditional]
COUNTRIES = [LOC.US, LOC.RU, LOC.CH, LOC.GB, LOC.FI]


def notice(path) -> Graph:
    """A golden notice as it is validated: without what is only inferred."""
    dataset, graph = Dataset(), Graph()
    dataset.parse(golden.file(path), format="trig")
    for s, p, o, name in dataset.quads():
        if not str(name).endswith("/inferred"):
            graph.add((s, p, o))
    return graph


def without_some(triples: Triples, random: Random) -> Triples:
    return [t for t in triples if random.random() > 0.03]


def without_predicate(triples: Triples, random: Random) -> Triples:
    gone = random.choice(sorted({p for _, p, _ in triples} - {RDF.type}))
    return [t for t in triples if t[1] != gone]


def without_node(triples: Triples, random: Random) -> Triples:
    gone = random.choice(sorted({s for s, p, _ in triples if p == PROV.wasDerivedFrom}))
    return [t for t in triples if gone not in t]


def objects_swapped(triples: Triples, random: Random) -> Triples:
    predicate = random.choice(sorted({p for _, p, _ in triples}))
    ends = [o for _, p, o in triples if p == predicate]
    random.shuffle(ends)
    return [(s, p, ends.pop() if p == predicate else o) for s, p, o in triples]


def other_modalities(triples: Triples, random: Random) -> Triples:
    return [(s, p, random.choice(MODALITIES) if p == SEL.modality and random.random() < 0.3 else o) for s, p, o in triples]


def other_countries(triples: Triples, random: Random) -> Triples:
    changed = [(s, p, random.choice(COUNTRIES) if p in (DPV.hasThirdCountry, DPV.hasCountry) else o) for s, p, o in triples]
    return [t for t in changed if t[1] != SEL.hasTransferInstrument or random.random() < 0.5]


def other_texts(triples: Triples, random: Random) -> Triples:
    written = (OA.exact, DPV.hasName, SEL.actNumber, DPV.hasIdentifier)
    return [(s, p, Literal(random.choice(TEXTS), lang=o.language) if p in written and isinstance(o, Literal) and random.random() < 0.3 else o) for s, p, o in triples]


def other_types_of_value(triples: Triples, random: Random) -> Triples:
    def other(o):
        return random.choice([Literal(str(o)), Literal("x", datatype=XSD.date), Literal(7), URIRef("urn:x:y"), BNode("b1")])

    return [(s, p, other(o) if isinstance(o, Literal) and random.random() < 0.05 else o) for s, p, o in triples]


def other_date(triples: Triples, random: Random) -> Triples:
    dated = [t for t in triples if t[1] != DCTERMS.modified]
    (subject,) = [s for s, p, o in triples if p == RDF.type and o == DPV.PrivacyNotice][:1]
    day = random.choice(["1998-05-01", "2019-05-01", "2021-01-01", "2024", "2026-01"])
    return [*dated, (subject, DCTERMS.modified, Literal(day, datatype=XSD.date))]


def other_classes(triples: Triples, random: Random) -> Triples:
    kinds = sorted({o for _, p, o in triples if p == RDF.type})
    return [(s, p, random.choice(kinds) if p == RDF.type and o != DPV.PrivacyNotice and random.random() < 0.1 else o) for s, p, o in triples]


def no_transfers_but_recipients_abroad(triples: Triples, random: Random) -> Triples:
    statements = {o for _, p, o in triples if p == SEL.hasTransferStatement}
    denied = [(s, p, SEL.Negated if s in statements and p == SEL.modality else o) for s, p, o in other_countries(triples, random)]
    return [*denied, *((s, SEL.excludesDestination, SEL.OutsideEEA) for s in sorted(statements))]


CHANGES = (
    without_some, without_predicate, without_node, objects_swapped, other_modalities, other_countries, other_texts,
    other_types_of_value, other_date, other_classes, no_transfers_but_recipients_abroad,
)


def mutated(graph: Graph, seed: int) -> Graph:
    """The graph after one to three changes, the same for the same seed."""
    random = Random(seed)
    triples = sorted(graph)
    for change in [CHANGES[seed % len(CHANGES)], *random.choices(CHANGES, k=random.randrange(3))]:
        triples = sorted(set(change(triples, random)), key=lambda t: [term.n3() for term in t])
    out = Graph()
    for triple in triples:
        out.add(triple)
    return out
