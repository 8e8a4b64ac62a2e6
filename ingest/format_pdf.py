"""PDF (ISO 32000-1): printed pages to text, in reading order, without running heads and page numbers.

Lines that only the width of the page broke are joined again; a hyphen at such a line end stays with its line end, since
only the lexicon can tell a broken word from a compound. Headings are known by size and bold print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError

from ingest import layout
from ingest.document_errors import DamagedDocument, DocumentTooLarge, EmptyDocument, ProtectedDocument
from ingest.layout import Cell, Form, Piece
from ingest.pdf_columns import Grid, Lines, newspaper_edges, regions
from ingest.pdf_furniture import without_furniture
from ingest.pdf_glyphs import Row, Run, rows
from ingest.pdf_paragraphs import Print, pieces

MOST_PAGES = 300
MOST_CHARACTERS = 1_000_000
LEAST_READABLE = 0.8
"""Share of characters that must be known: fonts without a map to Unicode give boxes."""
_RECOGNISE = "Recognise its text first (OCR, for example with ocrmypdf) and give the result."
_TEXTUAL_FACES = 4


def pdf_text(data: bytes, source: str) -> str:
    """The text of a PDF.

    Raises:
        DamagedDocument: it cannot be opened.
        ProtectedDocument: it is locked with a password.
        DocumentTooLarge: it has more pages or characters than any notice.
        EmptyDocument: it has no text, only pictures of it.
    """
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise ProtectedDocument(
                source, "the PDF is locked with a password", "Save it without a password."
            ) from error
        raise DamagedDocument(
            source, f"the PDF cannot be opened ({error})", "Save the notice anew as PDF or text."
        ) from error
    if len(document) > MOST_PAGES:
        raise DocumentTooLarge(
            source, f"the PDF has {len(document)} pages", f"The limit is {MOST_PAGES}: give the notice alone."
        )
    pages = without_furniture(list(_pages(document, source)))
    known = [run.words for page, _ in pages for row in page for run in row]
    count = sum(map(len, known))
    if count == 0:
        raise EmptyDocument(source, "the PDF holds no text, only pictures of it", _RECOGNISE)
    unknown = sum(words.count("\ufffd") + sum("\ue000" <= c <= "\uf8ff" for c in words) for words in known)
    if unknown > (1 - LEAST_READABLE) * count:
        raise EmptyDocument(source, "the fonts of the PDF do not say what their letters are", _RECOGNISE)
    return layout.written(_pieces([page for page, _ in pages]))


def _pages(document: PdfDocument, source: str) -> Iterator[tuple[list[Row], float]]:
    """The rows of each page with its height."""
    left = MOST_CHARACTERS
    for index in range(len(document)):
        try:
            page = document[index]
            text = page.get_textpage()
        except PdfiumError as error:
            raise DamagedDocument(
                source, f"page {index + 1} of the PDF cannot be read", "Save the notice anew as PDF or text."
            ) from error
        left -= pdfium.FPDFText_CountChars(text)
        if left < 0:
            raise DocumentTooLarge(
                source,
                f"the PDF has more than {MOST_CHARACTERS:,} characters",
                "Give the notice alone.",
            )
        yield rows(text, MOST_CHARACTERS), page.get_height()
        text.close()
        page.close()


def _pieces(pages: Sequence[Sequence[Row]]) -> list[Piece]:
    """The pieces of all pages, a paragraph that goes on over a page end or column end put together."""
    printed = _print([run for page in pages for row in page for run in row])
    columns = newspaper_edges(pages)
    out: list[Piece] = []
    for page in pages:
        for region in regions(page, columns):
            for number, piece in enumerate(_region(region, printed)):
                if number == 0 and out and isinstance(region, Lines) and _goes_on(out[-1], piece):
                    between = "\n" if out[-1].words.endswith("-") else " "
                    out[-1] = Piece(out[-1].form, out[-1].words + between + piece.words, out[-1].level)
                else:
                    out.append(piece)
    return out


def _region(region: Lines | Grid, printed: Print) -> Iterator[Piece]:
    if isinstance(region, Lines):
        yield from pieces(region.lines, printed)
    else:
        cells = [[_cell(lines, printed) for lines in row] for row in region.rows]
        yield from layout.table(cells, min(len(printed.sizes) + 1, layout.DEEPEST_HEADING))


def _cell(lines: Lines, printed: Print) -> Cell:
    bold = bool(lines.lines) and all(line.bold for line in lines.lines)
    return Cell(tuple(pieces(lines.lines, printed)), header=bold)


def _goes_on(above: Piece, piece: Piece) -> bool:
    return (
        above.form is not Form.HEADING
        and piece.form is Form.PARAGRAPH
        and piece.words[0].islower()
        and above.words[-1] not in ".!?:;"
    )


def _print(runs: Sequence[Run]) -> Print:
    """The size of body text and those of headings, largest first."""
    counted: Counter[float] = Counter()
    for run in runs:
        counted[_rounded(run.size)] += len(run.words)
    body = counted.most_common(1)[0][0] if counted else 10.0
    sizes = sorted((size for size in counted if size > body * 1.1), reverse=True)
    return Print(body, tuple(sizes[:_TEXTUAL_FACES]))


def _rounded(size: float) -> float:
    return round(size * 2) / 2
