"""Findings: one per validation result, in the reader's words and with the quote that it is about."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import RDF, Graph, URIRef
from rdflib.term import Literal, Node

from ontology.namespaces import OA, PROV, SH
from shapes.rules import SEVERITIES, Catalogue, Rule

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES.values())}
_COPIED = (
    SH.sourceConstraintComponent, SH.sourceShape, SH.resultSeverity, SH.focusNode, SH.value, SH.resultPath,
    SH.sourceConstraint,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: its words in fi, sv and en, and where in the notice's text (None when something is absent)."""

    rule: str
    item: str
    article: str
    severity: str
    message: Mapping[str, str]
    quote: str | None
    start: int | None
    end: int | None
    focus: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """A finding with the triples (predicate, object) of the standard sh:ValidationResult it stands for."""

    finding: Finding
    statements: tuple[tuple[Node, Node], ...]


def evidence(data: Graph, nodes: list[Node]) -> tuple[str, int, int] | None:
    """Return the first quote, by place in the text, of the first of `nodes` that has one."""
    for node in nodes:
        spans = []
        for selector in (node, *data.objects(node, PROV.wasDerivedFrom)):
            start, end, exact = (data.value(selector, p) for p in (OA.start, OA.end, OA.exact))
            if isinstance(start, Literal) and isinstance(end, Literal) and exact is not None:
                first, last = start.toPython(), end.toPython()
                if isinstance(first, int) and isinstance(last, int):
                    spans.append((first, last, str(exact)))
        if spans:
            first, last, quote = min(spans)
            return quote, first, last
    return None


def _result(report: Graph, node: Node, data: Graph, rule: Rule) -> Result:
    focus, value = report.value(node, SH.focusNode), report.value(node, SH.value)
    said = [m for m in report.objects(node, SH.resultMessage) if isinstance(m, Literal)]
    filled = {m.language: str(m) for m in said}
    message = {language: filled.get(language, text) for language, text in rule.messages.items()}
    found = evidence(data, [n for n in (value, focus) if isinstance(n, URIRef)])
    quote, start, end = found if found else (None, None, None)
    subject = value if isinstance(value, URIRef) and found else focus
    where = None if subject is None else str(subject)
    finding = Finding(rule.iri, rule.item, rule.article, rule.severity, message, quote, start, end, where)
    # A complex property path is a list of blank nodes: the shape, which has a name, leads to it.
    copied = [(p, o) for p in _COPIED for o in report.objects(node, p) if isinstance(o, URIRef | Literal)]
    texts = [Literal(text, lang=language) for language, text in message.items()]
    return Result(finding, (*copied, *((SH.resultMessage, text) for text in texts)))


def _order(catalogue: Catalogue, result: Result) -> tuple[object, ...]:
    places = {item.item: place for place, item in enumerate(catalogue.items)}
    f = result.finding
    place = places.get(f.item, len(places))
    rest = [o.n3() for _, o in result.statements if isinstance(o, URIRef | Literal)]
    return (_RANK[f.severity], place, f.rule, -1 if f.start is None else f.start, f.focus or "", rest)


def read(report: Graph, data: Graph, catalogue: Catalogue) -> tuple[Result, ...]:
    """Return the results of a validation report, weightiest first, then by item and place in the text.

    Raises ShapesError when a result comes from a shape that the catalogue does not know.
    """

    def results() -> Iterator[Result]:
        for node in report.subjects(RDF.type, SH.ValidationResult):
            yield _result(report, node, data, catalogue.rule(str(report.value(node, SH.sourceShape))))

    return tuple(sorted(results(), key=lambda result: _order(catalogue, result)))


def guard(rule: Rule, focus: str | None) -> Finding:
    """Return the finding of a rule that the validator holds itself: no SHACL target reaches what is not there."""
    return Finding(rule.iri, rule.item, rule.article, rule.severity, rule.messages, None, None, None, focus)
