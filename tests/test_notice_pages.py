"""Pages over notices as they are ingested: the text in place, organisations, concepts, findings, search, what is measured."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from server_fixture import BROWSER, browse, ingested, served

from ingest import quality
from ingest.quality import FacetScore, Score
from ingest.store import Store
from ontology.namespaces import ID_BASE
from server.messages import LANGUAGES
from shapes.rules import completeness_catalogue

SAMPLES = ("fi-verkkokauppa-havukka", "sv-museum-tornvika", "en-game-pipwick", "fi-ilman-rekisterinpitajaa")


@pytest.fixture(scope="module")
def client(tmp_path_factory, pipeline):
    path = ingested(tmp_path_factory.mktemp("kinds") / "store", pipeline, *SAMPLES)
    with Store.open(path) as store:
        facets = (FacetScore("transfer", Decimal("0.975"), Decimal("0.9")), FacetScore("purpose", None, Decimal("0.5")))
        quality.write([Score("fi", 11, facets)], store, date(2026, 11, 1))
        store.publish()
    with served(path) as running:
        yield running.client


@pytest.fixture(scope="module")
def havukka(client):
    rows = client.get("/questions/transfers-to-country?country=RU").json()["results"]["bindings"]
    return rows[0]["notice"]["value"].removeprefix(ID_BASE)


PAGES = (
    "/", "/search", "/search?q=Google", "/questions", "/questions/top-recipients", "/findings", "/rules", "/concepts",
    "/concepts/dpv:Marketing", "/check", "/about", "/api", "/id/organisation/havukka-oy", "/id/organisation/9812639-9",
    "/sparql",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [path for path in PAGES if path != "/id/organisation/havukka-oy"])
def test_every_page_in_every_language(client, path, language):
    text = browse(client, path, language)
    assert "<h1" in text
    assert not re.search(r"\b(undefined|None)\b</", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_in_every_language(client, havukka, language):
    assert 'class="passages"' in browse(client, f"/id/{havukka}", language)


def test_every_quote_stands_in_the_text_where_it_says(client, havukka):
    page, plain = browse(client, f"/id/{havukka}"), client.get(f"/id/{havukka}/text", headers={"Accept": "text/plain"})
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert client.get(f"/id/{havukka}/text?format=text/plain", headers={"Accept": BROWSER}).text == plain.text
    assert "publicText" in client.get(f"/id/{havukka}/text", headers={"Accept": "text/turtle"}).text
    shown = "".join(
        html.unescape(re.sub(r"<[^>]+>", "", block))
        for block in re.findall(r'<p class="said[^>]*>(.*?)</p>', page, re.DOTALL)
    )
    assert "".join(shown.split()) == "".join(plain.text.split())
    query = "SELECT ?q ?s ?e WHERE { GRAPH <%s> { ?x oa:exact ?q ; oa:start ?s ; oa:end ?e } }" % (ID_BASE + havukka)
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    assert len(rows) > 50
    for row in rows:
        start, end = int(row["s"]["value"]), int(row["e"]["value"])
        assert plain.text[start:end] == row["q"]["value"]
        assert f'id="char-{start}-{end}"' in page


def test_people_are_blacked_out_at_the_same_length(client, havukka):
    plain = client.get(f"/id/{havukka}/text", headers={"Accept": "text/plain"}).text
    page = browse(client, f"/id/{havukka}")
    for private in ("Oona", "Lehtokaarre", "@havukka", "013 123"):
        assert private not in plain
        assert private not in page
    assert "█" in plain
    assert 'aria-label="peitetty yhteystieto"' in page


def test_findings_stand_beside_their_passage(client, havukka):
    page = browse(client, f"/id/{havukka}", "en")
    passage = next(
        block for block in page.split('<div class="passage')[1:] if "relies on legitimate interest" in block
    )  # fmt: skip
    assert "oikeutettuun etuumme" in html.unescape(re.sub(r"<[^>]+>", "", passage)).replace("\n", " ")
    assert 'class="note finding violation"' in passage
    assert "findings are about passages" in page
    assert "Right to complain to the supervisory authority" in page.split('id="claims"')[0]


def test_a_negated_claim_says_so_in_words(client, havukka):
    page = browse(client, f"/id/{havukka}", "en")
    assert re.search(r'class="mark mark-\w+ m-negated"[^>]* title="[^"]*ruled out', page)


def test_an_organisation_belongs_to_another_by_its_name(client):
    assert '<a href="/id/organisation/amazon">Amazon</a>' in browse(client, "/id/organisation/aws", "en")
    assert '<a href="/id/organisation/aws">Amazon Web Services</a>' in browse(client, "/id/organisation/amazon", "en")


def test_controller_page_shows_notices_recipients_and_graph(client):
    page = browse(client, "/id/organisation/9812639-9", "en")
    assert "<h1>Havukka Oy</h1>" in page
    assert "9812639-9" in page
    row = re.search(r'<tr data-source="[^"]*9812639-9" data-source-label="Havukka Oy" data-target="([^"]*)"', page)
    assert row
    assert row[1].startswith(ID_BASE + "organisation/")
    assert 'data-view="graph"' in page
    recipient = browse(client, "/id/" + row[1].removeprefix(ID_BASE), "en")
    assert "Named as a recipient in" in recipient
    assert "Havukka Oy" in recipient


def test_concept_page_lists_every_notice_with_its_narrower_concepts(client):
    page = browse(client, "/concepts/dpv:Marketing", "en")
    assert "direct marketing" in page
    assert re.search(r'#char-\d+-\d+', page)
    for label in ("markkinointi", "marknadsföring"):
        assert label in page
    browse(client, "/concepts/dpv:Nothing", status=404)
    browse(client, "/concepts/x", status=404)


def _matrix(page):
    return page.split('class="matrix"')[1].split("</table>")[0]


def test_findings_overview_counts_and_filters(client):
    matrix = _matrix(browse(client, "/findings", "en"))
    assert len(re.findall(r"<tr><th scope=\"row\">", matrix)) == 3  # one notice names no controller
    assert len(re.findall(r'class="square (?:met|missing)', matrix)) > 20
    filtered = _matrix(browse(client, "/findings?item=13-2-d&verdict=missing", "en"))
    assert "Havukka Oy" in filtered
    assert "Tornvika" not in filtered
    named = _matrix(browse(client, "/findings?name=pipWICK", "en"))
    assert "Pipwick" in named
    assert "Havukka" not in named
    assert "No controller meets" in browse(client, "/findings?name=nobody", "en")
    assert 'role="alert"' in browse(client, "/findings?item=%22%7D", "en", status=400)
    behind = _matrix(browse(client, "/findings?after=havukka%20oyz", "en"))
    assert "Havukka" not in behind
    assert "Pipwick" in behind


def test_rules_are_all_there_with_their_remedy(client):
    page = browse(client, "/rules")
    for rule in completeness_catalogue().rules.values():
        assert f'id="{rule.iri.rpartition("#")[2]}"' in page
        assert html.escape(rule.guidance.get("fi", ""), quote=False).replace('"', "&#34;") in page


def test_search_finds_organisations_quotes_and_notices(client):
    page = browse(client, "/search?q=posti", "fi")
    assert "/id/organisation/posti" in page
    assert re.search(r"#char-\d+-\d+", page)
    assert "&lt;script&gt;" in browse(client, "/search?q=%3Cscript%3E", "fi")
    assert 'role="alert"' in browse(client, "/search?q=%07", "fi", status=400)


def test_reliability_is_what_was_measured_and_says_when_nothing_was(client):
    page = browse(client, "/questions/transfers-to-country?country=RU", "en")
    measured = page.split('class="measured"')[1]
    assert "98%" in measured
    assert "90%" in measured
    assert "11" in measured
    assert "2026-11-01" in measured
    assert "50%" not in measured  # that of purposes says nothing of transfers
    assert "hold no measurement" in browse(client, "/questions/retention-periods", "en")
    about = browse(client, "/about", "en")
    assert "not measured" in about
    assert "98%" in about


def test_countries_are_a_table_for_the_map(client):
    page = browse(client, "/", "en")
    assert re.search(r'<figure class="map" data-view="map">.*<tr data-country="RU" data-count="1">', page, re.DOTALL)
    assert 'data-country="US"' in browse(client, "/questions/top-recipients", "en")


def test_structured_data_and_links(client, havukka):
    for path, kind in (("/", "Dataset"), ("/about", "Dataset"), (f"/id/{havukka}", "DigitalDocument")):
        response = client.get(path, headers={"Accept": BROWSER})
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
        assert json.loads(block[1])["@type"] == kind
        assert 'rel="license"' in response.headers["link"]
    links = client.get(f"/id/{havukka}", headers={"Accept": "text/turtle"}).headers["link"]
    assert 'rel="alternate"; type="application/ld+json"' in links
    assert client.get("/.well-known/void", follow_redirects=False).headers["location"] == "/export?format=turtle"


def test_pages_are_kept_by_their_tag(client, havukka):
    for path in ("/findings", "/rules", "/concepts", "/about", f"/id/{havukka}", "/id/organisation/9812639-9"):
        headers = {"Accept": BROWSER, "Accept-Language": "fi"}
        tag = client.get(path, headers=headers).headers["etag"]
        assert client.get(path, headers=headers | {"If-None-Match": tag}).status_code == 304
