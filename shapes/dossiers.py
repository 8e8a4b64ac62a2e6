"""A dossier: one notice's validation report with all that a reader needs to believe it.

The report says which items of GDPR Art. 13 and 14 are told; the dossier adds whose notice it is, the words that tell each
item, for a missing one the sections that were read, and what the notice both denies and tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import DCTERMS, DPV, SEL
from shapes.background import Background
from shapes.contradictions import Contradiction, contradictions
from shapes.evidence import Heading, Quote, Reading, topics
from shapes.findings import Finding
from shapes.rules import Item, completeness_catalogue
from shapes.validation import Report
from shapes.verdicts import Verdict

UNSEEN = frozenset({Verdict.MISSING, Verdict.NOT_ASSESSED})
"""Verdicts whose evidence is where one looked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One item with its verdict: the words that tell it, whether contact details do, and the sections on it that were read."""

    item: Item
    verdict: Verdict
    quotes: tuple[Quote, ...]
    apart: bool
    sections: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a report shows of one notice. `headings` is None where the sections are not known (a stored notice)."""

    report: Report
    source: str
    language: str
    date: str | None
    controllers: tuple[str, ...]
    text_digest: str
    length: int
    claims: int
    answers: tuple[Answer, ...]
    contradictions: tuple[Contradiction, ...]
    headings: tuple[Heading, ...] | None = field(default=None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of the report, weightiest first."""
        return self.report.findings

    @property
    def name(self) -> str:
        """What people call the notice: its title, else whose it is, else its file, else its IRI."""
        return self.report.title or ", ".join(self.controllers) or self.source or self.report.notice

    def section(self, start: int) -> str | None:
        """The heading of the section in which a place lies, where it is known."""
        return next((h.text for h in self.headings or () if h.start <= start < h.end and h.text), None)


def compile_dossier(
    graph: Graph, report: Report, headings: Sequence[Heading] | None = None, *, background: Background | None = None
) -> Dossier:
    """Put a notice's dossier together.

    Parameters:
        graph: the notice's graph with its contacts, organisations and, for contradictions, what is inferred of it.
        headings: the sections of the text, where the caller has read it.
        background: what the vocabulary says of its terms, where the caller has loaded it; else the project's own.
    """
    notice, reading = URIRef(report.notice), Reading(graph, report.notice, background)
    text = graph.value(notice, SEL.hasText) or URIRef(f"{report.notice}/text")
    shown = None if headings is None else reading.public(headings)
    return Dossier(
        report=report,
        source=_text(graph, notice, DCTERMS.source).removeprefix("urn:file:"),
        language=_text(graph, notice, DCTERMS.language),
        date=_text(graph, notice, DCTERMS.modified) or None,
        controllers=_controllers(graph, notice),
        text_digest=_text(graph, text, SEL.sha256),
        length=int(_text(graph, text, DCTERMS.extent) or 0),
        claims=reading.claims,
        answers=tuple(_answers(report, reading, shown or ())),
        contradictions=contradictions(graph, report.notice),
        headings=shown,
    )


def _answers(report: Report, reading: Reading, headings: Sequence[Heading]) -> list[Answer]:
    items = {item.item: item for item in completeness_catalogue().items}
    answers = []
    for verdict in report.verdicts:
        evidence, about = reading.evidence(verdict.item), topics(verdict.item)
        read = tuple(h for h in headings if about & h.topics) if verdict.verdict in UNSEEN else ()
        answers.append(Answer(items[verdict.item], verdict.verdict, evidence.quotes, evidence.apart, read))
    return answers


def _text(graph: Graph, subject: Node, predicate: Node) -> str:
    value = graph.value(subject, predicate)
    return "" if value is None else str(value)


def _controllers(graph: Graph, notice: URIRef) -> tuple[str, ...]:
    """The names of the controllers, of joint ones all."""
    joint = list(graph.objects(notice, DPV.hasJointDataControllers))
    nodes = {c for holder in (notice, *joint) for c in graph.objects(holder, DPV.hasDataController)}
    names = {str(n) for node in nodes for n in graph.objects(node, DPV.hasName) if isinstance(n, Literal)}
    return tuple(sorted(names))
