"""What the words of each sentence may mean: entries found, signals heard, clauses parted. No decision is taken here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.matcher import Match, Matcher, longest
from ingest.modality import Clauses, Polarity, PolarityReader
from ingest.notice import Notice, Span
from ingest.sections import Section, Sentence
from ingest.tokens import tokenize
from ontology.lexicon import Lexicon
from ontology.vocabulary import local_name


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence with everything that was found in it.

    Attributes:
        section: the section it stands in.
        register: number of the register (processing activity) it belongs to, from 1.
        found: lexical entries found, nested and overlapping ones too.
        mentions: those that stay by the overlap rule, for facets without licences.
        signals: local names of the signals in the sentence or in the one that introduces it.
        own_signals: those in the sentence itself.
        clauses: its cues and clauses.
        lead: the sentence that introduces it, if it is a list item.
    """

    section: Section
    register: int
    sentence: Sentence
    found: tuple[Match, ...]
    mentions: tuple[Match, ...]
    signals: frozenset[str]
    own_signals: frozenset[str]
    cues: tuple[Match, ...]
    clauses: Clauses
    lead: ReadSentence | None

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.sentence.start, self.sentence.end)

    def of(self, facet: str) -> list[Match]:
        """The mentions of one facet, by local name."""
        return [m for m in self.mentions if m.entry.facet == facet]

    def signalled(self, signal: str) -> list[Match]:
        """The cues of the sentence that give a signal."""
        return [m for m in self.cues if signal in map(local_name, m.entry.values("signal"))]


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
        signals = [e for e in lexicon.of_kind("Cue") if e.values("signal")]
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
        own = frozenset(local_name(s) for m in cues for s in m.entry.values("signal"))
        led = own | lead.own_signals if lead is not None else own
        return ReadSentence(
            section=section,
            register=register,
            sentence=sentence,
            found=found,
            mentions=tuple(longest(found)),
            signals=led,
            own_signals=own,
            cues=cues,
            clauses=self.polarity.clauses(text, sentence.tokens),
            lead=lead,
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
