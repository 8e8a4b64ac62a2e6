"""Evidence: the words that tell each item, each wording once; people's contact details are never quoted."""
from __future__ import annotations

import pytest
from rdflib import Literal, URIRef

from ontology.namespaces import OA, PROV
from shapes.dossiers import compile_dossier
from shapes.evidence import Heading, Reading, topics
from shapes.plain_text import to_text
from shapes.rules import completeness_catalogue
from shapes.validation import validate
from tests.report_fixture import BACKGROUND, BASE, dossier, graph, hostile

ITEMS = [item.item for item in completeness_catalogue().items]


def told(item: str, *updates: str) -> list[str]:
    return [quote.text for quote in Reading(graph(None, *updates), BASE).evidence(item).quotes]


@pytest.mark.parametrize(("item", "words"), [
    ("13-1-a", ["Koivulehdon Kukkatukku Oy"]),
    ("13-1-c-purposes", ["tilausten käsittelyyn", "laskutukseen", "Suoramarkkinointi", "osallistujaluetteloon"]),
    ("13-1-c-legal-basis", ["Perusteena on sopimus", "oikeutettuun etuumme", "lähetetään suostumuksella", "nimenomaisella suostumuksella",
                            "lakisääteinen velvoite"]),
    ("13-1-d", ["haluamme kertoa asiakkaille uusista tuotteista"]),       # the interest itself, not the claim of having one
    ("13-1-e", ["tilitoimisto", "Kirjekyyhky Oy"]),
    ("13-1-f", ["Tietoja voidaan siirtää Sveitsiin", "Tietoja siirretään Yhdysvaltoihin vakiolausekkeiden nojalla"]),
    ("13-2-a", ["kuusi vuotta tilikauden päättymisestä"]),
    ("13-2-b-access", ["tarkastaa tietosi"]),
    ("13-2-b-erasure", ["pyytää niiden poistamista"]),
    ("13-2-c", ["perua milloin tahansa"]),
    ("13-2-d", ["valittaa tietosuojavaltuutetulle"]),
    ("13-2-e", ["ovat tilauksen edellytys"]),
    ("13-2-f", ["Emme tee automaattisia päätöksiä"]),                     # a denial answers too
    ("14-1-d", ["nimeä", "sähköpostiosoitetta", "allergiatietoja"]),
    ("14-2-f", ["asiakkaalta itseltään", "luottotietoyhtiöltä"]),
])
def test_each_item_is_shown_by_its_words(item, words):
    assert told(item) == words


def test_every_item_knows_where_to_look_and_what_tells_it():
    assert all(topics(item) for item in ITEMS)
    assert {a.item.item for a in dossier().answers if not a.quotes} == {"13-1-b"}, "contact details are apart"


def test_a_denied_right_does_not_tell_it():
    assert told("13-2-b-access", "DELETE { <right/A15> sel:modality ?m } INSERT { <right/A15> sel:modality sel:Negated } WHERE { <right/A15> sel:modality ?m } ; DELETE WHERE { ?n dpv:hasRight <right/A15> }") == []


def test_overlapping_and_repeated_words_are_shown_once():
    more = """INSERT DATA { <data/Name> prov:wasDerivedFrom <text#char=420,452> , <text#char=900,905> .
        <text#char=420,452> oa:start 420 ; oa:end 452 ; oa:exact "Käsittelemme nimeä, sähköpostiosoitetta"@fi .
        <text#char=900,905> oa:start 900 ; oa:end 905 ; oa:exact "Allergiatietoja"@fi }"""
    assert told("14-1-d", more) == ["Käsittelemme nimeä, sähköpostiosoitetta", "allergiatietoja"]


def test_contact_details_are_there_but_not_quoted():
    made = graph()
    contact, place = URIRef(f"{BASE}/contact/1"), URIRef(f"{BASE}/text#char=149,177")
    for triple in ((contact, PROV.wasDerivedFrom, place), (place, OA.start, Literal(149)), (place, OA.end, Literal(177)),
                   (place, OA.exact, Literal("tietosuoja@koivulehto.example"))):
        made.add(triple)
    headings = [Heading("Tietosuojavastaava: tietosuoja@koivulehto.example", 129, 177, frozenset({"OfficerTopic"}))]
    found = compile_dossier(made, validate(made, background=BACKGROUND), headings)
    officer = next(a for a in found.answers if a.item.item == "13-1-b")
    assert (officer.quotes, officer.apart) == ((), True)
    for language in ("fi", "sv", "en"):
        assert "koivulehto.example" not in to_text(found, language)
    assert found.headings == (Heading("…", 129, 177, frozenset({"OfficerTopic"})),)


def test_a_place_is_named_by_its_section():
    assert dossier().section(300) == "Asiakasrekisteri"
    assert dossier().section(5000) is None
    assert dossier(None, None).section(300) is None


def test_nothing_in_a_notice_commands_a_terminal():
    assert "\x01" in hostile().report.title
    text = to_text(hostile(), "fi")
    assert not [c for c in text if ord(c) < 32 and c != "\n"]
