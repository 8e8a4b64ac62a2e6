"""What follows but is not said: small notices and the statements that follow from them, no more and no fewer."""
from __future__ import annotations

import dataclasses
from datetime import date
from types import MappingProxyType

import pytest
from rdflib import RDF, Graph, URIRef

from ingest import documents
from ingest.batch import rdf
from ingest.claims import Claim, Iri
from ingest.graph import NoticeGraphs
from ingest.inferences import Inferences, Moment
from ingest.modality import Modality, Polarity
from ingest.notice import Notice, Span
from ingest.pipeline import Pipeline
from ontology import reference, vocabulary
from ontology.namespaces import DCTERMS, DPV, EU_GDPR, ID_BASE, LOC, PROV, SEL
from ontology.reference_records import KnownOrganisation
from shapes.validation import wellformedness

FI = "Tietosuojaseloste\n\n{date}\n\nRekisterinpitäjä\n\nPihlajapuoti Oy\n\n{body}\n"
SV = "Dataskyddsbeskrivning\n\n{date}\n\nPersonuppgiftsansvarig\n\nRönnbutiken Ab\n\n{body}\n"
EN = "Privacy notice\n\n{date}\n\nController\n\nRowanberry Ltd\n\n{body}\n"
FI_TRANSFER, SV_TRANSFER, EN_TRANSFER = (
    "Tietojen siirto EU:n tai ETA:n ulkopuolelle\n\n", "Överföring av uppgifter utanför EU eller EES\n\n",
    "Transfers outside the EU or EEA\n\n")
FI_RECIPIENTS, SV_RECIPIENTS, EN_RECIPIENTS = (
    "Tietojen vastaanottajat\n\n", "Mottagare av uppgifter\n\n", "Recipients of the data\n\n")


def day(frame: str, printed: str) -> str:
    if not printed:
        return ""
    return {FI: "Päivitetty ", SV: "Uppdaterad ", EN: "Last updated "}[frame] + printed


def inferred(mapped: NoticeGraphs) -> Graph:
    return Graph().parse(data="\n".join(mapped.graphs.get(f"{mapped.iri}/inferred", ())), format="nt")


def told(mapped: NoticeGraphs) -> set[str]:
    """The inferred statements in short: «kind subject: what follows»."""
    graph, start = inferred(mapped), f"{mapped.iri}/"

    def short(node: object) -> str:
        return str(node).removeprefix(start).removeprefix("inferred/").rpartition("#")[2]

    def all_of(node: object, predicate: URIRef) -> str:
        return " ".join(sorted(short(o) for o in graph.objects(node, predicate)))

    out = set()
    for node in graph.subjects(RDF.type, SEL.ImpliedTransfer):
        out.add(f"{short(node)}: {all_of(node, DPV.hasThirdCountry)} {all_of(node, SEL.adequacyAtDate)}".strip())
    for node in graph.subjects(RDF.type, SEL.InstrumentAssessment):
        parts = [all_of(node, p) for p in (SEL.instrumentStatus, SEL.assessedAs, SEL.assessedFor)]
        out.add(f"{short(node)}: {' '.join(p for p in parts if p)}")
    for node in graph.subjects(RDF.type, SEL.Contradiction):
        out.add(f"contradiction: {' '.join(sorted(str(o).removeprefix(start) for o in graph.objects(node, SEL.between)))}")
    return out


