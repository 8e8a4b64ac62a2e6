"""Names of organisations by legal form, and identifiers by their check digit."""
from __future__ import annotations

import pytest

from ingest.matcher import Matcher
from ingest.names import NameReader, bare, business_ids, slug
from ingest.notice import Span
from ingest.organisations import same
from ingest.words import words_of
from ontology import lexicon

LEXICONS = lexicon.load()
READERS = {language: NameReader(lex) for language, lex in LEXICONS.items()}
FORMS = {language: Matcher(lex, lex.of_kind("LegalForm")) for language, lex in LEXICONS.items()}


@pytest.mark.parametrize(("language", "sentence", "printed"), [
    ("fi", "Rekisterinpitäjä on Havukka Oy, Rantakatu 1.", ["Havukka Oy"]),
    ("fi", "Tässä kerrotaan Havukka Oy:n asiakasrekisteristä.", ["Havukka Oy"]),
    ("fi", "Tiedot käsittelee Tilitoimisto Numero & Kirja Oy.", ["Tilitoimisto Numero & Kirja Oy"]),
    ("fi", "Tmi Maija Mallinen pitää rekisteriä.", ["Tmi Maija Mallinen"]),
    ("fi", "Rekisterinpitäjä: Tulikallion Melojat ry", ["Tulikallion Melojat ry"]),
    ("fi", "Rekisterinpitäjä on Hallajoen kunta.", ["Hallajoen kunta"]),
    ("fi", "Tietoja säilytetään ja käsitellään yhtiössä.", []),
    ("fi", "Tietoja luovutetaan Tulikallion Metsästäjäliitolle.", ["Tulikallion Metsästäjäliitto"]),  # inflected last word
    ("fi", "Tiedot tulevat Hallajoen kunnalta ja Kuormavallin yliopistosta.", ["Hallajoen kunta", "Kuormavallin yliopisto"]),
    ("fi", "Tiedot välitetään Hallajoen kunnan opetustoimelle.", []),  # the genitive names an owner
    ("fi", "Tietoja käsittelee Yhdistyksen hallitus.", []),  # a kind of organisation, not which one
    ("sv", "Personuppgiftsansvarig är Ullvide Handel AB.", ["Ullvide Handel AB"]),
    ("en", "The controller is Tallygrove Ltd, a company in Tampere.", ["Tallygrove Ltd"]),
])
def test_names_are_read_as_printed(language: str, sentence: str, printed: list[str]) -> None:
    tokens = words_of(LEXICONS[language]).tokens(sentence)
    assert [n.name for n in READERS[language].names(sentence, tokens, FORMS[language].match(tokens))] == printed


@pytest.mark.parametrize(("text", "number", "valid"), [
    ("Y-tunnus 2135102-9", "2135102-9", True), ("Y-tunnus 2135102-8", "2135102-8", False),
    ("y-tunnus 33425921-3", "33425921-3", False), ("org.nr 556703-7485", "556703-7485", True),
])
def test_identifiers(text: str, number: str, valid: bool) -> None:
    (found,) = business_ids(text, Span(0, len(text)))
    assert (found.number, found.valid) == (number, valid)


def test_telephone_numbers_are_no_identifiers() -> None:
    assert business_ids("puh. 040-1234567, 050 1234567-89", Span(0, 32)) == []


@pytest.mark.parametrize(("one", "other", "equal"), [
    ("Mimino Oy", "MIMINO OY", True), ("MT Mediateko Oy", "Mediateko", True), ("Havukka Oy", "Havunen Oy", False),
    ("Ab Esimerkki Oy", "Esimerkki Ab", True),
])
def test_one_organisation_under_several_spellings(one: str, other: str, equal: bool) -> None:
    assert same(one, other) is equal


def test_slugs_and_bare_names() -> None:
    assert slug("Ässä Golf Oy") == "assa-golf-oy"
    assert bare("Ässä Golf Oy") == "ässä golf"
