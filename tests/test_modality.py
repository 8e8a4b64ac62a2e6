"""Polarity in tables: the sentence, the words whose polarity is asked, and what it must be."""
from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest import modality
from ingest.matcher import Matcher
from ingest.modality import Modality, Polarity
from ingest.words import words_of
from ontology import lexicon
from tests.said import claims

TABLES = Path(__file__).parent / "fixtures" / "modality"
LEXICONS = lexicon.load()
CUES = {language: Matcher(lex, [e for e in lex.entries if e.effects]) for language, lex in LEXICONS.items()}
LEAST = {"fi": 150, "sv": 60, "en": 60}


def table(language: str) -> list[dict[str, str]]:
    """The rows of a language: sentence, words, expected, phenomenon."""
    with (TABLES / f"{language}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read(language: str, sentence: str, words: str) -> Polarity:
    """The polarity of the words, which must stand in the sentence as whole words and only once."""
    tokens = words_of(LEXICONS[language]).tokens(sentence)
    written = [sentence[t.start : t.end] for t in tokens]
    asked = words.split()
    places = [i for i in range(len(tokens)) if written[i : i + len(asked)] == asked]
    assert len(places) == 1, f"«{words}» stands {len(places)} times in «{sentence}»"
    clauses = modality.clauses(sentence, tokens, CUES[language].match(tokens))
    return modality.polarity(clauses, range(places[0], places[0] + len(asked)))


@pytest.mark.parametrize(
    ("language", "row"),
    [
        pytest.param(language, row, id=f"{language}-{row['phenomenon']}-{row['sentence']}-{row['words']}")
        for language in LEXICONS
        for row in table(language)
    ],
)
def test_polarity(language: str, row: dict[str, str]) -> None:
    assert read(language, row["sentence"], row["words"]).modality is Modality(row["expected"].capitalize())


@pytest.mark.parametrize("language", lexicon.LANGUAGES)
def test_the_tables_are_large_and_hold_every_modality(language: str) -> None:
    rows = table(language)
    assert len({(row["sentence"], row["words"]) for row in rows}) == len(rows) >= LEAST[language]
    assert {row["expected"] for row in rows} == {m.value.lower() for m in Modality}
    assert all(row["phenomenon"] for row in rows)


@pytest.mark.parametrize(
    ("language", "sentence", "words", "condition"),
    [
        ("fi", "Tietoja ei siirretä EU:n ulkopuolelle, ellei tekninen toteutus sitä vaadi.", "ulkopuolelle",
         "ellei tekninen toteutus sitä vaadi"),
        ("fi", "Tietoja ei luovuteta EU:n eikä ETA:n ulkopuolelle, ellei laki vaadi, ja ne säilytetään kotimaassa.", "ETA:n",
         "ellei laki vaadi"),
        ("sv", "Uppgifter lämnas inte till utomstående, såvida inte lagen kräver det.", "utomstående",
         "såvida inte lagen kräver det"),
        ("en", "Data is not given to outsiders unless you agree, and it is kept in Finland.", "outsiders",
         "unless you agree"),
    ],
)
def test_a_denial_with_an_exception_departs_from_no(language: str, sentence: str, words: str, condition: str) -> None:
    polarity = read(language, sentence, words)
    assert polarity.modality is Modality.CONDITIONAL
    assert polarity.default_negated
    assert polarity.condition is not None
    assert sentence[polarity.condition.start : polarity.condition.end] == condition


@pytest.mark.parametrize(
    ("sentence", "words", "condition"),
    [
        ("Jos tilaat lisäpalvelun, tietosi siirretään Norjaan.", "Norjaan", "Jos tilaat lisäpalvelun"),
        ("Tiedot siirretään Intiaan, mikäli tuki toimii sieltä.", "Intiaan", "mikäli tuki toimii sieltä"),
        ("Tietoja, mikäli niitä on, säilytetään toimistolla.", "toimistolla", "mikäli niitä on"),
    ],
)
def test_the_words_of_a_condition_are_those_of_its_own_clause(sentence: str, words: str, condition: str) -> None:
    polarity = read("fi", sentence, words)
    assert polarity.modality is Modality.CONDITIONAL
    assert not polarity.default_negated
    assert polarity.condition is not None
    assert sentence[polarity.condition.start : polarity.condition.end] == condition


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Automaattiset päätökset\n\nEmme:\n- tee automaattisia päätöksiä", {"automated-decision/AutomatedDecisionMaking-negated"}),
        ("Käyttötarkoitus\n\nEmme käytä tietoja seuraaviin:\n- suoramarkkinointi", {"purpose/DirectMarketing-negated"}),
        ("Käyttötarkoitus\n\nTietoja voidaan käyttää seuraaviin:\n- suoramarkkinointi", {"purpose/DirectMarketing-possible"}),
        # What a full stop ends is said: the list below is not of it.
        ("Käyttötarkoitus\n\nEmme myy tietoja.\n- suoramarkkinointi", {"purpose/DirectMarketing"}),
    ],
)
def test_a_list_has_the_polarity_of_what_introduces_it(text: str, paths: set[str]) -> None:
    assert {p for p in claims(text) if p.startswith(("purpose/Direct", "automated-decision/"))} == paths
