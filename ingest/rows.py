"""Rows of tables in a text: cells that say what they are about, by their column's title or a label of their own.

A table that was copied from a page has tabs between its cells; one that was read from HTML or DOCX is a list item a row
(«Ändamål: …; Rättslig grund: …», :mod:`ingest.layout`). What stands in one row belongs together: the purpose with its
legal basis, the data with their retention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.headings import HeadingReader, Page
from ingest.notice import Span
from ingest.sentences import Block, Kind

_PART = re.compile(r"[^;]+(?:;(?!\s)[^;]*)*")
_CELL = re.compile(r"[^\t\n]+")
FEWEST_TITLES = 2
CERTAIN = frozenset({"PurposeTopic", "LegalBasisTopic", "RetentionTopic", "TransferTopic"})
"""Topics of which a single label is enough; others («Markkinointi: …») may as well name what is listed."""
TITLE_ROW = frozenset({"ContentsTopic"})
"""What the row of titles is about: it names what follows and states nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a row: its place, its topics if they are its own, and the row's number within its block.

    `content` leaves a label out.
    """

    span: Span
    content: Span
    topics: frozenset[str] | None
    row: int


def cells(page: Page, block: Block, headings: HeadingReader) -> list[Cell]:
    """The cells of a block that is a table or a row of one; none for any other block."""
    if block.kind is Kind.ITEM:
        return list(_labelled(page, block, headings))
    if len(block.lines) > 1 and all("\t" in page.text[line.start : line.end] for line in block.lines):
        return list(_tabbed(page, block, headings))
    return []


def _labelled(page: Page, block: Block, headings: HeadingReader) -> Iterator[Cell]:
    """The labelled parts of a list item, if any label names a topic."""
    if page.text.find(": ", block.start, block.end) < 0:
        return
    found: list[Cell] = []
    for match in _PART.finditer(page.text, block.start, block.end):
        span = _trimmed(page.text, match.start(), match.end())
        if span is None:
            continue
        label = headings.label(page, span)
        content = Span(label.span.end, span.end) if label is not None else span
        found.append(Cell(span, content, label.topics if label is not None else None, 0))
    labels = [cell.topics for cell in found if cell.topics]
    if len(labels) > 1 or any(topics <= CERTAIN for topics in labels):
        yield from found


def _tabbed(page: Page, block: Block, headings: HeadingReader) -> Iterator[Cell]:
    """The cells of a table with tabs, if its first line holds the titles of its columns; a title may name no topic."""
    rows = _rows(page.text, block)
    titles = [headings.title(page, span) if span is not None else None for span in rows[0]]
    if sum(title is not None for title in titles) < FEWEST_TITLES:
        return
    for number, row in enumerate(rows):
        for column, span in enumerate(row):
            if span is None:
                continue
            title = titles[column] if column < len(titles) else None
            topics = TITLE_ROW if number == 0 else title.topics if title is not None else frozenset()
            yield Cell(span, span, topics, number)


def _rows(text: str, block: Block) -> list[list[Span | None]]:
    """The cells of each line, None for an empty one.

    Where every line has as many tabs as the line of titles, each tab ends a cell, so an empty cell keeps its place;
    else several tabs together are one gap, as people set tables by hand.
    """
    lines = [_whole(text, line) for line in block.lines]
    tabs = {text.count("\t", line.start, line.end) for line in lines}
    if len(tabs) == 1:
        return [list(_by_tabs(text, line)) for line in lines]
    return [[_trimmed(text, m.start(), m.end()) for m in _CELL.finditer(text, *line)] for line in block.lines]


def _whole(text: str, line: Span) -> Span:
    """The line with the tabs before its first words and after its last ones, which stand for empty cells."""
    begin, end = text.rfind("\n", 0, line.start) + 1, text.find("\n", line.end)
    end = len(text) if end < 0 else end
    return Span(line.start if text[begin : line.start].strip() else begin, end)


def _by_tabs(text: str, line: Span) -> Iterator[Span | None]:
    start = line.start
    while (tab := text.find("\t", start, line.end)) >= 0:
        yield _trimmed(text, start, tab)
        start = tab + 1
    yield _trimmed(text, start, line.end)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    stripped = text[start:end].strip(" \t\n")
    if not stripped:
        return None
    begin = start + text[start:end].index(stripped)
    return Span(begin, begin + len(stripped))
