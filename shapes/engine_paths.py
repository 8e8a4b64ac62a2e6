"""Property paths of shapes (https://www.w3.org/TR/shacl/#property-paths), read once and followed many times.

pySHACL reads the blank nodes of a path anew for every node that it follows it from. What is found is the same, to the
letter of its own reading: below sh:inversePath a sequence keeps its order.
"""
from __future__ import annotations

from collections.abc import Callable

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import SH

Walk = Callable[[Graph, Node], set[Node]]
DEPTH = 10
"""How many paths may lie within each other; a shapes graph whose path leads back to itself has no end."""


class PathError(ValueError):
    """A value of sh:path that is no property path."""


def compiled(shapes: Graph, path: Node, *, inverse: bool = False, depth: int = 0) -> Walk:
    """Return the function that gives the value nodes of `path` from a focus node in a graph. Raises PathError."""
    if isinstance(path, URIRef):
        return _against(path) if inverse else _along(path)
    if isinstance(path, Literal) or depth >= DEPTH:
        raise PathError(f"{path.n3()} is no property path: a literal, or more than {DEPTH} deep")

    def within(part: Node, turned: bool = inverse) -> Walk:
        return compiled(shapes, part, inverse=turned, depth=depth + 1)

    first = shapes.value(path, RDF.first)
    if first is not None:
        return _sequence(shapes, path, first, depth, within)
    turned = shapes.value(path, SH.inversePath)
    if turned is not None:
        return within(turned, not inverse)
    alternatives = shapes.value(path, SH.alternativePath)
    if alternatives is not None:
        return _any([within(part) for part in shapes.items(alternatives)])
    for predicate, follow in ((SH.zeroOrMorePath, _zero_or_more), (SH.oneOrMorePath, _one_or_more), (SH.zeroOrOnePath, _maybe)):
        part = shapes.value(path, predicate)
        if part is not None:
            return follow(within(part))
    raise PathError(f"{path.n3()} is no property path: it says neither what to follow nor how")


def _along(predicate: URIRef) -> Walk:
    return lambda graph, focus: set(graph.objects(focus, predicate))


def _against(predicate: URIRef) -> Walk:
    return lambda graph, focus: set(graph.subjects(predicate, focus))


def _sequence(shapes: Graph, path: Node, first: Node, depth: int, within: Callable[[Node], Walk]) -> Walk:
    rest = shapes.value(path, RDF.rest)
    if rest is None or rest == RDF.nil:
        if depth == 0:
            raise PathError("a sequence path of a single step: write the step itself")
        return within(first)
    begin, go_on = within(first), within(rest)
    return lambda graph, focus: {node for step in begin(graph, focus) for node in go_on(graph, step)}


def _any(walks: list[Walk]) -> Walk:
    if len(walks) < 2:
        raise PathError("an alternative path needs two members or more")
    return lambda graph, focus: {node for walk in walks for node in walk(graph, focus)}


def _closure(walk: Walk, graph: Graph, focus: Node, reached: set[Node]) -> set[Node]:
    waiting = walk(graph, focus)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting |= walk(graph, node)
    return reached


def _zero_or_more(walk: Walk) -> Walk:
    return lambda graph, focus: _closure(walk, graph, focus, {focus})


def _one_or_more(walk: Walk) -> Walk:
    return lambda graph, focus: _closure(walk, graph, focus, set())


def _maybe(walk: Walk) -> Walk:
    return lambda graph, focus: {focus} | walk(graph, focus)
