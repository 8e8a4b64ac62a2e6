"""The shapes: every rule has a notice that keeps it and one that breaks it and nothing else; every term is SHACL.

A case is a SPARQL Update that patches one complete fictitious notice (fixtures/shapes/base.ttl), named as its rule.
"""
from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, URIRef

from ontology.namespaces import DCTERMS, DPV, OA, PREFIXES, RULE, SEL, SH
from shapes import rules, validation
from shapes.background import Background

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
BASE = "https://w3id.org/seloste/id/notice/0261a5217727c137"
PROLOGUE = f"BASE <{BASE}/>\n" + "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())
BACKGROUND = Background.of(Graph().parse(FIXTURES / "background.ttl"))

COMPLETENESS = rules.completeness_catalogue()
WELLFORMEDNESS = rules.wellformedness_catalogue()

# https://www.w3.org/TR/shacl/ : a misspelt term is silently ignored by every engine, also by meta-SHACL.
SHACL_TERMS = frozenset((FIXTURES / "shacl-terms.txt").read_text().split())


UNPATCHED = frozenset(Graph().parse(FIXTURES / "base.ttl"))


def notice(patch: Path | None = None) -> Graph:
    graph = Graph()
    for triple in UNPATCHED:
        graph.add(triple)
    for prefix, iri in PREFIXES.items():  # rdflib forgets a prologue after the first of several updates
        graph.bind(prefix, iri, override=True)
    if patch is not None:
        graph.update(PROLOGUE + patch.read_text())
    return graph


def cases(folder: str) -> list[Path]:
    return sorted((FIXTURES / folder).glob("*.ru"))


def broken(findings) -> set[str]:
    return {finding.rule.removeprefix(str(RULE)) for finding in findings}


def test_the_base_notice_is_well_formed_and_complete():
    assert validation.wellformedness(notice()) == ()
    assert validation.validate(notice(), background=BACKGROUND).findings == ()


def test_the_base_notice_quotes_its_text_to_the_character():
    text, graph = (FIXTURES / "base.txt").read_text(), notice()
    assert str(graph.value(URIRef(f"{BASE}/text"), SEL.sha256)) == hashlib.sha256(text.encode()).hexdigest()
    selectors = list(graph.subjects(RDF.type, OA.TextPositionSelector))
    assert len(selectors) > 30
    for selector in selectors:
        start, end = int(graph.value(selector, OA.start)), int(graph.value(selector, OA.end))
        assert text[start:end] == str(graph.value(selector, OA.exact))


@pytest.mark.parametrize("patch", cases("violating"), ids=lambda path: path.stem)
def test_a_flawed_notice_breaks_exactly_its_rule(patch):
    graph = notice(patch)
    assert set(graph) != UNPATCHED, "the patch changes nothing"
    assert broken(validation.validate(graph, background=BACKGROUND).findings) == {patch.stem}
    assert broken(validation.wellformedness(graph)) == set(), "incomplete is not malformed"


@pytest.mark.parametrize("patch", cases("conforming"), ids=lambda path: path.stem)
def test_a_rule_stays_silent_where_it_does_not_apply(patch):
    graph = notice(patch)
    assert set(graph) != UNPATCHED, "the patch changes nothing"
    assert patch.stem not in broken(validation.validate(graph, background=BACKGROUND).findings)


@pytest.mark.parametrize("patch", cases("malformed"), ids=lambda path: path.stem)
def test_a_malformed_graph_breaks_exactly_its_rule(patch):
    also = {"one-notice": {"notice-text"}}.get(patch.stem, set())  # the second notice has no text either
    assert broken(validation.wellformedness(notice(patch))) == {patch.stem} | also


def test_every_rule_has_a_violating_and_a_conforming_case():
    named = {iri.removeprefix(str(RULE)) for iri in COMPLETENESS.rules}
    assert named == {path.stem for path in cases("violating")} == {path.stem for path in cases("conforming")}
    assert {iri.removeprefix(str(RULE)) for iri in WELLFORMEDNESS.rules} == {path.stem for path in cases("malformed")}


def test_every_item_of_the_articles_has_a_rule_that_decides_it():
    decided = {rule.item for rule in COMPLETENESS.rules.values() if rule.leads_to}
    assert [item.item for item in COMPLETENESS.items if item.item not in decided] == []
    assert len(COMPLETENESS.items) == 20


