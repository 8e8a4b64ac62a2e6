"""How a notice falls into sections: headings without blank lines, tables, fields, labels of list items."""

from __future__ import annotations

import itertools

import pytest

from ingest import documents
from ingest.sections import Section, Sectioner
from ontology import lexicon

SECTIONERS = {language: Sectioner(lex) for language, lex in lexicon.load().items()}


def split(text: str, language: str = "fi") -> list[Section]:
    return SECTIONERS[language].split(documents.from_text(text, "notice.txt", language=language))


def topics_of(text: str, words: str, language: str = "fi") -> set[str]:
    """The topics of the section that holds some words."""
    at = text.index(words)
    return set(next(s.topics for s in split(text, language) if s.start <= at < s.end))


RUN_IN = """Tietosuojaseloste

Rekisterinpitäjä: Havukka Oy
Y-tunnus: 1234567-1
Rekisterin yhteyshenkilö
Nimi: Maija Mallinen
Henkilötietojen käsittelyn tarkoitukset ja oikeusperuste. Tilausten käsittely ja laskutus.
Rekisterin tietosisältö:
Nimi, osoite ja puhelinnumero.
Henkilötietojen vastaanottajat:
Tietoja ei luovuteta."""


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("Havukka Oy", "ControllerTopic"),
        ("Maija Mallinen", "ContactTopic"),
        ("Tilausten käsittely", "PurposeTopic"),  # the heading ends with a full stop on the line of its content
        ("Nimi, osoite", "PersonalDataTopic"),
        ("Tietoja ei luovuteta", "RecipientTopic"),
    ],
)
def test_headings_need_no_blank_lines(words: str, topic: str) -> None:
    assert topic in topics_of(RUN_IN, words)


def test_a_hard_wrapped_paragraph_has_no_headings_inside() -> None:
    text = (
        "Rekisterin käyttötarkoitus\n\nTietoja käytetään asiakassuhteen hoitamiseen, tilausten toimittamiseen ja\n"
        "Rekisterinpitäjän lakisääteisten velvoitteiden hoitamiseen, joita ovat muun muassa kirjanpito."
    )
    assert topics_of(text, "lakisääteisten") == {"PurposeTopic"}


TABBED = """Rättslig grund

Ändamål\tRättslig grund\tLagringstid
Hantering av medlemskap\tAvtal\tTvå år
Statistik\tAllmänt intresse\tFem år

Frågor besvaras av styrelsen."""


def test_cells_of_a_table_have_the_topics_of_their_columns_titles() -> None:
    assert topics_of(TABBED, "Hantering", "sv") == {"PurposeTopic"}
    assert topics_of(TABBED, "Avtal", "sv") == {"LegalBasisTopic"}
    assert topics_of(TABBED, "Fem år", "sv") == {"RetentionTopic"}
    assert topics_of(TABBED, "Frågor", "sv") == {"LegalBasisTopic"}  # after the table the section goes on


GAPS = """Rättslig grund

Ändamål\tRättslig grund\tLagringstid
Hantering av medlemskap\t\tTvå år
\tAvtal\tTre år
Statistik\tAllmänt intresse\t"""


@pytest.mark.parametrize(
    ("words", "topic"),
    [("Två år", "RetentionTopic"), ("Avtal", "LegalBasisTopic"), ("Tre år", "RetentionTopic"), ("Statistik", "PurposeTopic")],
)
def test_an_empty_cell_keeps_its_place(words: str, topic: str) -> None:
    assert topics_of(GAPS, words, "sv") == {topic}


def test_several_tabs_are_one_gap_where_a_table_was_set_by_hand() -> None:
    text = "Ändamål\t\tRättslig grund\nFakturering\tAvtal\nStatistik\t\t\tAllmänt intresse"
    assert topics_of(text, "Avtal", "sv") == topics_of(text, "Allmänt intresse", "sv") == {"LegalBasisTopic"}


