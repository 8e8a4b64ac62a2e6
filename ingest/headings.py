"""Headings of a notice: short lines that name a topic of the lexicon (`sel:HeadingEntry`), or that are numbered.

A heading may be wrapped over lines, carry several topics, ask a question, or be followed by its content on the same line
(«Rekisterinpitäjä: …»).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.matcher import Match, Matcher, longest
from ingest.notice import Span
from ingest.sentences import Block, Kind, numbering
from ingest.tokens import Token, Tokens
from ontology.lexicon import Lexicon
from ontology.vocabulary import local_name

LONGEST_HEADING = 16
"""Words. Longer lines are content even when they name a topic."""
LONGEST_NUMBERED = 24
"""Words of a heading with a number, most of which name topics."""
LONGEST_FORMAL = 48
"""Words of a heading that begins with the words of the law («Tiedot siitä, mistä henkilötiedot on saatu …»)."""
FORMAL_WORDS = 8
"""Words at the head of a line in which those of the law are looked for."""
LONGEST_INLINE = 6
LONGEST_CONTINUED = 3
LONGEST_STOPPED = 10
"""Words of a heading that a full stop parts from its content on the same line."""
LONGEST_LINE = 70
"""Characters. A longer first line of a block is the beginning of a paragraph."""
LONGEST_NUMBERED_LINE = 100
LONGEST_COMPLETE = 60
"""Characters. A longer line without a mark at its end goes on in the next."""
_LABEL_ENDS = re.compile(r"[:.]\s(?:(?<=:\s)|(?<=[^\W\d_]{5}\.\s))")
"""A colon, or a full stop behind a whole word: that of «(art. 17)» ends no heading."""
POSTCODE = re.compile(r"(?<!\d)(?:\d{5}|\d{3} \d{2})(?!\d)")
"""A Finnish or Swedish postcode."""
HEAD_TOPICS = frozenset({"ControllerTopic", "OfficerTopic"})
"""Topics whose heading may run straight into its content without a colon."""
MENTIONED_TOPICS = frozenset({"CookieTopic", "NewsletterTopic"})
"""Topics that a line inside a block mentions («Evästeet: 12 kuukautta») rather than opens."""
ACTIVITY_TOPICS = frozenset({"NewsletterTopic"})
"""Topics that a label with a value does not open: «Nyhetsbrev: samtycke» tells the basis of a newsletter."""
NO_CONTENT_TOPICS = frozenset({"TitleTopic", "ContentsTopic"})
"""Topics that no part of the text is about, so that none inherits them from the heading above."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its words' place, its topics, the rights that it promises, its number as printed."""

    span: Span
    topics: frozenset[str]
    announces: frozenset[str]
    number: str


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a notice with its words, and what its lines begin with, which is asked for several times."""

    text: str
    tokens: Tokens
    _numbered: dict[tuple[int, int], tuple[str, int, tuple[Token, ...]]] = field(default_factory=dict, init=False)

    def numbered(self, start: int, end: int) -> tuple[str, int, tuple[Token, ...]]:
        """The section number with which a part of the text begins, or "", where its words begin, and its words."""
        known = self._numbered.get((start, end))
        if known is None:
            number, begin = numbering(self.text, start, end) or ("", start)
            known = self._numbered[start, end] = number, begin, self.tokens.within(begin, end)
        return known


class _Line(NamedTuple):
    """What stands in a line that may be a heading: names of topics, and what tells that it is a sentence or a question."""

    headings: list[Match]
    clause: bool
    question: bool
    verb: bool


_CLAUSE, _QUESTION = "ClauseSignal", "QuestionSignal"


class HeadingReader:
    """Recognises headings in notices of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        cues = [e for e in lexicon.of_kind("Cue") if e.signals & {_CLAUSE, _QUESTION} or "verb" in e.scopes]
        entries = lexicon.of_kind("HeadingEntry")
        self._matcher = Matcher(lexicon, [*entries, *cues])
        self._formal = Matcher(lexicon, [e for e in entries if "formal" in e.scopes])

    def parted(self, page: Page, block: Block) -> Iterator[Block]:
        """The parts of a block that begin with a heading of their own: fields and headings without blank lines between."""
        lines = block.lines
        if block.kind is Kind.ITEM or len(lines) == 1 or self._as_heading(page, Span(block.start, block.end), True):
            yield block
            return
        first = 0
        for k in range(1, len(lines)):
            if self._opens(page, lines[k - 1], lines[k]):
                yield Block(block.kind, lines[first].start, lines[k - 1].end, lines[first:k], False)
                first = k
        yield Block(block.kind, lines[first].start, block.end, lines[first:], block.alone and not first)

    def _opens(self, page: Page, before: Span, line: Span) -> bool:
        """Whether a line inside a block is or begins with a heading: the line before it is complete, and it says a topic."""
        text = page.text
        if text[line.start].islower() or not text[line.start].isalnum():
            return False
        if before.end - before.start > LONGEST_COMPLETE and text[before.end - 1] not in ".:;!?)":
            return False
        inline = self._inline(page, line)
        heading = inline or (self._as_heading(page, line, False) if line.end - line.start < LONGEST_LINE else None)
        if heading is None or not heading.topics or heading.topics <= MENTIONED_TOPICS:
            return False
        tokens = page.tokens.within(*heading.span)
        surely = inline is not None or bool(heading.number) or text[line.end - 1] in ":?"
        return (surely or text[line.end - 1] != ".") and _covered(self._line(tokens).headings) * 5 >= len(tokens) * 2

    def read(self, page: Page, block: Block) -> Heading | None:
        """The heading that a block is or begins with."""
        if block.kind is Kind.ITEM and (not block.alone or page.text[block.start].islower()):
            return None  # «Tiedot:» with one item under it lists, and names nothing
        first = block.lines[0]
        named = self._straight(page, first) if block.kind is Kind.PARAGRAPH else None
        if named is not None:
            return named
        whole = self._as_heading(page, Span(block.start, block.end), len(block.lines) > 1)
        line = None
        if (
            len(block.lines) > 1
            and first.end - first.start < (LONGEST_NUMBERED_LINE if numbering(page.text, *first) else LONGEST_LINE)
            and not page.text[block.lines[1].start].islower()
        ):
            line = self._as_heading(page, first, False)
        if line is not None and (whole is None or whole.topics <= line.topics):
            return line  # what follows the line says nothing more about topics: it is the content
        if whole is not None:
            return whole
        return self._inline(page, first) if block.kind is Kind.PARAGRAPH else None

    def label(self, page: Page, span: Span) -> Heading | None:
        """The label that a part of a row begins with («Oikeusperuste: …»), if it names topics and nothing much else."""
        found = self._inline(page, span)
        if found is None or page.text[found.span.end - 1] != ":":
            return None
        tokens = page.tokens.within(*found.span)
        return found if _covered(self._line(tokens).headings) * 2 >= len(tokens) else None

    def title(self, page: Page, span: Span) -> Heading | None:
        """The topics of a column's title."""
        found = self._as_heading(page, span, False)
        return found if found is not None and found.topics else None

    def _as_heading(self, page: Page, span: Span, wrapped: bool) -> Heading | None:
        text = page.text
        number, start, tokens = page.numbered(*span)
        if not tokens or len(tokens) > LONGEST_FORMAL:
            return None
        printed = text[start : span.end]
        marked = bool(number) or printed.startswith("#")
        if "@" in printed or "](" in printed:
            return None
        formal = self._formal_at(tokens)
        if formal:
            return Heading(_unmarked(text, span), _topics(formal), _announced(formal), number)
        if len(tokens) > (LONGEST_NUMBERED if number else LONGEST_HEADING) or not _brief(printed, marked, wrapped):
            return None
        line = self._line(tokens)
        question = printed.endswith("?") or (not printed.endswith(".") and line.question)
        if line.clause and not question:
            return None
        if printed.endswith((",", ";")) or (printed.endswith(".") and not marked and len(tokens) > 8):
            return None
        matches = line.headings
        topics = _topics(matches)
        if not matches or not topics:
            is_heading = marked and len(tokens) <= 8 and not printed.endswith(".") and not wrapped
            return Heading(_unmarked(text, span), frozenset(), frozenset(), number) if is_heading else None
        if not (marked and len(tokens) <= LONGEST_HEADING) and _covered(matches) * 5 < len(tokens):
            return None
        if "(" in printed and text.index("(", start) < min(m.start for m in matches):
            return None  # «Esimerkki Oy (jäljempänä rekisterinpitäjä)» is a name, not a heading
        if printed.endswith(".") and not marked and _covered(matches) < len(tokens):
            return None  # «Frågor besvaras av styrelsen.», «Jäsenille tiedottaminen.» are statements
        colon = text.find(": ", start, span.end)
        if colon >= 0 and not _continued(matches, colon, tokens):
            return None
        return Heading(_unmarked(text, span), topics, _announced(matches), number)

    def _formal_at(self, tokens: Sequence[Token]) -> list[Match]:
        """The words of the law with which a line begins. Most lines begin with none of them, and are not read further."""
        if not self._formal.begins(tokens[0]):
            return []
        return [m for m in self._formal.match(tokens[:FORMAL_WORDS]) if not m.tokens[0]]

    def _line(self, tokens: Sequence[Token]) -> _Line:
        """What is found in the words of a line. One that begins with a question word asks, though without a mark."""
        found = self._matcher.match(tokens)
        headings = longest([m for m in found if m.entry.kind == "HeadingEntry"])
        named = {i for m in headings if len(m.tokens) > 1 for i in m.tokens}
        return _Line(
            headings,
            any(_CLAUSE in m.entry.signals and m.tokens[0] not in named for m in found),
            any(_QUESTION in m.entry.signals and m.tokens[0] == 0 for m in found),
            any("verb" in m.entry.scopes for m in found),
        )

    def _inline(self, page: Page, line: Span) -> Heading | None:
        """A heading with its content on the same line: «Rekisterinpitäjä: Esimerkki Oy»."""
        text = page.text
        number, start, _ = page.numbered(*line)
        mark = _LABEL_ENDS.search(text, start, line.end)
        if mark is None or mark.end() >= line.end:
            return None
        stop = mark.group()[0] == "."
        tokens = page.tokens.within(start, mark.start())
        if 0 < len(tokens) <= (LONGEST_STOPPED if stop else LONGEST_INLINE):
            label = self._line(tokens)
            opening = [m for m in label.headings if not _topics([m]) <= NO_CONTENT_TOPICS | ACTIVITY_TOPICS]
            topics = _topics(opening) - NO_CONTENT_TOPICS - ACTIVITY_TOPICS
            stated = label.clause or (stop and label.verb)
            if topics and not stated and _covered(opening) * (2.5 if stop else 3) >= len(tokens):
                return Heading(
                    _unmarked(text, Span(line.start, mark.start() + 1)), topics, _announced(label.headings), number
                )
        return None

    def _straight(self, page: Page, line: Span) -> Heading | None:
        """A heading that runs straight into a name: «Rekisterinpitäjä Esimerkki Oy»."""
        text = page.text
        number, start, tokens = page.numbered(*line)
        if not 2 <= len(tokens) <= LONGEST_HEADING or not tokens[1].capital or text[line.end - 1] == ".":
            return None
        if text[start : line.end].isupper() or text[tokens[0].end : tokens[1].start].strip():
            return None
        matches = self._matcher.match(tokens)
        heads = [m for m in matches if m.entry.kind == "HeadingEntry" and m.tokens == (0,)]
        first = [m for m in heads if _topics([m]) <= HEAD_TOPICS]
        if not first or any(_CLAUSE in m.entry.signals for m in matches):
            return None
        return Heading(_unmarked(text, Span(line.start, tokens[0].end)), _topics(first), frozenset(), number)


