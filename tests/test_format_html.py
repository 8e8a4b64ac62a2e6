"""Web pages: the notice is kept with its layout, what the site puts around it is not."""

from __future__ import annotations

import pytest

from ingest.document_errors import DamagedDocument, EmptyDocument
from ingest.format_html import html_text, is_costly

AROUND = "<p>Yhdistys käsittelee jäsentensä tietoja.</p>"

# (what, markup inside main, text)
KEPT = [
    ("headings of each rank", "<h1>A</h1><h2>B</h2><p>c</p>", "# A\n\n## B\n\nc\n"),
    ("line ends", "<p>Kuoro ry<br>Laulutie&nbsp;1<br/>00100 Helsinki</p>", "Kuoro ry\nLaulutie 1\n00100 Helsinki\n"),
    ("two line ends part paragraphs", "<p>a<br><br>b</p>", "a\n\nb\n"),
    ("entities", "<p>&auml;&#228;&#xe4; &lt;nimi&gt; R&amp;D</p>", "äää <nimi> R&D\n"),
    (
        "inline elements part no words",
        "<p>henkilö<b>tiedot</b> ja <i>etu</i>, <a href='/x'>linkki</a>.</p>",
        "henkilötiedot ja etu, linkki.\n",
    ),
    ("white space of the source", "<p>\n  a\n  b\t c </p>", "a b c\n"),
    ("lists under a colon", "<p>Keräämme:</p><ul><li>nimi</li><li>osoite</li></ul>", "Keräämme:\n- nimi\n- osoite\n"),
    (
        "nested lists",
        "<ul><li>yhteystiedot<ul><li>nimi<li>puhelin</ul><li>muut</ul>",
        "- yhteystiedot\n  - nimi\n  - puhelin\n- muut\n",
    ),
    ("paragraphs in items", "<ol><li><p>nimi</p></li><li><p>osoite</p></li></ol>", "- nimi\n- osoite\n"),
    (
        "definitions",
        "<dl><dt>Nimi</dt><dd>Kuoro ry</dd><dt>Puhelin:</dt><dd>09 123</dd></dl>",
        "Nimi: Kuoro ry\n\nPuhelin: 09 123\n",
    ),
    (
        "definitions of some length",
        "<dl><dt>Tarkoitus<dd><p>a</p><p>b</p><dt>Tiedot<dd><ul><li>x<li>y</ul></dl>",
        "## Tarkoitus\n\na\n\nb\n\n## Tiedot\n\n- x\n- y\n",
    ),
    (
        "a form",
        "<table><tr><td>Rekisterin nimi<td>Jäsenet<tr><td>Käytön<br>tarkoitus<td><p>a</p><p>b</p><tr><td>Suostumus<td></table>",
        "## Rekisterin nimi\n\nJäsenet\n\n## Käytön tarkoitus\n\na\n\nb\n\n## Suostumus\n",
    ),
    (
        "a numbered form",
        "<table><tr><td>1.<td>Nimi<td><p>a<p>b<tr><td>2.<td>Tiedot<td><p>c<p>d</table>",
        "## 1. Nimi\n\na\n\nb\n\n## 2. Tiedot\n\nc\n\nd\n",
    ),
    ("fields", "<table><tr><td>Nimi<td>Kuoro ry<tr><td>Y-tunnus<td>123</table>", "Nimi: Kuoro ry\n\nY-tunnus: 123\n"),
    (
        "a table with titles",
        "<table><tr><th>Tieto<th>Aika<th>Peruste<tr><td>nimi<td>5 v<td>laki<tr><td>osoite<td><td>sopimus</table>",
        "- Tieto: nimi; Aika: 5 v; Peruste: laki\n- Tieto: osoite; Peruste: sopimus\n",
    ),
    ("a table without titles", "<table><tr><td>nimi<td>5 v<td>laki</table>", "- nimi; 5 v; laki\n"),
    (
        "a cell that reaches down",
        "<table><tr><td rowspan=2>Tiedot<td><p>a<p>b<tr><td>c</table>",
        "## Tiedot\n\na\n\nb\n\nc\n",
    ),
    (
        "a table that lays out the page",
        "<table><tr><td><h2>A</h2><table><tr><td>x<td>y</table></table>",
        "## A\n\nx: y\n",
    ),
    (
        "bold lines that are headings",
        "<p><strong>Tiedot</strong></p><p>a</p><p><b>Lähteet</b><br>b</p>",
        "## Tiedot\n\na\n\n## Lähteet\n\nb\n",
    ),
    ("bold words that are none", "<p><b>Huom.</b></p><p><b>Tärkeää</b> on nimi</p>", "Huom.\n\nTärkeää on nimi\n"),
    (
        "panels that open",
        "<button aria-controls=p1>Oikeudet</button><div id=p1 hidden>Voit tarkastaa.</div>",
        "## Oikeudet\n\nVoit tarkastaa.\n",
    ),
    (
        "details",
        "<details><summary>Oikeudet</summary><p>Voit tarkastaa.</p></details>",
        "## Oikeudet\n\nVoit tarkastaa.\n",
    ),
    ("text kept as it is typed", "<pre>a\nb\n\nc</pre>", "a\nb\n\nc\n"),
]
LEFT_OUT = [
    "<nav>x-x</nav>",
    "<script>x-x</script>",
    "<style>x-x</style>",
    "<noscript>x-x</noscript>",
    "<template>x-x</template>",
    "<!-- x-x -->",
    "<p hidden>x-x</p>",
    "<p style='display: none'>x-x</p>",
    "<div aria-hidden=true>x-x</div>",
    "<div id=cookie-banner>x-x</div>",
    "<div class='cc-window'>x-x</div>",
    "<div role=dialog>x-x</div>",
    "<button>x-x</button>",
    "<select><option>x-x</select>",
    "<ul><li><a href='#a'>x-x</a><li><a href='#b'>x-x</a><li><a href='#c'>x-x</a></ul>",
    "<div class=breadcrumbs>x-x</div>",
    "<img alt='x-x'>",
    "<iframe>x-x</iframe>",
    "<svg><text>x-x</text></svg>",
]


