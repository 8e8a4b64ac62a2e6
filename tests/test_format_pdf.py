"""PDF: reading order, columns, forms, running heads, hyphens, headings; and files that hold no text or too much."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from ingest.document_errors import DamagedDocument, DocumentTooLarge, EmptyDocument, ProtectedDocument
from ingest.format_pdf import MOST_PAGES, pdf_text
from tests.make_documents import BODY

FORM = [
    ("Rekisterin nimi", "Kuoron jäsenrekisteri"),
    (
        "Henkilötietojen käsittelyn tarkoitus ja oikeusperuste",
        "Tietoja käytetään jäsenasioiden hoitoon, jäsenmaksujen laskutukseen ja konserteista tiedottamiseen. "
        "Käsittely perustuu jäsenyyteen.<br/>- nimi<br/>- osoite",
    ),
    ("Suostumus", ""),
    ("Säilytysaika", "Tiedot poistetaan vuoden kuluttua siitä, kun jäsenyys on päättynyt, ellei laki muuta vaadi."),
]


def pdf(draw: Callable[[Canvas], None], **more: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, **more)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def lines(canvas: Canvas, words: list[str], x: float = 72, y: float = 760, leading: float = 12.5) -> None:
    canvas.setFont("Helvetica", 10)
    for number, line in enumerate(words):
        canvas.drawString(x, y - number * leading, line)


def form(grid: bool) -> bytes:
    out = io.BytesIO()
    table = Table(
        [[Paragraph(term, BODY), Paragraph(value, BODY)] for term, value in FORM],
        colWidths=(150, 310),
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *([("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if grid else [])],
    )
    SimpleDocTemplate(out, pagesize=A4).build([table])
    return out.getvalue()


@pytest.mark.parametrize("grid", [True, False])
def test_a_form_gives_its_left_cells_as_headings(grid: bool) -> None:
    assert pdf_text(form(grid), "x").split("\n\n") == [
        "# Rekisterin nimi",
        "Kuoron jäsenrekisteri",
        "# Henkilötietojen käsittelyn tarkoitus ja oikeusperuste",
        "Tietoja käytetään jäsenasioiden hoitoon, jäsenmaksujen laskutukseen ja konserteista tiedottamiseen. "
        "Käsittely perustuu jäsenyyteen.",
        "- nimi\n- osoite",
        "# Suostumus",
        "# Säilytysaika",
        "Tiedot poistetaan vuoden kuluttua siitä, kun jäsenyys on päättynyt, ellei laki muuta vaadi.\n",
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"Vasen palsta rivi {n} jatkuu tässä näin" for n in range(12)]
    right = [f"Oikea palsta rivi {n} jatkuu tässä näin" for n in range(12)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 790, "Tietosuojaseloste koko sivun levyisenä otsikkona tässä")
        lines(canvas, left)
        lines(canvas, right, x=310, y=757)

    text = pdf_text(pdf(draw), "x")
    assert text.startswith("# Tietosuojaseloste koko sivun")
    assert " ".join(text.split()).endswith(" ".join(left + right))


def test_running_heads_and_page_numbers_are_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1, 5):
            lines(canvas, ["Kuoro ry, tietosuojaseloste"], y=815)
            lines(canvas, [f"Sivun {'abcd'[page - 1]} omaa tekstiä, joka on tässä."], y=700)
            lines(canvas, [f"Sivu {page} (4)"], y=30)
            lines(canvas, [f"- {page} -"], x=300, y=50)
            canvas.showPage()

    text = pdf_text(pdf(draw), "x")
    assert text.count("Kuoro ry") == 1, "a running head is kept where it stands first"
    assert "Sivu 1" not in text
    assert "- 2 -" not in text
    assert [f"Sivun {c} omaa" in text for c in "abcd"] == [True] * 4


def test_a_paragraph_goes_on_over_a_page_end() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Tiedot saadaan jäseneltä", "itseltään silloin kun hän"], y=90)
        canvas.showPage()
        lines(canvas, ["liittyy yhdistykseen."])

    assert "silloin kun hän liittyy yhdistykseen." in pdf_text(pdf(draw), "x")


def test_hyphens_at_line_ends_stay_unless_the_next_word_is_a_conjunction() -> None:
    text = pdf_text(
        pdf(
            lambda c: lines(
                c,
                [
                    "Yhdistys käyttää rekisterin tietoja jäsenasioiden hoitoon ja suoramark-",
                    "kinointiin silloin, kun jäsen on sen erikseen sallinut, sekä asiakas-",
                    "ja palvelusuhteen hoitamiseen ja muihin niihin liittyviin asioihin nyt.",
                ],
            )
        ),
        "x",
    )
    assert "suoramark-\nkinointiin silloin" in text
    assert "asiakas- ja palvelusuhteen" in text


def test_lines_that_the_author_broke_stay_parted() -> None:
    address = ["Kuoro ry", "Laulutie 1", "00100 Helsinki", "Rekisterin yhteyshenkilö vastaa kaikkiin jäsenten kysymyksiin."]
    assert pdf_text(pdf(lambda c: lines(c, address)), "x") == "\n".join(address) + "\n"


def test_headings_are_known_by_size_and_bold_print() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(72, 790, "Tietosuojaseloste")
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(72, 760, "1. Laulajat ja soittajat")
        lines(canvas, ["Tiedot ovat nimi ja ääniala, ja niitä käytetään vain kuoron toiminnassa ja matkoilla."], y=747)

    assert pdf_text(pdf(draw), "x").startswith("# Tietosuojaseloste\n\n## 1. Laulajat ja soittajat\n\nTiedot ovat")


def test_a_scanned_pdf_says_to_recognise_its_text() -> None:
    with pytest.raises(EmptyDocument, match="OCR"):
        pdf_text(pdf(lambda c: c.rect(100, 100, 200, 200)), "scan.pdf")


def test_a_locked_pdf_says_so() -> None:
    data = pdf(lambda c: lines(c, ["salaisuus"]), encrypt=StandardEncryption("avain"))
    with pytest.raises(ProtectedDocument, match="password"):
        pdf_text(data, "x")


def test_ten_thousand_pages_are_refused() -> None:
    kids = 10_000
    assert kids > MOST_PAGES
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (kids, b" ".join(b"3 0 R" for _ in range(kids))),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj %s endobj\n" % (n, o) for n, o in enumerate(objects, 1))
    with pytest.raises(DocumentTooLarge, match="10000 pages"):
        pdf_text(body + b"trailer << /Root 1 0 R /Size 4 >>\n%%EOF", "x")


@pytest.mark.parametrize("data", [b"%PDF-1.7\nbroken", b"%PDF-" + b"\0" * 1000])
def test_a_broken_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedDocument):
        pdf_text(data, "x")
