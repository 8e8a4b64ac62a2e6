"""Sections of a notice: what each part is about, by its heading. The sections tile the text: no gap, no overlap.

The section's topics decide the role of what is found in it. What a heading is, :mod:`ingest.headings` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.headings import NO_CONTENT_TOPICS, Heading, HeadingReader, Page
from ingest.notice import Notice, Span
from ingest.rows import Cell, cells
from ingest.sentences import Kind, blocks, sentences
from ingest.tokens import Token, Tokens
from ingest.words import words_of
from ontology.lexicon import Lexicon

FIELD_TOPICS = frozenset(
    {"ControllerTopic", "ContactTopic", "OfficerTopic", "ComplaintTopic", "RightTopic", "RegisterNameTopic"}
)
BASIS_TOPICS = frozenset({"ConsentTopic", "InterestTopic"})
"""Topics of headings that name a legal basis, and so may answer one."""
LONGEST_FIELD = 12
"""Words. A longer paragraph under a field is not part of its value."""


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
        row: for the cell of a table the number of its row, the same for all its cells; else 0.
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
    row: int = 0


@dataclass(slots=True)
class _Opened:
    """A section as it is being filled: where it begins, its heading or (for a cell) topics, what it stands within."""

    start: int
    heading: Heading | None = None
    topics: frozenset[str] | None = None
    within: _Opened | None = None
    row: int = 0
    parts: list[tuple[Span, bool]] = field(default_factory=list)


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
        opened = [_Opened(0)]
        for block in (part for whole in blocks(text) for part in self._headings.parted(page, whole)):
            row = cells(page, block, self._headings)
            if row:
                self._open_row(page, opened, row)
                continue
            heading = self._headings.read(page, block)
            content = Span(block.start, block.end)
            if heading is not None and (
                _introduces(text, heading, opened[-1])
                or _lists_data(text, heading, opened[-1])
                or _explains(heading, opened[-1])
            ):
                heading = None
            if heading is not None:
                if heading.number or not (heading.announces or heading.topics & BASIS_TOPICS):
                    _answer(opened)
                opened.append(_Opened(_line_start(text, heading.span.start), heading))
                content = Span(min(heading.span.end, block.end), block.end)
            elif opened[-1].within is not None:
                opened.append(_Opened(_line_start(text, block.start), within=opened[-1].within))
            elif _is_field(text, opened[-1]) and len(page.tokens.within(*content)) > LONGEST_FIELD:
                opened.append(_Opened(_line_start(text, block.start)))
            opened[-1].parts.extend((part, block.kind is Kind.ITEM) for part in self._parts(text, content))
        _answer(opened)
        return self._sections(page, opened)

    def _open_row(self, page: Page, opened: list[_Opened], row: Sequence[Cell]) -> None:
        """A section for each cell of a row: its own topics, or those of the section in which the table stands."""
        within = opened[-1].within or opened[-1]
        first = len(opened)
        for cell in row:
            start = _line_start(page.text, cell.span.start) if cell is row[0] else cell.span.start
            opened.append(_Opened(start, topics=cell.topics, within=within, row=first + cell.row))
            opened[-1].parts.extend((part, True) for part in self._parts(page.text, cell.content))

    def _sections(self, page: Page, opened: Sequence[_Opened]) -> list[Section]:
        out: list[Section] = []
        parents: dict[str, Section] = {}
        above: list[Section] = []
        made: dict[int, Section] = {}
        for each, end in zip(opened, [*(o.start for o in opened[1:]), len(page.text)], strict=True):
            if each.start == end and each.heading is None:
                continue
            if each.within is not None:
                out.append(_inner(page, each, end, made.get(id(each.within))))
                continue
            heading = each.heading
            topics = heading.topics if heading else frozenset()
            number = heading.number if heading else ""
            parent = parents.get(number.rpartition(".")[0])
            level = page.text[each.start : heading.span.start].count("#") if heading else 0
            above = [s for s in above if s.level < level]
            if parent is None and above and (above[-1].level > 1 or above[-1] is not out[0]):
                parent = above[-1]  # the title of the page is above everything and says nothing of its parts
            if parent is not None and not topics:
                topics = parent.topics - NO_CONTENT_TOPICS
            section = Section(
                each.start,
                end,
                heading.span if heading else None,
                topics,
                heading.announces if heading else frozenset(),
                number,
                _led(page, each.parts),
                level,
                page.tokens.within(*heading.span) if heading else (),
            )
            if level:
                above.append(section)
            if number:
                parents[number] = section
            made[id(each)] = section
            out.append(section)
        return out

    def _parts(self, text: str, content: Span) -> list[Span]:
        if not text[content.start : content.end].strip():
            return []
        return sentences(text, content, self._abbreviations)


def _inner(page: Page, opened: _Opened, end: int, within: Section | None) -> Section:
    """A cell of a table, or what follows a table in the section where it stands."""
    inherited = within.topics if within is not None else frozenset[str]()
    topics = inherited if opened.topics is None else opened.topics
    announces = within.announces if within is not None and opened.topics is None else frozenset()
    return Section(opened.start, end, None, topics, announces, "", _led(page, opened.parts), row=opened.row)


def _answer(opened: list[_Opened]) -> None:
    """What looks like headings over nothing under a heading over nothing is its content: «5. Peruste», «Oikeutettu etu».

    So it is under a heading with a number, the next of which would have one too, where a basis is named, and where
    rights are listed line by line.
    """
    lines: list[Heading] = []
    for section in reversed(opened):
        heading = section.heading
        if heading is None:
            return
        rights = "RightTopic" in heading.topics and all(h.announces and "ComplaintTopic" not in h.topics for h in lines)
        basis = "LegalBasisTopic" in heading.topics and all(h.topics & BASIS_TOPICS for h in lines)
        if lines and (rights or (not section.parts and (heading.number or basis))):
            section.parts.extend((line.span, False) for line in lines)
            del opened[len(opened) - len(lines) :]
            return
        if section.parts or heading.number:
            return
        lines.insert(0, heading)


def _is_field(text: str, section: _Opened) -> bool:
    """Whether a section is one field with its value on its line («Supervisory authority: …»), no heading of what follows."""
    heading = section.heading
    return (
        heading is not None
        and bool(section.parts)
        and heading.topics <= FIELD_TOPICS
        and text[heading.span.end - 1] == ":"
        and "\n" not in text[heading.span.end : section.parts[0][0].start]
    )


def _lists_data(text: str, heading: Heading, section: _Opened) -> bool:
    """Whether a label among the data is one of them: «Yhteystiedot: osoite ja puhelinnumero» under the data's heading."""
    above = section.heading
    if above is None or "PersonalDataTopic" not in above.topics or heading.number:
        return False
    return heading.topics == {"ContactTopic"} and text[heading.span.end - 1] == ":"


def _introduces(text: str, heading: Heading, section: _Opened) -> bool:
    """Whether a line with a colon right under a heading on the same topic is its first sentence: «You have the right to:»."""
    above = section.heading
    return (
        above is not None and not section.parts and text[heading.span.end - 1] == ":" and heading.topics <= above.topics
    )


def _explains(heading: Heading, section: _Opened) -> bool:
    """Whether a line right under a heading on a right says it in full: «Oikaisuoikeus», «Oikeus vaatia tietojen korjaamista»."""
    above = section.heading
    if above is None or section.parts or heading.number or not heading.announces:
        return False
    return heading.announces <= above.announces


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
