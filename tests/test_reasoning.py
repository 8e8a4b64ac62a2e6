"""The ontology is consistent, and each of its disjointness axioms shows a contradiction when there is one."""
import itertools
import os
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib.collection import Collection

from ontology import reasoning
from ontology.namespaces import DPV, SEL

HERE = Path(__file__).parent / "fixtures" / "ontology"
INCONSISTENT = sorted(HERE.glob("inconsistent-*.ttl"))
LISTS = {OWL.AllDisjointClasses: OWL.members, OWL.AllDifferent: OWL.distinctMembers}

needs_java = pytest.mark.skipif(
    reasoning.find_java() is None and os.environ.get("CI") != "true",
    reason="HermiT needs a Java runtime: install default-jre-headless or set JAVA_HOME")


@pytest.fixture(scope="module")
def seloste() -> Graph:
    return Graph().parse(reasoning.FOLDER / "seloste.ttl")


def axioms(graph: Graph) -> list[tuple[URIRef, frozenset]]:
    """Every axiom of disjointness or difference: its kind and the terms that it keeps apart."""
    found = [(OWL.disjointWith, frozenset(pair)) for pair in graph.subject_objects(OWL.disjointWith)]
    found += [(OWL.differentFrom, frozenset(pair)) for pair in graph.subject_objects(OWL.differentFrom)]
    for kind, members in LISTS.items():
        for node in graph.subjects(RDF.type, kind):
            found.append((kind, frozenset(Collection(graph, graph.value(node, members)))))
    return found


def without(graph: Graph, skip: frozenset | None) -> Graph:
    """A copy without the axiom that keeps these terms apart; without any of them for None."""
    out = Graph()
    dropped = {node for kind, members in LISTS.items() for node in graph.subjects(RDF.type, kind)
               if skip is None or frozenset(Collection(graph, graph.value(node, members))) == skip}
    for s, p, o in graph:
        pair = p in (OWL.disjointWith, OWL.differentFrom) and (skip is None or frozenset((s, o)) == skip)
        if not pair and s not in dropped:
            out.add((s, p, o))
    return out


def entailed_types(graph: Graph) -> dict[URIRef, set]:
    """What a fixture says of each thing: its types, the ranges of properties that reach it, and their superclasses."""
    types: dict[URIRef, set] = {}
    for thing, _, kind in graph.triples((None, RDF.type, None)):
        if isinstance(thing, URIRef):
            types.setdefault(thing, set()).update(graph.transitive_objects(kind, RDFS.subClassOf))
    for prop, kind in graph.subject_objects(RDFS.range):
        for thing in graph.objects(None, prop):
            if isinstance(thing, URIRef):
                types.setdefault(thing, set()).update(graph.transitive_objects(kind, RDFS.subClassOf))
    return types


# Defined classes, whose members are known by a property: (class, property, value or None for any value).
DEFINED = [
    (SEL.GDPRTerritory, SEL.inGDPRTerritory, True), (SEL.ThirdCountryTerritory, SEL.inGDPRTerritory, False),
    (SEL.NegatedTransfer, SEL.modality, SEL.Negated), (SEL.DestinedTransfer, DPV.hasThirdCountry, None)]


def breaks(fixture: Graph, seloste: Graph) -> set[frozenset]:
    """The axioms that a fixture contradicts on the face of it."""
    types = entailed_types(fixture + seloste)
    for kind, prop, value in DEFINED:
        for thing, given in fixture.subject_objects(prop):
            if value is None or given == value or getattr(given, "value", None) is value:
                types.setdefault(thing, set()).add(kind)
    same = [set(pair) for pair in fixture.subject_objects(OWL.sameAs)]
    for prop in seloste.subjects(RDF.type, OWL.FunctionalProperty):
        same += [set(fixture.objects(thing, prop)) for thing in set(fixture.subjects(prop))]
    hit = set()
    for kind, terms in axioms(seloste):
        groups = same if kind in (OWL.AllDifferent, OWL.differentFrom) else types.values()
        if any(len(terms & group) > 1 for group in groups):
            hit.add(terms)
    return hit


