"""Each stored question, asked of a few hand-written notices through the real worker, gives the rows it should."""

from __future__ import annotations

import asyncio
import csv
import io
import shlex
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingest.store import Store
from queries.catalogue import load
from queries.evaluation import Evaluator
from queries.evaluation_once import evaluate_once

FOLDER = Path(__file__).parent / "fixtures" / "questions"
BASE = "https://w3id.org/seloste/id/"
SEL = "https://w3id.org/seloste/ns#"
NAMES = {"1" * 16: "lumikko", "2" * 16: "haltia", "3" * 16: "nimeton", "4" * 16: "samband", "5" * 16: "verso"}
PREFIXES = (SEL, "https://w3id.org/dpv/loc#", "https://w3id.org/dpv/pd#", "https://w3id.org/dpv#")

Rows = set[tuple[str, ...]]


def graphs(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for quad in ox.parse(path=str(FOLDER / name), format=ox.RdfFormat.TRIG):
        found.setdefault(quad.graph_name.value, []).append(f"{quad.triple} .")
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "store"
    with Store.open(path) as opened:
        for shared in ("vocabulary.trig", "organisations.trig"):
            for graph, lines in graphs(shared).items():
                opened.load_shared(graph, lines)
        for notice in NAMES.values():
            assert opened.replace(graphs(f"{notice}.trig"))
        opened.publish()
    return path


@pytest.fixture(scope="module")
def answers(store: Path) -> dict[str, list[dict[str, str]]]:
    """The answer to every call of the table below, keyed by its text."""
    questions = load()

    async def work() -> dict[str, list[dict[str, str]]]:
        found = {}
        async with Evaluator(store, workers=1, spare=0) as evaluator:
            for call in EXPECTED:
                name, *pairs = shlex.split(call)
                query = questions[name].bind(dict(pair.split("=", 1) for pair in pairs))
                answer = await evaluator.evaluate(query, "text/csv")
                assert not answer.truncated
                found[call] = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
        return found

    return asyncio.run(work())


def short(value: str) -> str:
    """A notice by its name, a term by its last part."""
    for digits, name in NAMES.items():
        if value == f"{BASE}notice/{digits}":
            return name
        value = value.replace(f"{BASE}notice/{digits}/", "")
    for prefix in PREFIXES:
        value = value.removeprefix(prefix)
    return value


# The call; the columns that are looked at; the rows, in any order.
EXPECTED: dict[str, tuple[str, Rows]] = {
    "transfers-to-country country=RU": (
        "notice controller modality quote start end condition",
        {("lumikko", "Lumikko Oy", "Conditional", "Tietoja luovutetaan Venäjälle, jos matka suuntautuu sinne.", "80", "140",
          "jos matka suuntautuu sinne")},
    ),
    # Hong Kong counts as China; joint controllers are named each; a notice that names nobody is there.
    "transfers-to-country country=cn": (
        "notice controller country modality",
        {("samband", "Samband Ab", "HK", "Possible"), ("samband", "Syskon Ab", "HK", "Possible")},
    ),
    "transfers-to-country country=US": ("notice controller modality start", {("nimeton", "", "Asserted", "30")}),
    "transfers-to-country country=SE": ("notice", set()),
    "transfers-without-safeguard": (
        "notice controller country start",
        {("lumikko", "Lumikko Oy", "RU", "80"), ("samband", "Samband Ab", "HK", "10"), ("samband", "Syskon Ab", "HK", "10"),
         ("nimeton", "", "", "200")},
    ),
    "conditional-transfers": (
        "notice controller modality start",
        {("lumikko", "Lumikko Oy", "Conditional", "80"), ("samband", "Samband Ab", "Possible", "10"),
         ("samband", "Syskon Ab", "Possible", "10"), ("nimeton", "", "Possible", "200")},
    ),
    "excludes-transfers": (
        "notice controller modality quote excluded",
        {("haltia", "Haltia ry", "Negated", "Tietoja ei siirretä ETA:n ulkopuolelle.", "non-EEA")},
    ),
    "contradictory-transfers": (
        "notice controller quote recipient seat recipientQuote recipientStart",
        {("haltia", "Haltia ry", "Tietoja ei siirretä ETA:n ulkopuolelle.", "Postilintu", "US", "Postilintu", "60")},
    ),
    "outdated-instruments": (
        "notice controller quote instrument validUntil date validThen",
        {("nimeton", "", "Privacy Shieldin", "PrivacyShield", "2020-07-16", "2019-05-05", "true")},
    ),
    "no-retention-period": ("notice controller title", {("haltia", "Haltia ry", "Jäsenrekisterin seloste")}),
    "retention-periods": (
        "notice kind words trigger modality",
        {("lumikko", "FixedPeriod", "24 kuukautta", "matkan päättymisestä", "Asserted"),
         ("verso", "FixedPeriod", "kaksi vuotta", "", "Asserted"),
         ("nimeton", "CriteriaOnly", "niin kauan kuin on tarpeen", "", "Asserted"),
         ("samband", "Indefinite", "", "", "Possible")},
    ),
    "retention-periods modality=asserted": ("notice", {("lumikko",), ("nimeton",), ("verso",)}),
    "retention-periods language=fi controller=verso": ("notice kind kindLabel", {("verso", "FixedPeriod", "määräaika")}),
    # By identifier; by date, where a year counts for all its days and a notice without a date for no range.
    "retention-periods controller=1234567-1": ("notice date", {("verso", "2024-02-10")}),
    "retention-periods from=2021-01-01 to=2021-12-31": ("notice", {("lumikko",)}),
    "no-retention-period from=2018-05-25 to=2018-12-31": ("notice date", {("haltia", "2018")}),
    "no-retention-period from=2019-01-01": ("notice", set()),
    "transfers-to-country country=RU language=sv modality=asserted": ("notice", set()),
    "transfers-to-country country=RU language=sv": ("notice countryLabel date", {("lumikko", "Ryssland", "2021-03-01")}),
    "who-names-recipient recipient=TILITUPA": (
        "notice controller recipient quote modality",
        {("lumikko", "Lumikko Oy", "Tilitupa Oy", "Tilitupa Oy", "Asserted")},
    ),
    # By the parent's name; a controller or a source is no recipient.
    "who-names-recipient recipient=pilvinen": ("notice recipient", {("haltia", "Postilintu")}),
    "who-names-recipient recipient=lumikko": ("notice", set()),
    "who-names-recipient recipient=luottovahti": ("notice", set()),
    "top-recipients": ("recipient seat notices", {("Tilitupa Oy", "FI", "1"), ("Postilintu", "US", "1")}),
    "special-categories": (
        "notice controller category start legalBases",
        {("haltia", "Haltia ry", "Health", "100", "A6-1-f-controller"),
         ("haltia", "Haltia ry", "Health", "300", "A6-1-f-controller"),
         ("nimeton", "", "NationalIdentificationNumber", "130", "")},
    ),
    "special-categories language=fi": ("category", {("terveystiedot",), ("henkilötunnus",)}),
    "repealed-acts-cited": (
        "notice controller quote actNumber title repealedOn inForceThen",
        {("haltia", "Haltia ry", "henkilötietolain", "523/1999", "Personal Data Act", "2019-01-01", "true")},
    ),
    "legitimate-interest-not-stated": ("notice controller quote", {("haltia", "Haltia ry", "oikeutetun edun")}),
    "no-right-to-complain": ("notice controller", {("haltia", "Haltia ry"), ("nimeton", "")}),
    "third-party-sources": ("notice controller kind source", {("nimeton", "", "Third party", "Luottovahti")}),
    "defects": (
        "notice controller defect quote start",
        {("haltia", "Haltia ry", "placeholder", "[osoite tähän]", "200"),
         ("verso", "Verso Oy", "SignedRequestDemand", "Pyydä tietosi allekirjoitetulla kirjeellä.", "50")},
    ),
    "defects language=fi controller=haltia": ("defect", {("täyttämättä jäänyt kohta",)}),
    "how-to-exercise-rights": (
        "notice controller quote concept conceptLabel rights modality",
        {("verso", "Verso Oy", "allekirjoitetulla kirjeellä", "ExerciseBySignedRequest", "signed request", "A15", "Asserted"),
         ("verso", "Verso Oy", "on request", "ExerciseByRequest", "request", "", "Possible")},
    ),
    "notices-with-demands-on-requests language=fi": (
        "notice controller quote start conceptLabel",
        {("verso", "Verso Oy", "allekirjoitetulla kirjeellä", "50", "allekirjoitettu pyyntö")},
    ),
    "purposes-with-their-bases": (
        "notice controller quote start purpose basisLabel basisQuote basisStart",
        {("verso", "Verso Oy", "kävijämäärien mittaus", "110", "ServiceUsageAnalytics", "consent", "suostumuksellasi", "140")},
    ),
    "safeguard-copies": ("notice quote", {("verso", "Jäljennöksen suojatoimista saat pyytämällä.")}),
    "activities-of-notices": (
        "notice activity concept start",
        {("verso", "Evästeet", "ServiceUsageAnalytics", "110"),
         ("verso", "Evästeet", "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a", "140")},
    ),
    "languages-of-notices": ("language notices", {("fi", "4"), ("sv", "1"), ("en", "1")}),
    "languages-of-notices from=2024-01-01": ("language notices", {("fi", "1"), ("en", "1")}),
    "search-quotes text=luovuttaa": (
        "notice controller quote start modality concept rank",
        {("lumikko", "Lumikko Oy", "Tietoja luovutetaan Venäjälle, jos matka suuntautuu sinne.", "80", "Conditional",
          "CrossBorderTransfer", "1")},
    ),
    "search-quotes 'text=tieto siirtää'": ("notice start modality", {("haltia", "10", "Negated"), ("nimeton", "200", "Possible"), ("nimeton", "30", "Asserted")}),
    "search-quotes 'text=tieto siirtää' facet=transfer modality=asserted": ("notice start", {("nimeton", "30")}),
    "search-quotes text=tiedot facet=purpose": ("notice", set()),
    "search-quotes 'text=\"Tietoja ei siirretä\"' written=fi": ("notice quote", {("haltia", "Tietoja ei siirretä ETA:n ulkopuolelle.")}),
    "search-quotes text=kirje facet=defect": ("notice quote start", {("verso", "Pyydä tietosi allekirjoitetulla kirjeellä.", "50")}),
    "search-quotes text=requests written=en": ("quote concept", {("on request", "ExerciseByRequest")}),
    "search-quotes text=requests written=fi": ("quote", set()),
    "search-notices text=suostumus": ("notice controller title hits", {("verso", "Verso Oy", "Verson asiakkaiden tietosuoja", "1")}),
    "search-notices text=asiakas": ("notice", {("verso",)}),
    "notices-by-purpose": (
        "purpose label notices",
        {("DirectMarketing", "Direct marketing", "2"), ("CustomerCare", "Customer care", "1"), ("ServiceUsageAnalytics", "", "1")},
    ),
    "notices-by-purpose modality=possible": ("purpose notices", {("CustomerCare", "1")}),
    "claims-about concept=dpv:Marketing": (
        "notice controller concept",
        {("lumikko", "Lumikko Oy", "DirectMarketing"), ("samband", "Samband Ab", "DirectMarketing"),
         ("samband", "Syskon Ab", "DirectMarketing")},
    ),
    "claims-about concept=dpv:CustomerCare modality=asserted": ("notice", set()),
    "personal-data-of-controller controller=haltia": (
        "notice controller concept label start",
        {("haltia", "Haltia ry", "Health", "Health", "100"), ("haltia", "Haltia ry", "Health", "Health", "300")},
    ),
    "automated-decisions": ("notice modality concept", {("nimeton", "Negated", "Profiling")}),
    "no-controller": ("notice title source", {("nimeton", "Evästeet ja yksityisyys", "evasteet.txt")}),
    "findings-by-rule": (
        "rule item notices findings",
        {("https://w3id.org/seloste/shapes#13-2-a", "13-2-a", "2", "2"),
         ("https://w3id.org/seloste/shapes#13-2-d", "13-2-d", "1", "1")},
    ),
    "verdicts-on-item item=13-2-a": (
        "notice controller verdict",
        {("haltia", "Haltia ry", "missing"), ("samband", "Samband Ab", "met"), ("samband", "Syskon Ab", "met")},
    ),
}  # fmt: skip


def test_every_question_is_tried() -> None:
    assert {call.split()[0] for call in EXPECTED} == set(load())


@pytest.mark.parametrize("call", EXPECTED)
def test_a_question_gives_its_rows(answers: dict[str, list[dict[str, str]]], call: str) -> None:
    columns, expected = EXPECTED[call]
    found = {tuple(short(row[column]) for column in columns.split()) for row in answers[call]}
    assert found == expected
    if columns.split()[0] == "notice" and set(columns.split()) >= {"quote", "start"}:
        assert len(answers[call]) == len(expected)


SECTION_7 = """
SELECT DISTINCT ?name ?modality ?quote WHERE {
  ?notice a dpv:PrivacyNotice ; dpv:hasDataController/dpv:hasName ?name ; dpv:hasProcess+/sel:hasTransferStatement ?t .
  ?t dpv:hasThirdCountry/skos:broader* loc:RU ; sel:modality ?modality ; prov:wasDerivedFrom/oa:exact ?quote .
  FILTER(?modality != sel:Negated)
}
"""


def test_the_question_that_must_always_work(store: Path) -> None:
    """Data-model section 7: plain patterns over the default graph, each row once."""
    answer = evaluate_once(store, SECTION_7, "text/csv")
    assert list(csv.reader(io.StringIO(answer.body.decode(), newline="")))[1:] == [
        ["Lumikko Oy", f"{SEL}Conditional", "Tietoja luovutetaan Venäjälle, jos matka suuntautuu sinne."]
    ]


def test_no_answer_holds_a_contact(answers: dict[str, list[dict[str, str]]], store: Path) -> None:
    assert not any("sigrid" in value.lower() for rows in answers.values() for row in rows for value in row.values())
    assert evaluate_once(store, "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(LCASE(STR(?o)), 'sigrid')) }").rows == 0
