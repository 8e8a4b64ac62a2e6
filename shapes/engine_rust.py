"""The fast lane: the `shacl` package (Rust, MIT or Apache-2.0), for going over many notices at once.

Optional: `pip install 'seloste[shacl]'`. It passes the same W3C tests as pySHACL, and what it says of our shapes is
compared with pySHACL on a sample of every run (shapes.crosscheck). It takes and gives text: no term of rdflib crosses over.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Any

from rdflib import RDF, Graph
from rdflib.term import Node

from ontology.namespaces import SH
from shapes import engine_pyshacl
from shapes.engine_graph import NoticeGraph
from shapes.engine_lines import graph, written
from shapes.rules import ShapesError

try:
    import shacl
except ImportError:  # an optional dependency
    shacl = None  # type: ignore[assignment,unused-ignore]

NAME = f"shacl {shacl.__version__}" if shacl is not None else None
"""What a report names as its engine; None where the package is not installed."""


_TYPE = frozenset((RDF.type,))


class Rust:
    """The engine as the validation uses it; made by `shapes.engines.load`, which knows whether it is there."""

    name = NAME or "shacl"

    def run(self, data: NoticeGraph, shapes: Graph, *, vacuous: bool = False) -> Graph:
        """Return the report graph of one notice. Raises ShapesError, NothingChecked."""
        if not vacuous and not _reached(data, shapes):
            raise engine_pyshacl.NothingChecked
        if data.text is None:
            data.text = written(data)
        try:
            text = _compiled(shapes).validate_text(data.text, "ntriples").serialize("ntriples")
        except ValueError as error:
            raise ShapesError("engine", f"{self.name}: {error}; mend the shape it names") from error
        return graph(text.splitlines())


@lru_cache(maxsize=8)
def _compiled(shapes: Graph) -> Any:
    # pySHACL reads them first: this engine takes a property shape without a path for one that is always kept.
    engine_pyshacl.compiled(shapes)
    return shacl.Shapes.from_text(written(shapes), "ntriples")


@lru_cache(maxsize=8)
def _targets(shapes: Graph) -> tuple[frozenset[Node], frozenset[Node], bool]:
    classes, predicates = ({o for kind in kinds for o in shapes.objects(None, kind)} for kinds in (
        (SH.targetClass,), (SH.targetSubjectsOf, SH.targetObjectsOf)))
    return frozenset(classes), frozenset(predicates), (None, SH.targetNode, None) in shapes


def _reached(data: NoticeGraph, shapes: Graph) -> bool:
    """Whether any target finds a node: the engine does not say how many it found."""
    classes, predicates, named = _targets(shapes)
    return named or any(p in predicates or (p in _TYPE and o in classes) for _, p, o in data)
