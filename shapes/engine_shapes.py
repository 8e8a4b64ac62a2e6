"""pySHACL's shapes and constraints, made once for a shapes graph and kept between notices.

No fork: subclasses of its own classes that remember what does not depend on the data (targets, paths, constraints,
query texts), and that mend two faults in the messages of sh:sparql constraints: the language tag was lost, and a
backslash in a matched value was read as a regular expression's, which ended the run. Within sh:or, sh:not and their like
only conformance is asked for, so no report is written there.
"""
from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import chain
from typing import Any

from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.core.logical_constraints import (
    AndConstraintComponent,
    NotConstraintComponent,
    OrConstraintComponent,
    XoneConstraintComponent,
)
from pyshacl.constraints.core.shape_based_constraints import QualifiedValueShapeConstraintComponent
from pyshacl.constraints.sparql.sparql_based_constraints import SPARQLBasedConstraint
from pyshacl.errors import ConstraintLoadWarning, ReportableRuntimeError
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import OWL, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import SH
from shapes.engine_graph import NoticeGraph, prepared
from shapes.engine_paths import Walk, compiled

logger = logging.getLogger(__name__)

Found = tuple[str, Node, list[Any]]
"""A result as pySHACL hands it on: its text, its node, its triples."""
_PARAMETERS = frozenset(ALL_CONSTRAINT_PARAMETERS)
_JUDGED_ONLY = (
    AndConstraintComponent, NotConstraintComponent, OrConstraintComponent, XoneConstraintComponent,
    QualifiedValueShapeConstraintComponent,
)
"""Constraints that ask of their inner shapes only whether a node conforms, and drop what those report."""
_SLOT = re.compile(r"\{[?$](\w+)\}")
_UNREAD = BNode()


class Judge(SHACLExecutor):
    """A run that is asked for conformance only."""


EXECUTOR, JUDGE = SHACLExecutor(), Judge()
"""A whole run and one for conformance only, with the options that `pyshacl.validate` has by default."""


class _Kept:
    """Mixed into every constraint component: writes no report that nobody reads."""

    shape: Any

    def make_v_result(self, *args: Any, **options: Any) -> Found:
        if self.shape.sg.judging:
            return "", _UNREAD, []
        found: Found = super().make_v_result(*args, **options)  # type: ignore[misc]
        return found


class _Judged(_Kept):
    """Mixed into the constraints that drop the reports of their inner shapes."""

    def evaluate(self, executor: Any, graph: Graph, values: Mapping[Node, set[Node]], path: list[Any]) -> Any:
        return super().evaluate(JUDGE, graph, values, path)  # type: ignore[misc]


class _Query:
    """The query of a sh:sparql constraint, checked and given its prefixes once; only `this` differs between nodes."""

    deactivated = False

    def __init__(self, helper: Any, shapes: Graph) -> None:
        self.node, self.messages = helper.node, helper.messages
        helper.prefixes.update(_imported(shapes, helper.node))
        self._bindings, text = helper.pre_bind_variables(_UNREAD)
        self._text = helper.apply_prefixes(text)
        prepared(self._text)  # a text that is no SPARQL is found before the first notice

    def pre_bind_variables(self, node: Node) -> tuple[dict[str, Node], str]:
        return {name: node if value is _UNREAD else value for name, value in self._bindings.items()}, self._text

    def apply_prefixes(self, text: str) -> str:
        return text


class _Sparql(_Kept):
    """Mixed into sh:sparql constraints: messages filled in as they are written, in their own language."""

    sparql_constraints: Any

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)  # type: ignore[call-arg]
        self.sparql_constraints = [
            _Query(helper, shape.sg.graph) for helper in self.sparql_constraints if not helper.deactivated]

    def make_v_result(self, *args: Any, bound_vars: Any = None, extra_messages: Any = None, **options: Any) -> Found:
        text, node, triples = super().make_v_result(
            *args, bound_vars=bound_vars, extra_messages=extra_messages, **options)
        if bound_vars is None or not triples:
            return text, node, triples
        values = _bound(bound_vars)
        own = list(self.shape.message)
        said = [*own, *(m for m in extra_messages or () if m not in own)]
        kept = [triple for triple in triples if triple[1] != SH.resultMessage]
        filled = [(node, SH.resultMessage, Literal(fill(str(m), values), lang=m.language)) for m in said]
        return text, node, kept + filled

    def _format_sparql_based_result_message(self, message: str, bound: Any) -> str:
        return fill(message, _bound(bound))


def _imported(shapes: Graph, constraint: Node) -> dict[str, URIRef]:
    """Prefixes that sh:prefixes reaches by owl:imports (SHACL 5.2.1); pySHACL takes them from what the data binds."""
    ontologies = {far for near in shapes.objects(constraint, SH.prefixes) for far in shapes.transitive_objects(near, OWL.imports)}
    declarations = [node for ontology in ontologies for node in shapes.objects(ontology, SH.declare)]
    return {str(shapes.value(node, SH.prefix)): URIRef(str(shapes.value(node, SH.namespace))) for node in declarations}


