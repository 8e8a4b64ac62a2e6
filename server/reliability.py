"""How well notices are read, as a page tells it: measured precision and recall of the facets that a question uses (W3C DQV).

The measurements stand in the dataset's graph (`ingest.quality`). Where nothing was measured, nothing is shown for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ontology import facets
from ontology.namespaces import DPV, PREFIXES, SEL
from server.names import Names
from server.notice_claims import FACETS
from server.results import Table
from server.tables import Reader

_TERM = re.compile(r"<([^<>\s]+)>|\b([a-z][a-z-]*):([A-Za-z][\w-]*)")
# Terms that stand for a facet beside the property and class of its rule.
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "TransferFacet": (str(DPV.hasThirdCountry), str(SEL.hasTransferStatement), str(SEL.excludesDestination)),
    "RetentionFacet": (str(DPV.hasStorageCondition), str(SEL.retentionKind)),
    "CitationFacet": (str(SEL.cites), str(SEL.act)),
    "SourceFacet": (str(SEL.sourceEntity),),
}
_UNSAID = frozenset({"OrganisationFacet"})
"""The controller's name stands beside every answer: it is measured, but says nothing of a question."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One facet in one language; precision and recall in per cent, None where it could not be measured."""

    facet: str
    label: str
    language: str
    precision: str | None
    recall: str | None
    notices: str
    date: str


def query(base: str) -> str:
    """SELECT of `?step ?facet ?language ?value ?notices ?date`: all measurements."""
    return f"""PREFIX dqv: <http://www.w3.org/ns/dqv#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX sel: <{SEL}>
SELECT ?step ?facet ?language ?value ?notices ?date WHERE {{
  GRAPH <{base}graph/dataset> {{
    ?node dqv:isMeasurementOf ?metric ; dqv:value ?value ; dct:language ?language ; dct:date ?date ;
      sel:annotatedNotices ?notices .
    ?metric dct:identifier ?step
    OPTIONAL {{ ?metric sel:facet ?facet }}
  }}
}} ORDER BY ?step ?language"""


def measured(table: Table, reader: Reader) -> tuple[Measured, ...]:
    """The measurements by facet and language, in the order of a page."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in table.rows:
        facet = row["facet"].value.removeprefix(str(SEL)) if "facet" in row else ""
        if not facet:
            continue
        entry = found.setdefault((facet, row["language"].value), {})
        entry[row["step"].value.partition("/")[0]] = row["value"].value
        entry |= {"notices": row["notices"].value, "date": reader.day(row["date"].value)}
    order = [name for name, _ in FACETS]
    ranked = sorted(found.items(), key=lambda one: (order.index(one[0][0]) if one[0][0] in order else 99, one[0][1]))
    return tuple(
        Measured(
            facet, reader.names.label(str(SEL[facet]), reader.messages), language,
            _percent(entry.get("precision"), reader), _percent(entry.get("recall"), reader),
            entry["notices"], entry["date"],
        )
        for (facet, language), entry in ranked
    )  # fmt: skip


def used(query: str, names: Names) -> frozenset[str]:
    """The facets that a query asks about: by the properties, classes and concepts that it names."""
    found = set()
    for iri in _iris(query):
        concept = names.vocabulary.facet(iri)
        found |= _BY_TERM.get(iri, set()) | ({concept.removeprefix(str(SEL))} if concept else set())
    return frozenset(found - _UNSAID)


def _iris(query: str) -> Iterator[str]:
    for whole, prefix, local in _TERM.findall(query):
        if whole:
            yield whole
        elif prefix in PREFIXES:
            yield PREFIXES[prefix] + local


def _percent(value: str | None, reader: Reader) -> str | None:
    return None if value is None else reader.messages("percent", number=f"{float(value) * 100:.0f}")


def _by_term() -> Mapping[str, set[str]]:
    spaces = {"dpv": str(DPV), "sel": str(SEL)}
    found: dict[str, set[str]] = {}

    def add(terms: Iterable[str], facet: str) -> None:
        for term in terms:
            found.setdefault(term, set()).add(facet)

    for name, classes in FACETS:
        add((spaces[one.partition(":")[0]] + one.partition(":")[2] for one in classes), name)
    for name, rule in facets.load().items():
        add((rule.property, rule.claim_class, *(b.property for b in rule.branches)), name)
    for name, terms in _OTHERS.items():
        add(terms, name)
    return found


_BY_TERM = _by_term()
