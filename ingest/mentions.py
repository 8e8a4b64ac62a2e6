"""What the words of each sentence may mean: entries found, signals heard, clauses parted. No decision is taken here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from ingest import modality
from ingest.matcher import Match, Matcher, longest
from ingest.modality import ASSERTED, DECISIVE, Clauses, Modality, Polarity
from ingest.notice import Notice, Span
from ingest.sections import Section, Sentence
from ontology.lexicon import Lexicon

Process = tuple[int, str]
"""A processing activity: the number of its register, and its name within it ("" for the register itself)."""
_NO_SIGNALS: frozenset[str] = frozenset()
SHORT_DENIAL = 3
"""Words in a sentence that only denies."""
ACTIVITIES = {"CookieTopic": "cookies", "NewsletterTopic": "newsletter"}
"""Topics whose sections speak of an activity with purposes and bases of its own, nested in the register."""


@dataclass(eq=False)
class ReadSentence:
    """A sentence with everything that was found in it. Nobody alters one; it is not frozen since that is slow to make.

    Attributes:
        section: the section it stands in.
        register: number of the register it belongs to, from 1.
        process: the processing activity that it speaks of.
        found: lexical entries found, nested and overlapping ones too.
        facets: their facets.
        cues: the cues that tell what the sentence is about.
        effects: the cues that change polarity and those that are signals too.
        others: numbers, units of time, months and legal forms of organisations.
        own_signals: local names of the signals that the cues give.
        signals: those, and those of the sentence that introduces it.
        plain: whether nothing in it could make a statement other than asserted.
        lead: the sentence that introduces it, if it is a list item.
    """

    section: Section
    register: int
    process: Process
    sentence: Sentence
    found: Sequence[Match]
    facets: Set[str | None]
    cues: Sequence[Match]
    effects: Sequence[Match]
    others: Sequence[Match]
    own_signals: frozenset[str]
    signals: frozenset[str]
    plain: bool
    lead: ReadSentence | None
    text: str = field(repr=False)
    structure: Matcher = field(repr=False)
    _mentions: dict[str, list[Match]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def structural(self) -> tuple[Match, ...]:
        """The cues that only part it into clauses: verbs, conjunctions, exceptions. Few sentences need them."""
        return tuple(self.structure.match(self.sentence.tokens))

    @cached_property
    def clauses(self) -> Clauses:
        """Its clauses and cues of polarity."""
        return modality.clauses(self.text, self.sentence.tokens, (*self.effects, *self.structural))

    def polarity(self, at: Sequence[int]) -> Polarity:
        """The polarity of a mention on the tokens `at`, with that of the introducing sentence where it says more."""
        own = ASSERTED if self.plain else modality.polarity(self.clauses, at)
        if self.lead is None or own.modality is not Modality.ASSERTED:
            return own
        return own if self.lead.closing.modality is Modality.ASSERTED else self.lead.closing

    def polarity_around(self, at: Sequence[int]) -> Polarity:
        """The polarity of a mention, and where it is plainly asserted that of the clause which its own describes."""
        own = self.polarity(at)
        if self.plain or own.modality is not Modality.ASSERTED:
            return own
        cues = {i for m in self.effects for i in m.tokens}
        words = [i for i in modality.around(self.clauses, at) if i not in cues]
        return modality.polarity(self.clauses, words) if words else own

    @cached_property
    def closing(self) -> Polarity:
        """The polarity with which it ends and so introduces a list."""
        last = len(self.sentence.tokens) - 1
        if self.plain or last < 0 or self.text[self.sentence.end - 1] == ".":
            return ASSERTED  # what a full stop ends is said: «…, not for purposes of their own.» denies nothing of the list
        return modality.polarity(self.clauses, [last], introducing=True)

    @property
    def asks(self) -> bool:
        """Whether it is a question: it states nothing."""
        return self.text[self.sentence.end - 1] == "?"

    @cached_property
    def denies(self) -> bool:
        """Whether it is nothing but a denial, which answers its heading: «No.», «Ei ole.»"""
        return len(self.sentence.tokens) <= SHORT_DENIAL and bool(self.clauses.of("Negates"))

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.sentence.start, self.sentence.end)

    def of(self, facet: str) -> list[Match]:
        """The mentions of one facet, by local name, that stay by the overlap rule."""
        if facet not in self.facets:
            return []
        known = self._mentions.get(facet)
        if known is None:
            known = self._mentions[facet] = longest([m for m in self.found if m.entry.facet == facet])
        return known

    def of_kind(self, kind: str) -> list[Match]:
        """What was found of one kind beside lexical entries and cues: numbers, units, months, legal forms."""
        return [m for m in self.others if m.entry.kind == kind] if self.others else []

    def signalled(self, signal: str) -> list[Match]:
        """The cues of the sentence that give a signal."""
        return [m for m in self.cues if signal in m.entry.signals] if signal in self.own_signals else []


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def by_section(self) -> tuple[tuple[Section, tuple[ReadSentence, ...]], ...]:
        """Each section with its sentences, in order."""
        sentences = iter(self.sentences)
        return tuple((section, tuple(islice(sentences, len(section.sentences)))) for section in self.sections)

    def sentence_at(self, span: Span) -> ReadSentence | None:
        """The sentence in which a place lies, if it lies in one."""
        index = bisect_right(self._starts, span.start) - 1
        return self.sentences[index] if index >= 0 and self.sentences[index].span.holds(span) else None

    @cached_property
    def _starts(self) -> list[int]:
        return [s.sentence.start for s in self.sentences]

    def text(self, span: Span) -> str:
        """The words at a place."""
        return self.notice.text[span.start : span.end]


class MentionReader:
    """Finds mentions, signals and clauses in the sections of notices of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        entries = [e for e in lexicon.entries if e.kind not in {"HeadingEntry", "KeyTerm"}]
        structural = {e.iri for e in entries if e.effects and not e.signals and DECISIVE.isdisjoint(e.effects)}
        self._matcher = Matcher(lexicon, [e for e in entries if e.iri not in structural])
        self._structure = Matcher(lexicon, [e for e in entries if e.iri in structural])

    def read(self, notice: Notice, sections: Sequence[Section]) -> Reading:
        """Read every sentence of the notice."""
        out: list[ReadSentence] = []
        headings: list[ReadSentence] = []
        registers = _registers(sections)
        for section, register in zip(sections, registers, strict=True):
            mine: list[ReadSentence] = []
            process = register, next((name for topic, name in ACTIVITIES.items() if topic in section.topics), "")
            if section.heading is not None:
                heading = Sentence(*section.heading, section.words)
                headings.append(self._sentence(notice.text, section, process, heading, None))
            for sentence in section.sentences:
                lead = mine[sentence.lead] if sentence.lead is not None else None
                mine.append(self._sentence(notice.text, section, process, sentence, lead))
            out += mine
        return Reading(notice, tuple(sections), tuple(out), tuple(headings), max(registers, default=1))

    def _sentence(
        self, text: str, section: Section, process: Process, sentence: Sentence, lead: ReadSentence | None
    ) -> ReadSentence:
        found: list[Match] = []
        facets: set[str | None] = set()
        cues: list[Match] = []
        effects: list[Match] = []
        others: list[Match] = []
        signals = _NO_SIGNALS
        plain = True
        for match in self._matcher.match(sentence.tokens):
            entry = match.entry
            if entry.kind == "LexicalEntry":
                found.append(match)
                facets.add(entry.facet)
            elif entry.kind == "Cue":
                if entry.signals:
                    cues.append(match)
                    signals |= entry.signals
                if entry.effects:
                    effects.append(match)
                    plain = plain and DECISIVE.isdisjoint(entry.effects)
            else:
                others.append(match)
        return ReadSentence(
            section,
            process[0],
            process,
            sentence,
            found,
            facets,
            cues,
            effects,
            others,
            signals,
            signals | lead.own_signals if lead is not None else signals,
            plain,
            lead,
            text,
            self._structure,
        )


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
