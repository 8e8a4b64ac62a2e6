"""Lines of one column to headings, paragraphs and list items: what the page's width broke is joined, the rest stays parted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest import layout
from ingest.layout import Form, Piece
from ingest.pdf_glyphs import Run

PARAGRAPH_GAP = 1.3
"""Times the usual distance of lines, after which a new paragraph begins."""
LARGER = 1.1
LONGEST_HEADING = 16
HANGING = 3.0
SHORT_WORD = 4
"""Letters. A word as short after a hyphen is a conjunction («asiakas- ja …»), not the end of a broken word."""
_ITEM = re.compile(r"(?:[-–—•*·▪●○‣]|o(?=\s))\s+(?=\S)")
_FIELD = re.compile(r"[A-ZÅÄÖ][\w /-]{1,40}: ")
_LETTERED = re.compile(r"\(?[a-zA-Z]\)\s")


@dataclass(frozen=True, slots=True)
class Print:
    """The size of the document's body text and those of its headings, largest first."""

    body: float
    sizes: tuple[float, ...]


def pieces(lines: Sequence[Run], printed: Print) -> Iterator[Piece]:
    """The pieces that lines make up, in order."""
    if not lines:
        return
    right = max(line.right for line in lines)
    usual = _distance(lines)
    group: list[Run] = [lines[0]]
    for line in lines[1:]:
        if _parted(group, line, usual, right, printed):
            yield _piece(group, right, printed)
            group = []
        group.append(line)
    yield _piece(group, right, printed)


def _distance(lines: Sequence[Run]) -> float:
    """The usual distance of lines in a paragraph, by size of print."""
    steps = [(a.base - b.base) / a.size for a, b in pairwise(lines) if a.base > b.base]
    tight = [step for step in steps if 0.8 < step < 2.2]
    return min(median(tight), min(tight) * 1.25) if tight else 1.3


def _parted(group: Sequence[Run], line: Run, usual: float, right: float, printed: Print) -> bool:
    above, first = group[-1], group[0]
    gap = above.base - line.base
    if (
        gap < 0
        or gap > PARAGRAPH_GAP * usual * max(above.size, line.size)
        or _rank(above, printed) != _rank(line, printed)
    ):
        return True
    if _ITEM.match(line.words) or _LETTERED.match(line.words):
        return True
    if _ITEM.match(first.words):
        # A line of an item hangs under its words, or goes on with what did not fit.
        hanging = line.left > first.left + HANGING
        beside = line.left > first.left - HANGING
        return not (hanging or (beside and (_full(above, line, right) or line.words[0].islower())))
    if above.bold != line.bold and layout.is_label(above.words if above.bold else line.words):
        return len(group) == 1 or not line.bold or not _full(above, line, right)
    return False


def _piece(lines: Sequence[Run], right: float, printed: Print) -> Piece:
    first = lines[0]
    words = _joined(lines, right, bool(_ITEM.match(first.words)))
    rank = _rank(first, printed)
    line = " ".join(words.split())
    if rank and len(line.split()) <= LONGEST_HEADING:
        return layout.heading(line, rank)
    if all(run.bold for run in lines) and layout.is_label(line):
        return layout.heading(line, len(printed.sizes) + 1)
    marker = _ITEM.match(words)
    if marker and marker.end() < len(words):
        return Piece(Form.ITEM, words[marker.end() :])
    return Piece(Form.PARAGRAPH, words)


def _rank(line: Run, printed: Print) -> int:
    """The level of heading that a line's size stands for; 0 for body text."""
    if line.size < LARGER * printed.body:
        return 0
    return sum(size > line.size + 0.3 for size in printed.sizes) + 1


def _joined(lines: Sequence[Run], right: float, is_item: bool) -> str:
    """The lines as text: a space where the page's width broke them, a line end where the author did."""
    out = lines[0].words
    fields = not is_item and sum(_FIELD.match(line.words) is not None for line in lines) > 1
    for above, line in pairwise(lines):
        if out.endswith("\u00ad"):
            out = out[:-1] + line.words
        elif _hanging_hyphen(out, line.words):
            out += ("\n" if _broken(line.words) else " ") + line.words
        elif (fields and _FIELD.match(line.words)) or not (is_item or _full(above, line, right)):
            out += "\n" + line.words
        else:
            out += " " + line.words
    return out.replace("\u00ad", "")


def _hanging_hyphen(above: str, line: str) -> bool:
    return above.endswith("-") and above[-2:-1].isalnum() and line[0].islower()


def _broken(line: str) -> bool:
    """Whether a line may begin with the end of a broken word, so that the line end after the hyphen must stay."""
    word = re.match(r"[^\W\d_]+", line)
    return word is None or len(word.group()) > SHORT_WORD or line[word.end() : word.end() + 1] != " "


def _full(above: Run, line: Run, right: float) -> bool:
    """Whether the first word of a line would not have fitted on the line above."""
    word = line.words.split(maxsplit=1)[0]
    width = (above.right - above.left) / max(len(above.words), 1)
    return above.right + (len(word) + 1) * width > right
