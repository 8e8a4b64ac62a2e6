"""The records of the reference data: what law and registers say of territories, instruments, acts and organisations.

Each is one node of `territories.ttl`, `instruments.ttl`, `acts.ttl` or `organisations.ttl`, made by one function from
the graph. Dates are days of the calendar: a begin counts, an end is the first day that no longer counts (Art. 45-49).
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import DPV, SEL, SKOS


class ReferenceDataError(ValueError):
    """A node of the reference data that cannot be read: which one, and what is missing or wrong."""

    def __init__(self, iri: str, problem: str) -> None:
        self.iri, self.problem = iri, problem
        super().__init__(f"{iri}: {problem}. Mend it in ontology/*.ttl.")


class Role(StrEnum):
    """What a known organisation usually is to the controller: `sel:ProcessorRole` and so on."""

    PROCESSOR = "ProcessorRole"
    RECIPIENT = "RecipientRole"
    SOURCE = "SourceRole"


class InstrumentStatus(StrEnum):
    """Whether a transfer instrument could be relied on at a date."""

    NOT_YET = "not yet"
    VALID = "valid"
    REPEALED = "repealed, existing contracts only"
    ENDED = "ended"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Territory:
    """A country of ISO 3166-1 and whether the GDPR applies there; `iso` in capitals."""

    iri: str
    iso: str
    labels: MappingProxyType[str, str]
    gdpr: bool


@dataclass(frozen=True, slots=True)
class Instrument:
    """What may legalise a transfer, the time for which it could be relied on and the territory it is limited to."""

    iri: str
    broader: str | None
    celex: str | None
    valid_from: date | None
    valid_until: date | None
    territory: str | None
    repealed_on: date | None = None

    def status(self, day: date) -> InstrumentStatus:
        """Whether it could be relied on at a day."""
        if self.valid_from is None:
            return InstrumentStatus.UNDATED
        if day < self.valid_from:
            return InstrumentStatus.NOT_YET
        if self.valid_until is not None and day >= self.valid_until:
            return InstrumentStatus.ENDED
        if self.repealed_on is not None and day >= self.repealed_on:
            return InstrumentStatus.REPEALED
        return InstrumentStatus.VALID


@dataclass(frozen=True, slots=True)
class Act:
    """An act that notices cite, by its number («523/1999», «2018:218», «2016/679»)."""

    iri: str
    number: str
    labels: MappingProxyType[str, str]
    in_force_from: date | None
    repealed_on: date | None
    repealed_by: str | None
    jurisdiction: str

    def repealed(self, day: date) -> bool:
        """Whether the act is known to have been repealed by a day; False where no date is known."""
        return self.repealed_on is not None and day >= self.repealed_on


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation or service that notices commonly name; a supervisory authority has no usual role."""

    iri: str
    name: str
    country: str
    parent: str | None
    usual_role: Role | None
    supervisory: bool
    kind: str


def territory(graph: Graph, node: URIRef) -> Territory:
    """Read one `sel:Territory`.

    Raises:
        ReferenceDataError: when its code or its place under the GDPR is missing.
    """
    gdpr = graph.value(node, SEL.inGDPRTerritory)
    if not isinstance(gdpr, Literal) or not isinstance(gdpr.toPython(), bool):
        raise ReferenceDataError(str(node), "needs sel:inGDPRTerritory true or false")
    return Territory(str(node), _text(graph, node, SEL.isoAlpha2), _labels(graph, node), bool(gdpr.toPython()))


def instrument(graph: Graph, node: URIRef) -> Instrument:
    """Read one `sel:TransferInstrument`.

    Raises:
        ReferenceDataError: when a date is not an xsd:date.
    """
    return Instrument(str(node), _iri(graph, node, SKOS.broader), _optional(graph, node, SEL.celex),
                      _date(graph, node, SEL.validFrom), _date(graph, node, SEL.validUntil),
                      _iri(graph, node, SEL.appliesToTerritory), _date(graph, node, SEL.repealedOn))


def act(graph: Graph, node: URIRef) -> Act:
    """Read one `sel:Act`.

    Raises:
        ReferenceDataError: when its number or jurisdiction is missing or a date is not an xsd:date.
    """
    return Act(str(node), _text(graph, node, SEL.actNumber), _labels(graph, node), _date(graph, node, SEL.inForceFrom),
               _date(graph, node, SEL.repealedOn), _iri(graph, node, SEL.repealedBy),
               _text(graph, node, DPV.hasJurisdiction))


def organisation(graph: Graph, node: URIRef) -> KnownOrganisation:
    """Read one `sel:KnownOrganisation`.

    Raises:
        ReferenceDataError: when its name, seat or kind is missing, or its role is not one of :class:`Role`.
    """
    role = _iri(graph, node, SEL.usualRole)
    supervisory = graph.value(node, SEL.supervisoryAuthority)
    try:
        usual = Role(role.rpartition("#")[2]) if role else None
    except ValueError as error:
        raise ReferenceDataError(str(node), f"sel:usualRole {role} is none of {', '.join(Role)}") from error
    return KnownOrganisation(str(node), _text(graph, node, DPV.hasName), _text(graph, node, DPV.hasCountry),
                             _iri(graph, node, SEL.parentOrganisation), usual,
                             isinstance(supervisory, Literal) and bool(supervisory.toPython()),
                             _text(graph, node, SEL.organisationKind))


def _labels(graph: Graph, node: Node) -> MappingProxyType[str, str]:
    found = {str(o.language): str(o) for o in graph.objects(node, SKOS.prefLabel) if isinstance(o, Literal)}
    return MappingProxyType(dict(sorted(found.items())))


def _optional(graph: Graph, node: Node, predicate: URIRef) -> str | None:
    value = graph.value(node, predicate)
    return None if value is None else str(value)


def _iri(graph: Graph, node: Node, predicate: URIRef) -> str | None:
    return min((str(o) for o in graph.objects(node, predicate) if isinstance(o, URIRef)), default=None)


def _text(graph: Graph, node: Node, predicate: URIRef) -> str:
    value = graph.value(node, predicate)
    if value is None:
        raise ReferenceDataError(str(node), f"needs {predicate.rpartition('#')[2]}")
    return str(value)


def _date(graph: Graph, node: Node, predicate: URIRef) -> date | None:
    value = graph.value(node, predicate)
    if value is None:
        return None
    day = value.toPython() if isinstance(value, Literal) else None
    if not isinstance(day, date):
        raise ReferenceDataError(str(node), f"{predicate.rpartition('#')[2]} is not an xsd:date")
    return day
