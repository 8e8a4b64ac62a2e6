"""DOCX (ECMA-376 WordprocessingML): a Word document to text, with its headings, lists and tables.

Headings are known by the outline level of their style, list items by their numbering. What Word shows is read: inserted
text and the content of form fields, not deleted text. Macros and embedded objects are never touched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from ingest import docx_package, layout
from ingest.document_errors import DamagedDocument, EmptyDocument
from ingest.layout import Cell, Piece

DEEPEST = 12
"""Tables inside tables. Forms nest two or three."""
_TITLE_STYLES = frozenset({"title", "otsikko", "rubrik"})
_HEADING_STYLE = re.compile(r"(?:heading|otsikko|rubrik)\s*([1-9])\Z", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list (?:bullet|number)", re.IGNORECASE)
_LEFT_OUT = frozenset(
    qn(name)
    for name in ("w:pPr", "w:rPr", "w:del", "w:moveFrom", "w:instrText", "w:delText", "w:object", "w:txbxContent")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_WRAPPERS = frozenset(qn(name) for name in ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag"))
_P, _R, _T, _TBL, _TR, _TC = (qn(f"w:{name}") for name in ("p", "r", "t", "tbl", "tr", "tc"))
_OFF = frozenset({"0", "false", "off", "none"})


def docx_text(data: bytes, source: str) -> str:
    """The text of a Word document.

    Raises:
        DamagedDocument, DocumentTooLarge, ProtectedDocument, UnsupportedDocument: see :func:`docx_package.check`.
        EmptyDocument: when it holds no text.
    """
    docx_package.check(data, source)
    try:
        document = Document(io.BytesIO(data))
    except (KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise DamagedDocument(
            source, f"the DOCX file cannot be opened ({error})", "Save the notice anew as DOCX, PDF or text."
        ) from error
    text = layout.written(_Reader(document).pieces(document.element.body, 0))
    if not text:
        raise EmptyDocument(
            source, "there is no text in it", "If it holds pictures of text, recognise the text first (OCR)."
        )
    return text


class _Reader:
    """Reads the blocks of one document."""

    def __init__(self, document: WordDocument) -> None:
        self._document = document
        self._level = 1
        self._styles: dict[str, tuple[int, bool, bool]] = {}

    def pieces(self, parent: BaseOxmlElement, depth: int) -> list[Piece]:
        """The paragraphs and tables of a body or cell, those in content controls with them."""
        out: list[Piece] = []
        for block in _blocks(parent):
            if block.tag == _P:
                out += self._paragraph(block)
            elif depth < DEEPEST:
                out += self._table(block, depth)
        return out

    def _paragraph(self, element: BaseOxmlElement) -> list[Piece]:
        words = _words(element)
        out: list[Piece] = []
        if words.strip():
            out = self._styled(element, words)
        for box in element.iter(qn("w:txbxContent")):
            if not any(a.tag in _LEFT_OUT and a.tag != box.tag for a in box.iterancestors()):
                out += self.pieces(box, DEEPEST)
        return out

    def _styled(self, element: BaseOxmlElement, words: str) -> list[Piece]:
        level, listed, bold = self._style(element)
        if level:
            self._level = level
            return [layout.heading(words, level)]
        lines = layout.tidy(words).split("\n")
        numbering = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        depth = 0
        if numbering is not None:
            identity = numbering.find(qn("w:numId"))
            listed = identity is None or identity.get(qn("w:val")) != "0"
            place = numbering.find(qn("w:ilvl"))
            depth = "012345678".find(place.get(qn("w:val"), "0")) if place is not None else 0
        if layout.is_label(lines[0]) and _is_bold(element, bold, to_line_end=len(lines) > 1):
            rest = "\n".join(lines[1:])
            return [layout.heading(lines[0], self._level + 1), *([layout.paragraph(rest)] if rest else [])]
        return [layout.item(words, max(depth, 0)) if listed else layout.paragraph(words)]

    def _style(self, element: BaseOxmlElement) -> tuple[int, bool, bool]:
        """What the paragraph's style says: heading level (0 for none), whether it is of a list, whether it is bold."""
        own = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        name = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        key = name.get(qn("w:val"), "") if name is not None else ""
        if key not in self._styles:
            self._styles[key] = self._read_style(Paragraph(element, self._document))
        level, listed, bold = self._styles[key]
        return (_outline(own) or level), listed, bold

    def _read_style(self, paragraph: Paragraph) -> tuple[int, bool, bool]:
        level, listed, bold = 0, False, None
        style = paragraph.style
        for _ in range(DEEPEST):
            if style is None:
                break
            name = style.name or ""
            match = _HEADING_STYLE.match(name)
            properties = style.element.find(qn("w:pPr"))
            if not level:
                level = int(match.group(1)) if match else int(name.lower() in _TITLE_STYLES)
            if not level and properties is not None:
                level = _outline(properties.find(qn("w:outlineLvl")))
            listed = listed or _LIST_STYLE.match(name) is not None
            bold = style.font.bold if bold is None else bold
            style = style.base_style
        return level, listed, bool(bold)

    def _table(self, element: BaseOxmlElement, depth: int) -> list[Piece]:
        rows: list[list[Cell]] = []
        laid_out = True
        for row in element.iter(_TR):
            if next(row.iterancestors(_TBL)) is not element:
                laid_out = True
                break
            head = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            cells = [self._cell(cell, head, depth) for cell in row.iter(_TC)]
            rows.append(cells)
            laid_out = False
        if laid_out or max(map(len, rows), default=0) < 2:
            return [
                p
                for cell in element.iter(_TC)
                if next(cell.iterancestors(_TBL)) is element
                for p in self.pieces(cell, depth + 1)
            ]
        return layout.table(rows, self._level + 1)

    def _cell(self, cell: BaseOxmlElement, head: bool, depth: int) -> Cell:
        """A cell; one that continues the cell above it is empty."""
        merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        if merged is not None and merged.get(qn("w:val")) != "restart":
            return Cell(())
        return Cell(tuple(self.pieces(cell, depth + 1)), head)


