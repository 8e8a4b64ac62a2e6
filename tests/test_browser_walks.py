"""What people do on the pages, done in a real browser: from a question to the quote, a file checked, languages, keyboard, no scripts, paper."""
from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import accessibility, chromium, overflows, visited
from make_documents import as_pdf, parts
from playwright.sync_api import Locator, Page, expect
from server_fixture import SAMPLES, served

from ingest import batch, documents
from ingest.sections import Sectioner
from ingest.store import Store
from ontology import lexicon
from ontology.namespaces import ID_BASE
from queries import catalogue
from shapes.reports import SUFFIXES

HAVUKKA = (SAMPLES / "fi-verkkokauppa-havukka.txt").read_text("utf-8")
TORNVIKA = (SAMPLES / "sv-museum-tornvika.txt").read_text("utf-8")
MARKUP = """<img src=x onerror="document.title='run'"><script>document.title = 'run'</script>"""
HOSTILE = f"""Tietosuojaseloste {MARKUP}

Rekisterinpitäjä on Tyrskynokka Oy {MARKUP}, Satamakatu 3, 00160 Helsinki.

Käsittelemme nimeäsi ja sähköpostiosoitettasi suoramarkkinointiin. {MARKUP}

Tietoja säilytetään kaksi vuotta. &lt;b&gt; {MARKUP}
"""
RUSSIA = "/questions/transfers-to-country?country=RU"
QUERY = "SELECT ?notice ?country WHERE { GRAPH ?notice { ?claim dpv:hasThirdCountry ?country } }"
QUESTIONS = catalogue.load()


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory, pipeline):
    """Three notices as they are ingested, one of them full of markup; checks of documents have their process."""
    folder = tmp_path_factory.mktemp("walks")
    for name, text in (("havukka", HAVUKKA), ("tornvika", TORNVIKA), ("hostile", HOSTILE)):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    with Store.open(folder / "store") as store:
        assert [one.error for one in batch.ingest(sorted(folder.glob("*.txt")), store, pipeline) if one.error] == []
        store.publish()
    with served(folder / "store", check_workers=1) as running:
        yield running


def address(text: str) -> str:
    """The page of a notice that was ingested from this text."""
    return "/id/" + documents.from_text(text, "x.txt").iri.removeprefix(ID_BASE)


TYPES = {
    "start": "/", "search": "/search?q=Google", "questions": "/questions", "answer": RUSSIA, "chart": "/questions/top-recipients",
    "wrong value": "/questions/transfers-to-country?country=XYZ", "notice": address(HAVUKKA), "claim": f"{address(HAVUKKA)}/transfer/1",
    "controller": "/id/organisation/9812639-9", "recipient": "/id/organisation/postnord", "concepts": "/concepts",
    "concept": "/concepts/dpv:Marketing", "findings": "/findings", "rules": "/rules", "check": "/check", "about": "/about",
    "api": "/api", "sparql": f"/sparql?query={QUERY}", "missing": "/no-such-page",
}  # fmt: skip
STATUS = {"wrong value": 400, "missing": 404}


def opened(page: Page, kind: str) -> None:
    response = page.goto(TYPES[kind])
    assert response is not None
    assert response.status == STATUS.get(kind, 200)


def drawn(page: Page) -> None:
    """Every map, graph and editor of the page is there: their code comes when they are near the screen."""
    for figure in page.locator("figure[data-view]").all():
        figure.scroll_into_view_if_needed()
        figure.locator("svg, canvas").first.wait_for()
    if page.locator("[data-view=editor]").count():
        page.locator(".cm-content").wait_for()


def in_view(one: Locator) -> None:
    expect(one).to_be_in_viewport(ratio=0.5)


def test_from_the_start_page_to_the_quote_in_the_notice(browser, site):
    with visited(browser, site.address) as page:
        page.goto("/")
        asked = page.locator("form[action='/questions/transfers-to-country']")
        asked.get_by_role("combobox").select_option(label="Venäjä")
        asked.get_by_role("button", name="Kysy").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ketkä rekisterinpitäjät siirtävät tietoja maahan Venäjä?")
        row = page.locator("main table tbody tr").first
        expect(row).to_contain_text("Havukka Oy")
        quote = row.locator("q a")
        words = quote.inner_text()
        assert "Venäj" in words
        quote.click()
        expect(page).to_have_url(re.compile(re.escape(address(HAVUKKA)) + r"#char-\d+-\d+$"))
        passage = page.locator(":target")
        in_view(passage)
        assert passage.text_content() == words
        assert passage.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
        # What was read from the passage stands beside it.
        claim = page.locator(passage.locator("a.mark-transfer").first.get_attribute("href") or "#none")
        in_view(claim)
        expect(claim).to_contain_text("Venäjä")


