"""The layout that all formats share: headings, paragraphs and list items, written as the text that is stored.

Whatever a document was, its stored text looks alike: a heading is a block of its own behind `#` marks (as in Markdown),
a list item a line behind `- `, a paragraph a block between blank lines. Sections and sentences are found by these marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

DEEPEST_HEADING = 6
LONGEST_VALUE = 150
"""Characters. A longer value in a two-column table is content under its term, not the value of a field."""
LONGEST_LABEL_WORDS = 8
_SPACE = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_INVISIBLE = str.maketrans({"\u200b": None, "\u2060": None, "\ufeff": None, "\u00ad": None, "\u00a0": " "})
_BULLET = re.compile(r"[-–—•*·▪●○‣\uf0b7\uf0a7\uf076]\s+(?=\S)")
_ORDINAL = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.)]?\Z")


class Form(Enum):
    """What a piece of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, paragraph or list item; `level` is the rank of a heading (1 highest) or the depth of an item (from 0)."""

    form: Form
    words: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table with what stands in it."""

    pieces: tuple[Piece, ...]
    header: bool = False

    @property
    def line(self) -> str:
        """Its words on one line."""
        return " ".join(" ".join(piece.words.split()) for piece in self.pieces)


def tidy(words: str) -> str:
    """Words without runs of spaces, invisible characters and blank lines; line ends stay."""
    lines = _LINE_ENDS.sub("\n", _SPACE.sub(" ", words.translate(_INVISIBLE)))
    return re.sub(r"\n{2,}", "\n", lines).strip()


def is_label(words: str) -> bool:
    """Whether words that stand out (bold, a cell to the left) can be a heading: few, and not the end of a sentence."""
    count = len(words.split())
    return 0 < count <= LONGEST_LABEL_WORDS and "\n" not in words and words[-1] not in ".,;:" and words[0].isalnum()


def heading(words: str, level: int) -> Piece:
    """A heading, on one line."""
    return Piece(Form.HEADING, " ".join(tidy(words).split()), max(1, min(level, DEEPEST_HEADING)))


def paragraph(words: str) -> Piece:
    """A paragraph with its line ends."""
    return Piece(Form.PARAGRAPH, tidy(words))


def item(words: str, depth: int = 0) -> Piece:
    """A list item, on one line, without a bullet of its own."""
    line = " ".join(tidy(words).split())
    marker = _BULLET.match(line)
    return Piece(Form.ITEM, line[marker.end() :] if marker else line, depth)


def written(pieces: Iterable[Piece]) -> str:
    """The text of a document; a list stands straight under the words that introduce it with a colon."""
    out: list[str] = []
    previous: Piece | None = None
    for piece in pieces:
        if not piece.words:
            continue
        if previous is not None:
            listed = piece.form is Form.ITEM and (previous.form is Form.ITEM or previous.words.endswith(":"))
            out.append("\n" if listed and previous.form is not Form.HEADING else "\n\n")
        if piece.form is Form.HEADING:
            out.append("#" * piece.level + " ")
        elif piece.form is Form.ITEM:
            out.append("  " * piece.level + "- ")
        out.append(piece.words)
        previous = piece
    return "".join(out) + "\n" if out else ""


def pairs(rows: Sequence[tuple[Cell, Cell]], level: int) -> list[Piece]:
    """Terms with what is said of them: forms become headings with their content, fields become lines «Term: value».

    A table is a form when most of its right cells hold more than a field does, or nothing.
    """
    full = [_is_content(value) for _, value in rows]
    form = len(rows) > 1 and sum(full) * 2 >= len(rows)
    out: list[Piece] = []
    for (term, value), content in zip(rows, full, strict=True):
        label = term.line.strip()
        if not label:
            out += value.pieces
        elif not value.line:
            out.append(heading(label, level) if form or len(rows) > 1 else paragraph(label))
        elif form or content:
            out += [heading(label.removesuffix(":"), level), *value.pieces]
        else:
            out.append(paragraph(label + (" " if label.endswith((":", "?")) else ": ") + value.line))
    return out


def _is_content(cell: Cell) -> bool:
    return len(cell.pieces) != 1 or "\n" in cell.pieces[0].words or len(cell.line) > LONGEST_VALUE


def table(rows: Sequence[Sequence[Cell]], level: int) -> list[Piece]:
    """A table read row by row, so that what belongs together stays together."""
    kept = [_numbered(row) for row in rows if any(cell.line for cell in row)]
    if not kept:
        return []
    width = max(len(row) for row in kept)
    titles = [cell.line for cell in kept[0]] if len(kept) > 1 and width > 1 and all(c.header for c in kept[0]) else []
    body = kept[1:] if titles else kept
    if width == 2 and not (titles and all(len(row) == 2 and not _is_content(row[1]) for row in body)):
        return _two_columns(body, level)
    out: list[Piece] = []
    for row in body:
        if len(row) == 1:
            out += _alone(row[0], level)
        elif len(row) == len(titles):
            named = [f"{title}: {cell.line}" if title else cell.line for title, cell in zip(titles, row, strict=True)]
            out.append(item("; ".join(cell for cell in named if not cell.endswith(": "))))
        else:
            out.append(item("; ".join(cell.line for cell in row if cell.line)))
    return out


def _two_columns(rows: Sequence[Sequence[Cell]], level: int) -> list[Piece]:
    out: list[Piece] = []
    held: list[tuple[Cell, Cell]] = []
    for row in rows:
        if len(row) == 2:
            held.append((row[0], row[1]))
            continue
        out += pairs(held, level)
        held = []
        out += _alone(row[0], level)
    return out + pairs(held, level)


def _alone(cell: Cell, level: int) -> list[Piece]:
    """What stands in a row of one cell: the title of a part, or content."""
    if cell.header and is_label(cell.line):
        return [heading(cell.line, level)]
    return list(cell.pieces)


def _numbered(row: Sequence[Cell]) -> Sequence[Cell]:
    """The row with a cell that holds nothing but a number put before the words that it numbers."""
    if len(row) < 2 or not _ORDINAL.match(row[0].line) or not row[1].pieces:
        return row
    first, *more = row[1].pieces
    number = row[0].line.rstrip(".)")
    if first.form is Form.ITEM or (len(row) > 2 and not is_label(first.words)):
        return row
    return [Cell((Piece(first.form, f"{number}. {first.words}", first.level), *more), row[1].header), *row[2:]]
