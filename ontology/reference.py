"""The reference data as one object: known territories, transfer instruments, acts and organisations, and their dates.

Loaded once from the Turtle beside this module and passed on, never global. It answers the dated questions of GDPR
Art. 44-49 (was there an adequacy decision, could an instrument be relied on) and of cited acts (was it repealed).
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from rdflib import RDF, Graph, URIRef
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax

from ontology.namespaces import EU_GDPR, LOC, SEL
from ontology.reference_records import (
    Act,
    Instrument,
    InstrumentStatus,
    KnownOrganisation,
    ReferenceDataError,
    Territory,
    act,
    instrument,
    organisation,
    territory,
)

FOLDER = Path(__file__).parent
FILES = ("territories.ttl", "instruments.ttl", "acts.ttl", "organisations.ttl")
ADEQUACY = frozenset({str(EU_GDPR["A45-3"]), str(EU_GDPR.AdequacyDecision)})
"""What an adequacy decision lies directly under: Art. 45(3), or DPV's class of such decisions, itself under it."""


class _Identified(Protocol):
    @property
    def iri(self) -> str: ...


Record = TypeVar("Record", bound=_Identified)


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference records by IRI, with the look-ups that readers of notices need."""

    territories: Mapping[str, Territory]
    instruments: Mapping[str, Instrument]
    acts: Mapping[str, Act]
    organisations: Mapping[str, KnownOrganisation]

    def territory_by_iso(self, code: str) -> Territory | None:
        """The territory of an ISO 3166-1 alpha-2 code in any case, or None."""
        return self.territories.get(str(LOC[code.upper()]))

    def act_by_number(self, number: str) -> Act | None:
        """The act of a printed number, also with the year first or short («679/2016», «523/99»), or None."""
        numbers = {a.number: a for a in self.acts.values()}
        return next((numbers[form] for form in _spellings(number) if form in numbers), None)

    def adequate(self, territory_iri: str, day: date) -> Instrument | None:
        """The adequacy decision for a territory that was valid at a day, the latest if several; None without one.

        A decision may cover only some recipients there (the United States, Canada): its `skos:scopeNote` says so.
        """
        found = [i for i in self.instruments.values() if i.territory == territory_iri and i.broader in ADEQUACY
                 and i.status(day) is InstrumentStatus.VALID]
        return max(found, key=lambda i: (i.valid_from or date.min, i.iri), default=None)

    def instrument_status(self, iri: str, day: date) -> InstrumentStatus:
        """Whether an instrument could be relied on at a day.

        Raises:
            KeyError: when no such instrument is known.
        """
        return self.instruments[iri].status(day)

    def seat_outside(self, organisation_iri: str) -> Territory | None:
        """The third country of a known organisation's seat; None when the GDPR applies there or it is unknown."""
        known = self.organisations.get(organisation_iri)
        seat = self.territories.get(known.country) if known else None
        return seat if seat is not None and not seat.gdpr else None


def load_reference(folder: Path = FOLDER) -> Reference:
    """Read the reference data.

    Raises:
        ReferenceDataError: when a file is not Turtle, or a node lacks what it needs or points to one that is missing.
    """
    graph = Graph()
    for name in FILES:
        try:
            graph.parse(folder / name, format="turtle")
        except (BadSyntax, ParserError, UnicodeDecodeError) as error:
            raise ReferenceDataError(name, f"not Turtle: {' '.join(str(error).split())[:200]}") from error
    reference = Reference(
        _records(graph, SEL.Territory, territory), _records(graph, SEL.TransferInstrument, instrument),
        _records(graph, SEL.Act, act), _records(graph, SEL.KnownOrganisation, organisation))
    for iri, target in _pointers(reference):
        if not any(target in records for records in (reference.territories, reference.acts, reference.organisations)):
            raise ReferenceDataError(iri, f"points to {target}, which is not described")
    return reference


def _records(graph: Graph, kind: URIRef, read: Callable[[Graph, URIRef], Record]) -> Mapping[str, Record]:
    nodes = sorted(node for node in graph.subjects(RDF.type, kind) if isinstance(node, URIRef))
    return MappingProxyType({record.iri: record for record in (read(graph, node) for node in nodes)})


def _pointers(reference: Reference) -> Iterable[tuple[str, str]]:
    """Every record with what it points to inside the reference data."""
    for known in reference.organisations.values():
        yield known.iri, known.country
        if known.parent:
            yield known.iri, known.parent
    for one in reference.instruments.values():
        if one.territory:
            yield one.iri, one.territory
    for each in reference.acts.values():
        if each.repealed_by:
            yield each.iri, each.repealed_by


def _spellings(number: str) -> list[str]:
    """The ways to read a printed act number, the printed one first."""
    printed = number.strip()
    first, slash, second = printed.partition("/")
    out = [printed]
    if slash and first.isdigit() and second.isdigit():
        if len(second) == 2:
            out += [f"{first}/19{second}", f"{first}/20{second}"]
        out.append(f"{second}/{first}")
    return out
