"""The SPARQL page in a real browser: completion, what is wrong and where, running and ending, tables, maps, graphs, by keyboard."""
from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browser import accessibility, chromium, overflows, visited
from playwright.sync_api import Page, expect

LABELS = "SELECT ?term ?label WHERE { ?term skos:prefLabel ?label FILTER(LANG(?label) = 'fi') } ORDER BY ?term LIMIT 120"
TRANSFERS = "SELECT ?notice ?country WHERE { GRAPH ?notice { ?claim dpv:hasThirdCountry ?country } }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
NOTICE = "https://w3id.org/seloste/id/notice/00000000000000aa"


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def editor(browser, sample_server):
    with visited(browser, sample_server.address) as page:
        opened(page)
        yield page


def opened(page: Page, path: str = "/sparql") -> None:
    page.goto(path)
    page.locator(".cm-content").wait_for()
    # The terms have come once examples have: both are asked for at the start.
    page.locator("#examples option").nth(1).wait_for(state="attached")


def write(page: Page, query: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(query)


def run(page: Page, query: str) -> None:
    write(page, query)
    page.keyboard.press("Control+Enter")


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"table.rows tbody td:nth-child({number})").all_inner_texts()


COMPLETED = (
    # typed, what is offered first or among others, what stands beside it
    ("SELECT * WHERE { ?data a sijainti", "pd:Location", "sijaintitiedot"),
    ("SELECT * WHERE { ?claim skos:broader direktmarkn", "dpv:DirectMarketing", "direktmarknadsföring"),  # Swedish, on a page in Finnish
    ("SELECT * WHERE { ?claim skos:broader marketing", "dpv:DirectMarketing", "direct marketing"),  # a later word of the label
    ("SELECT * WHERE { ?claim dpv:hasThird", "dpv:hasThirdCountry", ""),
    ("SELECT * WHERE { ?x ?y loc:R", "loc:RU", "Venäjä"),
    ("SELECT * WHERE { ?claim ?y ?z . ?cl", "?claim", ""),
    ("SELECT * WHERE { ?x ?y ?z FILT", "FILTER", ""),
    ("SELECT * WHERE { ?x dp", "dpv:", "https://w3id.org/dpv#"),
)


def test_what_is_typed_is_completed(editor):
    for typed, offered, told in COMPLETED:
        write(editor, typed[:-1])
        editor.keyboard.type(typed[-1])
        chosen = editor.locator(".cm-tooltip-autocomplete li").filter(has=editor.get_by_text(offered, exact=True)).first
        expect(chosen).to_contain_text(told)
        editor.keyboard.press("Escape")


def test_a_term_is_taken_by_keyboard(editor):
    write(editor, "SELECT * WHERE { ?x ?y loc:R")
    editor.keyboard.type("U")
    expect(editor.locator(".cm-tooltip-autocomplete li[aria-selected]")).to_contain_text("loc:RU")
    editor.wait_for_timeout(100)  # the list does not take keys in its first moments
    editor.keyboard.press("Enter")
    expect(editor.locator("textarea")).to_have_value("SELECT * WHERE { ?x ?y loc:RU")
    assert editor.locator(".cm-tooltip-autocomplete").count() == 0


def test_nothing_is_offered_inside_a_string_or_a_comment(editor):
    for typed in ('SELECT * WHERE { ?x ?y "sijaint', "# sijaint"):
        write(editor, typed)
        editor.keyboard.type("i")
        editor.wait_for_timeout(400)
        assert editor.locator(".cm-tooltip-autocomplete").count() == 0


def test_an_error_is_told_with_its_place_before_the_query_is_run(editor):
    write(editor, "SELECT *\nWHERE { ?s ?p }")
    found = editor.locator(".found")
    expect(found).to_contain_text("Rivi 2, merkki 16:")
    expect(editor.locator(".cm-lintRange-error")).to_have_count(1)
    expect(editor.locator(".cm-lint-marker-error")).to_have_count(1)
    write(editor, "SELECT * WHERE { ?s ?p ?o }")
    expect(found).to_have_text("")
    write(editor, "SELECT * WHERE { SERVICE <http://x.example/> { ?s ?p ?o } }")
    expect(found).to_contain_text("SERVICE")


def test_a_name_that_nothing_has_is_marked(editor):
    write(editor, "SELECT * WHERE { ?s dpv:hasThirdContry ?o ; dpv:hasThirdCountry loc:RU ; foaf:name ?n }")
    expect(editor.locator(".found")).to_have_text("Rivi 1, merkki 74: the prefix foaf: is not declared")
    write(editor, "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT * WHERE { ?s dpv:hasThirdContry ?o ; foaf:name ?n }")
    expect(editor.locator(".found")).to_contain_text("dpv:hasThirdContry ei esiinny")
    expect(editor.locator(".cm-lintRange-warning")).to_have_text(["dpv:hasThirdContry"])


