"""The printed lines of a PDF page (ISO 32000-1, 9.4): glyphs with their places put together to runs and rows.

A PDF knows no words, only glyphs at places. A row is what stands on one baseline; a run is a part of a row without a gap
wider than the spaces between words, so that the cells of a table are runs of their own.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2.raw as pdfium
from pypdfium2 import PdfTextPage

SAME_LINE = 0.35
"""Share of the font size by which baselines on one row may differ (superscripts, mixed fonts)."""
WORD_GAP = 0.16
RUN_GAP = 0.85
"""Shares of the font size: a gap that parts words, and one that parts runs."""
MARKER_GAP = 60.0
"""Points between a bullet or number and the words that it marks."""
_MARKER = re.compile(r"(?:[-–—•*·▪●○‣\uf0b7\uf0a7\uf076]|o|\(?[a-zA-Z]\)|\d{1,2}(?:\.\d{1,2})*[.)]?)\Z")
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "\u00ad"}
"""What pdfium gives for a hyphen at a line end."""
_PRIVATE_BULLETS = str.maketrans({"\uf0b7": "•", "\uf0a7": "▪", "\uf076": "•", "\uf0d8": "•", "\uf0fc": "•"})


@dataclass(frozen=True, slots=True)
class Glyph:
    """A printed character."""

    character: str
    left: float
    right: float
    base: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Words on one baseline; `left` and `right` are points from the page's left edge, `base` from its bottom."""

    words: str
    left: float
    right: float
    base: float
    size: float
    bold: bool


Row = tuple[Run, ...]


def rows(page: PdfTextPage, most: int) -> list[Row]:
    """The rows of a page from top to bottom, at most `most` characters of it."""
    return [_marked(row) for row in _rows(list(_glyphs(page, most)))]


def joined(row: Sequence[Run]) -> Run:
    """The runs of a row as one."""
    if len(row) == 1:
        return row[0]
    longest = max(row, key=lambda run: len(run.words))
    return Run(
        " ".join(run.words for run in row),
        row[0].left,
        max(run.right for run in row),
        longest.base,
        longest.size,
        all(run.bold for run in row),
    )


def _glyphs(page: PdfTextPage, most: int) -> Iterator[Glyph]:
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    bold, word_start = False, True
    for index in range(min(pdfium.FPDFText_CountChars(page), most)):
        code = pdfium.FPDFText_GetUnicode(page, index)
        if code in (0, 10, 13) or pdfium.FPDFText_IsGenerated(page, index) == 1:
            word_start = True
            continue
        if not pdfium.FPDFText_GetLooseCharBox(page, index, box):
            continue
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        size = max(box.top - box.bottom, 1.0) / 1.15
        if word_start:
            bold = _is_bold(page, index)
        word_start = code == 32
        character = _HYPHENS.get(code) or (chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd")
        yield Glyph(character, box.left, box.right, y.value, size, bold)


def _is_bold(page: PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(page, index, name, 128, flags)
    return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy", b"demi"))


def _rows(glyphs: list[Glyph]) -> Iterator[Row]:
    glyphs.sort(key=lambda g: (-g.base, g.left))
    held: list[Glyph] = []
    for glyph in glyphs:
        if held and held[0].base - glyph.base > SAME_LINE * max(held[0].size, glyph.size):
            yield from _row(held)
            held = []
        held.append(glyph)
    yield from _row(held)


def _row(glyphs: Iterable[Glyph]) -> Iterator[Row]:
    """The runs of the glyphs on one row; nothing when they are all spaces."""
    out: list[Run] = []
    words: list[str] = []
    first = last = None
    spaced = False
    for glyph in sorted(glyphs, key=lambda g: g.left):
        if glyph.character.isspace():
            spaced = True
            continue
        if first is not None and last is not None:
            gap = glyph.left - last.right
            if last.character == glyph.character and abs(glyph.left - last.left) < 0.1 * glyph.size:
                continue  # printed twice, to look bold
            if gap > RUN_GAP * glyph.size:
                out.append(_run(words, first, last))
                words, first = [], glyph
            elif spaced or gap > WORD_GAP * glyph.size:
                words.append(" ")
        first, last, spaced = first or glyph, glyph, False
        words.append(glyph.character)
    if first is not None and last is not None:
        out.append(_run(words, first, last))
        yield tuple(out)


def _run(words: list[str], first: Glyph, last: Glyph) -> Run:
    text = "".join(words).translate(_PRIVATE_BULLETS)
    return Run(text, first.left, last.right, first.base, first.size, first.bold and last.bold)


def _marked(row: Row) -> Row:
    """The row with bullets and numbers put before the words that they mark."""
    out: list[Run] = []
    for run in row:
        if out and _MARKER.match(out[-1].words) and run.left - out[-1].right < MARKER_GAP:
            marker = out.pop()
            run = replace(run, words=f"{marker.words} {run.words}", left=marker.left)
        out.append(run)
    return tuple(out)
