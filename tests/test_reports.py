"""Reports: the JSON of the command line, the text of a terminal, the Turtle a store takes, and counts over several."""
from __future__ import annotations

import json

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from ontology.namespaces import PREFIXES
from shapes import overview, plain_text, reports, rules
from shapes.exchange import to_json
from shapes.overview import summary, worst
from shapes.plain_text import summary_text, to_text
from shapes.reports import Written, fails, files, written
from shapes.wording import UnknownLanguageError, wording
from tests.report_fixture import BASE, HEADINGS, dossier

ITEMS = [item.item for item in rules.completeness_catalogue().items]


def test_json_is_the_contract_of_the_command_line():
    found = json.loads(json.dumps(to_json(dossier("13-1-d"))))
    assert list(found)[:3] == ["notice", "verdicts", "findings"]
    assert found["notice"] == BASE
    assert [v["item"] for v in found["verdicts"]] == ITEMS
    assert {v["item"]: v["verdict"] for v in found["verdicts"]}["13-1-d"] == "missing"
    (finding,) = found["findings"]
    assert finding["rule"] == "https://w3id.org/seloste/shapes#13-1-d"
    assert (finding["item"], finding["article"], finding["severity"]) == ("13-1-d", "GDPR 13(1)(d)", "violation")
    assert list(finding["message"]) == ["fi", "sv", "en"]
    assert (finding["quote"], finding["end"] - finding["start"]) == ("oikeutettuun etuumme", 20)
    assert found["source"] == "koivulehto.txt"
    assert found["madeWith"]["engine"].startswith("pyshacl ")


def test_json_of_an_omission_has_null_for_its_place_and_says_where_it_was_looked_for():
    found = to_json(dossier("13-2-a"))
    (finding,) = found["findings"]
    assert (finding["quote"], finding["start"], finding["end"]) == (None, None, None)
    retention = next(v for v in found["verdicts"] if v["item"] == "13-2-a")
    assert retention["evidence"] == []
    assert retention["sectionsRead"] == [{"heading": "Asiakasrekisteri", "start": 183, "end": 911}]
    assert [h["heading"] for h in found["read"]["sections"]] == [h.text for h in HEADINGS]


def test_json_quotes_what_tells_an_item():
    verdicts = {v["item"]: v for v in to_json(dossier())["verdicts"]}
    assert verdicts["13-1-d"]["evidence"][0]["quote"] == "haluamme kertoa asiakkaille uusista tuotteista"
    assert [q["quote"] for q in verdicts["13-2-a"]["evidence"]] == ["kuusi vuotta tilikauden päättymisestä"]
    assert verdicts["13-1-b"] == {"item": "13-1-b", "verdict": "met", "evidence": [], "contactDetails": True, "sectionsRead": []}


@pytest.mark.parametrize(("language", "verdict", "severity", "quote", "mend"), [
    ("fi", "puuttuu", "PUUTE", "Teksti: ”oikeutettuun etuumme” (kohdassa ”Asiakasrekisteri”, merkit 305–325)", "Näin korjaat: Nimeä etu"),
    ("sv", "saknas", "BRIST", "Text: ”oikeutettuun etuumme” (under ”Asiakasrekisteri”, tecken 305–325)", "Så åtgärdar du det: Ange vilket intresse"),
    ("en", "missing", "VIOLATION", "Text: “oikeutettuun etuumme” (under “Asiakasrekisteri”, characters 305–325)", "How to mend it: Name the interest"),
])
def test_text_reads_in_three_languages(language, verdict, severity, quote, mend):
    text = to_text(dossier("13-1-d"), language)
    label = next(i.labels[language] for i in rules.completeness_catalogue().items if i.item == "13-1-d")
    assert any(line.split()[0] == verdict and line.endswith(label) for line in text.splitlines() if "13(1)(d)" in line)
    assert f"1. {severity} · GDPR 13(1)(d)" in text
    assert quote in text
    assert mend in text
    assert "http://data.europa.eu/eli/reg/2016/679/oj" in text
    assert all(len(line) <= plain_text.WIDTH for line in text.splitlines())


@pytest.mark.parametrize(("headings", "patch", "words"), [
    (HEADINGS, "13-2-a", "Etsitty otsikoiden alta: ”Asiakasrekisteri”"),
    (HEADINGS, "13-1-f", "Aiheesta ei ole omaa otsikkoa; koko teksti on luettu."),
    (None, "13-2-a", "Koko teksti on luettu."),                 # from a store: sections are not known
])
def test_what_is_missing_says_what_was_read(headings, patch, words):
    assert words in to_text(dossier(patch, headings), "fi")


def test_text_of_a_complete_notice_says_so():
    assert wording("en")["no-findings"] in to_text(dossier(), "en")