OLD = "StandardContractualClauses2001 StandardContractualClauses2004 StandardContractualClauses2010"
CASES = [
    # A seat outside, and whether adequacy covered it then: framework in 2024, nothing in 2021, shield in 2019.
    (FI, "4.3.2024", FI_RECIPIENTS + "Kirjeet lähettää Mailchimp.", {"transfer/mailchimp: US DataPrivacyFramework"}),
    (FI, "4.3.2021", FI_RECIPIENTS + "Kirjeet lähettää Mailchimp.", {"transfer/mailchimp: US"}),
    (FI, "4.3.2019", FI_RECIPIENTS + "Kirjeet lähettää Mailchimp.", {"transfer/mailchimp: US PrivacyShield"}),
    (SV, "2024-03-04", SV_RECIPIENTS + "Nyhetsbreven skickas av Mailchimp.", {"transfer/mailchimp: US DataPrivacyFramework"}),
    (EN, "4 March 2024", EN_RECIPIENTS + "Newsletters are sent by Mailchimp.", {"transfer/mailchimp: US DataPrivacyFramework"}),
    # No date: the seat is known, adequacy is not.
    (EN, "", EN_RECIPIENTS + "Newsletters are sent by Mailchimp.", {"transfer/mailchimp: US"}),
    # A month that does not decide: the framework began in the middle of it.
    (FI, "heinäkuussa 2023", FI_RECIPIENTS + "Kirjeet lähettää Mailchimp.", {"transfer/mailchimp: US"}),
    # Only perhaps a recipient, still a transfer that may follow.
    (FI, "4.3.2024", FI_RECIPIENTS + "Tietoja voidaan luovuttaa Mailchimpille.", {"transfer/mailchimp: US DataPrivacyFramework"}),
    # A recipient that is denied implies nothing, nor does one at home, nor one that is not known.
    (FI, "4.3.2024", FI_RECIPIENTS + "Tietoja ei luovuteta Mailchimpille.", set()),
    (FI, "4.3.2024", FI_RECIPIENTS + "Laskutuksen hoitaa Basware.", set()),
    (EN, "4 March 2024", EN_RECIPIENTS + "The parcels are delivered by Quibblewick Parcels Ltd.", set()),
    # The United Kingdom was inside until the end of 2020, adequate from 28 June 2021.
    (FI, "1.2.2020", FI_RECIPIENTS + "Suostumukset hallitsee CookieYes.", set()),
    (FI, "1.2.2021", FI_RECIPIENTS + "Suostumukset hallitsee CookieYes.", {"transfer/cookieyes: GB"}),
    (FI, "1.2.2022", FI_RECIPIENTS + "Suostumukset hallitsee CookieYes.", {"transfer/cookieyes: GB Adequacy-EU-GB"}),
    # Privacy Shield before and from the day of its annulment, without a date, in a month that does not decide.
    (FI, "15.7.2020", FI_TRANSFER + "Tietoja siirretään Yhdysvaltoihin Privacy Shield -järjestelyn nojalla.",
     {"instrument/PrivacyShield: ValidAtDate PrivacyShield"}),
    (FI, "16.7.2020", FI_TRANSFER + "Tietoja siirretään Yhdysvaltoihin Privacy Shield -järjestelyn nojalla.",
     {"instrument/PrivacyShield: EndedAtDate PrivacyShield"}),
    (SV, "2021-05-01", SV_TRANSFER + "Uppgifter överförs till USA med stöd av Privacy Shield.",
     {"instrument/PrivacyShield: EndedAtDate PrivacyShield"}),
    (EN, "2 May 2019", EN_TRANSFER + "Data are transferred to the United States under the Privacy Shield.",
     {"instrument/PrivacyShield: ValidAtDate PrivacyShield"}),
    (EN, "", EN_TRANSFER + "Data are transferred to the United States under the Privacy Shield.",
     {"instrument/PrivacyShield: Undated"}),
    (EN, "July 2020", EN_TRANSFER + "Data are transferred to the United States under the Privacy Shield.",
     {"instrument/PrivacyShield: Undated"}),
    # The framework, a day too early and on its first day.
    (FI, "9.7.2023", FI_TRANSFER + "Tietoja siirretään Yhdysvaltoihin, ja siirto perustuu Data Privacy Framework -järjestelyyn.",
     {"instrument/DataPrivacyFramework: NotYetValid DataPrivacyFramework"}),
    (FI, "10.7.2023", FI_TRANSFER + "Tietoja siirretään Yhdysvaltoihin, ja siirto perustuu Data Privacy Framework -järjestelyyn.",
     {"instrument/DataPrivacyFramework: ValidAtDate DataPrivacyFramework"}),
    # Clauses: the old sets, old and new side by side, the new set; in a month of change, what is sure.
    (FI, "1.6.2021", FI_TRANSFER + "Tietoja siirretään Intiaan komission mallilausekkeiden nojalla.",
     {f"instrument/A46-2-c: ValidAtDate {OLD}"}),
    (SV, "2021-07-01", SV_TRANSFER + "Uppgifter överförs till Indien med stöd av standardavtalsklausuler.",
     {f"instrument/A46-2-c: ValidAtDate {OLD} StandardContractualClauses2021"}),
    (EN, "28 September 2021", EN_TRANSFER + "Data are transferred to India under standard contractual clauses.",
     {"instrument/A46-2-c: ValidAtDate StandardContractualClauses2021"}),
    (EN, "June 2021", EN_TRANSFER + "Data are transferred to India under standard contractual clauses.",
     {f"instrument/A46-2-c: ValidAtDate {OLD}"}),
    # Adequacy for the countries named: decided, ended and come back, not yet, never, and with no country named.
    (FI, "5.5.2022", FI_TRANSFER + "Tietoja siirretään Sveitsiin, jolla on komission riittävyyspäätös.",
     {"instrument/A45-3/CH: ValidAtDate Adequacy-EU-CH CH"}),
    (SV, "2020-05-05", SV_TRANSFER + "Uppgifter överförs till Brasilien med stöd av ett adekvansbeslut.",
     {"instrument/A45-3/BR: NotYetValid Adequacy-EU-BR BR"}),
    (EN, "5 May 2021", EN_TRANSFER + "Data are transferred to the United States under an adequacy decision.",
     {"instrument/A45-3/US: EndedAtDate PrivacyShield SafeHarbour US"}),
    (EN, "5 May 2022", EN_TRANSFER + "Data are transferred to India under an adequacy decision.",
     {"instrument/A45-3: NoDecision IN"}),
    (EN, "5 May 2022", EN_TRANSFER + "Data are transferred outside the EEA under an adequacy decision.",
     {"instrument/A45-3: ValidAtDate"}),
    # A denial and a seat outside; a denial and a statement; a denial alone; an exception is no denial.
    (FI, "4.3.2024", FI_RECIPIENTS + "Kirjeet lähettää Mailchimp.\n\n" + FI_TRANSFER +
     "Tietoja ei siirretä EU:n tai ETA:n ulkopuolelle.",
     {"transfer/mailchimp: US DataPrivacyFramework", "contradiction: inferred/transfer/mailchimp transfer/1"}),
    (SV, "2021-03-04", SV_RECIPIENTS + "Nyhetsbreven skickas av Mailchimp.\n\n" + SV_TRANSFER +
     "Uppgifter överförs inte utanför EU eller EES.",
     {"transfer/mailchimp: US", "contradiction: inferred/transfer/mailchimp transfer/1"}),
    (EN, "4 March 2024", EN_TRANSFER + "We do not transfer data outside the EEA.\n\n" + EN_RECIPIENTS +
     "The data are transferred to the United States for storage.", {"contradiction: transfer/1 transfer/2"}),
    (EN, "4 March 2024", EN_TRANSFER + "We do not transfer data outside the EEA.", set()),
    (FI, "4.3.2024", FI_RECIPIENTS + "Laskutuksen hoitaa Basware.\n\n" + FI_TRANSFER +
     "Tietoja ei siirretä EU:n tai ETA:n ulkopuolelle.", set()),
]


