"""The W3C SHACL test suite (w3c/data-shapes), through both engines, where it lies beside the checkout.

Its manifests are the tests: every one that they list is run, and has to give the report that they expect, or to fail where
they expect failure. Exceptions are listed here by IRI with the reason, and in docs/conformance.md.
"""
from __future__ import annotations

import pytest
from rdflib import Graph

from shapes import engines
from shapes.engine_graph import NoticeGraph
from shapes.engine_pyshacl import CompiledShapes
from shapes.rules import ShapesError
from tests.conftest import REFERENCE
from tests.shacl_suite import Case, agrees, cases, load

SUITE = REFERENCE / "w3c" / "shacl" / "tests"
EXCEPTIONS = {
    "sparql/pre-binding/shapesGraph-001":
        "$shapesGraph gives constraints access to the shapes from the data's dataset; the recommendation leaves it to the engine, and neither has it",
}
COUNTS = {"core": 98, "sparql": 22}

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C SHACL suite does not lie beside this checkout (../shared/w3c/shacl)")
CASES = [case for part in COUNTS if SUITE.is_dir() for case in cases(SUITE / part)]


def run(case: Case, engine: str) -> Graph | None:
    """The report, None where the engine fails."""
    data, shapes = load(case.data), load(case.shapes)
    try:
        if engine == "pyshacl":
            return CompiledShapes(shapes).validate(data, vacuous=True).graph
        return engines.load("shacl").run(NoticeGraph(data), shapes, vacuous=True)
    except ShapesError:
        return None


@pytest.mark.parametrize("engine", ["pyshacl", "shacl"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, engine: str) -> None:
    report = run(case, engine)
    as_expected = report is None if case.expected is None else report is not None and agrees(report, case.expected)
    assert as_expected is (case.name not in EXCEPTIONS), EXCEPTIONS.get(case.name, "disagrees with the suite")


def test_the_whole_suite_was_found() -> None:
    assert {part: sum(case.name.startswith(f"{part}/") for case in CASES) for part in COUNTS} == COUNTS
    assert set(EXCEPTIONS) <= {case.name for case in CASES}