def _blocks(parent: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """Paragraphs and tables in order; content controls and tracked insertions opened up (without recursion)."""
    stack = list(reversed(parent))
    while stack:
        child = stack.pop()
        if child.tag in (_P, _TBL):
            yield child
        elif child.tag in _WRAPPERS:
            stack += reversed(child)


def _words(element: BaseOxmlElement) -> str:
    """What a paragraph shows, with its line ends."""
    out: list[str] = []
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == _T:
            out.append(child.text or "")
        elif child.tag in (qn("w:br"), qn("w:cr")):
            out.append("\n")
        elif child.tag == qn("w:tab"):
            out.append(" ")
        elif child.tag == qn("w:noBreakHyphen"):
            out.append("-")
        else:
            stack += reversed(child)
    return "".join(out)


def _is_bold(element: BaseOxmlElement, by_style: bool, *, to_line_end: bool) -> bool:
    """Whether the words of the paragraph, or of its first line, stand in bold print."""
    seen = False
    for run in element.iter(_R):
        if to_line_end and seen and run.find(qn("w:br")) is not None:
            return True
        if not "".join(run.itertext(_T)).strip():
            continue
        bold = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
        if not (by_style if bold is None else bold.get(qn("w:val"), "1") not in _OFF):
            return False
        seen = True
        if to_line_end and run.find(qn("w:br")) is not None:
            return True
    return seen


def _outline(element: BaseOxmlElement | None) -> int:
    """The heading level that an outline level stands for; 9 is body text."""
    value = element.get(qn("w:val"), "9") if element is not None else "9"
    return int(value) + 1 if value.isascii() and value.isdigit() and int(value) < 9 else 0
