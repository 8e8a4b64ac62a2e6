"""The engine of record: pySHACL, with shapes compiled once and one notice's graph a call.

What it says is what `pyshacl.validate` says (docs/conformance.md lists the faults that it mends), without its traps: no
state of the process is touched, a failure is an error and not a report, and shapes whose targets find nothing in the
graph do not let it pass.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace

import pyshacl
from pyshacl.errors import ReportableRuntimeError, ValidationFailure
from pyshacl.validator import Validator
from rdflib import Dataset, Graph
from rdflib.term import Node

from shapes.engine_graph import NoticeGraph, QueryTextError
from shapes.engine_paths import PathError
from shapes.engine_shapes import EXECUTOR, Shapes
from shapes.rules import ShapesError

NAME = f"pyshacl {pyshacl.__version__}"
_FAILURES = (ReportableRuntimeError, ValidationFailure, QueryTextError, PathError, NotImplementedError)
_NO_PREFIXES = SimpleNamespace(graph=Graph(bind_namespaces="none"))


class NothingChecked(ShapesError):
    """No shape found a node to check: without this an empty graph would conform to every shape."""

    def __init__(self) -> None:
        super().__init__("engine", "no target finds a node in this graph, so nothing was checked; mend the targets or the graph")


class Unjudged(ShapesError):
    """The shapes are sound, but the engine cannot apply one of them to this graph (order a blank node, for one)."""

    def __init__(self, cause: Exception) -> None:
        super().__init__("engine", f"this graph cannot be judged: {cause}; mend the value that the shape cannot take")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine says of one graph; `graph` is the sh:ValidationReport as SHACL has it, with blank nodes."""

    conforms: bool
    graph: Graph = field(repr=False)
    text: str = field(repr=False)
    targeted: Mapping[Node, int] = field(repr=False)
    """For each shape with targets of its own, how many focus nodes they found. Shapes at 0 passed without a look."""


class CompiledShapes:
    """The shapes of one graph, ready to validate many notices one after the other; not for threads."""

    def __init__(self, shapes: Graph) -> None:
        """Compile `shapes`: what is wrong with them is found now, before the first notice. Raises ShapesError."""
        try:
            self._shapes = Shapes(shapes)
            self._all = tuple(self._shapes.shapes)
            for shape in self._all:
                if not shape.deactivated:
                    shape.constraints()
        except _FAILURES as error:
            raise ShapesError("engine", f"{type(error).__name__}: {error}; mend the shape it names") from error

    def validate(self, data: Graph, *, vacuous: bool = False) -> Outcome:
        """Validate one graph, without inference.

        Raises Unjudged when a shape cannot be applied to it, NothingChecked when no target finds a node (unless `vacuous`
        says that this is known), ValueError for a Dataset: the union of several notices would be judged as one.
        """
        if isinstance(data, Dataset):
            raise ValueError("a Dataset holds several graphs; validate each by itself")
        graph = data if isinstance(data, NoticeGraph) else NoticeGraph(data, data)
        targeted = self._shapes.targeted
        targeted.clear()
        conforms, found = True, []
        try:
            for shape in self._all:
                kept, results = shape.validate(EXECUTOR, graph)
                conforms = conforms and kept
                found.extend(results)
        except _FAILURES as error:
            raise Unjudged(error) from error
        if not targeted.total() and not vacuous:
            raise NothingChecked
        report, text = Validator.create_validation_report(_NO_PREFIXES, conforms, found)
        return Outcome(conforms, report, text, dict(targeted))


@lru_cache(maxsize=8)
def compiled(shapes: Graph) -> CompiledShapes:
    """Return the compiled form of a shapes graph, the same for the same graph, which is not changed afterwards."""
    return CompiledShapes(shapes)


class PySHACL:
    """The engine as the validation uses it."""

    name = NAME

    def run(self, data: NoticeGraph, shapes: Graph, *, vacuous: bool = False) -> Graph:
        """Return the report graph of one notice. Raises ShapesError, NothingChecked."""
        return compiled(shapes).validate(data, vacuous=vacuous).graph

