"""Maps and graphs out of tables in the page, by the markup that server/frontend/README.md describes; and how much script a page loads."""
from __future__ import annotations

import pytest
from browser import accessibility, chromium, visited
from playwright.sync_api import expect

from server.bundle import Bundle
from server.messages import LANGUAGES

FIGURES = """<!doctype html><html lang="{language}"><head><title>Figures</title>
<link rel="stylesheet" href="/static/style.css">
<script type="module" src="/static/{main}" data-words="/static/words.{language}.json"></script></head><body><main id="main"><h1>Figures</h1>
<figure class="map" data-view="map"><table><caption>Destinations</caption><tbody>
<tr data-country="RU" data-count="1"><th scope="row"><a href="/questions/transfers-to-country?country=RU">Venäjä</a></th><td>1</td></tr>
<tr data-country="US" data-count="120"><th scope="row">Yhdysvallat</th><td>120</td></tr>
<tr data-country="MT" data-count="9" data-label="Malta (2 registers)"><th scope="row">Malta</th><td>9</td></tr>
<tr data-country="UA" data-count="4"><th scope="row">Ukraina</th><td>4</td></tr>
<tr data-country="DE" data-count="0"><th scope="row">Saksa</th><td>0</td></tr>
</tbody></table></figure>
<figure class="graph" data-view="graph"><table><caption>Recipients</caption><tbody>
<tr data-source="a" data-source-label="Havukka Oy" data-target="b" data-target-label="Posti" data-href="/questions"><td>Havukka Oy</td><td>Posti</td></tr>
<tr data-source="a" data-source-label="Havukka Oy" data-target="c" data-target-label="Visma"><td>Havukka Oy</td><td>Visma</td></tr>
</tbody></table></figure></main></body></html>"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def figures(browser, sample_server):
    made = {"/figures": FIGURES.format(main=Bundle.load()("main"), language="fi")}
    with visited(browser, sample_server.address, made=made) as page:
        page.goto("/figures")
        page.locator("figure.map svg").wait_for()
        yield page


def test_a_table_of_countries_becomes_a_map(figures):
    picture = figures.locator("figure.map svg")
    assert picture.get_attribute("role") == "group"
    assert picture.get_attribute("aria-label") == "Kartta: Destinations. Samat tiedot ovat taulukossa."
    said = {title.text_content(): title.evaluate("one => one.parentNode.tagName") for title in picture.locator("title").all()}
    # Malta is too small to be seen as a shape, and a country without a count is one like any other.
    assert said == {"Venäjä: 1": "path", "Yhdysvallat: 120": "path", "Ukraina: 4": "path", "Malta (2 registers): 9": "circle"}
    assert picture.locator("a").first.get_attribute("href").endswith("/questions/transfers-to-country?country=RU")
    assert figures.locator("figure.map .legend li").all_inner_texts() == ["1–4", "5–19", "20–43", "44–76", "77–120"]
    assert figures.locator("figure.map table").is_visible()  # the same data, for who does not see the map
    picture.locator("path", has_text="Ukraina").hover()
    assert figures.locator("figure.map .said").inner_text() == "Ukraina: 4"


def test_crimea_is_ukraines(figures):
    inside = figures.evaluate("""() => {
        const by = text => [...document.querySelectorAll("figure.map path")].find(path => path.textContent.startsWith(text));
        const [ukraine, russia] = [by("Ukraina"), by("Venäjä")];
        const box = ukraine.getBBox(), point = ukraine.ownerSVGElement.createSVGPoint();
        // The peninsula is the south-east of the outline's box: points in its lowest eighth that are land must be Ukraine's, not Russia's.
        let own = 0, other = 0;
        for (let x = box.x + box.width * .45; x < box.x + box.width * .75; x++) {
            for (let y = box.y + box.height * .85; y < box.y + box.height; y++) {
                point.x = x; point.y = y;
                if (ukraine.isPointInFill(point)) own++;
                if (russia.isPointInFill(point)) other++;
            }
        }
        return { own, other };
    }""")
    assert inside["own"] > 20
    assert inside["other"] == 0


def test_a_table_of_edges_becomes_a_graph(figures):
    figures.locator("figure.graph").scroll_into_view_if_needed()
    canvas = figures.locator("figure.graph .canvas")
    expect(canvas).to_have_attribute("aria-label", "Verkko: Recipients. Samat tiedot ovat taulukossa.")
    assert figures.locator("figure.graph table").is_visible()
    figures.get_by_role("button", name="Lähennä").press("Enter")
    figures.get_by_role("button", name="Koko verkko").press("Enter")
    assert accessibility(figures) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_start_page_loads_little_script(browser, sample_server, language):
    with visited(browser, sample_server.address, locale=language) as page:
        sizes: dict[str, int] = {}
        page.on("response", lambda got: sizes.update({got.url: len(got.body())}) if got.request.resource_type == "script" else None)
        page.goto("/")
        page.wait_for_load_state("networkidle")
        assert sizes, "the start page has its script"
        assert sum(sizes.values()) < 20_000
