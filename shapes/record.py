"""The report as it is stored: the standard sh:ValidationReport of SHACL, every node with an IRI.

Beside the standard statements it keeps the verdict of each item and what made the report (engine, digest of the
shapes), so that counts over a collection are SPARQL over stored reports. No time of day: a rerun gives the same bytes.
"""
from __future__ import annotations

from collections.abc import Iterable

from rdflib import RDF, Graph, Literal, URIRef

from ontology.namespaces import PREFIXES, SEL, SH
from shapes.findings import Result
from shapes.verdicts import ItemVerdict


def bound(graph: Graph) -> Graph:
    """Give `graph` the prefixes that a report is written with."""
    for prefix in ("sh", "sel", "rule", "xsd", "dpv", "oa"):
        graph.bind(prefix, PREFIXES[prefix])
    return graph


def record(
    notice: str, verdicts: Iterable[ItemVerdict], results: Iterable[Result], *, engine: str, digest: str
) -> Graph:
    """Return the report graph of a notice: `<notice>/report`, its results `<notice>/report/1`, … in the given order."""
    graph = Graph(bind_namespaces="none")
    report = URIRef(f"{notice}/report")
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SEL.reportOn, URIRef(notice)))
    graph.add((report, SEL.engine, Literal(engine)))
    graph.add((report, SEL.shapesDigest, Literal(digest)))
    conforms = True
    for number, result in enumerate(results, start=1):
        conforms = False
        node = URIRef(f"{notice}/report/{number}")
        graph.add((report, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SEL.item, Literal(result.finding.item)))
        for predicate, value in result.statements:
            graph.add((node, predicate, value))
    graph.add((report, SH.conforms, Literal(conforms)))
    for verdict in verdicts:
        node = URIRef(f"{notice}/report/verdict/{verdict.item}")
        graph.add((report, SEL.hasVerdict, node))
        graph.add((node, RDF.type, SEL.Verdict))
        graph.add((node, SEL.item, Literal(verdict.item)))
        graph.add((node, SEL.verdict, Literal(str(verdict.verdict))))
    return graph
