"""Who the controller is, however the notice tells it; contact details that are the authority's are nobody's here."""

from __future__ import annotations

import pytest

from tests.said import claims, linked, mapped, notice, pipeline


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("fi", "Rekisterinpitäjä\n\nOpetus- ja urheiluministeriö\nPL 12, 00023 Hallajoki", ["Opetus- ja urheiluministeriö"]),
        ("fi", "Rekisterinpitäjä: Maija Mallinen\nPuhelin: 040 555 0143", ["Maija Mallinen"]),  # a private person
        ("fi", "Sivustoa ylläpitää Joonas Mallinen (rekisterinpitäjä).", ["Joonas Mallinen"]),
        ("sv", "Personuppgiftsansvarig för behandlingen är Maja Modell, Esbo.", ["Maja Modell"]),
        ("sv", "Personuppgiftsansvarig\n\nMusikinstitutet i Saarlanta rf\nKantorsgränden 3", ["Musikinstitutet i Saarlanta rf"]),
        ("fi", "Rekisterinpitäjä\n\nSaarlannan musiikkiopisto ry\nKanttorinkuja 3", ["Saarlannan musiikkiopisto ry"]),
        ("fi", "1. Rekisterinpitäjä\n\nHavukka Oy (jäljempänä rekisterinpitäjä)\nHavukkakuja 3C, 00023 Hallajoki", ["Havukka Oy"]),
        ("fi", "1. Rekisterinpitäjä\nKuntosali Havukka (Y-tunnus 1234567-1)\nHavukkakuja 3, 00023 Hallajoki", ["Kuntosali Havukka"]),
        ("sv", "Personuppgiftsansvarig\n\nHavsbiblioteket\nPB 15\n00023 Saarlanta universitet", ["Havsbiblioteket"]),
        ("en", "Data controller\n\n- Name / Data controller: Maija Mallinen\n- Country: Finland", ["Maija Mallinen"]),
        ("fi", "Tässä kerrotaan, miten tietoja käsitellään.", []),  # no controller in the text, none in the graph
    ],
)
def test_controllers(language: str, text: str, names: list[str]) -> None:
    assert [c.organisation.name for c in pipeline().read(notice(text, language)).controllers] == names


@pytest.mark.parametrize(
    ("text", "organisations"),
    [
        ("- KRK – Tieteen laskenta Oy, ylläpito", {"krk-tieteen-laskenta-oy"}),  # read whole from the head of the item
        ("- Kvistabase (tietokanta)", {"kvistabase"}),  # unknown, told by its place
        ("- Kuljetus: tilausten toimittaminen", set()),  # a label is no name
        ("- Maija Mallinen (sihteeri)", set()),  # two words may be a person
    ],
)
def test_names_at_the_head_of_a_list_of_recipients(text: str, organisations: set[str]) -> None:
    said = claims(f"Tietojen vastaanottajat\n\nTietoja käsittelevät:\n{text}")
    named = {o.rpartition("/")[2] for c in said.values() for o in linked(c, "entity")}
    assert named == organisations


def test_the_authoritys_address_is_no_contact_of_the_controller() -> None:
    text = (
        "Rekisteröidyn oikeudet\n\nRekisteröity voi tehdä valituksen tietosuojavaltuutetulle.\n"
        "Sähköposti: kirjaamo@viranomainen.example\nPuhelin: 029 566 6700"
    )
    assert not any(graph.endswith("/contacts") for graph in mapped(text).graphs)


def test_an_address_without_its_sign_is_one_too() -> None:
    graphs = mapped("Yhteyshenkilö\n\nMaija Mallinen\nmaija.mallinen(a)yritys.example")
    private = "\n".join(graphs.graphs[f"{graphs.iri}/contacts"])
    assert "<mailto:maija.mallinen@yritys.example>" in private
