"""What follows from a notice but is not said in it: the graph `<notice>/inferred` (GDPR Art. 44-49, data-model section 6).

Three things follow: a transfer from a named recipient's seat in a third country; whether an instrument that is named could
be relied on at the notice's date; a contradiction between a denied transfer and another in the same register. None of it
hangs on the notice or its processing, so that nobody who ignores graphs takes it for said.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rdflib import Literal, URIRef

from ingest.claims import Claim, Iri
from ingest.contacts import Secrets
from ingest.modality import Modality
from ingest.notice import Notice
from ingest.ntriples import iri, literal, triple
from ontology.namespaces import DPV, PREFIXES, PROV, SEL
from ontology.reference import ADEQUACY, Reference
from ontology.reference_records import Instrument, InstrumentStatus, Territory
from ontology.vocabulary import Vocabulary, local_name

TYPE = PREFIXES["rdf"] + "type"
_DATE_TYPES = {10: "date", 7: "gYearMonth", 4: "gYear"}
STATUSES: Mapping[InstrumentStatus, URIRef] = {
    InstrumentStatus.VALID: SEL.ValidAtDate,
    InstrumentStatus.REPEALED: SEL.RepealedAtDate,
    InstrumentStatus.ENDED: SEL.EndedAtDate,
    InstrumentStatus.NOT_YET: SEL.NotYetValid,
    InstrumentStatus.UNDATED: SEL.Undated,
}
"""The best first: of several decisions that may be meant, the one that could best be relied on counts."""
_RANK = list(STATUSES)


@dataclass(frozen=True, slots=True)
class Moment:
    """The date of a notice as printed (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`) with the first and last day that it may mean."""

    printed: str
    first: date
    last: date

    @classmethod
    def of(cls, printed: str) -> Moment:
        """The days of a printed date.

        Raises:
            ValueError: when there is no such day.
        """
        year, month, day = (*map(int, printed.split("-")), 0, 0)[:3]
        first = date(year, month or 1, day or 1)
        last = first if day else date(year, month or 12, monthrange(year, month or 12)[1])
        return cls(printed, first, last)

    def days(self, instruments: Iterable[Instrument]) -> set[date]:
        """The first day, and every later one on which the status of an instrument changes."""
        changes = {d for i in instruments for d in (i.valid_from, i.valid_until, i.repealed_on) if d is not None}
        return {self.first, *(d for d in changes if self.first < d <= self.last)}


@dataclass(frozen=True, slots=True)
class Movement:
    """A transfer that a notice states or implies: its node, the claims that show it, its registers and countries."""

    node: str
    claims: tuple[Claim, ...]
    countries: frozenset[str]

    @property
    def registers(self) -> frozenset[int]:
        """The registers of which it is said."""
        return frozenset(r for c in self.claims for r in c.registers)


class Inferences:
    """Draws what follows from the claims of notices, by the dated reference data."""

    def __init__(self, reference: Reference, vocabulary: Vocabulary) -> None:
        self._reference = reference
        # A territory's own date: a country that left the territory of the GDPR (the United Kingdom) is outside from then.
        self._outside_since = {
            str(s): o.toPython()
            for s, o in vocabulary.graph.subject_objects(SEL.validFrom)
            if str(s) in reference.territories and isinstance(o, Literal)
        }

    def of(self, notice: Notice, claims: Sequence[Claim], printed: str | None, secrets: Secrets) -> tuple[str, ...]:
        """The sorted N-Triples lines of the notice's inferred graph; none when nothing follows.

        Parameters:
            claims: the merged claims of the notice.
            printed: the notice's date, as :class:`ingest.dates.DateReader` gives it.
            secrets: what may not be quoted: evidence that lies in the contacts is not pointed to.
        """
        moment = Moment.of(printed) if printed else None
        implied = list(self._implied(notice, claims, moment))
        stated = [
            Movement(f"{notice.iri}/{c.path}", (c,), frozenset(_iris(c, DPV.hasThirdCountry)))
            for c in claims
            if str(SEL.Transfer) in c.classes
        ]
        lines = {line for movement in implied for line in self._transfer_lines(notice, movement, moment)}
        lines |= set(self._assessments(notice, claims, [s for s in stated if not _negated(s)], moment))
        lines |= set(self._contradictions(notice, stated, implied, secrets))
        return tuple(sorted(lines))

    def seat_outside(self, organisation: str) -> Territory | None:
        """The third country of a known organisation's seat; of its parent's, where its own is not known."""
        seen: set[str] = set()
        known = self._reference.organisations.get(organisation)
        while known is not None and known.iri not in seen:
            if known.country in self._reference.territories:
                return self._reference.seat_outside(known.iri)
            seen.add(known.iri)
            known = self._reference.organisations.get(known.parent or "")
        return None

    def _implied(self, notice: Notice, claims: Sequence[Claim], moment: Moment | None) -> Iterator[Movement]:
        """The transfers that follow from seats, one for each organisation."""
        named: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            if str(DPV.Recipient) in claim.classes and claim.polarity.modality is not Modality.NEGATED:
                for organisation in _iris(claim, SEL.entity):
                    named[organisation].append(claim)
        for organisation, mine in sorted(named.items()):
            seat = self.seat_outside(organisation)
            if seat is not None and self._outside(seat, moment):
                step = organisation.rpartition("/")[2]
                yield Movement(f"{notice.iri}/inferred/transfer/{step}", tuple(mine), frozenset({seat.iri}))

    def _outside(self, seat: Territory, moment: Moment | None) -> bool:
        since = self._outside_since.get(seat.iri)
        return since is None or moment is None or moment.first >= since

    def _transfer_lines(self, notice: Notice, movement: Movement, moment: Moment | None) -> Iterator[str]:
        yield triple(movement.node, TYPE, iri(SEL.ImpliedTransfer))
        for claim in movement.claims:
            yield triple(movement.node, PROV.wasDerivedFrom, iri(f"{notice.iri}/{claim.path}"))
            for organisation in _iris(claim, SEL.entity):
                yield triple(movement.node, SEL.entity, iri(organisation))
        for country in movement.countries:
            yield triple(movement.node, DPV.hasThirdCountry, iri(country))
            decision = self._adequate(country, moment)
            if decision is not None:
                yield triple(movement.node, SEL.adequacyAtDate, iri(decision))

    def _adequate(self, country: str, moment: Moment | None) -> str | None:
        """The adequacy decision for a country that was valid on every day that the notice's date may mean."""
        if moment is None:
            return None
        found = {self._reference.adequate(country, d) for d in moment.days(self._decisions(country))}
        decision = found.pop() if len(found) == 1 else None
        return decision.iri if decision is not None else None

    def _decisions(self, country: str | None = None) -> list[Instrument]:
        """The adequacy decisions, all or those for a country."""
        return [
            i
            for i in self._reference.instruments.values()
            if i.broader in ADEQUACY and country in (None, i.territory) and i.iri not in ADEQUACY
        ]

    def _assessments(
        self, notice: Notice, claims: Sequence[Claim], stated: Sequence[Movement], moment: Moment | None
    ) -> Iterator[str]:
        """The status of each instrument that the notice names for a transfer."""
        for claim in claims:
            if not claim.key.startswith("instrument/") or claim.concept is None:
                continue
            node, path = f"{notice.iri}/inferred/{claim.path}", f"{notice.iri}/{claim.path}"
            if claim.concept not in ADEQUACY:
                meant = [i for i in self._reference.instruments.values() if i.broader == claim.concept]
                meant = meant or [i for i in (self._reference.instruments.get(claim.concept),) if i is not None]
                yield from _assessment(node, path, moment, *_status(meant, moment))
                continue
            countries = sorted({c for s in stated if _rests_on(s, claim) for c in s.countries})
            decided = {c: d for c in countries if (d := self._decisions(c))}
            for country, decisions in decided.items():
                one = f"{node}/{local_name(country)}"
                yield from _assessment(one, path, moment, *_status(decisions, moment), (country,))
            if countries and not decided:
                yield from _assessment(node, path, moment, SEL.NoDecision, (), countries)
            elif not countries:
                # Which decision is meant is not said: only whether there were any.
                status, _ = _status(self._decisions(), moment)
                yield from _assessment(node, path, moment, status, ())

    def _contradictions(
        self, notice: Notice, stated: Sequence[Movement], implied: Sequence[Movement], secrets: Secrets
    ) -> Iterator[str]:
        """Each denied transfer with each that is stated or implied for the same register."""
        number = 0
        for denial in filter(_negated, stated):
            for other in (*(s for s in stated if not _negated(s)), *implied):
                if not denial.registers & other.registers or not self._denies(denial, other):
                    continue
                number += 1
                node = f"{notice.iri}/inferred/contradiction/{number}"
                yield triple(node, TYPE, iri(SEL.Contradiction))
                shown = [c for c in other.claims if c.registers & denial.registers]
                for movement in (denial, other):
                    yield triple(node, SEL.between, iri(movement.node))
                for span in {s for c in (*denial.claims, *shown) for s in map(secrets.narrowed, c.spans)}:
                    if span is not None:
                        place = f"{notice.iri}/text#char={span.start},{span.end}"
                        yield triple(node, PROV.wasDerivedFrom, iri(place))

    def _denies(self, denial: Movement, other: Movement) -> bool:
        """Whether a denial reaches the other's destination: one of a single country denies that country only."""
        excluded = {d for c in denial.claims for d in _iris(c, SEL.excludesDestination)}
        return not excluded or not excluded <= set(self._reference.territories) or bool(excluded & other.countries)


def _negated(movement: Movement) -> bool:
    return any(c.polarity.modality is Modality.NEGATED for c in movement.claims)


def _rests_on(movement: Movement, instrument: Claim) -> bool:
    return any(f"./{instrument.path}" in _iris(c, SEL.hasTransferInstrument) for c in movement.claims)


def _iris(claim: Claim, predicate: str) -> list[str]:
    return [v.value for p, v in claim.values if p == str(predicate) and isinstance(v, Iri)]


def _status(meant: Sequence[Instrument], moment: Moment | None) -> tuple[URIRef, tuple[str, ...]]:
    """The best status of the instruments that may be meant, and those that have it whatever day the date means."""
    if moment is None or not meant:
        return SEL.Undated, ()
    found: list[tuple[InstrumentStatus, frozenset[str]]] = []
    for day in sorted(moment.days(meant)):
        best = min((i.status(day) for i in meant), key=_RANK.index)
        found.append((best, frozenset(i.iri for i in meant if i.status(day) is best)))
    if len({status for status, _ in found}) > 1 or found[0][0] is InstrumentStatus.UNDATED:
        return SEL.Undated, ()
    return STATUSES[found[0][0]], tuple(sorted(frozenset.intersection(*(which for _, which in found))))


def _assessment(
    node: str, claim: str, moment: Moment | None, status: URIRef, meant: Iterable[str], countries: Iterable[str] = ()
) -> Iterator[str]:
    yield triple(node, TYPE, iri(SEL.InstrumentAssessment))
    yield triple(node, SEL.assessedInstrument, iri(claim))
    yield triple(node, SEL.instrumentStatus, iri(status))
    for instrument in meant:
        yield triple(node, SEL.assessedAs, iri(instrument))
    for country in countries:
        yield triple(node, SEL.assessedFor, iri(country))
    if moment is not None:
        kind = PREFIXES["xsd"] + _DATE_TYPES[len(moment.printed)]
        yield triple(node, SEL.assessedOn, literal(moment.printed, datatype=kind))