def _topics(matches: Sequence[Match]) -> frozenset[str]:
    return frozenset(local_name(topic) for m in matches for topic in m.entry.values("topic"))


def _announced(matches: Sequence[Match]) -> frozenset[str]:
    """The rights that a heading promises."""
    return frozenset(iri for m in matches for iri in m.entry.values("announces"))


def _continued(matches: Sequence[Match], colon: int, tokens: Sequence[Token]) -> bool:
    """Whether what stands after a colon goes on with the topic before it («Suojaus: manuaalinen aineisto»), no answer."""
    if sum(token.start > colon for token in tokens) > LONGEST_CONTINUED:
        return False
    before, after = (_topics([m for m in matches if (m.start < colon) is first]) for first in (True, False))
    return bool(before) and bool(after) and after <= before


def _brief(printed: str, marked: bool, wrapped: bool) -> bool:
    """Whether a line can be a heading by its looks: no list, no address under a heading, no paragraph."""
    if not marked and printed.count(",") > 1:
        return False
    return not wrapped or (POSTCODE.search(printed) is None and max(map(len, printed.split("\n"))) <= 45)


def _covered(matches: Sequence[Match]) -> int:
    return len({index for m in matches for index in m.tokens})


def _unmarked(text: str, span: Span) -> Span:
    """The place of a heading without the marks of its rank, which are not its words."""
    start = span.start
    while start < span.end and text[start] in "# ":
        start += 1
    return Span(start, span.end) if start < span.end else span