def _bound(bound: Any) -> dict[str, str]:
    """The variables of a row: pySHACL gives (this, path, value[, others]), or the others alone."""
    if not isinstance(bound, tuple):
        return {str(name): str(value) for name, value in (bound or {}).items()}
    this, path, value, *others = bound
    named = {"this": this, "path": path, "value": value}
    rest = others[0] if others else {}
    return {**{str(k): str(v) for k, v in rest.items()}, **{k: str(v) for k, v in named.items() if v is not None}}


def fill(message: str, values: Mapping[str, str]) -> str:
    """Put values into {?name} and {$name}, each as it is: what a value itself holds is text, not a slot."""
    return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), message)


@cache
def _component(component: type) -> type:
    """The subclass of a constraint component that is used in its place."""
    mixin = _Sparql if component is SPARQLBasedConstraint else _Judged if component in _JUDGED_ONLY else _Kept
    return type(component.__name__, (mixin, component), {"__module__": __name__})


class KeptShape(Shape):
    """A shape that reads its targets, path and constraints from the shapes graph once."""

    __slots__ = ("_constraints", "_target", "_walk")
    sg: Shapes

    def __init__(self, sg: Shapes, shape: Shape) -> None:
        """Stand for `shape` in the shapes `sg`."""
        super().__init__(sg, shape.node, p=shape.is_property_shape, path=shape.path(), logger=logger)
        self._target: tuple[list[Node], ...] = tuple(list(nodes) for nodes in super().target())
        self._walk: Walk | None = compiled(sg.graph, self.path()) if self.is_property_shape else None
        self._constraints: list[Any] | None = None

    def target(self) -> tuple[list[Node], ...]:
        """Nodes, classes, implicit classes, objects-of and subjects-of that the shape targets."""
        return self._target

    def value_nodes(
        self, target_graph: Any, focus: Any, sparql_mode: bool = False, debug: bool = False
    ) -> dict[Node, set[Node]]:
        """For each focus node the nodes that the path leads to; for a node shape the focus node itself."""
        walk = self._walk
        return {node: {node} for node in focus} if walk is None else {node: walk(target_graph, node) for node in focus}

    def constraints(self) -> list[Any]:
        """The constraints of this shape. Raises ReportableRuntimeError (ConstraintLoadError) when one is no constraint."""
        if self._constraints is None:
            named = (predicate for predicate, _ in self.sg.predicate_objects(self.node))
            used = dict.fromkeys(CONSTRAINT_PARAMETERS_MAP[p] for p in named if p in _PARAMETERS)
            made = []
            for component in used:
                try:
                    made.append(_component(component)(self))
                except ConstraintLoadWarning as warning:  # pySHACL's word for one that does not apply here
                    logger.warning("%r", warning)
            made.extend(custom.make_validator_for_shape(self) for custom in self.find_custom_constraints())
            self._constraints = made
        return self._constraints

    def validate(
        self, executor: SHACLExecutor, target_graph: Graph, focus: Any = None, _evaluation_path: list[Any] | None = None
    ) -> tuple[bool, list[Found]]:
        """Judge `focus`, or what the shape targets: whether all conform, and what was found."""
        if self.deactivated:
            return True, []
        if focus is None:
            nodes = list(self.focus_nodes(target_graph))
            self.sg.targeted[self.node] += len(nodes)
        else:
            nodes = [focus] if isinstance(focus, str) else list(focus)  # terms of rdflib are strings
        if not nodes:
            return True, []
        path = _evaluation_path if _evaluation_path is not None else []
        if len(path) // 2 >= executor.max_validation_depth:
            raise ReportableRuntimeError("Validation path too deep!\n" + " -> ".join(str(step) for step in path))
        values = self.value_nodes(target_graph, nodes)
        path.append(self)
        conforms, found = True, []
        before, self.sg.judging = self.sg.judging, isinstance(executor, Judge)
        try:
            for constraint in self.constraints():
                kept, results = constraint.evaluate(executor, target_graph, values, [*path, constraint])
                conforms = conforms and kept
                found.extend(results)
        finally:
            self.sg.judging = before
        return conforms, found


class Shapes(ShapesGraph):
    """All shapes of a shapes graph, kept between notices.

    `targeted` counts the focus nodes that each shape's targets found in the present run; `judging` says that nobody
    reads what is reported now. Both belong to one run at a time: notices are shared out to processes, not threads.
    """

    def __init__(self, graph: Graph) -> None:
        """Read the shapes of `graph`, which stays as it is."""
        super().__init__(NoticeGraph(chain(graph, ShapesGraph.system_triples), graph), False, logger)
        self.targeted: Counter[Node] = Counter()
        self.judging = False

    def _add_system_triples(self) -> None:
        """They came with the others: the tables take no more."""

    def _build_node_shape_cache(self) -> None:
        super()._build_node_shape_cache()
        self._node_shape_cache = {node: KeptShape(self, shape) for node, shape in self._node_shape_cache.items()}
