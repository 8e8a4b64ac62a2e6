"""HTML (WHATWG HTML): a web page to text, with the headings, lists, definition lists and tables of its main content.

The page is parsed as a browser would, but nothing in it runs and nothing is fetched. Words keep their order; what a line
end (`br`) parts stays parted; links leave their words.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest import layout
from ingest.document_errors import DamagedDocument, EmptyDocument
from ingest.html_page import Page
from ingest.layout import Cell, Piece

DEEPEST = 200
"""Elements inside each other. Page builders reach some sixty; more is broken or hostile."""
HARMLESS = 2_000_000
"""Open elements times elements, beyond which the parser's work may grow with the square of the page."""
MOST_ELEMENTS = 50_000
MOST_ATTRIBUTES = 3_000
HOPELESS = 10_000
"""Elements open at once, or twentieths of the words in one tag, beyond which no parser is asked."""
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "li", "main", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "menu",
})  # fmt: skip
_BOLD = frozenset({"b", "strong"})
_HEADING = re.compile(r"h[1-6]\Z")
_AS_TEXT = "Save the notice as text."
_LONG_TAG = re.compile(r"<[a-zA-Z][^>]{3000,}")
_TAGS = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNNESTED = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option",
})  # fmt: skip
_ON, _OFF = "\x01", "\x02"
"""Where bold print begins and ends, while words are gathered."""
_MARKS = re.compile("[\x01\x02]")
_REJOINED = re.compile("\x02(\\s*)\x01")
_BOLD_LINE = re.compile("[^\\w\x01]*\x01([^\x01\x02]*)\x02[\\s.:]*\\Z")


def is_costly(markup: str, source: str) -> bool:
    """Whether parsing a page might take more time or memory than pages do, so that it is to be isolated; seen unparsed.

    Raises:
        DamagedDocument: when it surely does.
    """
    opened = deepest = count = 0
    for match in _TAGS.finditer(markup):
        count += 1
        if match.group(2).lower() not in _UNNESTED:
            opened = max(0, opened - 1) if match.group(1) else opened + 1
            deepest = max(deepest, opened)
    attributes = max((tag.group().count(" ") for tag in _LONG_TAG.finditer(markup)), default=0)
    if deepest > HOPELESS or attributes > 20 * HOPELESS:
        raise DamagedDocument(
            source, f"{deepest} elements of it are open at once, {attributes} words are in one tag", _AS_TEXT
        )
    return deepest * count > HARMLESS or count > MOST_ELEMENTS or attributes > MOST_ATTRIBUTES


def html_text(markup: str, source: str) -> str:
    """The text of a web page.

    Raises:
        DamagedDocument: when its elements nest too deep.
        EmptyDocument: when there is no text on it.
    """
    tree = LexborHTMLParser(markup)
    if tree.root is not None and _depth(tree.root) > DEEPEST:
        raise DamagedDocument(source, f"its elements stand more than {DEEPEST} deep in each other", _AS_TEXT)
    page = Page(tree)
    if page.main is None:
        raise EmptyDocument(source, "the page is empty", "Give a page that contains the notice's text.")
    walk = _Walk(page)
    walk.children(page.main)
    pieces = walk.finished()
    if not pieces:
        raise EmptyDocument(
            source,
            "there is no text on the page",
            "If a script fills it in, open it in a browser and save it as text or PDF.",
        )
    return layout.written([*_titled(page.title, pieces), *pieces])


def _titled(title: str, pieces: list[Piece]) -> list[Piece]:
    """The page's title as a heading, unless the content has a heading of the first rank or begins with these words."""
    first = pieces[0].words.casefold()
    if not title or any(p.form is layout.Form.HEADING and p.level == 1 for p in pieces) or first in title.casefold():
        return []
    return [layout.heading(title, 1)]


def _depth(root: LexborNode) -> int:
    """How deep elements stand in each other, found without recursion."""
    depth = deepest = 1
    node: LexborNode | None = root
    while node is not None:
        if node.child is not None:
            node, depth = node.child, depth + 1
            deepest = max(deepest, depth)
            continue
        while node is not None and node.next is None and depth > 1:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None and depth > 1 else None
    return deepest


