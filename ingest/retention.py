"""Retention: how long data are kept, as a period or by a criterion (GDPR Art. 13(2)(a)).

A period is a number (in figures or words, or «kuusi (6)») with a unit of time, in a sentence about keeping or deleting or
under the heading about retention; its ISO 8601 duration stands beside the notice's own words, because stores rewrite
durations. Criteria are ways of saying in the lexicon.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.claims import Claim, Iri, Text, Value, Words
from ingest.mentions import Reading, ReadSentence
from ingest.modality import ASSERTED, Modality, Polarity
from ingest.notice import Span
from ingest.tokens import Token
from ontology.namespaces import DPV, SEL

_DURATION = "http://www.w3.org/2001/XMLSchema#duration"
_ELSEWHERE = frozenset(
    {
        "RightTopic",
        "ComplaintTopic",
        "ContentsTopic",
        "ControllerTopic",
        "ContactTopic",
        "InformationTopic",
        "ChangeTopic",
    }
)
LARGEST = 200


@dataclass(frozen=True, slots=True)
class Period:
    """A stated period: ISO 8601 duration and the place of the words."""

    duration: str
    span: Span


class RetentionReader:
    """Reads retention statements of notices in one language."""

    def claims(self, reading: Reading) -> Iterator[Claim]:
        """The retention claims of a notice, unmerged."""
        for s in reading.sentences:
            if not self._about_retention(s):
                continue
            periods = [self._fixed(s, period) for period in self.periods(reading.notice.text, s)]
            yield from periods
            stated = [span for claim in periods for span in claim.spans]
            for mention in s.of("RetentionFacet"):
                span = Span(mention.start, mention.end)
                # A criterion that overlaps a stated period is part of how the period is told.
                if not any(span.start < p.end and p.start < span.end for p in stated):
                    yield self._criteria(s, span, mention.tokens, str(mention.entry.denotes))

    @staticmethod
    def _about_retention(s: ReadSentence) -> bool:
        topics = s.section.topics
        if "RetentionTopic" in topics:
            # «Vastaamme pyyntöön 30 päivän kuluessa» is no period of keeping, wherever it stands.
            return "StoreSignal" in s.signals or not s.of("ExerciseFacet")
        return (
            "StoreSignal" in s.signals
            and not topics & _ELSEWHERE - {"RightTopic"}
            and not ("RightTopic" in topics and "RightSignal" in s.signals)
        )

    def periods(self, text: str, s: ReadSentence) -> Iterator[Period]:
        """The periods stated in a sentence."""
        tokens = s.sentence.tokens
        units: dict[int, str] = {}
        numbers: dict[int, int] = {}
        for match in s.others:
            if match.entry.kind == "UnitEntry":
                units[match.tokens[0]] = match.entry.values("unit")[0]
            elif match.entry.kind == "NumeralEntry":
                numbers[match.tokens[0]] = int(match.entry.values("value")[0])
        every = {i for m in s.signalled("IntervalSignal") for i in m.tokens}
        for index, unit in sorted(units.items()):
            if every & {*range(index - 4, index), index + 1}:
                continue  # «every five years» tells how often something is done
            found = _number_before(tokens, index, numbers)
            if found is not None and 0 < found[0] <= LARGEST:
                yield Period(_iso(found[0], unit), Span(tokens[found[1]].start, tokens[index].end))
            elif found is None and index not in numbers and "StoreSignal" in s.own_signals and self._alone(s, index):
                yield Period(_iso(1, unit), Span(tokens[index].start, tokens[index].end))

    @staticmethod
    def _alone(s: ReadSentence, index: int) -> bool:
        """Whether a unit without a number means one of it: «kuukauden kuluttua», followed by what starts the period."""
        return any(m.tokens[0] == index + 1 for m in s.signalled("TriggerSignal"))

    def _fixed(self, s: ReadSentence, period: Period) -> Claim:
        trigger = next((m for m in s.signalled("TriggerSignal") if m.start >= period.span.start), None)
        end = trigger.end if trigger is not None and trigger.start - period.span.end < 60 else period.span.end
        span = Span(period.span.start, max(end, period.span.end))
        values: list[tuple[str, Value]] = [
            (str(SEL.retentionKind), Iri(str(SEL.FixedPeriod))),
            (str(SEL.retentionPeriod), Text(period.duration, datatype=_DURATION)),
            (str(SEL.retentionText), Words(period.span)),
        ]
        if span.end > period.span.end:
            values.append((str(SEL.retentionTrigger), Words(Span(period.span.end, span.end))))
        return Claim(
            f"retention/{period.duration}",
            (str(DPV.StorageCondition), str(DPV.StorageDuration)),
            _never_negated(s, [0]),
            (span,),
            (str(DPV.hasStorageCondition),),
            processes=frozenset({s.process}),
            numbered=True,
            values=tuple(values),
        )

    def _criteria(self, s: ReadSentence, span: Span, at: tuple[int, ...], kind: str) -> Claim:
        values: tuple[tuple[str, Value], ...] = (
            (str(SEL.retentionKind), Iri(kind)),
            (str(SEL.retentionText), Words(s.span)),
        )
        # Named by its words, not by its place: the same statement has the same name whatever format it was read from.
        words = hashlib.sha256(" ".join(t.word for t in s.sentence.tokens).encode()).hexdigest()[:8]
        return Claim(
            f"retention/{kind.rpartition('#')[2]}/{words}",
            (str(DPV.StorageCondition),),
            _never_negated(s, at),
            (s.span,),
            (str(DPV.hasStorageCondition),),
            processes=frozenset({s.process}),
            numbered=True,
            values=values,
        )


def _never_negated(s: ReadSentence, at: Sequence[int]) -> Polarity:
    """«Not kept longer than two years» states a period: a negation is part of how the limit is said."""
    polarity = s.polarity(at)
    return (
        ASSERTED if polarity.modality in {Modality.NEGATED, Modality.POSSIBLE} or polarity.default_negated else polarity
    )


def _number_before(tokens: tuple[Token, ...], index: int, numbers: dict[int, int]) -> tuple[int, int] | None:
    """The number that a unit counts and the token where it begins: figures, words, or both («kuusi (6)»)."""
    for back in (1, 2):
        at = index - back
        if at < 0:
            return None
        if re.fullmatch(r"\d{1,3}", tokens[at].word):
            begin = at - 1 if at and at - 1 in numbers else at
            return int(tokens[at].word), begin
        if re.fullmatch(r"\d{1,3}-\d{1,3}", tokens[at].word):
            return int(tokens[at].word.rpartition("-")[2]), at
        if at in numbers:
            return numbers[at], at
    return None


def _iso(count: int, unit: str) -> str:
    return f"PT{count}H" if unit == "H" else f"P{count}{unit}"
