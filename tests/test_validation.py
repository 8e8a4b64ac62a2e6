"""Validation: verdicts, evidence and the stored report, and what the engine is known to get wrong."""
from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, BNode, Graph, Literal, URIRef

from ontology.namespaces import DCTERMS, DPV, OA, PREFIXES, PROV, RULE, SEL, SH
from shapes import rules, validation
from shapes.background import Background
from shapes.reports import to_ntriples

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
NOTICE = URIRef("https://w3id.org/seloste/id/notice/0261a5217727c137")
PROLOGUE = f"BASE <{NOTICE}/>\n" + "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())
BACKGROUND = Background.of(Graph().parse(FIXTURES / "background.ttl"))


def notice(patch: str | None = None) -> Graph:
    graph = Graph().parse(FIXTURES / "base.ttl")
    if patch is not None:
        graph.update(PROLOGUE + (FIXTURES / patch).read_text())
    return graph


@cache
def report(patch: str | None = None) -> validation.Report:
    return validation.validate(notice(patch), background=BACKGROUND)


def verdicts(patch: str | None = None) -> dict[str, str]:
    return {v.item: str(v.verdict) for v in report(patch).verdicts}


def test_a_complete_notice_meets_every_item():
    assert set(verdicts().values()) == {"met"}
    assert list(verdicts()) == [item.item for item in rules.completeness_catalogue().items]


@pytest.mark.parametrize(("patch", "expected"), [
    ("violating/13-1-a.ru", {"13-1-a": "missing"}),
    ("violating/13-1-a-contact.ru", {}),  # the identity is there: a warning, not a missing item
    ("violating/13-1-b.ru", {"13-1-b": "not-assessed"}),
    ("violating/13-1-c-purposes.ru", {"13-1-c-purposes": "missing"}),
    # without any basis nobody can say whether interest or withdrawal had to be told
    ("violating/13-1-c-legal-basis.ru",
     {"13-1-c-legal-basis": "missing", "13-1-d": "not-assessed", "13-2-c": "not-assessed"}),
    ("violating/13-1-d.ru", {"13-1-d": "missing"}),
    ("conforming/13-1-d.ru", {"13-1-d": "not-applicable"}),
    ("violating/13-1-e.ru", {"13-1-e": "missing"}),
    ("violating/13-1-e-excluded.ru", {"13-1-e": "missing"}),  # "not disclosed" names no processor
    ("violating/13-1-f.ru", {"13-1-f": "missing"}),
    ("conforming/13-1-f.ru", {}),  # excluding transfers tells of them
    ("violating/13-1-f-safeguard.ru", {}),
    ("violating/excluded-transfer-recipient.ru", {"13-1-f": "contradictory"}),
    ("violating/13-2-a.ru", {"13-2-a": "missing"}),
    ("violating/13-2-c.ru", {"13-2-c": "missing"}),
    ("conforming/13-2-c.ru", {"13-2-c": "not-applicable"}),
    ("conforming/13-2-e.ru", {"13-2-e": "not-applicable"}),
    ("violating/13-2-f.ru", {"13-2-f": "not-assessed"}),
    ("violating/14-2-f.ru", {"14-2-f": "missing"}),
])
def test_verdicts_follow_the_notice(patch, expected):
    assert {item: verdict for item, verdict in verdicts(patch).items() if verdict != "met"} == expected


def test_a_notice_that_says_nothing_is_missing_everything_and_passes_nothing():
    """Nothing in the vocabulary may answer for the notice: DPV itself asserts dpv:hasRight many times."""
    graph = Graph()
    graph.add((NOTICE, RDF.type, DPV.PrivacyNotice))
    found = {v.item: str(v.verdict) for v in validation.validate(graph).verdicts}
    assert set(found.values()) == {"missing", "not-assessed"}
    undecided = {item for item, verdict in found.items() if verdict == "not-assessed"}
    assert undecided == {"13-1-b", "13-1-d", "13-2-c", "13-2-f"}


def test_a_negated_right_does_not_meet_the_item():
    graph = notice()
    right = URIRef(f"{NOTICE}/right/A17")
    graph.remove((NOTICE, DPV.hasRight, right))
    graph.set((right, SEL.modality, SEL.Negated))
    found = {v.item: str(v.verdict) for v in validation.validate(graph, background=BACKGROUND).verdicts}
    assert found["13-2-b-erasure"] == "missing"


@pytest.mark.parametrize("kind", ["provision/1", "automation/AutomatedDecisionMaking"])
def test_a_negative_answer_is_an_answer(kind):
    """Nobody has to give the data, no machine decides: a denial tells what these items ask."""
    graph = notice()
    claim = URIRef(f"{NOTICE}/{kind}")
    graph.remove((None, SEL.hasProvisionRequirement, claim))
    graph.set((claim, SEL.modality, SEL.Negated))
    assert validation.validate(graph, background=BACKGROUND).findings == ()
    assert validation.wellformedness(graph) == ()