def test_an_answer_comes_with_names_links_and_downloads(editor, sample_server):
    run(editor, TRANSFERS)
    expect(editor.locator(".answer h2")).to_have_text("Yksi rivi")
    assert editor.evaluate("document.activeElement.textContent") == "Yksi rivi"
    assert column(editor, 1) == ["id:notice/00000000000000aa"]
    assert editor.locator("table.rows a").first.get_attribute("href") == "/id/notice/00000000000000aa"
    assert column(editor, 2) == ["loc:RU Venäjä"]
    expect(editor.locator(".answer")).to_contain_text(re.compile(r"Kysely kesti [\d,.]+ s\. Aineiston versio \d+\."))
    links = {link.inner_text(): link.get_attribute("href") for link in editor.locator(".downloads a").all()}
    assert set(links) == {"CSV", "CSV (Excel)", "XLSX", "JSON", "TSV", "XML", "Linkki kyselyyn"}
    assert sample_server.client.get(links["CSV"]).text.splitlines()[0] == "notice,country"
    # What was asked is in the address, and stays when the language is changed.
    assert parse_qs(urlsplit(editor.url).query)["query"] == [TRANSFERS]
    assert parse_qs(urlsplit(editor.locator("a[hreflang=sv]").get_attribute("href")).query) == {"query": [TRANSFERS], "lang": ["sv"]}


def test_a_table_is_sorted_and_turned(editor):
    run(editor, LABELS)
    expect(editor.locator(".answer h2")).to_have_text("120 riviä")
    first = column(editor, 2)
    assert len(first) == 50
    place = editor.locator("nav.pager [role=status]")
    expect(place).to_have_text("Rivit 1–50, yhteensä 120")
    heading = editor.get_by_role("button", name="?label")
    heading.press("Enter")
    rising = column(editor, 2)
    assert rising == editor.evaluate("all => [...all].sort(new Intl.Collator('fi', { numeric: true }).compare)", rising)
    assert rising != first
    heading.press("Enter")
    assert column(editor, 2)[0] != rising[0]
    assert editor.locator("th[aria-sort=descending]").inner_text().startswith("?label")
    heading.press("Enter")
    assert column(editor, 2) == first
    for _ in range(2):
        editor.get_by_role("button", name="Seuraavat").press("Enter")
    expect(place).to_have_text("Rivit 101–120, yhteensä 120")
    assert len(column(editor, 2)) == 20
    editor.get_by_role("button", name="Seuraavat").press("Enter")  # there is no further page
    expect(place).to_have_text("Rivit 101–120, yhteensä 120")


def test_a_query_is_ended_here_and_on_the_server(editor, sample_server):
    def cancelled() -> float:
        found = re.search(r'seloste_queries_total{outcome="cancelled"} ([\d.]+)', sample_server.client.get("/metrics").text)
        return float(found[1]) if found else 0

    before = cancelled()
    run(editor, ENDLESS)
    expect(editor.locator(".status")).to_contain_text("Kyselyä suoritetaan")
    editor.get_by_role("button", name="Keskeytä").press("Enter")
    expect(editor.locator(".answer")).to_contain_text("Kysely keskeytettiin.")
    expect(editor.get_by_role("button", name="Keskeytä")).to_be_hidden()
    deadline = time.monotonic() + 20
    while cancelled() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cancelled() == before + 1


def test_an_error_of_a_run_is_told_in_words(browser, sample_server):
    with visited(browser, sample_server.address, allowed="status of 40[03]") as page:
        opened(page)
        run(page, "SELECT * WHERE {")
        expect(page.get_by_role("alert")).to_contain_text("Rivi 1, merkki 17:")
        run(page, "DROP ALL")
        expect(page.get_by_role("alert")).to_contain_text("DROP is an update")


def test_a_link_brings_query_and_answer_back(browser, sample_server):
    with visited(browser, sample_server.address) as page:
        opened(page, f"/sparql?query={quote(LABELS)}")
        assert page.locator("textarea").input_value() == LABELS
        expect(page.locator("nav.pager [role=status]")).to_have_text("Rivit 1–50, yhteensä 120")  # the server's own table
        long = TRANSFERS + " # " + "x" * 8000
        run(page, long)
        expect(page.locator(".answer h2")).to_have_text("Yksi rivi")
        assert urlsplit(page.url).query == ""
        address = page.url
    with visited(browser, sample_server.address) as page:
        opened(page, address)
        expect(page.locator(".answer h2")).to_have_text("Yksi rivi")
        assert page.locator("textarea").input_value() == long


