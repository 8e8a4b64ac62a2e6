"""Deltas: a finding is known again by its rule and its words, wherever they have moved; nothing but a report is compared."""
from __future__ import annotations

from dataclasses import replace

import pytest

from shapes.deltas import EarlierReportError, compared, delta, earlier, fingerprint
from shapes.dossiers import Dossier
from shapes.exchange import json_text, to_json
from shapes.pages import Shown, to_html, to_markdown
from shapes.plain_text import to_text
from shapes.rules import LANGUAGES
from tests.report_fixture import dossier


def past(*patches: str | None):
    return earlier(json_text([to_json(dossier(patch)) for patch in patches]), "earlier.json")


def moved(made: Dossier, *, by: int, words=lambda quote: quote) -> Dossier:
    findings = tuple(
        f if f.quote is None else replace(f, quote=words(f.quote), start=f.start + by, end=f.end + by) for f in made.findings
    )
    return replace(made, report=replace(made.report, findings=findings))


def names(findings) -> list[str]:
    return [f.rule.rpartition("#")[2] for f in findings]


@pytest.mark.parametrize(("before", "now", "new", "fixed", "unchanged", "turned"), [
    (None, None, [], [], [], []),
    (None, "13-2-a", ["13-2-a"], [], [], [("13-2-a", "met", "missing")]),
    ("13-2-a", None, [], ["13-2-a"], [], [("13-2-a", "missing", "met")]),
    ("13-2-a", "13-2-a", [], [], ["13-2-a"], []),
    ("13-2-a", "13-1-d", ["13-1-d"], ["13-2-a"], [], [("13-1-d", "met", "missing"), ("13-2-a", "missing", "met")]),
    ("misspelling", "misspelling", [], [], ["misspelling"], []),
    ("13-1-b", None, [], ["13-1-b"], [], [("13-1-b", "not-assessed", "met")]),
])
def test_what_is_new_fixed_and_unchanged(before, now, new, fixed, unchanged, turned):
    found = delta(dossier(now), past(before)[0])
    assert (names(found.new), names(found.fixed), names(found.unchanged)) == (new, fixed, unchanged)
    assert list(found.turned) == turned


@pytest.mark.parametrize(("words", "same"), [
    (lambda quote: quote, True),                                   # moved down by a new paragraph
    (lambda quote: quote.replace(" ", "\n  "), True),              # wrapped anew
    (str.upper, True),                                             # a heading now
    (lambda quote: quote + " kaupallisesti", False),               # reworded: another finding
])
def test_a_finding_is_known_again_by_its_words(words, same):
    found = delta(moved(dossier("13-1-d"), by=400, words=words), past("13-1-d")[0])
    assert (len(found.unchanged), len(found.new), len(found.fixed)) == ((1, 0, 0) if same else (0, 1, 1))


def test_two_findings_alike_are_counted():
    once = dossier("misspelling")
    twice = replace(once, report=replace(once.report, findings=once.findings * 2))
    grown = delta(twice, past("misspelling")[0])
    assert (len(grown.new), len(grown.unchanged)) == (1, 1)
    shrunk = delta(once, earlier(json_text(to_json(twice)), "earlier.json")[0])
    assert (len(shrunk.fixed), len(shrunk.unchanged)) == (1, 1)


def test_the_fingerprint_of_an_omission_is_that_of_its_rule():
    (omission,), (worded,) = dossier("13-2-a").findings, dossier("13-1-d").findings
    assert fingerprint(omission) == fingerprint(replace(omission, focus="elsewhere", message={"fi": "toinen"}))
    assert fingerprint(worded) != fingerprint(replace(worded, rule=omission.rule))
    assert fingerprint(worded) != fingerprint(replace(worded, quote=None))


def test_notices_are_paired_by_text_then_by_file():
    now = dossier("13-2-a")
    (before,) = past("13-1-d")
    other = replace(before, notice="https://w3id.org/seloste/id/notice/other", source="toinen.txt")
    renamed = replace(before, notice="https://w3id.org/seloste/id/notice/other")
    assert names(compared([now], [other, before])[now.report.notice].fixed) == ["13-1-d"]
    assert names(compared([now], [other, renamed])[now.report.notice].fixed) == ["13-1-d"]
    assert names(compared([now], [other])[now.report.notice].fixed) == ["13-1-d"], "one against one needs no name"
    assert compared([now], [other, replace(other, source="kolmas.txt")]) == {}


@pytest.mark.parametrize(("text", "words"), [
    ("", "is not JSON"),
    ("{", "is not JSON"),
    ("[1]", "not a report"),
    ("null", "not a report"),
    ('{"notice": "x"}', "not a report"),
    ('{"notice": "x", "verdicts": {}, "findings": []}', "not a report"),
    ('{"notice": "x", "verdicts": [{"item": "13-1-a", "verdict": "fine"}], "findings": []}', "not a report"),
    ('{"notice": "x", "verdicts": [], "findings": [{"rule": "r"}]}', "not a report"),
])
def test_what_is_no_earlier_report_is_refused(text, words):
    with pytest.raises(EarlierReportError, match=words) as caught:
        earlier(text, "earlier.json")
    assert "earlier.json" in str(caught.value)
    assert "--format json" in str(caught.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_readers_see_the_changes(language):
    now = dossier("13-1-d")
    changes = compared([now], past("13-2-a"))
    (fixed,) = changes[now.report.notice].fixed
    for text in (
        to_text(now, language, changes[now.report.notice]),
        to_markdown(Shown([now], language, changes)),
        to_html(Shown([now], language, changes)),
    ):
        assert " ".join(fixed.message[language].split()) in " ".join(text.split())
    assert to_json(now, changes[now.report.notice])["delta"]["new"] == [fingerprint(now.findings[0])]