def test_the_project_s_own_vocabulary_carries_the_rules():
    """What the fixtures assume of the background holds in `ontology/`: hierarchy, territories, adequacy, repeal."""
    graph = notice("violating/special-category-basis.ru")
    graph.update(PROLOGUE + (FIXTURES / "violating/13-1-f-safeguard.ru").read_text())
    act = URIRef(f"{NOTICE}/citation/1050-2018")
    graph.set((act, SEL.act, URIRef("https://w3id.org/seloste/id/act/523-1999")))
    found = validation.validate(graph)
    fired = {f.rule.rpartition("#")[2] for f in found.findings}
    assert fired == {"special-category-basis", "13-1-f-safeguard", "repealed-act-cited"}
    assert {str(v.verdict) for v in found.verdicts} == {"met"}


def test_a_finding_carries_the_quote_of_the_claim_it_is_about():
    text = (FIXTURES / "base.txt").read_text()
    (finding,) = report("violating/13-1-d.ru").findings
    assert finding.quote == "oikeutettuun etuumme" == text[finding.start : finding.end]
    assert finding.focus == f"{NOTICE}/basis/A6-1-f-controller"
    (finding,) = report("violating/13-1-f-safeguard.ru").findings
    assert finding.quote == "Tietoja siirretään Yhdysvaltoihin vakiolausekkeiden nojalla"
    assert finding.message["sv"].startswith("Ingen skyddsåtgärd")


def test_an_omission_has_no_quote():
    (finding,) = report("violating/13-2-a.ru").findings
    assert (finding.quote, finding.start, finding.end, finding.focus) == (None, None, None, str(NOTICE))


def test_a_sparql_constraint_fills_in_its_values_and_keeps_its_languages():
    (finding,) = report("violating/excluded-transfer-recipient.ru").findings
    assert finding.quote == "Kirjekyyhky Oy"
    for language, word in (("fi", "Selosteen mukaan tietoja ei siirretä"), ("sv", "Enligt texten överförs"), ("en", "The notice says that no data")):
        assert finding.message[language].startswith(word)
        assert "(US)" in finding.message[language]
        assert "Tietoja voidaan siirtää Sveitsiin" in finding.message[language]
        assert "{?" not in finding.message[language]
    (finding,) = report("violating/repealed-act-cited.ru").findings
    assert finding.message["en"] == "The notice cites act 523/1999, which was repealed on 2019-01-01."
    assert tuple(finding.message) == rules.LANGUAGES


def test_a_backslash_in_untrusted_text_does_not_stop_the_run():
    """The organisation of the fixture has one in its name; a quote gets one here. The engine would crash on both."""
    graph = notice("violating/excluded-transfer-recipient.ru")
    for claim in ("transfer/1", "recipient/kirjekyyhky-oy"):
        (selector,) = graph.objects(URIRef(f"{NOTICE}/{claim}"), PROV.wasDerivedFrom)
        graph.set((selector, OA.exact, Literal("C:\\1\\x {?name} \\g<0>", lang="fi")))
    (finding,) = validation.validate(graph, background=BACKGROUND).findings
    assert finding.quote == "C:\\1\\x {?name} \\g<0>"
    assert "Cloudmailer / Inc" in finding.message["fi"]
    assert validation.wellformedness(graph) == ()


def test_the_same_graph_gives_the_same_report():
    first = report("violating/13-1-c-legal-basis.ru")
    shuffled = Graph()
    for triple in sorted(notice("violating/13-1-c-legal-basis.ru"), reverse=True):
        shuffled.add(triple)
    second = validation.validate(shuffled, background=BACKGROUND)
    assert to_ntriples(first) == to_ntriples(second)
    assert first == second


def test_the_stored_report_is_standard_and_has_no_blank_node():
    graph = report("violating/13-1-d.ru").report_graph
    node = URIRef(f"{NOTICE}/report")
    assert list(graph.subjects(RDF.type, SH.ValidationReport)) == [node]
    assert graph.value(node, SH.conforms) == Literal(False)
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)
    (result,) = graph.objects(node, SH.result)
    assert result == URIRef(f"{NOTICE}/report/1")
    assert graph.value(result, SH.sourceShape) == RULE["13-1-d"]
    assert graph.value(result, SH.resultSeverity) == SH.Violation
    assert {message.language for message in graph.objects(result, SH.resultMessage)} == {"fi", "sv", "en"}
    kept = graph.objects(node, SEL.hasVerdict)
    stored = {str(graph.value(v, SEL.item)): str(graph.value(v, SEL.verdict)) for v in kept}
    assert stored == verdicts("violating/13-1-d.ru")


def test_a_complete_notice_conforms():
    graph = report().report_graph
    assert graph.value(URIRef(f"{NOTICE}/report"), SH.conforms) == Literal(True)
    assert not list(graph.objects(None, SH.result))


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_notice_is_judged(count):
    graph = Graph()
    for number in range(count):
        graph.add((URIRef(f"{NOTICE}{number}"), RDF.type, DPV.PrivacyNotice))
    with pytest.raises(validation.NoticeCountError) as caught:
        validation.validate(graph, background=BACKGROUND)
    assert caught.value.count == count