@pytest.mark.parametrize("path", [RUSSIA, TYPES["notice"], TYPES["concept"]])
def test_another_language_shows_the_same_page(browser, site, path):
    with visited(browser, site.address) as page:
        page.goto(path)
        headings = {page.locator("main h2").first.inner_text()}
        for language in ("sv", "en"):
            page.locator(f".languages a[hreflang={language}]").click()
            expect(page.locator("html")).to_have_attribute("lang", language)
            now, then = urlsplit(page.url), urlsplit(path)
            assert now.path == then.path
            assert parse_qs(now.query) == {**parse_qs(then.query), "lang": [language]}
            headings.add(page.locator("main h2").first.inner_text())
        assert len(headings) == 3
        # The language goes along, though the browser asks for Finnish.
        page.get_by_role("link", name="Findings", exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.goto(f"{RUSSIA}&lang=en")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")


FOCUS = """() => {
    const one = document.activeElement, place = one.getBoundingClientRect(), style = getComputedStyle(one), all = [...document.querySelectorAll("*")];
    return {
        at: one === document.body ? -1 : all.indexOf(one), id: one.id, name: one.localName, text: one.textContent.trim(), main: Boolean(one.closest("main")),
        seen: place.width > 0 && place.bottom > 0 && place.top < innerHeight && place.right > 0,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""


def tab(page: Page) -> dict[str, Any]:
    """Where focus is after the next Tab, in the order of the document: -1 behind its end. It is always to be seen."""
    page.keyboard.press("Tab")
    focus: dict[str, Any] = page.evaluate(FOCUS)
    assert focus["at"] < 0 or (focus["seen"] and focus["outlined"]), focus
    return focus


def test_a_question_is_asked_and_its_quote_found_by_keyboard(browser, site):
    with visited(browser, site.address, reduced_motion="reduce") as page:
        page.goto("/")
        assert tab(page)["text"] == "Siirry sisältöön"
        page.keyboard.press("Enter")
        assert tab(page)["id"] == "q"  # past the site's navigation, into the page
        focus = tab(page)
        while focus["id"] != "ask-transfers-to-country":
            focus = tab(page)
            assert focus["main"], "the question was not reached"
        while page.locator("select:focus option:checked").inner_text() != "Venäjä":
            page.keyboard.press("ArrowDown")
        assert tab(page)["text"] == "Kysy"
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("country=RU"))
        expect(page.locator("#answer")).to_be_visible()
        while focus["name"] != "a" or "Venäjälle" not in focus["text"]:
            focus = tab(page)
        page.keyboard.press("Enter")
        in_view(page.locator(":target"))


@pytest.mark.parametrize("kind", ["answer", "check", "findings", "about"])
def test_focus_goes_through_a_page_in_its_order_and_is_seen(browser, site, kind):
    with visited(browser, site.address, reduced_motion="reduce") as page:
        opened(page, kind)
        places = [-1]
        while len(places) < 40 and (place := tab(page)["at"]) >= 0:
            places.append(place)
        assert places == sorted(places)  # a field for a date is stopped at more than once
        assert len(set(places)) > 12


def test_a_pdf_is_checked(browser, site):
    content = parts(documents.from_text(HAVUKKA, "x.txt"), Sectioner(lexicon.load()["fi"]))
    with visited(browser, site.address) as page:
        page.goto("/check")
        page.set_input_files("#file", {"name": "seloste.pdf", "mimeType": "application/pdf", "buffer": as_pdf(content)})
        page.get_by_role("button", name="Tarkista").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Tarkistettu seloste", timeout=120_000)  # its process loads first
        expect(page.locator(".facts")).to_contain_text("Havukka Oy")
        expect(page.locator(".note.finding.violation").first).to_contain_text("puute")
        page.locator(".index .mark-transfer a").first.click()
        in_view(page.locator(".note:target"))
        with page.expect_download() as begun:
            page.get_by_role("button", name="HTML").click()
        assert "Havukka" in begun.value.path().read_text("utf-8")
        assert accessibility(page) == []
        page.emulate_media(color_scheme="dark")
        assert accessibility(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert overflows(page) <= 0


@pytest.fixture
def plain(browser, site):
    """A page in a browser that runs no scripts."""
    with visited(browser, site.address, java_script_enabled=False) as page:
        yield page


def test_without_scripts_every_question_is_asked(plain):
    for name, question in QUESTIONS.items():
        plain.goto(f"/questions/{name}")
        # The language of names is that of the page.
        values = {field: value for field, value in question.examples().items() if field != "language"}
        for field, value in values.items():
            if plain.locator(f"select#field-{field}").count():
                plain.select_option(f"#field-{field}", value)
            else:
                plain.fill(f"#field-{field}", value)
        if values:
            plain.locator("form.fields button").click()
            assert {field: asked for field, [asked] in parse_qs(urlsplit(plain.url).query).items()} == values
        expect(plain.locator("#answer")).to_have_text(re.compile("riviä|rivi"))
        expect(plain.get_by_role("alert")).to_have_count(0)


def test_without_scripts_every_notice_is_read(plain):
    plain.goto("/")
    rows = plain.locator("main table").last.locator("tbody tr")
    addresses = {rows.nth(number).locator("a").first.get_attribute("href") for number in range(rows.count())}
    assert addresses == {address(text) for text in (HAVUKKA, TORNVIKA, HOSTILE)}
    for one in addresses:
        plain.goto(one or "")
        assert plain.locator(".passage").count() > 2
        plain.locator(".index a").first.click()
        in_view(plain.locator(".note:target"))


def test_without_scripts_every_report_is_downloaded(plain):
    plain.goto("/check")
    plain.fill("#text", HOSTILE)
    plain.locator("form.check button").click()
    expect(plain.locator("form.report")).to_be_visible(timeout=120_000)
    for form, suffix in SUFFIXES.items():
        with plain.expect_download() as begun:
            plain.locator(f"form.report button[value={form}]").click()
        assert begun.value.suggested_filename.endswith(suffix)
        assert begun.value.path().stat().st_size > 500


@pytest.mark.parametrize("kind", TYPES)
def test_a_page_is_accessible_in_light_and_dark_and_on_a_telephone(browser, site, kind):
    with visited(browser, site.address, allowed="status of 40[04]") as page:
        opened(page, kind)
        drawn(page)
        assert accessibility(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 28)"
        assert accessibility(page) == []
        assert overflows(page) <= 0


@pytest.mark.parametrize("language", ["sv", "en"])  # in Finnish above
def test_no_page_is_wider_than_a_telephone(browser, site, language):
    with visited(browser, site.address, allowed="status of 40[04]", locale=language, viewport={"width": 390, "height": 844}) as page:
        wide = {}
        for kind in TYPES:
            opened(page, kind)
            expect(page.locator("html")).to_have_attribute("lang", language)
            wide[kind] = overflows(page)
        assert {kind: pixels for kind, pixels in wide.items() if pixels > 0} == {}


def test_what_is_drawn_stands_in_a_table_too(browser, site):
    with visited(browser, site.address) as page:
        drawings = 0
        for kind in ("start", "chart", "controller", "findings", "concepts"):
            opened(page, kind)
            drawn(page)
            for figure in page.locator("figure[data-view]").all():
                drawings += 1
                assert figure.locator("table tbody tr").count() > 0
                expect(figure.locator("table")).to_be_visible()
            # A bar is for the eye only: its number stands in the same row, no lower than the bar.
            for bar in page.locator("svg.bar:visible, svg.stack:visible").all()[:20]:
                drawings += 1
                assert (bar.bounding_box() or {"height": 0})["height"] < 20
                assert bar.get_attribute("aria-hidden") == "true"
                assert re.search(r"\d", bar.locator("xpath=ancestor::tr").inner_text())
        assert drawings > 10


def test_markup_in_a_notice_is_text(browser, site):
    with visited(browser, site.address) as page:
        page.goto(address(HOSTILE))
        assert MARKUP in page.locator(".passages").inner_text()
        assert page.locator("main :is(img, script)").count() == 0
        page.goto("/check")
        page.fill("#text", HOSTILE)
        page.get_by_role("button", name="Tarkista").click()
        expect(page.locator(".passages")).to_be_visible(timeout=120_000)
        assert MARKUP in page.locator(".passages").inner_text()
        assert page.locator("main :is(img, script)").count() == 0
        assert page.title() != "run"


def test_a_notice_is_printed_with_its_claims_and_without_the_controls(browser, site):
    with visited(browser, site.address) as page:
        page.goto(address(HAVUKKA))
        page.emulate_media(media="print")
        expect(page.locator("header.site nav").first).to_be_hidden()
        printed = documents.from_bytes(page.pdf(format="A4"), "printed.pdf", language="fi").text
        for said in ("Mitä selosteen on kerrottava", "palautukset, takuuasiat ja reklamaatiot", "Venäjä"):
            assert said in printed
        assert "Lataa" not in printed
