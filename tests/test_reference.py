"""The reference data: counts, dates, the territory of the GDPR, adequacy in time, and pointers that lead somewhere."""
from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, URIRef

from ontology.lexicon import read
from ontology.namespaces import DCTERMS, EU_GDPR, LEGAL_EU, LOC, SEL, SKOS
from ontology.reference import FILES, FOLDER, Reference, load_reference
from ontology.reference_records import InstrumentStatus, ReferenceDataError, Role
from ontology.territory_names import MARK, TerritoryNamesError, lexicon_part, lexicon_text, relabel

DPV = Path(__file__).parent.parent.parent / "shared" / "dpv" / "2.3"
EU = {
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU",
    "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
}
GDPR = EU | {
    "IS", "LI", "NO", "AX", "GF", "GP", "MQ", "RE", "YT", "MF",
}
ACT = "https://w3id.org/seloste/id/act/"
ORGANISATION = "https://w3id.org/seloste/id/organisation/"
KINDS = {
    "accounting", "advertising", "ai", "analytics", "authority", "booking", "chat", "cloud", "consent",
    "credit-information", "crm", "customer-support", "debt-collection", "delivery", "directory", "e-commerce",
    "education", "event", "health", "hosting", "housing", "identification", "insurance", "mailing", "maps", "membership",
    "messaging", "monitoring", "payment", "real-estate", "recruitment", "register", "retail", "security",
    "social-media", "software", "supervisory-authority", "survey", "telecom",
}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


@pytest.fixture(scope="module")
def graph() -> Graph:
    out = Graph()
    for name in FILES:
        out.parse(FOLDER / name, format="turtle")
    return out


def test_all_countries_of_iso_3166_in_three_languages(reference: Reference) -> None:
    assert len(reference.territories) == 249
    for each in reference.territories.values():
        assert set(each.labels) == {"fi", "sv", "en"}
        assert re.fullmatch("[A-Z]{2}", each.iso)
    assert "XK" not in {t.iso for t in reference.territories.values()}


def test_gdpr_territory_is_exactly_the_eea_and_seven_territories(reference: Reference) -> None:
    assert len(EU) == 27
    assert {t.iso for t in reference.territories.values() if t.gdpr} == GDPR


OUTSIDE = ["GB", "CH", "GL", "FO", "SJ", "GI", "IM", "JE", "GG", "NC", "PF", "AW", "CW", "SX", "US", "RU"]


@pytest.mark.parametrize("code", OUTSIDE)
def test_outside(reference: Reference, code: str) -> None:
    found = reference.territory_by_iso(code.lower())
    assert found is not None
    assert not found.gdpr


def test_the_class_says_what_the_flag_says(graph: Graph, reference: Reference) -> None:
    for each in reference.territories.values():
        kinds = set(graph.objects(URIRef(each.iri), RDF.type)) & {SEL.GDPRTerritory, SEL.ThirdCountryTerritory}
        assert kinds == {SEL.GDPRTerritory if each.gdpr else SEL.ThirdCountryTerritory}, each.iso


@pytest.mark.parametrize(("code", "day", "instrument"), [
    ("US", "1999-01-01", None),
    ("US", "2010-01-01", SEL.SafeHarbour),
    ("US", "2015-10-06", None),                          # the day of the judgment in C-362/14
    ("US", "2019-06-01", SEL.PrivacyShield),
    ("US", "2020-07-15", SEL.PrivacyShield),
    ("US", "2020-07-16", None),                          # C-311/18
    ("US", "2021-06-01", None),
    ("US", "2024-01-01", SEL.DataPrivacyFramework),
    ("GB", "2021-03-01", None),                          # bridged by the trade agreement, not by a decision
    ("GB", "2022-01-01", LEGAL_EU["Adequacy-EU-GB"]),
    ("GB", "2026-11-21", LEGAL_EU["Adequacy-EU-GB"]),    # renewed until 27 December 2031
    ("GB", "2031-12-27", None),
    ("KR", "2021-12-16", None),
    ("KR", "2021-12-17", SEL["Adequacy-EU-KR"]),
    ("BR", "2025-12-31", None),
    ("BR", "2026-02-01", SEL["Adequacy-EU-BR"]),
    ("CH", "2018-05-25", LEGAL_EU["Adequacy-EU-CH"]),
    ("RU", "2024-01-01", None),
    ("IN", "2024-01-01", None),
    ("KE", "2026-11-21", None),
])
def test_adequacy_in_time(reference: Reference, code: str, day: str, instrument: URIRef | None) -> None:
    found = reference.adequate(str(LOC[code]), date.fromisoformat(day))
    assert (found.iri if found else None) == (str(instrument) if instrument else None)