def test_every_axiom_has_a_fixture_that_breaks_it_and_nothing_else(seloste):
    covered = {}
    for file in INCONSISTENT:
        broken = breaks(Graph().parse(file), seloste)
        assert len(broken) == 1, f"{file.name} breaks {len(broken)} axioms"
        covered[file.name] = broken.pop()
    uncovered = [sorted(terms) for _, terms in axioms(seloste) if terms not in covered.values()]
    assert not uncovered, "write a fixture for each"


def test_the_sound_notice_breaks_no_axiom_on_its_face(seloste):
    assert not breaks(Graph().parse(HERE / "consistent-notice.ttl"), seloste)


@needs_java
def test_the_ontology_with_a_sound_notice_is_consistent_and_every_class_satisfiable():
    result = reasoning.check(Graph().parse(HERE / "consistent-notice.ttl"))
    assert result.ok
    assert result.triples > 1000


@needs_java
@pytest.mark.parametrize("file", INCONSISTENT, ids=lambda f: f.stem.removeprefix("inconsistent-"))
def test_a_contradiction_is_found(file, seloste):
    result = reasoning.classify(seloste + Graph().parse(file))
    assert not result.consistent
    assert not result.ok


@needs_java
def test_without_the_axioms_all_the_contradictions_together_are_none(seloste):
    """So it is the axioms that find them, and no accident of the fixtures."""
    graph = without(seloste, None)
    for file in INCONSISTENT:
        graph += Graph().parse(file)
    assert reasoning.classify(graph).consistent


@needs_java
def test_nothing_can_be_of_two_disjoint_classes(seloste):
    """All pairs of every class axiom in one run: a class below both is unsatisfiable and is named."""
    pairs = [pair for kind, terms in axioms(seloste) if kind in (OWL.disjointWith, OWL.AllDisjointClasses)
             for pair in itertools.combinations(sorted(terms), 2)]
    graph, expected = seloste + Graph(), []
    for number, pair in enumerate(pairs):
        both = URIRef(f"https://example.org/both-{number}")
        expected.append(str(both))
        graph.add((both, RDF.type, OWL.Class))
        for kind in pair:
            graph.add((both, RDFS.subClassOf, kind))
    result = reasoning.classify(graph)
    assert result.consistent
    assert not result.ok
    assert result.unsatisfiable == tuple(sorted(expected))


def test_no_java_is_said_and_has_its_own_exit_code(monkeypatch, capsys):
    monkeypatch.setattr(reasoning, "find_java", lambda: None)
    assert reasoning.main() == reasoning.JAVA_MISSING == 3
    assert "JAVA_HOME" in capsys.readouterr().err


@pytest.mark.parametrize(("result", "code", "said"), [
    (reasoning.GateResult(True, (), 7), 0, "consistent, 0 unsatisfiable classes, 7 triples\n"),
    (reasoning.GateResult(False, (), 7), 1, "inconsistent, 0 unsatisfiable classes, 7 triples\n"),
    (reasoning.GateResult(True, ("urn:x",), 7), 1,
     "unsatisfiable: urn:x\nconsistent, 1 unsatisfiable classes, 7 triples\n")])
def test_the_exit_code_is_the_verdict(monkeypatch, capsys, result, code, said):
    monkeypatch.setattr(reasoning, "check", lambda: result)
    assert reasoning.main() == code
    assert capsys.readouterr().out == said


def test_java_home_wins_over_the_path(monkeypatch, tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert reasoning.find_java() == java
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert reasoning.find_java() == java
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reasoning.find_java() is None


def test_the_reasoner_gets_own_classes_and_not_the_taxonomy_of_dpv():
    graph = reasoning.ontology_graph()
    assert (SEL.Claim, RDF.type, OWL.Class) in graph
    assert (DPV.DirectMarketing, None, None) not in graph
    assert any(isinstance(node, BNode) for node in graph.subjects(RDF.type, OWL.AllDifferent))