def test_rows_of_a_table_are_told_apart() -> None:
    rows = {TABBED[s.start : s.end].strip(): s.row for s in split(TABBED, "sv") if s.row}
    assert rows["Avtal"] == rows["Hantering av medlemskap"] != rows["Statistik"] == rows["Allmänt intresse"]


def test_labels_in_a_list_of_periods_name_data_not_topics() -> None:
    text = "Tietojen säilytysaika\n\n- Tietoturva: 12 kuukautta\n- Markkinointi: 24 kuukautta"
    assert topics_of(text, "12 kuukautta") == {"RetentionTopic"}


def test_a_labelled_row_of_a_page_is_read_by_its_labels() -> None:
    text = "Käsittely\n\n- Käyttötarkoitus: uutiskirjeen lähettäminen; Oikeusperuste: suostumus; Säilytysaika: kaksi vuotta"
    assert topics_of(text, "suostumus") == {"LegalBasisTopic"}
    assert topics_of(text, "kaksi") == {"RetentionTopic"}


def test_a_field_with_its_value_does_not_hold_the_paragraphs_that_follow() -> None:
    text = (
        "Supervisory authority: The Data Protection Ombudsman\n\n"
        "When you visit our website we store the address of your device and the pages that you look at, to keep it running."
    )
    assert topics_of(text, "Ombudsman", "en") >= {"ComplaintTopic"}
    assert topics_of(text, "When you visit", "en") == set()


@pytest.mark.parametrize("text", [RUN_IN, TABBED])
def test_sections_tile_the_text(text: str) -> None:
    sections = split(text)
    assert sections[0].start == 0
    assert sections[-1].end == len(text)
    assert all(a.end == b.start for a, b in itertools.pairwise(sections))


@pytest.mark.parametrize(
    ("language", "text", "words", "topic"),
    [
        # what looks like a heading over nothing answers the heading above it
        ("fi", "4. Käsittelyn oikeusperuste\n\nOikeutettu etu\n\n5. Rekisterin nimi\n\nJäsenet", "Oikeutettu etu", "LegalBasisTopic"),
        ("fi", "Käsittelyn oikeusperuste\n\nOikeutettu etu\n\nRekisterin nimi\n\nJäsenet", "Oikeutettu etu", "LegalBasisTopic"),
        ("fi", "Käsittelyn tarkoitus\n\nSuostumus\n\nRekisterin nimi\n\nJäsenet", "Suostumus", "ConsentTopic"),
        # a noun with a full stop states, one item in small letters lists
        ("fi", "Käsittelyn tarkoitus\n\nJäsenille tiedottaminen.", "tiedottaminen", "PurposeTopic"),
        ("fi", "Rekisterin tietosisältö\n\nHuoltajien tiedot:\n\n- nimet, yhteystiedot", "nimet", "PersonalDataTopic"),
        # rights listed line by line, each named and then said in full
        ("fi", "Oikeudet\n\nOikaisuoikeus\n\nOikeus vaatia tietojen korjaamista\n\nEvästeet\n\nEi.", "vaatia", "RightTopic"),
        ("fi", "Rekisterinpitäjän edustaja\n\nMaija Mallinen", "Maija", "ContactTopic"),
        # the law's own words for a heading, and a long one with a number
        (
            "fi",
            "Tiedot automaattisen päätöksenteon, ml. profiloinnin olemassaolosta, sekä merkitykselliset tiedot käsittelyyn"
            " liittyvästä logiikasta samoin kuin kyseisen käsittelyn merkittävyys\n\nEi ole.",
            "Ei ole",
            "AutomatedDecisionTopic",
        ),
        (
            "sv",
            "Ändamålen med den behandling för vilken personuppgifterna är avsedda\n\nFakturering.",
            "Fakturering",
            "PurposeTopic",
        ),
        (
            "en",
            "5. Regular destinations of disclosed data and transfer of data to outside the European Union or the European"
            " Economic Area\n\nNone.",
            "None",
            "TransferTopic",
        ),
    ],
)
def test_what_is_a_heading(language: str, text: str, words: str, topic: str) -> None:
    assert topic in topics_of(text, words, language)