@pytest.mark.parametrize(("iri", "day", "status"), [
    (SEL.StandardContractualClauses2010, "2009-01-01", InstrumentStatus.NOT_YET),
    (SEL.StandardContractualClauses2010, "2021-09-26", InstrumentStatus.VALID),
    (SEL.StandardContractualClauses2010, "2021-09-27", InstrumentStatus.REPEALED),
    (SEL.StandardContractualClauses2010, "2022-12-27", InstrumentStatus.ENDED),
    (SEL.StandardContractualClauses2021, "2021-06-26", InstrumentStatus.NOT_YET),
    (SEL.StandardContractualClauses2021, "2026-11-21", InstrumentStatus.VALID),
    (SEL.PrivacyShield, "2021-01-01", InstrumentStatus.ENDED),
    (EU_GDPR["A46-2-b"], "2018-05-24", InstrumentStatus.NOT_YET),
    (EU_GDPR["A49-1-a"], "2020-01-01", InstrumentStatus.VALID),
])
def test_status_of_an_instrument(reference: Reference, iri: URIRef, day: str, status: InstrumentStatus) -> None:
    assert reference.instrument_status(str(iri), date.fromisoformat(day)) is status


def test_instrument_nobody_knows_raises(reference: Reference) -> None:
    with pytest.raises(KeyError):
        reference.instrument_status(str(SEL.Unheard), date(2024, 1, 1))


def test_every_own_instrument_hangs_under_the_regulation(reference: Reference) -> None:
    own = [i for i in reference.instruments.values() if not i.iri.startswith(str(EU_GDPR))]
    assert len(own) == 23
    assert all(i.broader and i.broader.startswith(str(EU_GDPR)) and i.celex and i.valid_from for i in own)
    assert all(i.valid_from < i.valid_until for i in own if i.valid_from and i.valid_until)


def test_every_celex_is_well_formed_and_has_its_source(graph: Graph) -> None:
    numbers = list(graph.subject_objects(SEL.celex))
    assert len(numbers) >= 25
    assert len({str(number) for _, number in numbers}) == len(numbers)
    for node, number in numbers:
        assert re.fullmatch(r"3(19|20)\d{2}[DRL]\d{4}", str(number)), number
        assert str(graph.value(node, DCTERMS.source)).endswith(f"CELEX:{number}")


def test_every_dated_fact_says_when_and_how_it_was_checked(graph: Graph, reference: Reference) -> None:
    for iri in [*reference.acts, *(i for i in reference.instruments if not i.startswith(str(EU_GDPR)))]:
        checked = graph.value(URIRef(iri), SEL.dateChecked)
        assert isinstance(checked, Literal)
        assert checked.toPython() == date(2026, 11, 21)
        assert graph.value(URIRef(iri), SEL.verification), iri


@pytest.mark.parametrize(("number", "day", "repealed"), [
    ("523/1999", "2018-12-31", False), ("523/1999", "2019-01-01", True), ("523/99", "2020-01-01", True),
    ("516/2004", "2014-12-31", False), ("516/2004", "2015-01-01", True),
    ("159/2007", "2021-10-31", False), ("159/2007", "2021-11-01", True),
    ("784/2021", "2024-01-01", True), ("1054/1993", "2023-07-01", True), ("503/2008", "2017-07-03", True),
    ("1998:204", "2018-05-25", True), ("2016/679", "2026-11-21", False), ("679/2016", "2026-11-21", False),
    ("1050/2018", "2026-11-21", False), ("785/1992", "2026-11-21", False),
])
def test_acts_by_number_and_their_repeal(reference: Reference, number: str, day: str, repealed: bool) -> None:
    act = reference.act_by_number(number)
    assert act is not None
    assert act.repealed(date.fromisoformat(day)) is repealed


def test_an_act_nobody_knows(reference: Reference) -> None:
    assert reference.act_by_number("1/1900") is None
    assert reference.act_by_number("no number") is None


def test_acts_are_named_numbered_and_in_order(reference: Reference) -> None:
    assert len(reference.acts) >= 80
    for act in reference.acts.values():
        assert act.iri == ACT + re.sub("[/:]", "-", act.number).lower()
        assert set(act.labels) == {"fi", "sv", "en"}
        assert act.jurisdiction in {str(LOC.FI), str(LOC.SE), str(LOC.EU)}
        assert not (act.in_force_from and act.repealed_on) or act.in_force_from < act.repealed_on
        successor = reference.acts.get(act.repealed_by or "")
        if successor and successor.in_force_from and act.repealed_on:
            assert successor.in_force_from == act.repealed_on, act.number


def test_organisations_have_a_name_a_seat_and_a_kind(reference: Reference) -> None:
    assert len(reference.organisations) >= 90
    for known in reference.organisations.values():
        assert known.iri.startswith(ORGANISATION)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", known.iri.removeprefix(ORGANISATION)), known.iri
        assert known.name
        assert known.country in reference.territories
        assert known.kind in KINDS, known.iri
        assert known.supervisory is (known.usual_role is None)
    names = [known.name.lower() for known in reference.organisations.values()]
    assert len(names) == len(set(names))


