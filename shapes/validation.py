"""Validation of one notice's graph by pySHACL: is it well formed, and does it tell what GDPR Art. 13 and 14 ask?

Plain `pyshacl.validate` on that notice alone: no inference, no ontology graph, no shape or focus filter (each of them
is known to change results silently). Same graph, same report, byte for byte.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import pyshacl
import rdflib
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, BNode, Graph, Literal, URIRef

from ontology.namespaces import DCTERMS, DPV, RULE, SH
from shapes import findings as reading
from shapes.background import Background, default
from shapes.findings import Finding
from shapes.record import record
from shapes.rules import Catalogue, ShapesError, completeness_catalogue, wellformedness_catalogue
from shapes.verdicts import ItemVerdict, decide

ENGINE = f"pyshacl {pyshacl.__version__}"


class NoticeCountError(ValueError):
    """The graph holds no notice, or several: validation judges exactly one (`count` says how many there are)."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} privacy notices in the graph; give the graph of exactly one, with its contacts")
        self.count = count


@dataclass(frozen=True, slots=True)
class Report:
    """What validation says of one notice; `graph` is the standard sh:ValidationReport without blank nodes."""

    notice: str
    title: str | None
    verdicts: tuple[ItemVerdict, ...]
    findings: tuple[Finding, ...]
    engine: str
    shapes_digest: str
    graph: Graph = field(compare=False, repr=False)

    @property
    def report_graph(self) -> Graph:
        """The graph to store as `<notice>/report`."""
        return self.graph


def _run(data: Graph, shapes: Graph) -> Graph:
    """Run the engine and return its report graph; raise ShapesError when it gives none."""
    normalise = rdflib.NORMALIZE_LITERALS  # pySHACL sets it for the whole process: "007" would become "7"
    try:
        _, results, text = pyshacl.validate(
            data, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False
        )
    except ReportableRuntimeError as error:
        raise ShapesError("engine", f"{type(error).__name__}: {error}; mend the shape it names") from error
    finally:
        rdflib.NORMALIZE_LITERALS = normalise
    if not isinstance(results, Graph):  # a ValidationFailure comes back as a value
        raise ShapesError("engine", f"{text}; mend the shape it names")
    return results


def _notices(graph: Graph) -> list[str]:
    return sorted(str(node) for node in graph.subjects(RDF.type, DPV.PrivacyNotice))


def wellformedness(graph: Graph) -> tuple[Finding, ...]:
    """Return what forbids storing this notice's graph (with its contacts); empty when it is well formed.

    Raises ShapesError when the shapes themselves cannot be used.
    """
    catalogue = wellformedness_catalogue()
    notices = _notices(graph)
    guards = []
    if len(notices) != 1:  # without a focus node every shape would pass
        guards.append(reading.guard(catalogue.rule(str(RULE["one-notice"])), notices[0] if notices else None))
    if any(isinstance(node, BNode) for triple in graph for node in triple):
        guards.append(reading.guard(catalogue.rule(str(RULE["no-blank-node"])), notices[0] if notices else None))
    results = reading.read(_run(graph, catalogue.shapes), graph, catalogue)
    return (*guards, *(result.finding for result in results))


def unmet_conditions(data: Graph, catalogue: Catalogue) -> frozenset[str]:
    """Return the IRIs of the conditions (rule:when-…) that do not hold in `data`."""
    report = _run(data, catalogue.conditions)
    return frozenset(str(shape) for shape in report.objects(None, SH.sourceShape))


def validate(graph: Graph, *, background: Background | None = None) -> Report:
    """Judge one notice: verdicts for every item, findings with quotes, and the report graph.

    `graph` is the notice's graph with its contacts and, where known, the descriptions of its organisations; what the
    vocabulary says of its terms is merged in from `background` (by default the project's own ontology).
    Raises NoticeCountError when there is not exactly one dpv:PrivacyNotice, ShapesError when the shapes cannot be used.
    """
    notices = _notices(graph)
    if len(notices) != 1:
        raise NoticeCountError(len(notices))
    catalogue = completeness_catalogue()
    data = Graph()
    for triple in graph:
        data.add(triple)
    for triple in (background or default()).about(graph):
        data.add(triple)
    results = reading.read(_run(data, catalogue.shapes), data, catalogue)
    found = tuple(result.finding for result in results)
    verdicts = decide(catalogue, found, unmet_conditions(data, catalogue))
    title = graph.value(URIRef(notices[0]), DCTERMS.title)
    return Report(
        notice=notices[0], title=str(title) if isinstance(title, Literal) else None, verdicts=verdicts, findings=found,
        engine=ENGINE, shapes_digest=catalogue.digest,
        graph=record(notices[0], verdicts, results, engine=ENGINE, digest=catalogue.digest),
    )