@pytest.mark.parametrize(("what", "markup", "text"), KEPT, ids=[row[0] for row in KEPT])
def test_layout_is_kept(what: str, markup: str, text: str) -> None:
    assert html_text(f"<main>{markup}</main>", "x") == text


@pytest.mark.parametrize("markup", LEFT_OUT)
def test_what_is_no_notice_is_left_out(markup: str) -> None:
    assert html_text(f"<main>{markup}{AROUND}</main>", "x") == "Yhdistys käsittelee jäsentensä tietoja.\n"


@pytest.mark.parametrize(
    "page",
    [
        "<header>x-x</header><main>{}</main><footer>x-x</footer>",
        "<header>x-x</header><article>{}</article><aside>x-x</aside>",
        "<div id=header>x-x</div><div class=content>{}</div><div class='site-footer'>x-x</div>",
        "<div class=sidebar>x-x</div><div>{}</div>",
        "<ul>" + "<li><a href=/a>x-x</a>" * 8 + "</ul><div>{}</div>",
    ],
)
def test_the_main_content_is_found(page: str) -> None:
    text = html_text(page.format(AROUND * 8), "x")
    assert "x-x" not in text
    assert text.count("Yhdistys") == 8


@pytest.mark.parametrize(
    ("head", "body", "first"),
    [
        ("<title>Tietosuojaseloste | Kuoro ry</title>", AROUND, "# Tietosuojaseloste | Kuoro ry"),
        ("<title>Kuoro ry</title>", "<h1>Tietosuojaseloste</h1>" + AROUND, "# Tietosuojaseloste"),
        ("<title>Tietosuojaseloste</title>", "<h2>Tietosuojaseloste</h2>" + AROUND, "## Tietosuojaseloste"),
        ("", AROUND, "Yhdistys käsittelee jäsentensä tietoja."),
    ],
)
def test_the_title_stands_in_for_a_missing_heading(head: str, body: str, first: str) -> None:
    assert html_text(f"<html><head>{head}</head><body><main>{body}</main></body></html>", "x").split("\n")[0] == first


def test_a_page_without_text_says_how_to_save_it() -> None:
    with pytest.raises(EmptyDocument, match="browser"):
        html_text("<div id=app></div><script>render()</script>", "x")


def test_pages_that_nest_too_deep_are_refused() -> None:
    with pytest.raises(DamagedDocument, match="open at once"):
        is_costly("<table><tr><td>" * 100_000, "x")
    with pytest.raises(DamagedDocument, match="deep"):
        html_text("<table><tr><td>" * 1_000, "x")


@pytest.mark.parametrize(
    ("markup", "costly"),
    [
        ("<div>" * 40 + "<p>a <b>b</b> <br> c<li>d" * 3_000, False),
        ("<p>a" * 60_000, True),
        ("<font>" * 500 + "<p>a" * 10_000, True),
        ("<p " + "a=1 " * 5_000 + ">", True),
        ("<img src='data:" + "a" * 1_000_000 + "'>", False),
    ],
)
def test_costly_pages_are_known_unparsed(markup: str, costly: bool) -> None:
    assert is_costly(markup, "x") is costly