@pytest.mark.parametrize(("frame", "printed", "body", "expected"), CASES)
def test_what_follows_and_nothing_else(pipeline: Pipeline, frame: str, printed: str, body: str, expected: set[str]) -> None:
    text = frame.format(date=day(frame, printed), body=body)
    mapped = pipeline.map(documents.from_text(text, "x.txt", language={FI: "fi", SV: "sv", EN: "en"}[frame]))
    assert told(mapped) == expected
    assert any(f"<{DCTERMS.modified}>" in line for line in mapped.graphs[mapped.iri]) == bool(printed), "the date is read"
    assert (f"{mapped.iri}/inferred" in mapped.graphs) == bool(expected), "no empty graph"
    assert wellformedness(rdf(mapped)) == ()


BOTH = FI.format(date="Päivitetty 4.3.2021", body=FI_RECIPIENTS + "Kirjeet lähettää Mailchimp.\n\n" + FI_TRANSFER +
                 "Tietoja ei siirretä EU:n tai ETA:n ulkopuolelle.\n\nTietoja siirretään Intiaan mallilausekkeiden nojalla.")


def test_what_is_inferred_stays_apart(pipeline: Pipeline) -> None:
    """Nobody who ignores graphs may take it for said: no link from the notice or its processing, no claim, no modality."""
    mapped = pipeline.map(documents.from_text(BOTH, "x.txt", language="fi"))
    graph, said = inferred(mapped), rdf(mapped)
    nodes = set(graph.subjects())
    assert all(str(node).startswith(f"{mapped.iri}/inferred/") for node in nodes)
    assert not nodes & (set(said.subjects()) | set(said.objects()))
    assert not set(graph.objects(None, RDF.type)) & {SEL.Claim, SEL.Transfer, DPV.Processing, DPV.Recipient}
    assert not set(graph.predicates()) & {SEL.modality, SEL.hasClaim, SEL.hasTransferStatement, DPV.hasProcessing}


