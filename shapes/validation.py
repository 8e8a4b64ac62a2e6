"""Validation of one notice's graph: is it well formed, and does it tell what GDPR Art. 13 and 14 ask?

An engine judges that notice alone: no inference, no ontology graph, no shape or focus filter (each of them is known to
change results silently). Same graph, same report, byte for byte.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

from rdflib import RDF, BNode, Graph, Literal, URIRef

from ontology.namespaces import DCTERMS, DPV, RULE, SH
from shapes import findings as reading
from shapes.background import Background, default
from shapes.engine_graph import NoticeGraph
from shapes.engine_lines import triples, written
from shapes.engine_pyshacl import Unjudged
from shapes.engines import RECORD, Engine
from shapes.findings import Finding
from shapes.record import bound, record
from shapes.rules import Catalogue, completeness_catalogue, wellformedness_catalogue
from shapes.verdicts import ItemVerdict, decide

_TYPE = frozenset((RDF.type,))
"""A set, since rdflib compares terms in Python, and most of them need only their hashes compared."""


class NoticeCountError(ValueError):
    """The graph holds no notice, or several: validation judges exactly one (`count` says how many there are)."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} privacy notices in the graph; give the graph of exactly one, with its contacts")
        self.count = count


@dataclass(frozen=True, slots=True)
class Report:
    """What validation says of one notice; `lines` are its sh:ValidationReport, without blank nodes, as sorted N-Triples."""

    notice: str
    title: str | None
    verdicts: tuple[ItemVerdict, ...]
    findings: tuple[Finding, ...]
    engine: str
    shapes_digest: str
    lines: tuple[str, ...] = field(compare=False, repr=False)

    @property
    def graph(self) -> Graph:
        """The standard sh:ValidationReport as a graph, made when it is asked for: most readers need none."""
        graph = bound(Graph(bind_namespaces="none"))
        for triple in triples(self.lines):
            graph.add(triple)
        return graph

    @property
    def report_graph(self) -> Graph:
        """The graph to store as `<notice>/report`."""
        return self.graph


def _notices(graph: Graph) -> list[str]:
    return sorted({str(s) for s, p, o in graph if p in _TYPE and o == DPV.PrivacyNotice})


def _read(graph: Graph) -> NoticeGraph:
    return graph if isinstance(graph, NoticeGraph) else NoticeGraph(graph, graph)


def wellformedness(graph: Graph) -> tuple[Finding, ...]:
    """Return what forbids storing this notice's graph (with its contacts); empty when it is well formed.

    Raises ShapesError when the shapes themselves cannot be used.
    """
    catalogue = wellformedness_catalogue()
    data = _read(graph)
    notices = _notices(data)
    guards = []
    if len(notices) != 1:  # without a focus node every shape would pass
        guards.append(reading.guard(catalogue.rule(str(RULE["one-notice"])), notices[0] if notices else None))
    if any(isinstance(node, BNode) for triple in data for node in triple):
        guards.append(reading.guard(catalogue.rule(str(RULE["no-blank-node"])), notices[0] if notices else None))
    try:
        report = RECORD.run(data, catalogue.shapes, vacuous=bool(guards))
    except Unjudged:
        if guards:  # what they found, a blank node for one, is what the shapes cannot take
            return tuple(guards)
        raise
    return (*guards, *(result.finding for result in reading.read(report, data, catalogue)))


def unmet_conditions(data: NoticeGraph, catalogue: Catalogue, engine: Engine) -> frozenset[str]:
    """Return the IRIs of the conditions (rule:when-…) that do not hold in `data`."""
    report = engine.run(data, catalogue.conditions)
    return frozenset(str(shape) for shape in report.objects(None, SH.sourceShape))


def validate(graph: Graph, *, background: Background | None = None, engine: Engine = RECORD) -> Report:
    """Judge one notice: verdicts for every item, findings with quotes, and the report as RDF.

    `graph` is the notice's graph with its contacts and, where known, the descriptions of its organisations; what the
    vocabulary says of its terms is merged in from `background` (by default the project's own ontology).
    Raises NoticeCountError when there is not exactly one dpv:PrivacyNotice, ShapesError when the shapes cannot be used.
    """
    notice = _read(graph)
    notices = _notices(notice)
    if len(notices) != 1:
        raise NoticeCountError(len(notices))
    catalogue = completeness_catalogue()
    data = NoticeGraph(chain(notice, (background or default()).about(notice)), graph)
    results = reading.read(engine.run(data, catalogue.shapes), data, catalogue)
    found = tuple(result.finding for result in results)
    verdicts = decide(catalogue, found, unmet_conditions(data, catalogue, engine))
    title = data.value(URIRef(notices[0]), DCTERMS.title)
    stored = record(notices[0], verdicts, results, engine=engine.name, digest=catalogue.digest)
    return Report(
        notice=notices[0], title=str(title) if isinstance(title, Literal) else None, verdicts=verdicts, findings=found,
        engine=engine.name, shapes_digest=catalogue.digest, lines=tuple(sorted(written(stored).splitlines())),
    )
