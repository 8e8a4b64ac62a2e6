"""The stored questions as files: complete headers, typed values, and no way to change a question by its values."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from queries.catalogue import BadParameter, BadQuestion, MissingParameter, Parameter, load, read
from queries.headers import HeaderError, split

QUESTIONS = load()
LABELS = {"fi": "f", "sv": "s", "en": "e"}
HEADER = """\
#+ title:
#+   fi: Kysymys?
#+   sv: Fråga?
#+   en: Question?
#+ description:
#+   fi: Pitkä selitys, joka
#+     jatkuu toisella rivillä.
#+   sv: "Med kolon: och \\"citat\\""
#+   en: Short.
#+ parameters:
#+   country:
#+     type: country
#+     label:
#+       fi: maa
#+       sv: land
#+       en: country
#+     example: FI

SELECT * { ?s ?p $country }
"""


def test_a_header_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a-question.rq"
    file.write_text(HEADER, encoding="utf-8")
    question = read(file)
    assert question.name == "a-question"
    assert question.titles == {"fi": "Kysymys?", "sv": "Fråga?", "en": "Question?"}
    assert question.descriptions["fi"] == "Pitkä selitys, joka jatkuu toisella rivillä."
    assert question.descriptions["sv"] == 'Med kolon: och "citat"'
    assert question.parameters == (
        Parameter("country", "country", {"fi": "maa", "sv": "land", "en": "country"}, None, "FI"),
    )
    assert question.bind({"country": "ru"}) == "SELECT * { ?s ?p <https://w3id.org/dpv/loc#RU> }\n"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("#+   sv: Fråga?\n", "", "'title' must be given in fi, sv, en"),
        ("type: country", "type: planet", "'planet', known are country"),
        ("#+     example: FI\n", "", "example"),
        ("$country", "?o", r"declares \['country'\], the query uses \[\]"),
        ("$country", "$country . ?s ?q $other", "other"),
        ("#+ description:", "#+ describtion:", "describtion"),
        ("#+   sv: Fråga?", "#+  sv: Fråga?", "line 3: the indent"),
        ("#+   sv: Fråga?", "#+   fi: Fråga?", "line 3: 'fi' stands twice"),
        ("#+ title:", "title", "begins with a header"),
    ],
)
def test_a_broken_file_says_what_is_wrong(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in HEADER
    file = tmp_path / "broken.rq"
    file.write_text(HEADER.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadQuestion, match=problem) as raised:
        read(file)
    assert raised.value.file == file


def test_a_header_line_without_a_key() -> None:
    with pytest.raises(HeaderError, match="line 1: expected 'key: value'"):
        split("#+ - list\nASK {}")


def test_there_are_enough_questions_and_the_ones_that_were_asked_for() -> None:
    assert len(QUESTIONS) >= 24
    assert {
        "transfers-to-country", "transfers-without-safeguard", "excludes-transfers", "no-retention-period",
        "who-names-recipient", "special-categories", "repealed-acts-cited", "legitimate-interest-not-stated",
        "no-right-to-complain", "contradictory-transfers", "third-party-sources", "defects", "notices-by-purpose",
        "findings-by-rule", "conditional-transfers", "personal-data-of-controller", "how-to-exercise-rights", "notices-with-demands-on-requests",
        "purposes-with-their-bases", "safeguard-copies", "activities-of-notices", "languages-of-notices",
        "search-quotes", "search-notices",
    } <= set(QUESTIONS)  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_is_written_well(name: str) -> None:
    question = QUESTIONS[name]
    for language, title in question.titles.items():
        assert title.endswith("?"), language
        assert question.descriptions[language].endswith("."), language
    assert len({*question.titles.values()}) == 3
    ox.Store().query(question.bind(question.examples()))  # SPARQL
    defaults = {parameter.name: "" for parameter in question.parameters if parameter.default is not None}
    given = {parameter.name: parameter.example for parameter in question.parameters if parameter.default is None}
    assert question.bind(given) == question.bind(given | defaults)
    if "?claim" in question.text and "GROUP BY" not in question.text and "NOT EXISTS { GRAPH ?notice" not in question.text:
        for variable in ("?notice", "?controller", "?quote", "?start", "?end"):
            assert variable in question.text.split("WHERE", 1)[0], variable


@pytest.mark.parametrize("name", QUESTIONS)
def test_rows_about_notices_can_be_narrowed_and_say_names_in_a_language(name: str) -> None:
    question = QUESTIONS[name]
    types = {parameter.name: parameter.type for parameter in question.parameters}
    columns = question.text.split("WHERE", 1)[0]
    if "?notice " in columns and "?notices" not in columns:
        assert types["from"] == types["to"] == "date"
        assert ("controller" in types) == (name != "no-controller")
    if "?modality" in columns and name not in ("excludes-transfers", "contradictory-transfers"):
        assert types["modality"] == "modality"
    for concept in ("concept", "country", "purpose", "basis", "instrument", "kind", "seat", "excluded"):
        if f"?{concept} " in columns and name not in ("top-recipients", "third-party-sources"):
            assert types["language"] == "language"
            assert f"?{concept}Label" in columns or "?label" in columns


def test_a_value_inside_an_iri_is_percent_encoded(tmp_path: Path) -> None:
    file = tmp_path / "a-question.rq"
    query = "SELECT * { VALUES ?x { <https://e/?text=$country&x> } FILTER(?x != $country) }"
    file.write_text(HEADER.replace("type: country", "type: text").replace("SELECT * { ?s ?p $country }", query), encoding="utf-8")
    bound = read(file).bind({"country": "> } $country"})
    assert "<https://e/?text=%3E%20%7D%20%24country&x>" in bound
    assert '!= "> } $country")' in bound


GOOD = [
    ("country", "fi", "<https://w3id.org/dpv/loc#FI>"),
    ("text", 'a"b\\c\nd', '"a\\"b\\\\c\\nd"'),
    ("text", "$country } ; DROP ALL #", '"$country } ; DROP ALL #"'),
    ("concept", "dpv:DirectMarketing", "<https://w3id.org/dpv#DirectMarketing>"),
    ("concept", "eu-gdpr:A6-1-f", "<https://w3id.org/dpv/legal/eu/gdpr#A6-1-f>"),
    ("concept", "https://example.org/x", "<https://example.org/x>"),
    ("organisation", "2817330-9", "<https://w3id.org/seloste/id/organisation/2817330-9>"),
    ("integer", "007", "7"),
    ("date", "2018-05-25", '"2018-05-25"^^<http://www.w3.org/2001/XMLSchema#date>'),
    ("language", "SV", '"sv"'),
    ("modality", "conditional", "<https://w3id.org/seloste/ns#Conditional>"),
    ("modality", "any", ", ".join(f"<https://w3id.org/seloste/ns#{m}>" for m in ("Asserted", "Possible", "Conditional", "Negated"))),
    ("written", "all", '"fi", "sv", "en"'),
    ("written", "SV", '"sv"'),
    ("facet", "transfer", "<https://w3id.org/seloste/ns#Transfer>"),
    ("facet", "all", "<https://w3id.org/seloste/ns#Claim>, <https://w3id.org/seloste/ns#Defect>"),
    ("item", "13-1-c-legal-basis", '"13-1-c-legal-basis"'),
]
BAD = [
    ("country", "Finland"), ("country", "F1"), ("country", "FI> } #"), ("country", "ÄÖ"), ("country", ""),
    ("text", "a\x00b"), ("text", "x" * 501), ("text", "\ud800"),
    ("concept", "nope:X"), ("concept", "dpv:A B"), ("concept", "https://e/> } {"), ("concept", "javascript:alert(1)"),
    ("organisation", "https://e/\\u003e"), ("organisation", "../x"),
    ("integer", "-1"), ("integer", "1e9"), ("integer", "٣"),
    ("date", "2018-02-30"), ("date", "25.5.2018"),
    ("language", "finnish"), ("modality", "maybe"), ("written", "de"), ("written", ""), ("facet", "sel:Claim"), ("item", "12-1"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "term"), GOOD)
def test_a_value_becomes_a_term(kind: str, value: str, term: str) -> None:
    parameter = Parameter("x", kind, LABELS, None, value)
    assert parameter.term(value) == term
    query = f"ASK {{ FILTER(?x IN ({term})) }}"
    assert not bool(ox.Store().query(query))


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_a_value_of_another_kind_is_refused(kind: str, value: str) -> None:
    with pytest.raises(BadParameter) as raised:
        Parameter("x", kind, LABELS, None, "").term(value)
    assert raised.value.expected in str(raised.value)


def test_missing_and_unknown_parameters() -> None:
    question = QUESTIONS["transfers-to-country"]
    for values in ({}, {"country": "  "}):
        with pytest.raises(MissingParameter, match="ISO 3166"):
            question.bind(values)
    with pytest.raises(BadParameter, match="one of the parameters of transfers-to-country: country"):
        question.bind({"country": "FI", "land": "FI"})


def test_all_modalities_are_those_not_negated() -> None:
    bound = QUESTIONS["retention-periods"].bind({})
    assert bound.count("<https://w3id.org/seloste/ns#") == 3 + 1  # three modalities and the prefix
    assert "#Negated>" not in bound


def test_the_catalogue_needs_no_store_and_no_framework() -> None:
    script = "import sys, queries.catalogue as c; c.load(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyoxigraph", "fastapi", "rdflib", "ingest"} & set(loaded)
