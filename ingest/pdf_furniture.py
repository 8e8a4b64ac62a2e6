"""Running heads, feet and page numbers: what stands at the edge of every page and is no part of the notice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingest.pdf_glyphs import Row, joined

MARGIN = 0.13
"""Share of the page's height at its top and bottom in which they stand."""
MOST_ROWS = 4
SAME_PLACE = 8.0
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"[-–\s]*\d{1,3}\s*(?:[/(]\s*\d{1,3}\s*\)?)?[-–\s]*\Z")

Page = tuple[list[Row], float]


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without rows that repeat at the same edge of at least half of them, and without page numbers.

    A running head stays where it stands first: it may be all that says whose notice this is.
    """
    places: dict[tuple[str, bool], list[tuple[int, int, float]]] = defaultdict(list)
    for number, (page, height) in enumerate(pages):
        for index, top in _edge_rows(page, height):
            line = joined(page[index])
            places[_NUMBER.sub("#", line.words), top].append((number, index, line.base if top else -line.base))
    removed: set[tuple[int, int]] = set()
    for (words, top), found in places.items():
        numbers = {number for number, _, _ in found}
        repeated = len(pages) > 1 and len(numbers) >= max(2, len(pages) / 2)
        level = max(base for *_, base in found) - min(base for *_, base in found) <= SAME_PLACE
        if repeated and (level or len(pages) > 2):
            same = len({joined(pages[n][0][i]).words for n, i, _ in found}) == 1
            removed |= {(n, i) for n, i, _ in (found[1:] if top and same else found)}
        elif _PAGE_NUMBER.match(words.replace("#", "1")) and len(pages) > 1:
            removed |= {(n, i) for n, i, _ in found}
    return [
        ([row for index, row in enumerate(page) if (number, index) not in removed], height)
        for number, (page, height) in enumerate(pages)
    ]


def _edge_rows(page: Sequence[Row], height: float) -> list[tuple[int, bool]]:
    """The rows in the margins, with whether that is the one at the top."""
    out: list[tuple[int, bool]] = []
    for index, row in enumerate(page):
        if index < MOST_ROWS and row[0].base > (1 - MARGIN) * height:
            out.append((index, True))
        elif index >= len(page) - MOST_ROWS and row[0].base < MARGIN * height:
            out.append((index, False))
    return out
