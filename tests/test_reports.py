"""Reports: the JSON of the command line, the text a lawyer reads, the Turtle a store takes, and counts over several."""
from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from ontology.namespaces import PREFIXES
from shapes import reports, rules, validation
from shapes.background import Background
from shapes.wording import UnknownLanguageError, wording

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
BASE = "https://w3id.org/seloste/id/notice/0261a5217727c137"
PROLOGUE = f"BASE <{BASE}/>\n" + "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())


@cache
def report(patch: str | None = None) -> validation.Report:
    graph = Graph().parse(FIXTURES / "base.ttl")
    if patch is not None:
        graph.update(PROLOGUE + (FIXTURES / "violating" / f"{patch}.ru").read_text())
    return validation.validate(graph, background=Background.of(Graph().parse(FIXTURES / "background.ttl")))


def test_json_is_the_contract_of_the_command_line():
    found = json.loads(json.dumps(reports.to_json(report("13-1-d"))))
    assert list(found) == ["notice", "verdicts", "findings"]
    assert found["notice"] == BASE
    assert [v["item"] for v in found["verdicts"]] == [item.item for item in rules.completeness_catalogue().items]
    assert {"item": "13-1-d", "verdict": "missing"} in found["verdicts"]
    (finding,) = found["findings"]
    assert finding["rule"] == "https://w3id.org/seloste/shapes#13-1-d"
    assert (finding["item"], finding["article"], finding["severity"]) == ("13-1-d", "GDPR 13(1)(d)", "violation")
    assert list(finding["message"]) == ["fi", "sv", "en"]
    assert (finding["quote"], finding["end"] - finding["start"]) == ("oikeutettuun etuumme", 20)


def test_json_of_an_omission_has_null_for_its_place():
    (finding,) = reports.to_json(report("13-2-a"))["findings"]
    assert (finding["quote"], finding["start"], finding["end"]) == (None, None, None)


@pytest.mark.parametrize(("language", "verdict", "severity", "quote", "mend"), [
    ("fi", "puuttuu", "PUUTE", "Teksti: ”oikeutettuun etuumme”", "Näin korjaat: Nimeä etu"),
    ("sv", "saknas", "BRIST", "Text: ”oikeutettuun etuumme”", "Så rättar du: Ange vilket intresse"),
    ("en", "missing", "VIOLATION", "Text: ”oikeutettuun etuumme”", "How to mend it: Name the interest"),
])
def test_text_reads_in_three_languages(language, verdict, severity, quote, mend):
    text = reports.to_text(report("13-1-d"), language)
    label = next(i.labels[language] for i in rules.completeness_catalogue().items if i.item == "13-1-d")
    assert any(line.split()[0] == verdict and line.endswith(label) for line in text.splitlines() if "13(1)(d)" in line)
    assert f"1. {severity} · GDPR 13(1)(d)" in text
    assert quote in text
    assert mend in text
    assert "http://data.europa.eu/eli/reg/2016/679/oj" in text
    assert all(len(line) <= reports.WIDTH for line in text.splitlines())


def test_text_of_a_complete_notice_says_so():
    assert wording("en")["no-findings"] in reports.to_text(report(), "en")


def test_an_unknown_language_is_refused():
    with pytest.raises(UnknownLanguageError) as caught:
        reports.to_text(report(), "et")
    assert caught.value.language == "et"


def test_every_word_has_three_languages():
    keys = set(wording("fi"))
    assert keys == set(wording("sv")) == set(wording("en"))
    assert {"met", "missing", "contradictory", "not-applicable", "not-assessed", "violation", "warning", "info"} <= keys


def test_turtle_is_the_report_graph():
    made = report("13-1-d")
    assert isomorphic(Graph().parse(data=reports.to_turtle(made)), made.graph)
    assert len(reports.to_ntriples(made)) == len(made.graph)
    assert list(reports.to_ntriples(made)) == sorted(reports.to_ntriples(made))


def test_worst_severity_decides_the_exit():
    assert reports.worst([]) is None
    assert reports.worst([report()]) is None
    assert reports.worst([report("13-1-b")]) == "info"
    assert reports.worst([report("13-1-b"), report("13-1-f"), report("13-2-a")]) == "violation"


def test_summary_counts_over_notices():
    found = reports.summary([report(), report("13-2-a"), report("13-1-f")])
    assert found["notices"] == 3
    assert found["items"]["13-2-a"] == {"met": 2, "missing": 1}
    assert found["severities"] == {"violation": 1, "warning": 1, "info": 0}
    assert set(found["rules"]) == {PREFIXES["rule"] + "13-2-a", PREFIXES["rule"] + "13-1-f"}
    assert list(found["items"]) == [item.item for item in rules.completeness_catalogue().items]


@pytest.mark.parametrize("language", rules.LANGUAGES)
def test_summary_text_shows_items_and_rules(language):
    text = reports.summary_text([report(), report("13-2-a")], language)
    row = next(line for line in text.splitlines() if "13(2)(a)" in line)
    assert row.split()[:5] == ["1", "1", "·", "·", "·"]
    assert text.splitlines()[-1].endswith("13-2-a")


def test_summary_of_nothing_is_no_error():
    assert reports.summary([])["notices"] == 0
    assert reports.summary_text([], "fi").startswith("Selosteita: 0")