@pytest.mark.parametrize("form", list(reports.SUFFIXES))
def test_an_unknown_language_is_refused_in_every_format(form):
    with pytest.raises(UnknownLanguageError) as caught:
        written(Written([dossier()], "et"), form)
    assert caught.value.language == "et"


def test_every_word_has_three_languages():
    keys = set(wording("fi"))
    assert keys == set(wording("sv")) == set(wording("en"))
    assert {"met", "missing", "contradictory", "not-applicable", "not-assessed", "violation", "warning", "info"} <= keys
    for language in rules.LANGUAGES:
        blanks = {key: text.count("{") for key, text in wording(language).items()}
        assert blanks == {key: text.count("{") for key, text in wording("en").items()}


@pytest.mark.parametrize(("form", "parser"), [("turtle", "turtle"), ("jsonld", "json-ld")])
def test_rdf_is_the_standard_report_of_all_notices(form, parser):
    both = [dossier("13-1-d"), dossier("13-2-a")]
    expected = both[0].report.graph + both[1].report.graph
    assert isomorphic(Graph().parse(data=written(Written(both, "fi"), form), format=parser), expected)


@pytest.mark.parametrize(("form", "begins"), [
    ("text", "Granskning av dataskyddsbeskrivning"), ("markdown", "# Granskning"), ("html", "<!DOCTYPE html>"), ("json", "{"), ("turtle", "@prefix"),
    ("jsonld", "["), ("csv", "notice,source"), ("junit", "<?xml"), ("sarif", "{"),
])
def test_every_format_begins_as_its_readers_expect(form, begins):
    assert written(Written([dossier("13-2-a")], "sv"), form).lstrip().startswith(begins)


def test_ntriples_are_the_report_graph_sorted():
    made = dossier("13-1-d").report
    assert len(reports.to_ntriples(made)) == len(made.graph)
    assert list(reports.to_ntriples(made)) == sorted(reports.to_ntriples(made))


@pytest.mark.parametrize("form", list(reports.SUFFIXES))
def test_the_same_notice_gives_the_same_bytes(form):
    asked = Written([dossier("13-1-d")], "sv")
    dossier.cache_clear()
    assert written(asked, form) == written(Written([dossier("13-1-d")], "sv"), form)


@pytest.mark.parametrize(("patches", "weightiest", "failing"), [
    ([], None, set()),
    ([None], None, set()),
    (["13-1-b"], "info", {"info"}),
    (["13-1-b", "13-1-f"], "warning", {"info", "warning"}),
    (["13-1-b", "13-1-f", "13-2-a"], "violation", {"info", "warning", "violation"}),
])
def test_the_weightiest_severity_decides_the_exit(patches, weightiest, failing):
    found = [dossier(patch) for patch in patches]
    assert worst(d.report for d in found) == weightiest
    assert {s for s in ("violation", "warning", "info") if fails(found, s)} == failing


def test_summary_counts_over_notices():
    found = summary([dossier(), dossier("13-2-a"), dossier("13-1-f")])
    assert found["notices"] == 3
    assert found["items"]["13-2-a"] == {"met": 2, "missing": 1}
    assert found["severities"] == {"violation": 1, "warning": 1, "info": 0}
    assert set(found["rules"]) == {PREFIXES["rule"] + "13-2-a", PREFIXES["rule"] + "13-1-f"}
    assert list(found["items"]) == ITEMS
    assert [row["verdicts"]["13-2-a"] for row in found["matrix"]] == ["met", "missing", "met"]


def test_summary_groups_by_controller_and_keeps_the_nameless_last():
    found = overview.by_controller([dossier("13-1-a"), dossier()])
    assert [(c.name, c.notices) for c in found][-1] == ("", 1)
    assert found[-1].verdicts["missing"] == 1
    assert found[-1].severities["violation"] == 1


@pytest.mark.parametrize("language", rules.LANGUAGES)
def test_summary_text_shows_items_and_rules(language):
    text = summary_text([dossier(), dossier("13-2-a")], language)
    row = next(line for line in text.splitlines() if "13(2)(a)" in line)
    assert row.split()[:5] == ["1", "1", "·", "·", "·"]
    assert text.splitlines()[-1].endswith("13-2-a")


def test_summary_of_nothing_is_no_error():
    assert summary([])["notices"] == 0
    assert summary_text([], "fi").startswith("Selosteita: 0")
    for form in reports.SUFFIXES:
        assert written(Written([], "fi", summarised=True), form)


def test_a_folder_gets_a_file_a_notice_and_an_index():
    made = dict(files(Written([dossier("13-2-a")], "en"), "html"))
    assert list(made) == ["0261a5217727c137.html", "index.html"]
    assert 'href="0261a5217727c137.html"' in made["index.html"]
    assert dict(files(Written([dossier()], "en"), "csv")).keys() == {"0261a5217727c137.csv"}
