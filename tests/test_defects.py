"""Defects that a text shows: headings answered with something else, slips in key terms, limits on rights, empty headings."""

from __future__ import annotations

import pytest

from tests.said import quotes

HEADING = "HeadingMismatch"


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("fi", "Suostumus\n\nKäsittelyn oikeusperusteena on sopimus.", ["Suostumus"]),
        ("fi", "Vastustamisoikeus\n\nRekisteröidyllä on oikeus tarkastaa tietonsa ja vaatia niiden poistamista.", ["Vastustamisoikeus"]),
        ("fi", "Suostumus\n\nKäsittely perustuu rekisteröidyn suostumukseen.", []),
        ("fi", "Vastustamisoikeus\n\nVoit kieltää suoramarkkinoinnin.", []),  # a prohibition is the right to object
        ("fi", "Oikeusperuste\n\nKäsittelyn oikeusperusteena on sopimus.", []),  # promises none in particular
        ("fi", "Suostumus\n\nPidämme sinusta huolta.", []),  # answered with nothing of the kind: no other answer
        ("sv", "Rätt att göra invändningar\n\nDu har rätt att få dina uppgifter raderade.", ["Rätt att göra invändningar"]),
        ("en", "Right to object\n\nYou have the right to object to the processing.", []),
    ],
)
def test_headings_answered_with_something_else(language: str, text: str, shown: list[str]) -> None:
    assert quotes(text, HEADING, language) == shown


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("fi", "Reksiterinpitäjä vastaa kyselyihin.", ["Reksiterinpitäjä"]),  # two letters swapped
        ("fi", "Henkilötieojen käsittely perustuu lakiin.", ["Henkilötieojen"]),  # a letter left out
        ("fi", "Rekisterinpitäjällänne on tiedot.", []),  # an ending that the tables lack is no slip
        ("fi", "Säilytyspaikasta vastaa toimisto.", []),  # another word
        ("sv", "Personupgifter behandlas.", ["Personupgifter"]),
        ("en", "The contoller decides.", ["contoller"]),
    ],
)
def test_slips_in_key_terms(language: str, text: str, shown: list[str]) -> None:
    assert quotes(text, "Misspelling", language) == shown


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("fi", "Tarkastusoikeus\n\nPyyntö tehdään omakätisesti allekirjoitetulla kirjeellä.", "SignedRequestDemand"),
        ("fi", "Tarkastusoikeus\n\nTiedot saa tarkastaa maksutta kerran vuodessa.", "YearlyAccessLimit"),
        ("sv", "Dina rättigheter\n\nDu får ett utdrag gratis en gång per år.", "YearlyAccessLimit"),
        ("fi", "Käyttämällä palvelua hyväksyt tämän selosteen.", "AcceptanceByUse"),
        ("en", "By using our service you agree to this notice.", "AcceptanceByUse"),
    ],
)
def test_limits_that_a_notice_may_not_set(language: str, text: str, kind: str) -> None:
    assert quotes(text, kind, language)


def test_no_limit_without_its_words() -> None:
    text = "Tarkastusoikeus\n\nVoit pyytää tietosi sähköpostilla niin usein kuin haluat. Työntekijät ovat allekirjoittaneet sopimuksen."
    assert quotes(text, "SignedRequestDemand") == quotes(text, "YearlyAccessLimit") == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. Rekisterin nimi\n\nAsiakasrekisteri\n\n2. Profilointi\n\n3. Säilytysaika\n\nKaksi vuotta.", ["2. Profilointi"]),
        ("1. Rekisterin nimi\n\nAsiakasrekisteri\n\n2. Luovutukset\n\n2.1 Vastaanottajat\n\nPosti.", []),  # parts carry it
        ("Tietosuojaseloste\n\nHenkilötietojen käsittely\n\n1. Rekisterinpitäjä\n\nHavukka Oy", []),  # titles of the page
        ("1. Rekisterin nimi\n\nAsiakasrekisteri\n\nTietoja ei luovuteta.\n\n2. Säilytysaika\n\nKaksi vuotta.", []),  # a sentence
    ],
)
def test_headings_over_nothing(text: str, shown: list[str]) -> None:
    assert quotes(text, "EmptySection") == shown
