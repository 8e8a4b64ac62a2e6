"""What counts as a statement about transfers, and with which polarity: tables of sentences."""

from __future__ import annotations

import pytest

from tests.said import claims, linked

HEADING = {
    "fi": "Tietojen siirto EU:n tai ETA:n ulkopuolelle\n\n",
    "sv": "Överföring till tredje land\n\n",
    "en": "Transfers outside the EEA\n\n",
}


def statements(language: str, text: str) -> list[str]:
    found = [c for c in claims(text, language).values() if c.key.startswith("transfer/")]
    return [c.polarity.modality.value for c in sorted(found, key=lambda c: c.spans)]


@pytest.mark.parametrize(
    ("language", "text", "modalities"),
    [
        ("fi", "Tietoja voidaan käsitellä palvelussa, joka sijaitsee EU:n ulkopuolella.", ["Possible"]),  # of the main clause
        ("fi", "Emme käytä palveluita, jotka siirtävät tietoja EU:n ulkopuolelle.", ["Negated"]),
        ("sv", "Vi delar aldrig dina uppgifter utanför EU/EES utan adekvat skyddsnivå.", ["Conditional"]),  # a safeguard is demanded
        ("en", "Data is not transferred outside the EEA.", ["Negated"]),
        (  # how transfers are made is told, not that another is
            "fi",
            "Tietoja voidaan siirtää EU:n ulkopuolelle. Siirto EU:n ulkopuolelle perustuu aina mallilausekkeisiin.",
            ["Possible"],
        ),
        ("en", "If you would like to know more about transfers outside the EU, contact us.", []),
        ("fi", "Tietoja ei luovuteta säännönmukaisesti muille tahoille.", []),  # of disclosure, though the heading names both
        ("fi", "Ei siirretä.", ["Negated"]),
        ("fi", "Tietoja ei siirretä ETA:n ulkopuolelle ilman asianmukaista suojamekanismia.", ["Conditional"]),
        ("fi", "Tietoja siirretään ETA:n ulkopuolelle ainoastaan, kun palvelu sitä edellyttää.", ["Conditional"]),
        ("fi", "Kaikki tiedot säilytetään Suomessa.", ["Negated"]),  # data that stay answer the heading
        ("fi", "Tiedot säilytetään EU:n alueella. Osa voidaan siirtää EU:n ulkopuolelle.", ["Possible"]),  # unless more is said
        ("sv", "Uppgifterna stannar inom EU.", ["Negated"]),
        ("sv", "Uppgifter förs inte utanför EES utan lämpliga skyddsåtgärder.", ["Conditional"]),
        ("en", "All personal data is processed within the EU.", ["Negated"]),
        ("en", "We do not transfer data outside the EEA without appropriate safeguards.", ["Conditional"]),
    ],
)
def test_statements(language: str, text: str, modalities: list[str]) -> None:
    assert statements(language, HEADING[language] + text) == modalities


def test_a_denial_of_disclosure_under_a_heading_of_both_is_none_of_transfers() -> None:
    text = "Tietojen luovutukset ja siirto EU:n ulkopuolelle\n\nTietoja ei luovuteta kolmansille osapuolille."
    assert statements("fi", text) == []


def test_where_data_are_processed_tells_of_a_transfer_under_any_heading() -> None:
    said = claims("Tietojen vastaanottajat\n\nPalvelun tiedot käsitellään Yhdysvalloissa.")
    assert said["transfer/1"].polarity.modality.value == "Asserted"


def test_the_instruments_of_a_sentence_on_how_belong_to_the_statement_before() -> None:
    said = claims(
        HEADING["fi"] + "Tietoja voidaan siirtää Yhdysvaltoihin. Siirto EU:n ulkopuolelle perustuu mallilausekkeisiin."
    )
    assert linked(said["transfer/1"], "hasTransferInstrument") == {"instrument/A46-2-c"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Jäljennöksen vakiolausekkeista saa asiakaspalvelusta."),
        ("sv", "En kopia av standardavtalsklausulerna kan begäras av oss."),
        ("en", "You can obtain a copy of the standard contractual clauses from us."),
    ],
)
def test_where_a_copy_of_the_safeguards_can_be_had(language: str, text: str) -> None:
    assert [k for k in claims(HEADING[language] + text, language) if k.startswith("safeguard-copy")]


@pytest.mark.parametrize(
    ("language", "text", "periods"),
    [
        ("fi", "Säilytysaika\n\nTarve arvioidaan viiden vuoden välein.", set()),  # how often, not how long
        ("en", "Retention\n\nThe need is assessed every five years.", set()),
        ("fi", "Säilytysaika\n\nVastaamme pyyntöön 30 päivän kuluessa.", set()),  # time to answer a request
        ("fi", "Säilytysaika\n\nTiedot säilytetään viisi vuotta.", {"P5Y"}),
        ("fi", "Säilytysaika\n\n- Markkinointi: 24 kuukautta", {"P24M"}),
    ],
)
def test_periods_of_keeping(language: str, text: str, periods: set[str]) -> None:
    assert {k.partition("/")[2] for k in claims(text, language) if k.startswith("retention/P")} == periods
