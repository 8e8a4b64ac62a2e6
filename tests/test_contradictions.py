"""Contradictions: denial and statement of the same thing, by purpose, organisation, data, condition and register.

Each row patches the notice of the shapes: the shape (for the verdict) and the pairs that ingestion found (for the words of
both) must judge alike.
"""
from __future__ import annotations

import pytest
from rdflib import RDF, URIRef

from ontology.namespaces import DPV, PROV, SEL
from shapes.contradictions import contradictions
from shapes.dossiers import compile_dossier
from shapes.exchange import to_json
from shapes.pages import Shown, to_html, to_markdown
from shapes.plain_text import to_text
from shapes.rules import LANGUAGES
from shapes.validation import validate
from tests.report_fixture import BACKGROUND, BASE, graph

DENIED = """DELETE { <transfer/1> dpv:hasThirdCountry ?c ; sel:modality ?m . <register/1> dpv:hasProcessing <transfer/1> }
INSERT { <transfer/1> sel:modality sel:Negated ; sel:excludesDestination loc:non-EEA } WHERE { <transfer/1> dpv:hasThirdCountry ?c ; sel:modality ?m }"""
DENIAL, STATED = "Tietoja voidaan siirtää Sveitsiin", "Tietoja siirretään Yhdysvaltoihin vakiolausekkeiden nojalla"
NAMED = "INSERT DATA {{ <{notice}> sel:hasClaim <extra/{n}> . <extra/{n}> a sel:Claim , {kind} ; sel:modality sel:Asserted ; {value} ; prov:wasDerivedFrom <text#char={start},{end}> . <text#char={start},{end}> oa:start {start} ; oa:end {end} ; oa:exact \"{words}\"@fi }}"


def named(n: int, kind: str, value: str, where: str, words: str = "jotakin nimettyä") -> str:
    """A claim inside the denial (681–714) or inside the statement (716–775)."""
    start = 690 if where == "denial" else 730
    return NAMED.format(notice=BASE, n=n, kind=kind, value=value, start=start + n, end=start + n + 5, words=words)


def word(where: str, text: str) -> str:
    """Put a word into the denial or the statement."""
    claim = "transfer/1" if where == "denial" else "transfer/2"
    return f'DELETE {{ ?s oa:exact ?x }} INSERT {{ ?s oa:exact "{text}"@fi }} WHERE {{ <{claim}> prov:wasDerivedFrom ?s . ?s oa:exact ?x }}'


MODALITY = "DELETE {{ <transfer/2> sel:modality ?m }} INSERT {{ <transfer/2> sel:modality sel:{} }} WHERE {{ <transfer/2> sel:modality ?m }}"
COUNTRY = "DELETE {{ <transfer/1> sel:excludesDestination ?d }} INSERT {{ <transfer/1> sel:excludesDestination loc:{} }} WHERE {{ <transfer/1> sel:excludesDestination ?d }}"
PURPOSE = ("dpv:Purpose", "skos:broader dpv:DirectMarketing")
OTHER_PURPOSE = ("dpv:Purpose", "skos:broader dpv:PaymentManagement")
COMPANY = ("dpv:Recipient", "sel:entity <https://w3id.org/seloste/id/organisation/kirjekyyhky-oy>")
OTHER_COMPANY = ("dpv:Recipient", "sel:entity <https://w3id.org/seloste/id/organisation/cloudmailer-inc>")
HEALTH = "DELETE { ?s oa:exact ?x } INSERT { ?s oa:exact \"terveystiedot\"@fi } WHERE { <data/Health> prov:wasDerivedFrom ?s . ?s oa:exact ?x }"

ROWS = [
    # the same thing
    ([DENIED], True),
    ([DENIED, MODALITY.format("Possible")], True),                          # «may be transferred» is not «are not»
    ([DENIED, COUNTRY.format("US")], True),                                 # the very country
    ([DENIED, COUNTRY.format("non-EU")], True),
    # condition
    ([DENIED, MODALITY.format("Conditional")], False),                      # an exception: «with your consent»
    # destination
    ([DENIED, COUNTRY.format("IN")], False),                                # not to India, but to the United States
    # purpose
    ([DENIED, named(1, *PURPOSE, "denial")], False),                        # not for marketing; for the rest, perhaps
    ([DENIED, named(1, *PURPOSE, "denial"), named(2, *OTHER_PURPOSE, "statement")], False),
    ([DENIED, named(1, *PURPOSE, "denial"), named(2, *PURPOSE, "statement")], True),
    ([DENIED, named(2, *PURPOSE, "statement")], True),                      # never, but for marketing
    # actor
    ([DENIED, named(1, *COMPANY, "denial")], False),
    ([DENIED, named(1, *COMPANY, "denial"), named(2, *OTHER_COMPANY, "statement")], False),
    ([DENIED, named(1, *COMPANY, "denial"), named(2, *COMPANY, "statement")], True),
    # data
    ([DENIED, HEALTH, word("denial", "Terveystietoja ei siirretä EU:n ulkopuolelle")], False),
    ([DENIED, HEALTH, word("denial", "Terveystietoja ei siirretä EU:n ulkopuolelle"), word("statement", "Myös terveystietoja siirretään Yhdysvaltoihin")], True),
    # register
    ([DENIED, "DELETE DATA { <register/1> sel:hasTransferStatement <transfer/1> } ; INSERT DATA { <register/2> sel:hasTransferStatement <transfer/1> }"], False),
    ([DENIED, "DELETE DATA { <register/1> sel:hasTransferStatement <transfer/2> } ; INSERT DATA { <register/1> dpv:hasProcess <register/1/a> . <register/1/a> a dpv:Process ; sel:hasTransferStatement <transfer/2> }"], True),
    ([DENIED, "DELETE DATA { <register/1> sel:hasTransferStatement <transfer/1> } ; INSERT DATA { <register/1> dpv:hasProcess <register/1/a> . <register/1/a> a dpv:Process ; sel:hasTransferStatement <transfer/1> }"], False),
]