def test_an_empty_graph_is_not_well_formed():
    assert [f.rule for f in validation.wellformedness(Graph())] == [str(RULE["one-notice"])]


def test_validation_leaves_the_graph_and_the_process_as_they_were(monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = notice()
    before = set(graph)
    validation.validate(graph, background=BACKGROUND)
    assert set(graph) == before
    assert rdflib.NORMALIZE_LITERALS is False


def test_a_failure_of_the_engine_is_an_error_not_a_report(monkeypatch):
    shapes = Graph().parse(format="turtle", data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dpv: <https://w3id.org/dpv#> . @prefix rule: <urn:x:> .
        rule:bad a sh:NodeShape ; sh:targetClass dpv:PrivacyNotice ; sh:sparql rule:query .
        rule:query sh:select "SELECT $this WHERE { VALUES ?x { 1 } $this ?p ?x }" .""")
    catalogue = rules.completeness_catalogue()
    broken = rules.Catalogue(shapes, catalogue.conditions, catalogue.rules, catalogue.items, "0")
    monkeypatch.setattr(validation, "completeness_catalogue", lambda: broken)
    with pytest.raises(rules.ShapesError, match="VALUES"):
        validation.validate(notice(), background=BACKGROUND)


def test_a_shape_without_words_is_an_error(monkeypatch):
    shapes = Graph().parse(format="turtle", data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dpv: <https://w3id.org/dpv#> . @prefix rule: <urn:x:> .
        rule:mute a sh:PropertyShape ; sh:targetClass dpv:PrivacyNotice ; sh:path dpv:hasNotice ; sh:minCount 1 .""")
    catalogue = rules.completeness_catalogue()
    broken = rules.Catalogue(shapes, catalogue.conditions, catalogue.rules, catalogue.items, "0")
    monkeypatch.setattr(validation, "completeness_catalogue", lambda: broken)
    with pytest.raises(rules.ShapesError, match="urn:x:mute"):
        validation.validate(notice(), background=BACKGROUND)


def test_a_shapes_file_that_is_not_turtle_names_itself(tmp_path):
    (tmp_path / "bad.ttl").write_text("rule:x a ;")
    with pytest.raises(rules.ShapesError) as caught:
        rules.parse([tmp_path / "bad.ttl"])
    assert caught.value.where == "bad.ttl"
    with pytest.raises(rules.ShapesError, match=r"absent\.ttl"):
        rules.parse([tmp_path / "absent.ttl"])


def test_the_background_brings_only_what_the_notice_leads_to():
    graph = Graph()
    graph.add((NOTICE, DPV.hasThirdCountry, URIRef(PREFIXES["loc"] + "CH")))
    brought = {str(s).rpartition("#")[2] for s, _, _ in BACKGROUND.about(graph)}
    assert brought == {"CH", "Adequacy-EU-CH", "AdequacyDecision"}


def test_an_undated_notice_is_judged_at_the_date_of_the_table():
    graph = notice("violating/transfer-instrument-expired.ru")
    graph.remove((NOTICE, DCTERMS.modified, None))
    found = {f.rule.rpartition("#")[2] for f in validation.validate(graph, background=BACKGROUND).findings}
    assert found == {"transfer-instrument-expired", "notice-undated"}


@pytest.mark.parametrize(("country", "dated", "found"), [
    ("GB", "2025-02-03", False),
    ("GB", "2019-05-01", True),  # not yet adequate
    ("GB", None, False),
    ("US", None, True),  # the framework covers listed recipients, not the country
    ("FI", None, False),  # no third country at all
])
def test_a_safeguard_is_asked_for_where_the_destination_is_not_adequate_at_the_date(country, dated, found):
    graph = notice("violating/13-1-f-safeguard.ru")
    graph.set((URIRef(f"{NOTICE}/transfer/2"), DPV.hasThirdCountry, URIRef(PREFIXES["loc"] + country)))
    graph.remove((NOTICE, DCTERMS.modified, None))
    if dated:
        graph.add((NOTICE, DCTERMS.modified, Literal(dated, datatype=rdflib.XSD.date)))
    fired = {f.rule.rpartition("#")[2] for f in validation.validate(graph, background=BACKGROUND).findings}
    assert ("13-1-f-safeguard" in fired) is found


def test_an_unnamed_destination_needs_a_safeguard():
    graph = notice("violating/13-1-f-safeguard.ru")
    graph.remove((URIRef(f"{NOTICE}/transfer/2"), DPV.hasThirdCountry, None))
    fired = {f.rule.rpartition("#")[2] for f in validation.validate(graph, background=BACKGROUND).findings}
    assert fired == {"13-1-f-safeguard"}
