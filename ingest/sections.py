"""Sections of a notice: what each part is about, by its heading. The sections tile the text: no gap, no overlap.

A heading is a short line that names a topic of the lexicon (`sel:HeadingEntry`), or that is numbered; it may be wrapped
over lines, carry several topics, or be followed by its content on the same line («Rekisterinpitäjä: …»). The section's
topics decide the role of what is found in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.matcher import Match, Matcher, longest
from ingest.notice import Notice, Span
from ingest.sentences import Block, Kind, blocks, numbering, sentences
from ingest.tokens import Token, Tokens
from ontology.lexicon import Lexicon
from ontology.vocabulary import local_name

LONGEST_HEADING = 16
"""Words. Longer lines are content even when they name a topic."""
LONGEST_INLINE = 6
LONGEST_LINE = 70
"""Characters. A longer first line of a block is the beginning of a paragraph."""
HEAD_TOPICS = frozenset({"ControllerTopic", "OfficerTopic"})
"""Topics whose heading may run straight into its content without a colon."""
NO_CONTENT_TOPICS = frozenset({"TitleTopic", "ContentsTopic"})
"""Topics that no part of the text is about, so that none inherits them from the heading above."""


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
    """

    start: int
    end: int
    heading: Span | None
    topics: frozenset[str]
    announces: frozenset[str]
    number: str
    sentences: tuple[Sentence, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Heading:
    span: Span
    topics: frozenset[str]
    announces: frozenset[str]
    number: str


@dataclass(frozen=True, slots=True)
class _Page:
    """The text of a notice with its words."""

    text: str
    tokens: Tokens


class Sectioner:
    """Splits notices of one language into sections."""

    def __init__(self, lexicon: Lexicon) -> None:
        clause = [e for e in lexicon.of_kind("Cue") if "ClauseSignal" in e.signals]
        self._headings = Matcher(lexicon, lexicon.of_kind("HeadingEntry"))
        self._clauses = Matcher(lexicon, clause)
        self._questions = Matcher(lexicon, [e for e in lexicon.of_kind("Cue") if "QuestionSignal" in e.signals])
        self._abbreviations = frozenset(label for e in lexicon.of_kind("Abbreviation") for label in e.labels)

    def split(self, notice: Notice) -> list[Section]:
        """The sections of a notice, tiling its text."""
        text = notice.text
        page = _Page(text, Tokens(text))
        opened: list[tuple[int, _Heading | None, list[tuple[Span, bool]]]] = [(0, None, [])]
        for block in blocks(text):
            heading = self._heading(page, block)
            content = Span(block.start, block.end)
            if heading is not None and _introduces(text, heading, opened[-1]):
                heading = None
            if heading is not None:
                opened.append((_line_start(text, heading.span.start), heading, []))
                content = Span(min(heading.span.end, block.end), block.end)
            opened[-1][2].extend((part, block.kind is Kind.ITEM) for part in self._parts(text, content))
        return self._sections(page, opened)

    def _sections(
        self, page: _Page, opened: Sequence[tuple[int, _Heading | None, list[tuple[Span, bool]]]]
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

    def _heading(self, page: _Page, block: Block) -> _Heading | None:
        """The heading that a block is or begins with."""
        if block.kind is Kind.ITEM and not block.alone:
            return None
        first = block.lines[0]
        named = self._straight(page, first) if block.kind is Kind.PARAGRAPH else None
        if named is not None:
            return named
        whole = self._as_heading(page, Span(block.start, block.end), len(block.lines) > 1)
        line = None
        if (
            len(block.lines) > 1
            and first.end - first.start < LONGEST_LINE
            and not page.text[block.lines[1].start].islower()
        ):
            line = self._as_heading(page, first, False)
        if line is not None and (whole is None or whole.topics <= line.topics):
            return line  # what follows the line says nothing more about topics: it is the content
        if whole is not None:
            return whole
        return self._inline(page, first) if block.kind is Kind.PARAGRAPH else None

    def _as_heading(self, page: _Page, span: Span, wrapped: bool) -> _Heading | None:
        text = page.text
        found = numbering(text, span.start, span.end)
        number, start = found if found else ("", span.start)
        printed = text[start : span.end]
        tokens = page.tokens.within(start, span.end)
        marked = bool(number) or printed.startswith("#")
        if not tokens or len(tokens) > LONGEST_HEADING or "@" in printed or "](" in printed:
            return None
        if not marked and printed.count(",") > 1:
            return None
        if wrapped and "\n" in printed and max(map(len, printed.split("\n"))) > 45:
            return None
        question = printed.endswith("?") or (not printed.endswith(".") and self._asks(tokens))
        if not question and self._clauses.match(tokens):
            return None
        if printed.endswith((",", ";")) or (printed.endswith(".") and not marked and len(tokens) > 8):
            return None
        matches = list(longest(self._headings.match(tokens)))
        topics = _topics(matches)
        if not matches or not topics:
            is_heading = marked and len(tokens) <= 8 and not printed.endswith(".") and not wrapped
            return _Heading(_unmarked(text, span), frozenset(), frozenset(), number) if is_heading else None
        if not marked and _covered(matches) * 5 < len(tokens):
            return None
        colon = text.find(": ", start, span.end)
        if colon >= 0 and not (any(m.start < colon for m in matches) and any(m.start > colon for m in matches)):
            return None
        announces = frozenset(iri for m in matches for iri in m.entry.values("announces"))
        return _Heading(_unmarked(text, span), topics, announces, number)

    def _asks(self, tokens: Sequence[Token]) -> bool:
        """Whether a line begins with a question word: such headings often have no question mark."""
        return any(match.tokens[0] == 0 for match in self._questions.match(tokens))

    def _inline(self, page: _Page, line: Span) -> _Heading | None:
        """A heading with its content on the same line: «Rekisterinpitäjä: Esimerkki Oy»."""
        text = page.text
        found = numbering(text, line.start, line.end)
        number, start = found if found else ("", line.start)
        colon = text.find(":", start, line.end)
        if 0 <= colon < line.end - 1 and text[colon + 1].isspace():
            tokens = page.tokens.within(start, colon)
            if 0 < len(tokens) <= LONGEST_INLINE and not self._clauses.match(tokens):
                matches = list(longest(self._headings.match(tokens)))
                topics = _topics(matches) - NO_CONTENT_TOPICS
                if topics and _covered(matches) * 3 >= len(tokens):
                    return _Heading(_unmarked(text, Span(line.start, colon + 1)), topics, frozenset(), number)
        return None

    def _straight(self, page: _Page, line: Span) -> _Heading | None:
        """A heading that runs straight into a name: «Rekisterinpitäjä Esimerkki Oy»."""
        text = page.text
        found = numbering(text, line.start, line.end)
        number, start = found if found else ("", line.start)
        tokens = page.tokens.within(start, line.end)
        if text[start : line.end].isupper() or not 2 <= len(tokens) <= LONGEST_HEADING or self._clauses.match(tokens):
            return None
        if not tokens[1].capital or text[tokens[0].end : tokens[1].start].strip():
            return None
        first = [m for m in self._headings.match(tokens) if m.tokens == (0,) and _topics([m]) <= HEAD_TOPICS]
        if not first or text[line.end - 1] == ".":
            return None
        return _Heading(_unmarked(text, Span(line.start, tokens[0].end)), _topics(first), frozenset(), number)


def _introduces(text: str, heading: _Heading, section: tuple[int, _Heading | None, list[tuple[Span, bool]]]) -> bool:
    """Whether a line with a colon right under a heading on the same topic is its first sentence: «You have the right to:»."""
    _, above, parts = section
    return above is not None and not parts and text[heading.span.end - 1] == ":" and heading.topics <= above.topics


def _led(page: _Page, parts: Sequence[tuple[Span, bool]]) -> tuple[Sentence, ...]:
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


def _topics(matches: Sequence[Match]) -> frozenset[str]:
    return frozenset(local_name(topic) for m in matches for topic in m.entry.values("topic"))


def _covered(matches: Sequence[Match]) -> int:
    return len({index for m in matches for index in m.tokens})


def _unmarked(text: str, span: Span) -> Span:
    """The place of a heading without the marks of its rank, which are not its words."""
    start = span.start
    while start < span.end and text[start] in "# ":
        start += 1
    return Span(start, span.end) if start < span.end else span


def _line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins, list marker and number included."""
    return text.rfind("\n", 0, offset) + 1