def paired(made):
    """Add the pair as ingestion infers it: by register and destination, whatever else the sentences say."""
    node = URIRef(f"{BASE}/inferred/contradiction/1")
    made.add((node, RDF.type, SEL.Contradiction))
    for side in ("transfer/1", "transfer/2"):
        made.add((node, SEL.between, URIRef(f"{BASE}/{side}")))
    return made


@pytest.mark.parametrize(("updates", "contradicts"), ROWS)
def test_the_shape_tells_contradictions_from_what_only_looks_like_one(updates, contradicts):
    report = validate(graph(None, *updates), background=BACKGROUND)
    rules = {f.rule.rpartition("#")[2] for f in report.findings}
    assert ("transfer-denied-and-stated" in rules) is contradicts
    verdict = next(str(v.verdict) for v in report.verdicts if v.item == "13-1-f")
    assert verdict == ("contradictory" if contradicts else "met")


@pytest.mark.parametrize(("updates", "contradicts"), [row for row in ROWS if row[0][1:2] != [COUNTRY.format("IN")]])
def test_pairs_of_ingestion_are_judged_as_the_shape_judges(updates, contradicts):
    # Destinations are ingestion's own question: it makes no pair of two countries.
    found = contradictions(paired(graph(None, *updates)), BASE)
    assert bool(found) is contradicts


RECIPIENT_ROWS = [
    ([], True),
    (["DELETE { ?r sel:modality ?m } INSERT { ?r sel:modality sel:Conditional } WHERE { ?r sel:entity <https://w3id.org/seloste/id/organisation/cloudmailer-inc> ; sel:modality ?m }"], False),
    ([named(1, *PURPOSE, "denial")], False),
    ([named(1, "dpv:Recipient", "sel:entity <https://w3id.org/seloste/id/organisation/another>", "denial")], False),
    ([named(1, *OTHER_COMPANY, "denial")], True),
    ([COUNTRY.format("IN")], False),
    ([COUNTRY.format("US")], True),
    ([HEALTH, word("denial", "Terveystietoja ei siirretä EU:n ulkopuolelle")], False),
    # the notice states another transfer: that it denies this one is not certain
    (["INSERT DATA { <register/2> sel:hasTransferStatement <transfer/2> . <transfer/2> a sel:Transfer }"], False),
]


@pytest.mark.parametrize(("updates", "contradicts"), RECIPIENT_ROWS)
def test_a_recipient_seated_outside_contradicts_a_denial_of_the_same_thing(updates, contradicts):
    report = validate(graph("excluded-transfer-recipient", *updates), background=BACKGROUND)
    assert ({f.rule.rpartition("#")[2] for f in report.findings} == {"excluded-transfer-recipient"}) is contradicts


@pytest.mark.parametrize(("updates", "contradicts"), [r for r in RECIPIENT_ROWS if r[0] != [COUNTRY.format("IN")]])
def test_an_implied_transfer_is_judged_as_the_shape_judges(updates, contradicts):
    made = implied(graph("excluded-transfer-recipient", *updates))
    assert bool(contradictions(made, BASE)) is contradicts


def implied(made):
    """Add what ingestion infers from the seat of the recipient."""
    node, transfer = URIRef(f"{BASE}/inferred/contradiction/1"), URIRef(f"{BASE}/inferred/transfer/cloudmailer-inc")
    company = URIRef("https://w3id.org/seloste/id/organisation/cloudmailer-inc")
    for triple in (
        (node, RDF.type, SEL.Contradiction), (node, SEL.between, transfer), (node, SEL.between, URIRef(f"{BASE}/transfer/1")),
        (transfer, RDF.type, SEL.ImpliedTransfer), (transfer, SEL.entity, company),
        (transfer, PROV.wasDerivedFrom, URIRef(f"{BASE}/recipient/kirjekyyhky-oy")), (company, DPV.hasName, _literal("Cloudmailer")),
    ):
        made.add(triple)
    return made


def _literal(text):
    from rdflib import Literal

    return Literal(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_readers_see_both_quotes(language):
    made = paired(graph(None, DENIED))
    found = compile_dossier(made, validate(made, background=BACKGROUND))
    for text in (to_text(found, language), to_markdown(Shown([found], language, {})), to_html(Shown([found], language, {}))):
        assert DENIAL in text
        assert STATED in " ".join(text.split())
    (pair,) = to_json(found)["contradictions"]
    assert pair["denial"] == {"quote": DENIAL, "start": 681, "end": 714}
    assert pair["statement"] == {"quote": STATED, "start": 716, "end": 775}


def test_the_recipient_of_an_implied_transfer_is_named():
    made = implied(graph("excluded-transfer-recipient"))
    found = compile_dossier(made, validate(made, background=BACKGROUND))
    (pair,) = found.contradictions
    assert (pair.organisation, pair.statement.text) == ("Cloudmailer", "Kirjekyyhky Oy")
    assert "Vastaanottajan Cloudmailer kotipaikka on EU:n ja ETA:n ulkopuolella." in to_text(found, "fi")


def test_without_a_pair_there_is_nothing_to_show():
    assert contradictions(graph(None, DENIED), BASE) == ()
