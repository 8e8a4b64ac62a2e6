"""Transfers out of the EU or EEA: what the notice states, denies or makes conditional (GDPR Art. 13(1)(f), Chapter V).

A statement is a sentence that names a destination outside (the Union, the Area, a country without the GDPR) and speaks of
transferring, or stands under the heading about transfers. A service of another country that is merely named makes no
statement. Instruments named in the sentence or right after it belong to the statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.claims import Claim, Iri, Text, Value
from ingest.mentions import Reading, ReadSentence
from ingest.modality import ASSERTED, Modality, Polarity
from ingest.notice import Span
from ontology.namespaces import DPV, LOC, SEL
from ontology.reference import Reference
from ontology.vocabulary import local_name

SHORT_ANSWER = 8
"""Words. Under a heading about transfers, a sentence as short as this needs to name no destination."""
MOVES = frozenset({"TransferSignal", "DiscloseSignal", "StoreSignal"})
ANSWERS = frozenset({Modality.NEGATED, Modality.CONDITIONAL})
_XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass(frozen=True, slots=True)
class Statement:
    """One transfer statement before it becomes a claim."""

    sentence: ReadSentence
    polarity: Polarity
    scope: str | None
    countries: frozenset[str]
    exhaustive: bool
    instruments: frozenset[str]
    spans: tuple[Span, ...]


class TransferReader:
    """Reads transfer statements of notices in one language."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def statements(self, reading: Reading) -> list[Statement]:
        """The statements of a notice in order; those that say the same put together."""
        found: list[Statement] = []
        inside: list[ReadSentence] = []
        for index, s in enumerate(reading.sentences):
            statement = self._statement(s)
            if "InsideSignal" in s.own_signals and "TransferTopic" in s.section.topics and statement is None:
                inside.append(s)
            if statement is not None and found and self._tells_how(statement, found[-1]):
                found[-1] = replace(found[-1], instruments=found[-1].instruments | statement.instruments)
            elif statement is not None:
                found.append(statement)
            elif found and self._continues(reading, index, found[-1]):
                found[-1] = replace(found[-1], instruments=found[-1].instruments | self._instruments(s))
        answered = {id(statement.sentence.section) for statement in found}
        found += (_kept_in(s) for s in inside if id(s.section) not in answered and s.polarity([0]) == ASSERTED)
        out: dict[object, Statement] = {}
        for statement in found:
            key = (
                statement.polarity.modality,
                statement.scope,
                statement.countries,
                statement.instruments,
                statement.sentence.register,
            )
            known = out.get(key)
            out[key] = statement if known is None else replace(known, spans=(*known.spans, *statement.spans))
        return list(out.values())

    @staticmethod
    def _tells_how(statement: Statement, before: Statement) -> bool:
        """Whether a sentence tells how the transfers of the one before are made, not that any are: «Siirto perustuu …»."""
        if before.polarity.modality is Modality.NEGATED or statement.countries:
            return False
        s = statement.sentence
        return (
            statement.polarity.modality is Modality.ASSERTED
            and s.register == before.sentence.register
            and bool(statement.instruments or "BasisSignal" in s.own_signals)
        )

    def _continues(self, reading: Reading, index: int, before: Statement) -> bool:
        """Whether a sentence without a destination goes on about the statement before it: it names an instrument for it."""
        s = reading.sentences[index]
        if not self._instruments(s) or before.polarity.modality is Modality.NEGATED:
            return False
        return s.section is before.sentence.section or reading.sentences[index - 1] is before.sentence

    def _statement(self, s: ReadSentence) -> Statement | None:
        topics = s.section.topics
        if not s.sentence.tokens or s.asks:
            return None
        if topics & {"ContentsTopic", "ControllerTopic", "ContactTopic"} and not topics & {"TransferTopic"}:
            return None
        outside = s.of("TransferFacet")
        countries = [m for m in s.of("TerritoryFacet") if self._third_country(m.entry.denotes)]
        about = "TransferTopic" in topics
        named = bool(outside) and (about or bool(MOVES & s.signals))
        placed = bool(countries) and (about or "PlaceSignal" in s.signals or bool(outside))
        answers = about and _may_answer(s)
        if not (named or placed or answers):
            return None
        polarity = self._polarity(s, [i for m in (outside or countries) for i in m.tokens])
        answered = answers and polarity.modality in (ANSWERS if "RecipientTopic" not in topics else {Modality.NEGATED})
        if not (named or placed or answered):
            return None
        if polarity.modality is Modality.CONDITIONAL and s.of("ExerciseFacet"):
            return None  # «If you would like to know more about transfers outside the EU, contact us»
        if (
            polarity.modality is Modality.ASSERTED
            and not countries
            and {m.entry.denotes for m in outside} == {str(DPV.ThirdCountry)}
        ):
            polarity = replace(polarity, modality=Modality.POSSIBLE)
        scopes = {m.entry.denotes for m in outside} & {str(LOC["non-EEA"]), str(LOC["non-EU"])}
        scope = (
            str(LOC["non-EEA"])
            if str(LOC["non-EEA"]) in scopes or (answered and not scopes)
            else next(iter(scopes), None)
        )
        exhaustive = "ExampleSignal" not in s.own_signals
        listed = frozenset(str(m.entry.denotes) for m in countries)
        return Statement(s, polarity, scope, listed, exhaustive, self._instruments(s), (s.span,))

    @staticmethod
    def _polarity(s: ReadSentence, at: Sequence[int]) -> Polarity:
        """The polarity of a statement about the destinations on the tokens `at`, or of the whole sentence if it names none."""
        if "TransferTopic" in s.section.topics and s.denies:
            return Polarity(Modality.NEGATED)
        polarity = s.polarity_around(at or [len(s.sentence.tokens) - 1])
        return (_without(s) or polarity) if polarity.modality is Modality.NEGATED else polarity

    def _third_country(self, iri: str | None) -> bool:
        territory = self._reference.territories.get(iri or "")
        return territory is not None and not territory.gdpr

    @staticmethod
    def _instruments(s: ReadSentence) -> frozenset[str]:
        return frozenset(str(m.entry.denotes) for m in s.of("InstrumentFacet"))

    def claims(self, reading: Reading) -> Iterator[Claim]:
        """The claims of a notice about transfers and their instruments."""
        for number, statement in enumerate(self.statements(reading), 1):
            yield from self._claim(number, statement, reading.notice.language)
        for s in reading.sentences:
            if "CopySignal" in s.own_signals and ("TransferTopic" in s.section.topics or self._instruments(s)):
                at = s.signalled("CopySignal")[0].tokens
                kinds, process = (str(SEL.SafeguardCopy),), frozenset({s.process})
                yield Claim("safeguard-copy", kinds, s.polarity(at), (s.span,), processes=process)

    def _claim(self, number: int, t: Statement, language: str) -> Iterator[Claim]:
        negated = t.polarity.modality is Modality.NEGATED
        values: list[tuple[str, Value]] = []
        if negated:
            excluded = {*t.countries, *((t.scope,) if t.scope else ())} or {str(LOC["non-EEA"])}
            values += [(str(SEL.excludesDestination), Iri(destination)) for destination in sorted(excluded)]
        else:
            values += [(str(DPV.hasThirdCountry), Iri(c)) for c in sorted(t.countries)]
            if t.scope:
                values.append((str(SEL.destinationScope), Iri(t.scope)))
            if t.countries:
                values.append(
                    (str(SEL.destinationsExhaustive), Text("true" if t.exhaustive else "false", datatype=_XSD_BOOLEAN))
                )
            for instrument in sorted(t.instruments):
                step = f"instrument/{local_name(instrument)}"
                values.append((str(SEL.hasTransferInstrument), Iri(f"./{step}")))
                yield Claim(
                    step,
                    (),
                    Polarity(Modality.ASSERTED),
                    t.spans,
                    concept=instrument,
                    processes=frozenset({t.sentence.process}),
                )
        yield Claim(
            key=f"transfer/{number}",
            classes=(str(SEL.Transfer), str(DPV.Processing)),
            polarity=t.polarity,
            spans=t.spans,
            properties=(str(DPV.hasProcessing),),
            statement=str(SEL.hasTransferStatement),
            concept=str(DPV.CrossBorderTransfer),
            processes=frozenset({t.sentence.process}),
            numbered=True,
            values=tuple(values),
        )


def _kept_in(s: ReadSentence) -> Statement:
    """What a heading about transfers is answered with when nothing else stands under it: «All data stay in the Union.»"""
    nowhere: frozenset[str] = frozenset()
    return Statement(s, Polarity(Modality.NEGATED), str(LOC["non-EEA"]), nowhere, True, nowhere, (s.span,))


def _may_answer(s: ReadSentence) -> bool:
    """Whether a sentence can answer a heading about transfers without naming a destination: a short one, or a denial."""
    short = len(s.sentence.tokens) <= SHORT_ANSWER and "TransferSignal" in s.own_signals
    return (short or s.denies) and not s.of("RecipientFacet")


def _without(s: ReadSentence) -> Polarity | None:
    """«Never outside the EEA without an adequate level of protection» is no denial: the safeguard is its condition."""
    named = s.of("InstrumentFacet")
    if not named or not any(m.tokens[0] < named[0].tokens[0] for m in s.effects if "Negates" in m.entry.effects):
        return None
    return Polarity(Modality.CONDITIONAL, Span(named[0].start, named[-1].end), default_negated=True)
