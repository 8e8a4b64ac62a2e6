"""Two engines on the same notice: where they disagree, the word of the engine of record stands and the other is named."""
from __future__ import annotations

from rdflib import Graph

from ontology.namespaces import SEL
from shapes.background import Background
from shapes.engines import RECORD, Engine
from shapes.validation import Report, validate


def difference(report: Report, other: Report) -> str | None:
    """Return what two reports on one notice do not share, in a line; None when they say the same.

    The names of the engines are theirs to differ.
    """
    mine, theirs = (frozenset(line for line in r.lines if f"<{SEL.engine}>" not in line) for r in (report, other))
    if mine == theirs and report.findings == other.findings and report.verdicts == other.verdicts:
        return None
    rules = sorted(
        {rule for r, q in ((report, other), (other, report)) for f in r.findings if f not in q.findings for rule in [f.rule]})
    told = ", ".join(rule.rpartition("#")[2] for rule in rules) or f"{len(mine ^ theirs)} statements of the report"
    return f"{report.engine} and {other.engine} disagree on {report.notice}: {told}"


def validate_twice(graph: Graph, background: Background, engine: Engine) -> tuple[Report, str | None]:
    """Validate with `engine` and with the engine of record: the report that stands, and what they disagree on."""
    report, proof = (validate(graph, background=background, engine=e) for e in (engine, RECORD))
    told = difference(report, proof)
    return (report, None) if told is None else (proof, told)