def test_parents_end_somewhere(reference: Reference) -> None:
    for known in reference.organisations.values():
        seen, at = {known.iri}, known.parent
        while at:
            assert at not in seen, known.iri
            seen.add(at)
            at = reference.organisations[at].parent


def test_some_organisations(reference: Reference) -> None:
    analytics = reference.organisations[ORGANISATION + "google-analytics"]
    assert (analytics.parent, analytics.usual_role) == (ORGANISATION + "google", Role.PROCESSOR)
    assert reference.organisations[ORGANISATION + "tietosuojavaltuutettu"].supervisory
    outside = reference.seat_outside(ORGANISATION + "hubspot")
    assert outside is not None
    assert outside.iso == "US"
    assert reference.seat_outside(ORGANISATION + "upcloud") is None
    assert reference.seat_outside(ORGANISATION + "nobody") is None


def test_what_the_lexicon_denotes_is_described(reference: Reference) -> None:
    wanted = {"TerritoryFacet": reference.territories, "CitationFacet": reference.acts,
              "OrganisationFacet": reference.organisations, "InstrumentFacet": reference.instruments}
    entries = [e for e in read()[0] if e.facet in wanted]
    assert entries
    for entry in entries:
        assert entry.denotes in wanted[entry.facet or ""], entry.iri
        assert entry.examples, entry.iri
    for language in ("fi", "sv", "en"):
        named = {e.denotes for e in entries if e.facet == "TerritoryFacet" and e.language == language}
        assert named == set(reference.territories), language


@pytest.mark.skipif(not DPV.exists(), reason="DPV 2.3 is not beside the project")
def test_every_dpv_iri_exists_in_dpv(graph: Graph) -> None:
    dpv = Graph()
    for name in ("loc.ttl", "eu-gdpr.ttl", "legal-eu.ttl"):
        dpv.parse(DPV / name, format="turtle")
    for subject in set(graph.subjects()):
        if str(subject).startswith((str(LOC), str(EU_GDPR), str(LEGAL_EU))):
            assert (subject, None, None) in dpv, subject
            for broader in graph.objects(subject, SKOS.broader):
                assert (subject, SKOS.broader, broader) in dpv, subject
    for place in {o for o in graph.objects() if str(o).startswith(str(LOC))}:
        assert (place, None, None) in dpv, place


def test_broken_reference_data_is_named(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text((FOLDER / name).read_text("utf-8"), "utf-8")
    path = tmp_path / "organisations.ttl"
    good = path.read_text("utf-8")
    path.write_text(good.replace("loc:FI", "loc:XX"), "utf-8")
    with pytest.raises(ReferenceDataError, match="loc#XX"):
        load_reference(tmp_path)
    path.write_text(good.replace("dpv:hasCountry loc:FI ;", ""), "utf-8")
    with pytest.raises(ReferenceDataError, match="needs hasCountry"):
        load_reference(tmp_path)
    path.write_text(good.replace("sel:SourceRole", "sel:NoRole"), "utf-8")
    with pytest.raises(ReferenceDataError, match="NoRole"):
        load_reference(tmp_path)
    path.write_text("not Turtle", "utf-8")
    with pytest.raises(ReferenceDataError, match="not Turtle"):
        load_reference(tmp_path)


def test_territory_names_keep_the_law_and_the_hand_part() -> None:
    before = Graph()
    for predicate, value in ((SEL.isoAlpha2, Literal("FI")), (SEL.inGDPRTerritory, Literal(True)),
                             (SKOS.prefLabel, Literal("Old", "fi")), (SKOS.note, Literal("kept", "en"))):
        before.add((LOC.FI, predicate, value))
    names = {"fi": {"FI": "Suomi"}, "sv": {"FI": "Finland"}, "en": {"FI": "Finland"}}
    after = relabel(before, names)
    assert {str(o) for o in after.objects(LOC.FI, SKOS.prefLabel)} == {"Suomi", "Finland"}
    assert str(after.value(LOC.FI, SKOS.note)) == "kept"
    after.remove((LOC.FI, SEL.inGDPRTerritory, None))
    with pytest.raises(TerritoryNamesError, match="FI"):
        relabel(after, names)
    hand = "\n# example: Maa on {}.\nlex:fi-territory-US a sel:LexicalEntry .\n"
    text = lexicon_text("fi", f"old\n{MARK}{hand}", {"FI": "Suomi", "US": "Yhdysvallat"}, FOLDER)
    assert '"Maa on Suomi."@fi' in text
    assert "Yhdysvallat" not in text
    assert text.endswith(MARK + hand)
    with pytest.raises(TerritoryNamesError, match="by hand"):
        lexicon_part("fi", hand, {"MM": "Myanmar (Burma)"}, FOLDER)
    with pytest.raises(TerritoryNamesError, match="example"):
        lexicon_part("fi", "", {}, FOLDER)
    with pytest.raises(TerritoryNamesError, match="hand-written"):
        lexicon_text("fi", "no mark", {}, FOLDER)
