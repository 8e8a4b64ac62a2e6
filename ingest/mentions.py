"""What the words of each sentence may mean: entries found, signals heard, clauses parted. No decision is taken here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ingest.matcher import Match, Matcher, longest
from ingest.modality import Clauses, Polarity, PolarityReader
from ingest.notice import Notice, Span
from ingest.sections import Section, Sentence
from ingest.tokens import tokenize
from ontology.lexicon import Lexicon

Process = tuple[int, str]
"""A processing activity: the number of its register, and its name within it ("" for the register itself)."""
SHORT_DENIAL = 3
"""Words in a sentence that only denies."""
ACTIVITIES = {"CookieTopic": "cookies"}
"""Topics whose sections speak of an activity with purposes and bases of its own, nested in the register."""


@dataclass(frozen=True, eq=False)
class ReadSentence:
    """A sentence with everything that was found in it.

    Attributes:
        section: the section it stands in.
        register: number of the register (processing activity) it belongs to, from 1.
        found: lexical entries found, nested and overlapping ones too.
        signals: local names of the signals in the sentence or in the one that introduces it.
        own_signals: those in the sentence itself.
        lead: the sentence that introduces it, if it is a list item.
    """

    section: Section
    register: int
    sentence: Sentence
    found: tuple[Match, ...]
    signals: frozenset[str]
    own_signals: frozenset[str]
    cues: tuple[Match, ...]
    lead: ReadSentence | None
    text: str = field(repr=False)
    reader: PolarityReader = field(repr=False)

    @cached_property
    def mentions(self) -> tuple[Match, ...]:
        """The entries that stay by the overlap rule, for facets without licences."""
        return tuple(longest(self.found))

    @cached_property
    def clauses(self) -> Clauses:
        """Its clauses and cues of polarity."""
        return self.reader.clauses(self.text, self.sentence.tokens)

    @property
    def asks(self) -> bool:
        """Whether it is a question: it states nothing."""
        return self.text[self.sentence.end - 1] == "?"

    @cached_property
    def denies(self) -> bool:
        """Whether it is nothing but a denial, which answers its heading: «No.», «Ei ole.»"""
        return len(self.sentence.tokens) <= SHORT_DENIAL and bool(self.clauses.of("Negates"))

    @property
    def process(self) -> Process:
        """The processing activity that it speaks of."""
        return self.register, next((name for topic, name in ACTIVITIES.items() if topic in self.section.topics), "")

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.sentence.start, self.sentence.end)

    def of(self, facet: str) -> list[Match]:
        """The mentions of one facet, by local name."""
        return [m for m in self.mentions if m.entry.facet == facet]

    def signalled(self, signal: str) -> list[Match]:
        """The cues of the sentence that give a signal."""
        return [m for m in self.cues if signal in m.entry.signals] if signal in self.own_signals else []


@dataclass(frozen=True, slots=True)
class Reading:
    """A notice with its sections and read sentences: what the assembling of claims works on."""

    notice: Notice
    sections: tuple[Section, ...]
    sentences: tuple[ReadSentence, ...]
    headings: tuple[ReadSentence, ...]
    registers: int

    def under(self, topic: str) -> Iterator[ReadSentence]:
        """The sentences of the sections about a topic."""
        return (s for s in self.sentences if topic in s.section.topics)

    def text(self, span: Span) -> str:
        """The words at a place."""
        return self.notice.text[span.start : span.end]


class MentionReader:
    """Finds mentions, signals and clauses in the sections of notices of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        signals = [e for e in lexicon.of_kind("Cue") if e.signals]
        self._matcher = Matcher(lexicon, [*lexicon.of_kind("LexicalEntry"), *signals])
        self.polarity = PolarityReader(lexicon)

    def read(self, notice: Notice, sections: Sequence[Section]) -> Reading:
        """Read every sentence of the notice."""
        out: list[ReadSentence] = []
        headings: list[ReadSentence] = []
        registers = _registers(sections)
        for section, register in zip(sections, registers, strict=True):
            mine: list[ReadSentence] = []
            if section.heading is not None:
                heading = Sentence(*section.heading.bounds, tuple(tokenize(notice.text, *section.heading.bounds)))
                headings.append(self._sentence(notice.text, section, register, heading, None))
            for sentence in section.sentences:
                lead = mine[sentence.lead] if sentence.lead is not None else None
                mine.append(self._sentence(notice.text, section, register, sentence, lead))
            out += mine
        return Reading(notice, tuple(sections), tuple(out), tuple(headings), max(registers, default=1))

    def _sentence(
        self, text: str, section: Section, register: int, sentence: Sentence, lead: ReadSentence | None
    ) -> ReadSentence:
        matches = self._matcher.match(sentence.tokens)
        found = tuple(m for m in matches if m.entry.kind == "LexicalEntry")
        cues = tuple(m for m in matches if m.entry.kind == "Cue")
        own = frozenset().union(*(m.entry.signals for m in cues))
        led = own | lead.own_signals if lead is not None else own
        return ReadSentence(
            section=section,
            register=register,
            sentence=sentence,
            found=found,
            signals=led,
            own_signals=own,
            cues=cues,
            lead=lead,
            text=text,
            reader=self.polarity,
        )

    def polarity_of(self, sentence: ReadSentence, at: Sequence[int]) -> Polarity:
        """The polarity of a mention on the tokens `at`, with that of the introducing sentence where it says more."""
        own = self.polarity.polarity(sentence.clauses, at)
        if sentence.lead is None or own.modality.value != "Asserted" or not sentence.lead.sentence.tokens:
            return own
        lead = self.polarity.polarity(sentence.lead.clauses, [len(sentence.lead.sentence.tokens) - 1])
        return lead if lead.modality.value != "Asserted" else own


def _registers(sections: Sequence[Section]) -> list[int]:
    """The register number of each section: a new one where a title is followed by a controller or name already given."""
    out: list[int] = []
    register, seen = 1, set[str]()
    for i, section in enumerate(sections):
        if (
            "TitleTopic" in section.topics
            and "ChangeTopic" not in section.topics
            and {"RegisterNameTopic", "PurposeTopic"} & seen
        ):
            upcoming = [s.topics for s in sections[i + 1 : i + 5]]
            if any(t & {"ControllerTopic", "RegisterNameTopic"} for t in upcoming):
                register, seen = register + 1, set()
        seen |= section.topics
        out.append(register)
    return out
