"""Sections of a notice: what each part is about, by its heading. The sections tile the text: no gap, no overlap.

The section's topics decide the role of what is found in it. What a heading is, :mod:`ingest.headings` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.headings import NO_CONTENT_TOPICS, Heading, HeadingReader, Page
from ingest.notice import Notice, Span
from ingest.sentences import Kind, blocks, sentences
from ingest.tokens import Token, Tokens
from ingest.words import words_of
from ontology.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or list item; `lead` is the index of the sentence that introduces it («… seuraavia tietoja:»)."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    item: bool = False
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the notice under one heading.

    Attributes:
        start, end: the section's place; consecutive sections touch.
        heading: the heading's place, None before the first heading.
        topics: local names of `sel:Topic` individuals.
        announces: IRIs of the rights that the heading promises.
        number: the section number as printed, or "".
        sentences: the content, the heading left out.
        level: the rank of a heading marked as in Markdown («##» is 2), or 0.
        words: the words of the heading.
    """

    start: int
    end: int
    heading: Span | None
    topics: frozenset[str]
    announces: frozenset[str]
    number: str
    sentences: tuple[Sentence, ...]
    level: int = 0
    words: tuple[Token, ...] = ()


class Sectioner:
    """Splits notices of one language into sections."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = words_of(lexicon)
        self._headings = HeadingReader(lexicon)
        self._abbreviations = frozenset(label for e in lexicon.of_kind("Abbreviation") for label in e.labels)

    def split(self, notice: Notice) -> list[Section]:
        """The sections of a notice, tiling its text."""
        text = notice.text
        page = Page(text, Tokens(self._words.tokens(text)))
        opened: list[tuple[int, Heading | None, list[tuple[Span, bool]]]] = [(0, None, [])]
        for block in blocks(text):
            heading = self._headings.read(page, block)
            content = Span(block.start, block.end)
            if heading is not None and _introduces(text, heading, opened[-1]):
                heading = None
            if heading is not None:
                opened.append((_line_start(text, heading.span.start), heading, []))
                content = Span(min(heading.span.end, block.end), block.end)
            opened[-1][2].extend((part, block.kind is Kind.ITEM) for part in self._parts(text, content))
        return self._sections(page, opened)

    def _sections(
        self, page: Page, opened: Sequence[tuple[int, Heading | None, list[tuple[Span, bool]]]]
    ) -> list[Section]:
        out: list[Section] = []
        parents: dict[str, Section] = {}
        above: list[Section] = []
        starts = [start for start, _, _ in opened]
        for (start, heading, parts), end in zip(opened, [*starts[1:], len(page.text)], strict=True):
            if start == end and heading is None:
                continue
            topics = heading.topics if heading else frozenset()
            number = heading.number if heading else ""
            parent = parents.get(number.rpartition(".")[0])
            level = page.text[start : heading.span.start].count("#") if heading else 0
            above = [s for s in above if s.level < level]
            if parent is None and above and (above[-1].level > 1 or above[-1] is not out[0]):
                parent = above[-1]  # the title of the page is above everything and says nothing of its parts
            if parent is not None and not topics:
                topics = parent.topics - NO_CONTENT_TOPICS
            section = Section(
                start,
                end,
                heading.span if heading else None,
                topics,
                heading.announces if heading else frozenset(),
                number,
                _led(page, parts),
                level,
                page.tokens.within(*heading.span) if heading else (),
            )
            if level:
                above.append(section)
            if number:
                parents[number] = section
            out.append(section)
        return out

    def _parts(self, text: str, content: Span) -> list[Span]:
        if not text[content.start : content.end].strip():
            return []
        return sentences(text, content, self._abbreviations)


def _introduces(text: str, heading: Heading, section: tuple[int, Heading | None, list[tuple[Span, bool]]]) -> bool:
    """Whether a line with a colon right under a heading on the same topic is its first sentence: «You have the right to:»."""
    _, above, parts = section
    return above is not None and not parts and text[heading.span.end - 1] == ":" and heading.topics <= above.topics


def _led(page: Page, parts: Sequence[tuple[Span, bool]]) -> tuple[Sentence, ...]:
    """The sentences of a section, each list item with the sentence that introduces it."""
    text = page.text
    out: list[Sentence] = []
    lead: int | None = None
    persistent = False
    for span, item in parts:
        inline_item = text[span.start] in "-–•" and text[span.start + 1 : span.start + 2].isspace()
        start = span.start + 2 if inline_item else span.start
        if start >= span.end:
            continue
        listed = item or inline_item
        ends_in_colon = text[start : span.end].endswith(":")
        applies = lead if (listed or persistent) and not ends_in_colon else None
        out.append(Sentence(start, span.end, page.tokens.within(start, span.end), listed, applies))
        if ends_in_colon:
            lead, persistent = len(out) - 1, True
        elif not listed and not persistent:
            lead = len(out) - 1
    return tuple(out)


def _line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins, list marker and number included."""
    return text.rfind("\n", 0, offset) + 1