@pytest.mark.parametrize("rule", COMPLETENESS.rules.values(), ids=lambda rule: rule.iri.rpartition("#")[2])
def test_a_rule_speaks_three_languages_and_gives_its_reasons(rule):
    for texts in (rule.messages, rule.guidance, rule.reason):
        assert tuple(texts) == rules.LANGUAGES
        assert all(text.strip() for text in texts.values())
    assert rule.item
    assert rule.article
    assert rule.legal_text.startswith("http://data.")
    assert rule.leads_to in {None, "missing", "contradictory", "not-assessed"}


@pytest.mark.parametrize("rule", WELLFORMEDNESS.rules.values(), ids=lambda rule: rule.iri.rpartition("#")[2])
def test_a_wellformedness_rule_speaks_three_languages(rule):
    assert tuple(rule.messages) == rules.LANGUAGES
    assert rule.severity == "violation"


@pytest.mark.parametrize("graph", [COMPLETENESS.shapes, WELLFORMEDNESS.shapes], ids=["completeness", "wellformedness"])
def test_only_terms_of_shacl_are_used(graph):
    terms = {term for triple in graph for term in triple if isinstance(term, URIRef)}
    used = {str(term).removeprefix(str(SH)) for term in terms if term.startswith(str(SH))}
    assert used <= SHACL_TERMS


@pytest.mark.parametrize("graph", [COMPLETENESS.shapes, WELLFORMEDNESS.shapes], ids=["completeness", "wellformedness"])
def test_every_targeting_shape_is_a_named_rule(graph):
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    targeting = {shape for predicate in targets for shape in graph.subjects(predicate)}
    assert targeting == set(graph.subjects(RDF.type, SEL.Rule))
    assert all(isinstance(shape, URIRef) for shape in targeting)


@pytest.mark.parametrize("graph", [COMPLETENESS.shapes, WELLFORMEDNESS.shapes], ids=["completeness", "wellformedness"])
def test_constraint_queries_declare_every_prefix_they_use(graph):
    ontology = URIRef("https://w3id.org/seloste/prefixes")
    declarations = graph.objects(ontology, SH.declare)
    declared = {str(graph.value(d, SH.prefix)): str(graph.value(d, SH.namespace)) for d in declarations}
    assert all(PREFIXES[prefix] == namespace for prefix, namespace in declared.items())
    for constraint, query in graph.subject_objects(SH.select):
        assert graph.value(constraint, SH.prefixes) == ontology
        words = re.sub(r'"[^"]*"', "", str(query))
        assert set(re.findall(r"(?<![\w?$])([a-z][\w-]*):(?=\w)", words)) <= set(declared)
        assert not re.search(r"\b(MINUS|VALUES|SERVICE)\b", words), "not allowed in a SHACL-SPARQL constraint"


def test_sparql_constraints_stand_on_the_notice_only():
    for catalogue in (COMPLETENESS, WELLFORMEDNESS):
        for shape in catalogue.shapes.subjects(SH.sparql):
            assert list(catalogue.shapes.objects(shape, SH.targetClass)) == [DPV.PrivacyNotice]


@pytest.mark.parametrize("path", sorted(rules.HERE.rglob("*.ttl")), ids=lambda path: path.name)
def test_turtle_files_bind_prefixes_as_declared(path):
    for prefix, iri in re.findall(r"@prefix ([\w-]*): <([^>]*)>", path.read_text()):
        assert PREFIXES[prefix] == iri


def test_conditions_have_no_target_of_their_own():
    graph, _ = rules.parse([rules.HERE / "conditions.ttl"])
    assert not list(graph.subject_objects(SH.targetClass))
    referred = {o for p in (SEL.appliesWhen, SEL.assessedWhen) for o in COMPLETENESS.shapes.objects(None, p)}
    assert referred <= set(graph.subjects(RDF.type, SEL.Condition))


def test_items_have_names_in_three_languages():
    for item in COMPLETENESS.items:
        assert tuple(item.labels) == rules.LANGUAGES


def test_title_of_the_notice_is_kept():
    graph = notice()
    graph.set((URIRef(BASE), DCTERMS.title, Literal("Seloste", lang="fi")))
    assert validation.validate(graph, background=BACKGROUND).title == "Seloste"
