"""The W3C SHACL test suite as it lies beside the checkout: its tests, and when a report is the one it expects."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from rdflib import RDF, BNode, Graph, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from ontology.namespaces import SH

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
COMPARED = (SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraint, SH.sourceConstraintComponent, SH.sourceShape, SH.value)


@dataclass(frozen=True)
class Case:
    """One test: `name` is its IRI below the suite's folder; `expected` is None where the engine has to fail."""

    name: str
    data: Path
    shapes: Path
    expected: Graph | None


def cases(folder: Path) -> list[Case]:
    """The validation tests of a part of the suite (core, sparql), by name."""
    return sorted(_cases(folder / "manifest.ttl", folder.parent), key=lambda case: case.name)


def load(path: Path) -> Graph:
    """A file of the suite with its literals as written, as pySHACL reads shapes from a file.

    rdflib would make "none"^^xsd:boolean false and "1"^^xsd:boolean true: tests of the suite are about just that.
    """
    rdflib_bool_patch()
    try:
        return Graph().parse(path, format="turtle", publicID=path.as_uri())
    finally:
        rdflib_bool_unpatch()


def _cases(manifest: Path, root: Path) -> Iterator[Case]:
    graph = load(manifest)
    for included in graph.objects(None, MF.include):
        yield from _cases(_path(included), root)
    for test in graph.subjects(RDF.type, SHT.Validate):
        action, result = graph.value(test, MF.action), graph.value(test, MF.result)
        yield Case(
            name=str(test).removeprefix(root.as_uri() + "/"),
            data=_path(graph.value(action, SHT.dataGraph)), shapes=_path(graph.value(action, SHT.shapesGraph)),
            expected=None if result == SHT.Failure else reduced(graph, result),
        )


def _path(iri: Node | None) -> Path:
    return Path(str(iri).removeprefix("file://"))


def reduced(graph: Graph, report: Node) -> Graph:
    """What the suite compares: of each result what it is about, with the nodes of its path; other blank nodes are only blank nodes."""
    out = Graph()
    out.add((report, SH.conforms, graph.value(report, SH.conforms)))
    for result in graph.objects(report, SH.result):
        out.add((report, SH.result, result))
        for predicate in COMPARED:
            for value in graph.objects(result, predicate):
                out.add((result, predicate, _copied(graph, value, out) if predicate == SH.resultPath else value))
    return out


def _copied(graph: Graph, node: Node, out: Graph) -> Node:
    """A path with blank nodes of its own: two results may share the nodes of one, or not."""
    if not isinstance(node, BNode):
        return node
    copy = BNode()
    for predicate, value in graph.predicate_objects(node):
        out.add((copy, predicate, _copied(graph, value, out)))
    return copy


def agrees(report: Graph, expected: Graph) -> bool:
    """Whether a report is the expected one."""
    (node,) = report.subjects(RDF.type, SH.ValidationReport)
    assert isinstance(node, BNode | URIRef)
    return isomorphic(reduced(report, node), expected)