def test_what_is_inferred_leads_to_what_was_said(pipeline: Pipeline) -> None:
    mapped = pipeline.map(documents.from_text(BOTH, "x.txt", language="fi"))
    graph, said = inferred(mapped), rdf(mapped)
    claims = set(said.subjects(RDF.type, SEL.Claim))
    (implied,) = graph.subjects(RDF.type, SEL.ImpliedTransfer)
    assert set(graph.objects(implied, PROV.wasDerivedFrom)) == {URIRef(f"{mapped.iri}/recipient/mailchimp")} & claims
    assert graph.value(implied, SEL.entity) == URIRef(f"{ID_BASE}organisation/mailchimp")
    (assessed,) = graph.objects(None, SEL.assessedInstrument)
    assert assessed in claims
    assert [str(o) for o in graph.objects(None, SEL.assessedOn)] == ["2021-03-04"]
    for node in graph.subjects(RDF.type, SEL.Contradiction):
        sides = set(graph.objects(node, SEL.between))
        assert len(sides) == 2
        shown = {c for side in sides for c in ({side} & claims or graph.objects(side, PROV.wasDerivedFrom))}
        places = set(graph.objects(node, PROV.wasDerivedFrom))
        assert places == {p for c in shown for p in said.objects(c, PROV.wasDerivedFrom)}


def test_every_name_used_is_declared(pipeline: Pipeline) -> None:
    mapped = pipeline.map(documents.from_text(BOTH, "x.txt", language="fi"))
    used = {t for triple in inferred(mapped) for t in triple if isinstance(t, URIRef) and t in SEL}
    assert used
    assert used <= set(pipeline.vocabulary.graph.subjects())


class Nothing:
    """Keeps nothing secret."""

    @staticmethod
    def narrowed(span: Span) -> Span:
        return span


class Everything:
    @staticmethod
    def narrowed(span: Span) -> None:
        return None


NOTICE = Notice("x", "fi")
VOCABULARY, REFERENCE = vocabulary.load(), reference.load_reference()


def lines(claims: list[Claim], printed: str | None = "2024-01-01", secrets: object = Nothing, known: object = REFERENCE) -> Graph:
    found = Inferences(known, VOCABULARY).of(NOTICE, claims, printed, secrets)
    assert list(found) == sorted(set(found))
    return Graph().parse(data="\n".join(found), format="nt")


def transfer(number: int, modality: Modality, registers: set[int], **values: str) -> Claim:
    return Claim(f"transfer/{number}", (str(SEL.Transfer),), Polarity(modality), (Span(0, 1),), numbered=True,
                 processes=frozenset((r, "") for r in registers), values=tuple((str(p), Iri(v)) for p, v in values.items()))


def recipient(organisation: str, registers: set[int] = frozenset({1})) -> Claim:
    return Claim(f"recipient/{organisation}", (str(DPV.Recipient),), Polarity(Modality.ASSERTED), (Span(0, 1),),
                 processes=frozenset((r, "") for r in registers), values=((str(SEL.entity), Iri(f"{ID_BASE}organisation/{organisation}")),))


def instrument(concept: str) -> Claim:
    return Claim(f"instrument/{concept.rpartition('#')[2]}", (), Polarity(Modality.ASSERTED), (Span(0, 1),), concept=concept)


@pytest.mark.parametrize(("printed", "status"), [
    ("2009-12-31", SEL.NotYetValid), ("2010-02-05", SEL.ValidAtDate), ("2021-09-26", SEL.ValidAtDate),
    ("2021-09-27", SEL.RepealedAtDate), ("2022-12-26", SEL.RepealedAtDate), ("2022-12-27", SEL.EndedAtDate),
    ("2021-10", SEL.RepealedAtDate), ("2021-09", SEL.Undated), ("2023", SEL.EndedAtDate), (None, SEL.Undated)])
def test_a_set_of_clauses_named_by_its_number(printed: str | None, status: URIRef) -> None:
    graph = lines([instrument(str(SEL.StandardContractualClauses2010))], printed)
    assert list(graph.objects(None, SEL.instrumentStatus)) == [status]
    assert [str(o) for o in graph.objects(None, SEL.assessedOn)] == ([printed] if printed else [])


def test_the_date_keeps_its_precision() -> None:
    kinds = {p: next(lines([instrument(str(SEL.PrivacyShield))], p).objects(None, SEL.assessedOn)).datatype.rpartition("#")[2]
             for p in ("2022", "2022-02", "2022-02-28")}
    assert kinds == {"2022": "gYear", "2022-02": "gYearMonth", "2022-02-28": "date"}
    assert Moment.of("2024-02").last == date(2024, 2, 29)


