"""N-Triples lines of graphs as rows of ?g ?s ?p ?o, as a query for them would give: for notices that are in no store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rdflib import Literal
from rdflib.term import Node

from server.results import Row, Term
from shapes.engine_lines import triples


def rows(graphs: Mapping[str, Iterable[str]]) -> Iterator[Row]:
    """The statements of graphs by their IRIs."""
    for graph, lines in graphs.items():
        named = Term("uri", graph)
        for subject, predicate, value in triples(lines):
            yield {"g": named, "s": _term(subject), "p": _term(predicate), "o": _term(value)}


def _term(node: Node) -> Term:
    if isinstance(node, Literal):
        return Term("literal", str(node), node.language or "", str(node.datatype or ""))
    return Term("uri", str(node))
