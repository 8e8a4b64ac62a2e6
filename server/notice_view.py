"""A notice as its page shows it: whose it is, its text with claims and findings beside it, verdicts by article item.

Made from the triples of the notice's graphs (`linked_data.Resource.content`); nothing is read from the store here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from ontology.namespaces import DCTERMS, PROV, SEL, SH
from server.names import severity
from server.notice_claims import ClaimReader, ClaimView, Quote
from server.notice_graph import NoticeGraph
from server.passages import Marked, Passage, passages
from server.results import Row
from server.tables import Cell, Reader


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding of the check, with the quote that it is about if there is one, and how to mend it."""

    badge: Cell
    item: str
    message: str
    guidance: str
    rule: str
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice's page. Facets, verdicts and properties come with their labels, in the order shown."""

    title: str
    language: str
    controllers: tuple[Cell, ...]
    date: str
    source: Cell | None
    registers: tuple[str, ...]
    facets: tuple[tuple[str, tuple[ClaimView, ...]], ...]
    defects: tuple[ClaimView, ...]
    verdicts: tuple[tuple[str, str, Cell], ...]
    findings: tuple[FindingView, ...]
    passages: tuple[Passage[ClaimView, FindingView], ...]
    inferred: tuple[tuple[Cell, Cell, Cell], ...]
    contacts: tuple[tuple[Cell, Cell, Cell], ...]
    origin: tuple[tuple[str, str], ...]

    @property
    def whole(self) -> tuple[FindingView, ...]:
        """The findings that are about no passage: what is missing has no place."""
        return tuple(one for one in self.findings if one.quote is None) if self.passages else self.findings


class NoticeReader:
    """Reads the triples of one notice for one reader. `text` is shown where it is known, else what is stored of it."""

    def __init__(self, iri: str, rows: Iterable[Row], reader: Reader, text: str = "") -> None:
        self._graph, self._reader = NoticeGraph(iri, rows), reader
        self._text = text or self._graph.shown_text()

    def view(self) -> NoticeView:
        """The page."""
        graph, iri = self._graph, self._graph.iri
        source = graph.one(iri, DCTERMS.source)
        claims = ClaimReader(graph, self._reader)
        facets, defects = tuple(claims.facets()), claims.defects()
        findings = tuple(dict.fromkeys(self._findings()))  # two claims may be found wanting at one place
        return NoticeView(
            title=graph.text(iri, DCTERMS.title),
            language=graph.text(iri, DCTERMS.language),
            controllers=tuple(claims.organisation(one) for one in graph.controllers()),
            date=self._reader.day(graph.text(iri, DCTERMS.modified)),
            source=self._reader.term(source) if source else None,
            registers=tuple(sorted(filter(None, (graph.text(one, DCTERMS.title) for one in graph.processes())))),
            facets=facets,
            defects=defects,
            verdicts=tuple(self._verdicts()),
            findings=findings,
            passages=self._passages([*chain.from_iterable(listed for _, listed in facets), *defects], findings),
            inferred=self._triples("inferred"),
            contacts=self._triples("contacts"),
            origin=tuple(self._origin()),
        )

    def _passages(
        self, claims: list[ClaimView], findings: tuple[FindingView, ...]
    ) -> tuple[Passage[ClaimView, FindingView], ...]:
        marked = [
            Marked(one, one.number, one.kind, one.modality.tone, one.name, tuple((q.start, q.end) for q in one.quotes))
            for one in claims
        ]
        places = [(one.quote.start, one) for one in findings if one.quote]
        return passages(self._text, marked, places) if self._text else ()

    def _verdicts(self) -> Iterator[tuple[str, str, Cell]]:
        graph, language = self._graph, self._reader.messages.language
        found = {
            graph.text(one.value, SEL.item): graph.text(one.value, SEL.verdict)
            for one in graph.all(f"{graph.iri}/report", SEL.hasVerdict)
        }
        for item in self._reader.names.catalogue.items:
            verdict = found.get(item.item)
            if verdict:
                word = self._reader.names.word(verdict, language)
                yield self._reader.names.cited(item.article, language), item.labels[language], Cell(
                    "badge", word, tone=verdict
                )

    def _findings(self) -> Iterator[FindingView]:
        graph, names, language = self._graph, self._reader.names, self._reader.messages.language
        results = (one.value for one in graph.all(f"{graph.iri}/report", SH.result))
        for result in sorted(results, key=lambda iri: (len(iri), iri)):
            texts = {one.language: one.value for one in graph.all(result, SH.resultMessage)}
            grade, shape = graph.text(result, SH.resultSeverity), graph.text(result, SH.sourceShape)
            rule = names.catalogue.rules.get(shape)
            about = [*graph.all(result, SH.value), *graph.all(result, SH.focusNode)]
            spans = [sorted(graph.spans(one.value)) for one in about if one.kind == "uri"]
            first = next((found[0] for found in spans if found), None)
            yield FindingView(
                Cell("badge", names.word(grade, language), tone=severity(grade)),
                names.item(graph.text(result, SEL.item), language),
                texts.get(language) or next(iter(texts.values()), ""),
                rule.guidance.get(language, "") if rule else "",
                shape,
                Quote(first[2], first[0], first[1]) if first else None,
            )

    def _origin(self) -> Iterator[tuple[str, str]]:
        """Where the graph comes from: the digest and length of the text, and the run that read it (PROV)."""
        graph, text = self._graph, f"{self._graph.iri}/text"
        for node, predicate in (
            (text, SEL.sha256), (text, DCTERMS.extent), (graph.iri, PROV.wasGeneratedBy),
            (f"{graph.iri}/report", SEL.engine),
        ):  # fmt: skip
            value = graph.one(node, predicate)
            if value:
                cell = self._reader.term(value)
                yield self._reader.names.label(str(predicate), self._reader.messages), cell.text

    def _triples(self, name: str) -> tuple[tuple[Cell, Cell, Cell], ...]:
        term = self._reader.term
        return tuple((term(s), term(p), term(o)) for s, p, o in self._graph.apart(name))