def test_in_a_year_of_change_the_set_of_clauses_is_open() -> None:
    graph = lines([instrument(str(EU_GDPR["A46-2-c"]))], "2021")
    assert list(graph.objects(None, SEL.instrumentStatus)) == [SEL.ValidAtDate]
    assert not list(graph.objects(None, SEL.assessedAs))


def test_an_instrument_without_known_dates_is_undated() -> None:
    graph = lines([instrument(str(EU_GDPR["A49-2"]))])
    assert list(graph.objects(None, SEL.instrumentStatus)) == [SEL.Undated]


def test_an_article_without_decisions_applies_since_the_regulation_does() -> None:
    for printed, status in (("2018-05-24", SEL.NotYetValid), ("2018-05-25", SEL.ValidAtDate)):
        graph = lines([instrument(str(EU_GDPR["A46-2-b"]))], printed)
        assert list(graph.objects(None, SEL.instrumentStatus)) == [status]


def test_adequacy_for_some_of_the_countries_says_nothing_of_the_others() -> None:
    claims = [instrument(str(EU_GDPR["A45-3"])), transfer(1, Modality.ASSERTED, {1})._replace(
        values=tuple(
            (str(p), Iri(v)) for p, v in ((DPV.hasThirdCountry, str(LOC.IN)), (DPV.hasThirdCountry, str(LOC.NZ)),
                                          (SEL.hasTransferInstrument, "./instrument/A45-3"))))]
    graph = lines(claims)
    assert set(graph.objects(None, SEL.assessedFor)) == {LOC.NZ}
    assert set(graph.objects(None, SEL.instrumentStatus)) == {SEL.ValidAtDate}


def test_another_register_is_not_contradicted() -> None:
    denial = transfer(1, Modality.NEGATED, {1})
    assert (None, RDF.type, SEL.Contradiction) in lines([denial, transfer(2, Modality.CONDITIONAL, {1, 2})])
    assert (None, RDF.type, SEL.Contradiction) not in lines([denial, transfer(2, Modality.CONDITIONAL, {2})])
    assert (None, RDF.type, SEL.Contradiction) in lines([denial, recipient("mailchimp", {1})])
    assert (None, RDF.type, SEL.Contradiction) not in lines([denial, recipient("mailchimp", {2})])


def test_a_denial_of_one_country_denies_that_country_only() -> None:
    denial = transfer(1, Modality.NEGATED, {1}, **{str(SEL.excludesDestination): str(LOC.RU)})
    there = transfer(2, Modality.ASSERTED, {1}, **{str(DPV.hasThirdCountry): str(LOC.RU)})
    elsewhere = transfer(2, Modality.ASSERTED, {1}, **{str(DPV.hasThirdCountry): str(LOC.IN)})
    assert (None, RDF.type, SEL.Contradiction) in lines([denial, there])
    assert (None, RDF.type, SEL.Contradiction) not in lines([denial, elsewhere])


def test_evidence_in_the_contacts_is_not_pointed_to() -> None:
    graph = lines([transfer(1, Modality.NEGATED, {1}), transfer(2, Modality.ASSERTED, {1})], secrets=Everything)
    (node,) = graph.subjects(RDF.type, SEL.Contradiction)
    assert not list(graph.objects(node, PROV.wasDerivedFrom))


def test_a_service_without_a_seat_has_its_parents() -> None:
    def one(name: str, country: str, parent: str | None) -> KnownOrganisation:
        above = f"{ID_BASE}organisation/{parent}" if parent else None
        return KnownOrganisation(f"{ID_BASE}organisation/{name}", name, country, above, None, False, "x")

    made = [one("child", "", "mother"), one("mother", str(LOC.IN), None), one("inside", str(LOC.FI), "mother"),
            one("a", "", "b"), one("b", "", "a")]
    known = dataclasses.replace(REFERENCE, organisations=MappingProxyType({o.iri: o for o in made}))
    graph = lines([recipient(o.name) for o in made], known=known)
    assert {str(s).rpartition("/")[2] for s in graph.subjects(RDF.type, SEL.ImpliedTransfer)} == {"child", "mother"}
    assert set(graph.objects(None, DPV.hasThirdCountry)) == {LOC.IN}


def test_nothing_follows_from_nothing() -> None:
    assert Inferences(REFERENCE, VOCABULARY).of(NOTICE, [], None, Nothing) == ()