def test_history_stays_in_the_browser_and_can_be_cleared(editor):
    run(editor, TRANSFERS)
    expect(editor.locator(".answer h2")).to_have_text("Yksi rivi")
    run(editor, "ASK {}")
    expect(editor.locator(".answer h2")).to_have_text("kyllä")
    opened(editor)
    options = editor.locator("#history option").all_inner_texts()
    assert len(options) == 3
    assert "ASK {}" in options[1]
    editor.select_option("#history", index=2)
    assert editor.locator("textarea").input_value() == TRANSFERS
    editor.get_by_role("button", name="Tyhjennä").press("Enter")
    assert editor.locator("#history option").count() == 1
    assert editor.evaluate("localStorage.length") == 0


def test_the_stored_questions_are_examples(editor):
    editor.select_option("#examples", label="Ketkä rekisterinpitäjät siirtävät tietoja maahan …?")
    assert "dpv:hasThirdCountry" in editor.locator("textarea").input_value()
    editor.keyboard.press("Control+Enter")
    expect(editor.locator(".answer h2")).to_have_text(re.compile("riviä|rivi"))


def test_an_answer_with_countries_is_a_map_too(editor):
    run(editor, TRANSFERS)
    editor.get_by_role("button", name="Kartta").press("Enter")
    picture = editor.locator("figure.map svg")
    expect(picture.locator(".step-1 title")).to_have_text("Venäjä: 1")
    assert picture.locator("path").count() > 200
    world = picture.get_attribute("viewBox")
    editor.get_by_role("button", name="Eurooppa").press("Enter")
    assert picture.get_attribute("viewBox") != world
    editor.locator("figure.map summary").press("Enter")
    assert editor.locator("figure.map tr[data-country=RU]").inner_text().split() == ["Venäjä", "1"]


def test_triples_are_text_and_a_graph(editor):
    run(editor, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{NOTICE}> {{ ?s ?p ?o }} }}")
    expect(editor.locator(".answer pre")).to_contain_text("dpv:PrivacyNotice")
    editor.get_by_role("button", name="Verkko").press("Enter")
    expect(editor.locator("figure.graph canvas").first).to_be_visible()
    assert editor.locator("figure.graph tr[data-source]").count() > 5


def test_the_page_is_used_by_keyboard_alone(browser, sample_server):
    with visited(browser, sample_server.address) as page:
        opened(page)
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.className") == "editor":
                break
        page.keyboard.press("Control+a")
        page.keyboard.type(TRANSFERS.replace("{", "{ "), delay=0)
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")  # out of the editor, to the button
        assert page.evaluate("document.activeElement.type") == "submit"
        page.keyboard.press("Enter")
        expect(page.locator(".answer h2")).to_have_text("Yksi rivi")
        page.keyboard.press("Tab")  # from the answer's heading to how it is shown
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Kartta"
        page.keyboard.press("Enter")
        expect(page.locator("figure.map svg")).to_be_visible()


def test_without_scripts_the_form_does_it(browser, sample_server):
    with visited(browser, sample_server.address, java_script_enabled=False) as page:
        page.goto("/sparql")
        page.locator("textarea").fill(TRANSFERS)
        page.get_by_role("button", name="Suorita").click()
        expect(page.locator("main h2")).to_have_text("Yksi rivi")
        expect(page.locator("table")).to_contain_text("Venäjä")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_editor_and_answers_are_accessible(browser, sample_server, scheme):
    with visited(browser, sample_server.address, color_scheme=scheme) as page:
        opened(page)
        assert accessibility(page) == []
        run(page, TRANSFERS)
        expect(page.locator(".answer h2")).to_have_text("Yksi rivi")
        assert accessibility(page) == []
        for way, drawn in (("Kartta", "figure.map svg"), ("Verkko", "figure.graph canvas")):
            page.get_by_role("button", name=way, exact=True).click()
            expect(page.locator(drawn).first).to_be_visible()
            assert accessibility(page) == []
        write(page, "SELECT * WHERE { ?s dpv:hasNothing ?o ")
        expect(page.locator(".found")).not_to_have_text("")
        assert accessibility(page) == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_narrow_window_needs_no_scrolling_sideways(browser, sample_server, language):
    with visited(browser, sample_server.address, locale=language, viewport={"width": 390, "height": 844}) as page:
        opened(page)
        assert overflows(page) <= 0
        run(page, LABELS)
        expect(page.locator("nav.pager")).to_be_visible()
        assert overflows(page) <= 0