class _Walk:
    """Goes through elements in order and gathers the pieces of the text."""

    def __init__(self, page: Page, level: int = 1) -> None:
        self._page = page
        self._pieces: list[Piece] = []
        self._words: list[str] = []
        self._level = level
        self._lists = 0
        self._item: int | None = None

    def finished(self) -> list[Piece]:
        """Everything gathered."""
        self._flush()
        return self._pieces

    def children(self, node: LexborNode) -> None:
        """Gather what stands in an element."""
        for child in node.iter(include_text=True):
            if child.is_text_node:
                self._words.append(_MARKS.sub("", re.sub(r"\s+", " ", child.text_content or "")))
            elif child.is_element_node and not self._page.left_out(child):
                self._element(child)

    def _element(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "br":
            self._line_end()
        elif _HEADING.match(tag):
            self._heading(node, int(tag[1]))
        elif tag in ("summary", "button") or (node.attributes.get("role") or "") in ("heading", "tab"):
            self._label(node, tag)
        elif tag == "table":
            self._table(node)
        elif tag == "dl":
            self._definitions(node)
        elif tag in ("ul", "ol", "menu"):
            self._flush()
            self._lists += 1
            self.children(node)
            self._flush()
            self._lists -= 1
        elif tag == "pre":
            self._flush()
            self._pieces += [layout.paragraph(part) for part in re.split(r"\n\s*\n", node.text()) if part.strip()]
        elif tag in _BLOCKS:
            self._flush()
            self._item = max(self._lists - 1, 0) if tag == "li" else self._item
            self.children(node)
            self._flush()
            self._item = None if tag == "li" else self._item
        elif tag in _BOLD:
            self._words.append(_ON)
            self.children(node)
            self._words.append(_OFF)
        else:
            self.children(node)

    def _line_end(self) -> None:
        """A line end; the second in a row ends the paragraph, one before any words ends nothing."""
        before = next((w for w in reversed(self._words) if w == "\n" or _MARKS.sub("", w).strip()), "")
        if before == "\n":
            self._flush()
        elif before:
            self._words.append("\n")

    def _heading(self, node: LexborNode, level: int) -> None:
        self._flush()
        self._level, self._item = level, None
        self._pieces.append(layout.heading(self._line(node), level))

    def _label(self, node: LexborNode, tag: str) -> None:
        """The label of a panel that opens is its heading; other buttons do something and say nothing."""
        attributes = node.attributes
        opens = tag == "summary" or "aria-expanded" in attributes or "aria-controls" in attributes
        if not opens and tag == "button" and "accordion" not in (attributes.get("class") or "").lower():
            return
        self._flush()
        self._item = None
        self._pieces.append(layout.heading(self._line(node), self._level + 1))

    def _line(self, node: LexborNode) -> str:
        """The words of an element on one line."""
        parted = node.css_first("br, div, p") is not None
        return " ".join(node.text(separator=" " if parted else "").split())

    def _definitions(self, node: LexborNode) -> None:
        """Terms (dt) with what is said of them (dd)."""
        self._flush()
        rows: list[tuple[Cell, list[Piece]]] = []
        for part in node.css("dt, dd"):
            cell = self._cell(part)
            if part.tag == "dt":
                rows.append((cell, []))
            elif rows:
                rows[-1][1].extend(cell.pieces)
            else:
                self._pieces += cell.pieces
        self._pieces += layout.pairs([(term, Cell(tuple(pieces))) for term, pieces in rows], self._level + 1)

    def _table(self, node: LexborNode) -> None:
        """A table of data row by row; one that only lays out the page is read as blocks."""
        self._flush()
        rows = [
            [c for c in row.iter() if c.tag in ("td", "th") and not self._page.left_out(c)] for row in node.css("tr")
        ]
        nested = any(table.mem_id != node.mem_id for table in node.css("table"))
        laid_out = nested or max(map(len, rows), default=0) < 2
        if laid_out:
            self.children(node)
            self._flush()
            return
        caption = node.css_first("caption")
        if caption is not None and caption.text().strip():
            self._pieces.append(layout.paragraph(" ".join(caption.text().split())))
        self._pieces += layout.table(self._spanned(rows), self._level + 1)

    def _spanned(self, rows: list[list[LexborNode]]) -> list[list[Cell]]:
        """The cells of each row, with an empty cell under each first cell that reaches down over further rows."""
        out: list[list[Cell]] = []
        reach = 0
        for row in rows:
            cells = [self._cell(cell) for cell in row]
            if reach > 0:
                cells.insert(0, Cell(()))
                reach -= 1
            elif row and len(row) > 1:
                span = row[0].attributes.get("rowspan") or ""
                reach = int(span) - 1 if span.isascii() and span.isdigit() and len(span) < 5 else 0
            out.append(cells)
        return out

    def _cell(self, node: LexborNode) -> Cell:
        inner = _Walk(self._page, self._level)
        inner.children(node)
        in_head = node.parent is not None and node.parent.parent is not None and node.parent.parent.tag == "thead"
        return Cell(tuple(inner.finished()), node.tag == "th" or in_head)

    def _flush(self) -> None:
        """End the block that is being gathered: an item, headings in bold print, a paragraph."""
        words, self._words = _REJOINED.sub(r"\1", "".join(self._words)), []
        lines = layout.tidy(words).split("\n")
        if not _MARKS.sub("", words).strip():
            return
        depth, self._item = self._item, None
        if depth is None or len(lines) > 1:
            while lines and (bold := _BOLD_LINE.match(lines[0])) and layout.is_label(bold.group(1).strip()):
                self._pieces.append(layout.heading(bold.group(1), self._level + 1))
                depth = None
                lines.pop(0)
        rest = _MARKS.sub("", "\n".join(lines))
        if rest.strip():
            self._pieces.append(layout.paragraph(rest) if depth is None else layout.item(rest, depth))
