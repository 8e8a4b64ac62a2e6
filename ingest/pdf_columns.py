"""The order in which a PDF page is read: full lines, newspaper columns one after another, tables row by row.

Columns show in the left edges that runs share. Columns of like width that are full of lines are read one after the other;
where the left one holds short cells, it is a table (many notices are forms with the heading in the left cell).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.pdf_glyphs import Row, Run, joined

EDGE = 2.5
"""Points by which the left edges of one column may differ."""
LEAST_LEADING = 5.0
FEWEST_ROWS = 2
MOST_EDGES = 24
FEWEST_NEWSPAPER_ROWS = 6
LIKE_WIDTH = 0.7
FILLED = 0.55
IN_STEP = 0.8
"""Share of the lines to the left that stand beside one to the right, as the cells of a table do."""
NEW_CELL = 1.25
"""Times the usual distance of lines, after which a new cell begins."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that follow each other in one column."""

    lines: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of cells, each with its lines."""

    rows: tuple[tuple[Lines, ...], ...]


def newspaper_edges(pages: Sequence[Sequence[Row]]) -> tuple[float, ...]:
    """The left edges of second columns on the pages that show them to be those of a newspaper."""
    found = ((_edge(page), page) for page in pages)
    return tuple(edge for edge, page in found if edge is not None and _runs_on(page[slice(*_band(page, edge))], edge))


def regions(rows: Sequence[Row], known: Sequence[float] = ()) -> Iterator[Lines | Grid]:
    """The parts of a page in reading order; `known` are the edges of columns that other pages have shown."""
    edge = _edge(rows, known)
    if edge is None:
        if rows:
            yield Lines(tuple(joined(row) for row in rows))
        return
    start, end = _band(rows, edge, known)
    if start > 0:
        yield from regions(rows[:start], known)
    yield from _columns(rows[start:end], edge, known)
    if end < len(rows):
        yield from regions(rows[end:], known)


def _edge(rows: Sequence[Row], known: Sequence[float] = ()) -> float | None:
    """The left edge of a second column: one that rows share, and that keeps most rows in two parts."""
    starts = sorted(run.left for row in rows for run in row[1:])
    shared: list[tuple[int, float]] = []
    for index, start in enumerate(starts):
        if shared and start <= shared[-1][1] + EDGE:
            shared[-1] = (shared[-1][0] + 1, shared[-1][1])
        else:
            shared.append((1, starts[index]))
    edges = [edge for near, edge in sorted(shared, reverse=True)[:MOST_EDGES] if near >= FEWEST_ROWS]
    best, most = None, FEWEST_ROWS - 1
    for edge in sorted(edges):
        start, end = _band(rows, edge, known)
        count = sum(_two_sided(row, edge) for row in rows[start:end])
        if count > most:
            best, most = edge, count
    return best


def _two_sided(row: Row, edge: float) -> bool:
    return row[0].left < edge - 2 * EDGE <= row[-1].left


def _crosses(row: Row, edge: float) -> bool:
    return any(run.left < edge - 2 * EDGE and run.right > edge for run in row)


def _band(rows: Sequence[Row], edge: float, known: Sequence[float] = ()) -> tuple[int, int]:
    """The longest stretch of rows that respect the edge, from the first to the last that stand on both sides of it."""
    best = (0, 0)
    most = 0
    start: int | None = None
    last = count = 0
    for index, row in enumerate(rows):
        if _crosses(row, edge):
            start, count = None, 0
            continue
        if _two_sided(row, edge):
            start, last, count = index if start is None else start, index, count + 1
            if count > most:
                most, best = count, (start, last + 1)
    begin, end = best
    while begin > 0 and not _crosses(rows[begin - 1], edge) and rows[begin - 1][-1].left >= edge - 2 * EDGE:
        begin -= 1
    while end < len(rows) and not _crosses(rows[end], edge) and _follows(rows, begin, end, edge):
        end += 1
    if not any(_crosses(row, edge) for row in rows[end:]) and _runs_on(rows[begin:], edge, known):
        end = len(rows)
    return begin, end


def _follows(rows: Sequence[Row], begin: int, index: int, edge: float) -> bool:
    """Whether a row under the band belongs to it: it goes on in the right column, or with the last left cell."""
    if rows[index][-1].left >= edge - 2 * EDGE:
        return True
    lefts = [row[0].base for row in rows[begin:index] if row[0].left < edge - 2 * EDGE]
    return bool(lefts) and lefts[-1] - rows[index][0].base <= NEW_CELL * _distance(lefts)


def _distance(bases: Sequence[float]) -> float:
    """The distance of lines in a cell: the least of those between neighbours."""
    return min((a - b for a, b in pairwise(bases) if a - b > LEAST_LEADING), default=0.0)


def _columns(rows: Sequence[Row], edge: float, known: Sequence[float]) -> Iterator[Lines | Grid]:
    """A stretch of rows with columns."""
    left, right = _sides(rows, edge)
    if _runs_on(rows, edge, known):
        yield from regions([row for row in left if row], known)
        yield from regions([row for row in right if row], known)
        return
    edges = [edge, *_further(right)]
    yield Grid(tuple(_cells(rows, edges)))


def _sides(rows: Sequence[Row], edge: float) -> tuple[list[Row], list[Row]]:
    return (
        [tuple(run for run in row if run.left < edge - 2 * EDGE) for row in rows],
        [tuple(run for run in row if run.left >= edge - 2 * EDGE) for row in rows],
    )


def _runs_on(rows: Sequence[Row], edge: float, known: Sequence[float] = ()) -> bool:
    """Whether the columns are those of a newspaper."""
    if any(abs(edge - other) <= 2 * EDGE for other in known):
        return True
    left, right = _sides(rows, edge)
    aligned = sum(bool(a and b) for a, b in zip(left, right, strict=True)) / max(sum(map(bool, left)), 1)
    return _newspaper([joined(row) for row in left if row], [joined(row) for row in right if row], edge, aligned)


def _newspaper(left: Sequence[Run], right: Sequence[Run], edge: float, aligned: float) -> bool:
    """Whether two columns run on by themselves: alike in width, and full of lines or out of step with each other."""
    if len(left) < FEWEST_NEWSPAPER_ROWS or len(right) < FEWEST_NEWSPAPER_ROWS:
        return False
    widths = edge - min(run.left for run in left), max(run.right for run in right) - edge
    if min(widths) < LIKE_WIDTH * max(widths):
        return False
    full = median(run.right - run.left for run in left) > FILLED * widths[0]
    return aligned < IN_STEP or (full and len(left) > FILLED * len(right))


def _further(right: Sequence[Row]) -> list[float]:
    """The left edges of a third and later columns."""
    rows = [row for row in right if row]
    edge = _edge(rows)
    if edge is None or sum(_crosses(row, edge) for row in rows) > len(rows) / 3:
        return []
    return [edge, *_further([tuple(run for run in row if run.left >= edge - 2 * EDGE) for row in rows])]


def _cells(rows: Sequence[Row], edges: Sequence[float]) -> Iterator[tuple[Lines, ...]]:
    """The rows of a table: a new one begins where a new cell begins in its first column."""
    column: list[list[Run]] = [[] for _ in range(len(edges) + 1)]
    firsts = [row[0] for row in rows if row[0].left < edges[0] - 2 * EDGE]
    width = max((run.right for run in firsts), default=0.0)
    usual = _distance([run.base for run in firsts])
    for row in rows:
        parts = [_part(row, lower, upper) for lower, upper in zip([-1e9, *edges], [*edges, 1e9], strict=True)]
        if parts[0] and column[0] and _begins(joined(parts[0]), column[0][-1], parts, column, width, usual):
            yield tuple(Lines(tuple(lines)) for lines in column)
            column = [[] for _ in column]
        for lines, part in zip(column, parts, strict=True):
            if part:
                lines.append(joined(part))
    yield tuple(Lines(tuple(lines)) for lines in column)


def _part(row: Row, lower: float, upper: float) -> Row:
    return tuple(run for run in row if lower - 2 * EDGE <= run.left < upper - 2 * EDGE)


def _begins(
    line: Run, above: Run, parts: Sequence[Row], column: Sequence[Sequence[Run]], width: float, usual: float
) -> bool:
    """Whether a line in the first column begins a new cell, or goes on with the one above."""
    if above.base - line.base > NEW_CELL * max(usual, above.size):
        return True
    if line.words[0].islower() or above.words.endswith(("-", ",")):
        return False
    if above.words.endswith((":", ".")) and any(parts[1:]):
        return True
    first = line.words.split()[0]
    room = width - above.right
    fits = len(first) * (above.right - above.left) / max(len(above.words), 1) < room
    return fits and any(parts[1:]) and any(column[1:])
