"""The adapter says what stock `pyshacl.validate` says: on every fixture of the shapes, and on mutated sample notices.

Its report graph is isomorphic and its text the same to the letter, but for the faults that it mends (docs/conformance.md):
the language tag of a message that a sh:sparql constraint fills in is kept. Values with a backslash, on which stock ends,
are in test_engine.
"""
from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph, Literal
from rdflib.compare import isomorphic

from ontology.namespaces import SH
from shapes import rules
from shapes.background import Background, default
from shapes.engine_graph import NoticeGraph
from shapes.engine_pyshacl import Unjudged, compiled
from tests import golden
from tests.mutations import mutated, notice
from tests.test_shapes import BACKGROUND, FIXTURES, cases
from tests.test_shapes import notice as fixture

COMPLETENESS, WELLFORMEDNESS = rules.completeness_catalogue(), rules.wellformedness_catalogue()
PER_NOTICE = 14


def stock(data: Graph, shapes: Graph) -> tuple[bool, Graph, str]:
    copy = Graph()  # pySHACL adds triples to the shapes it is given, and prefixes to both
    for triple in shapes:
        copy.add(triple)
    for prefix, iri in shapes.namespaces():
        copy.bind(prefix, iri, override=True)
    return pyshacl.validate(data, shacl_graph=copy, inference="none", advanced=False, meta_shacl=False)


def untagged(report: Graph) -> Graph:
    """A report as stock writes it: no language on what a sh:sparql constraint says."""
    out = Graph()
    for s, p, o in report:
        filled = p == SH.resultMessage and (s, SH.sourceConstraint, None) in report
        out.add((s, p, Literal(str(o)) if filled else o))
    return out


def assert_equal(data: Graph, shapes: Graph) -> list[str]:
    """Compare, and return the rules that were broken."""
    try:
        conforms, report, text = stock(data, shapes)
    except ReportableRuntimeError as error:
        with pytest.raises(Unjudged, match=re.escape(str(error))):
            compiled(shapes).validate(data, vacuous=True)
        return []
    outcome = compiled(shapes).validate(NoticeGraph(data, data), vacuous=True)
    assert outcome.conforms == conforms
    assert outcome.text == text
    assert isomorphic(untagged(outcome.graph), report)
    return [str(shape).rpartition("#")[2] for shape in outcome.graph.objects(None, SH.sourceShape)]


def merged(graph: Graph, background: Background) -> Graph:
    out = Graph()
    for source in (graph, background.about(graph)):
        for triple in source:
            out.add(triple)
    return out


@pytest.mark.parametrize("patch", [None, *cases("conforming"), *cases("violating"), *cases("malformed")],
                         ids=lambda path: f"{path.parent.name}/{path.stem}" if path else "base")
def test_fixture_gives_the_stock_report(patch: Path | None) -> None:
    graph = fixture(patch)
    data = merged(graph, BACKGROUND)
    expected = {patch.stem} if patch and patch.parent.name == "violating" else set()
    if patch and patch.parent.name == "malformed":
        assert assert_equal(graph, WELLFORMEDNESS.shapes) or patch.stem in {"one-notice", "no-blank-node"}
    else:
        assert set(assert_equal(data, COMPLETENESS.shapes)) >= expected
        assert_equal(data, COMPLETENESS.conditions)
        assert_equal(graph, WELLFORMEDNESS.shapes)


FOUND: Counter[str] = Counter()


@pytest.mark.parametrize("path", golden.NOTICES, ids=lambda path: path.stem)
def test_mutated_notices_give_the_stock_report(path: Path) -> None:
    graph = notice(path)
    number = golden.NOTICES.index(path)
    for seed in range(number * PER_NOTICE, (number + 1) * PER_NOTICE):
        changed = mutated(graph, seed)
        data = merged(changed, default())
        FOUND.update(assert_equal(data, COMPLETENESS.shapes))
        FOUND.update(assert_equal(changed, WELLFORMEDNESS.shapes))
        assert_equal(data, COMPLETENESS.conditions)


def test_the_mutated_notices_are_many_and_break_most_rules() -> None:
    """Equality on notices without findings would prove little."""
    assert PER_NOTICE * len(golden.NOTICES) >= 200
    if not FOUND:
        pytest.skip("runs after the mutated notices of this module")
    broken = set(FOUND)
    filled = {"13-1-f-safeguard", "excluded-transfer-recipient", "repealed-act-cited", "transfer-instrument-expired"}
    assert filled <= broken, "each sh:sparql rule"
    assert len(broken) >= 40


def test_fixtures_are_all_compared() -> None:
    assert len(list(FIXTURES.glob("*/*.ru"))) == sum(len(cases(folder)) for folder in ("conforming", "violating", "malformed"))
