"""A notice as its page shows it: claims by facet with modality and quotes, verdicts and findings by article item.

Made from the triples of the notice's graphs (`linked_data.Resource.content`); nothing is read from the store here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ontology.namespaces import DCTERMS, DPV, OA, PROV, SEL, SH, SKOS
from server.names import severity
from server.results import Table, Term
from server.tables import Cell, Reader

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
FACETS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("OrganisationFacet", ("dpv:DataController",)),
    ("PurposeFacet", ("dpv:Purpose",)),
    ("LegalBasisFacet", ("dpv:LegalBasis", "sel:UnmappedLegalBasis")),
    ("PersonalDataFacet", ("dpv:PersonalData",)),
    ("DataSubjectFacet", ("dpv:DataSubject",)),
    ("SourceFacet", ("dpv:DataSource",)),
    ("RecipientFacet", ("dpv:Recipient", "dpv:DataProcessor", "dpv:ThirdParty", "sel:RecipientCategory")),
    ("TransferFacet", ("sel:Transfer",)),
    ("InstrumentFacet", ("sel:TransferInstrument",)),
    ("RetentionFacet", ("dpv:StorageCondition", "dpv:StorageDuration")),
    ("RightFacet", ("dpv:Right",)),
    ("ProvisionFacet", ("sel:ProvisionRequirement",)),
    ("AutomatedDecisionFacet", ("dpv:AutomatedDecisionMaking", "dpv:Processing")),
    ("MeasureFacet", (
        "dpv:TechnicalMeasure", "dpv:OrganisationalMeasure", "dpv:PhysicalMeasure", "dpv:LegalMeasure",
        "dpv:TechnicalOrganisationalMeasure",
    )),
    ("CitationFacet", ("sel:LawCitation",)),
)  # fmt: skip
"""Facets in the order of a page, with the classes of their claims; the first whose class a claim has takes it."""
# A controller that receives data is a recipient, in spite of the facet of controllers standing first.
_RECIPIENT = str(DPV.Recipient)
_SPACES = {"dpv": str(DPV), "sel": str(SEL)}
_CLASSES = {
    name: frozenset(_SPACES[prefix] + local for prefix, _, local in (one.partition(":") for one in classes))
    for name, classes in FACETS
}
_DETAILS = (
    DPV.hasThirdCountry, SEL.destinationScope, SEL.excludesDestination, SEL.hasTransferInstrument,
    SEL.defaultPolarity, SEL.retentionText, SEL.retentionTrigger, SEL.legitimateInterestPursued, SEL.act,
    SEL.actNumber, SEL.section, DPV.hasAddress, DPV.hasIdentifier,
)  # fmt: skip
# What names a claim that has neither an entity nor a concept.
_NAMING = (SEL.retentionKind, SEL.act, SEL.actNumber, _TYPE)
_DEFECT = str(SEL.Defect)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the notice with their place; `first` is true where the page shows this place for the first time."""

    text: str
    start: int
    end: int
    first: bool = True


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim: what, how firmly, on which condition, with its details as label and cell."""

    iri: str
    what: tuple[Cell, ...]
    modality: Cell
    condition: str
    details: tuple[tuple[str, Cell], ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding of the check, with the quote that it is about if there is one."""

    badge: Cell
    item: str
    message: str
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
    inferred: tuple[tuple[Cell, Cell, Cell], ...]
    contacts: tuple[tuple[Cell, Cell, Cell], ...]


class NoticeReader:
    """Reads the triples of one notice for one reader."""

    def __init__(self, iri: str, table: Table, reader: Reader) -> None:
        self._iri, self._reader = iri, reader
        self._out: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._apart: dict[str, list[tuple[Term, Term, Term]]] = defaultdict(list)
        for row in table.rows:
            graph = row["g"].value
            if graph in (f"{iri}/inferred", f"{iri}/contacts"):
                self._apart[graph].append((row["s"], row["p"], row["o"]))
            else:
                self._out[row["s"].value][row["p"].value].append(row["o"])
        self._seen: set[tuple[int, int]] = set()

    def view(self) -> NoticeView:
        """The page."""
        source = self._one(self._iri, DCTERMS.source)
        return NoticeView(
            title=self._text(self._iri, DCTERMS.title),
            language=self._text(self._iri, DCTERMS.language),
            controllers=tuple(self._organisation(one.value) for one in self._controllers()),
            date=self._reader.day(self._text(self._iri, DCTERMS.modified)),
            source=self._reader.term(source) if source else None,
            registers=tuple(sorted(filter(None, (self._text(one.value, DCTERMS.title) for one in self._processes())))),
            facets=tuple(self._facets()),
            defects=tuple(self._claim(one.value) for one in self._all(self._iri, SEL.hasDefect)),
            verdicts=tuple(self._verdicts()),
            findings=tuple(dict.fromkeys(self._findings())),  # two claims may be found wanting at one place
            inferred=self._triples("inferred"),
            contacts=self._triples("contacts"),
        )

    def _controllers(self) -> Iterator[Term]:
        holders = [self._iri, *(one.value for one in self._all(self._iri, DPV.hasJointDataControllers))]
        for holder in holders:
            yield from self._all(holder, DPV.hasDataController)

    def _processes(self) -> Iterator[Term]:
        ahead = self._all(self._iri, DPV.hasProcess)
        seen: set[str] = set()
        while ahead:
            one = ahead.pop()
            if one.value not in seen:
                seen.add(one.value)
                ahead = [*ahead, *self._all(one.value, DPV.hasProcess)]
                yield one

    def _facets(self) -> Iterator[tuple[str, tuple[ClaimView, ...]]]:
        claims: dict[str, list[str]] = defaultdict(list)
        for claim in self._all(self._iri, SEL.hasClaim):
            claims[self._facet(claim.value)].append(claim.value)
        for name, _ in (*FACETS, ("", ())):
            if claims.get(name):
                label = self._reader.names.label(str(SEL[name]), self._reader.messages) if name else ""
                ordered = sorted(claims[name], key=lambda iri: (self._place(iri), iri))
                yield label or self._reader.messages("notice.other-claims"), tuple(map(self._claim, ordered))

    def _facet(self, claim: str) -> str:
        types = {one.value for one in self._all(claim, _TYPE)}
        if _RECIPIENT in types:
            return "RecipientFacet"
        return next((name for name, _ in FACETS if types & _CLASSES[name]), "")

    def _claim(self, claim: str) -> ClaimView:
        modality = self._one(claim, SEL.modality)
        named = [*self._all(claim, SEL.entity), *self._all(claim, SEL.sourceEntity)]
        what = [self._organisation(one.value) for one in named]
        if not what or self._facet(claim) == "SourceFacet":
            what += [self._reader.term(one) for one in self._all(claim, SKOS.broader)]
        for predicate in _NAMING:
            terms = [self._reader.term(one) for one in self._all(claim, predicate) if one.value != _DEFECT]
            what = what or [Cell("text", one.text) for one in terms]
        details = tuple(
            (self._reader.names.label(str(predicate), self._reader.messages), self._detail(term))
            for predicate in _DETAILS
            for term in self._all(claim, predicate)
            if self._detail(term).text not in [one.text for one in what]
        )
        return ClaimView(
            claim,
            tuple(what),
            self._reader.modality(modality.value) if modality else Cell("none"),
            self._text(claim, SEL.condition),
            details,
            tuple(self._quotes(claim)),
        )

    def _detail(self, term: Term) -> Cell:
        """A claim that another points to, such as a transfer's instrument, is named by its concept."""
        concept = self._one(term.value, SKOS.broader) if term.kind == "uri" else None
        return self._reader.term(concept or term)

    def _organisation(self, iri: str) -> Cell:
        name = self._text(iri, DPV.hasName)
        cell = self._reader.term(Term("uri", iri))
        return Cell("text", name or cell.text, cell.href)

    def _spans(self, claim: str) -> Iterator[tuple[int, int, str]]:
        for selector in (claim, *(one.value for one in self._all(claim, PROV.wasDerivedFrom))):
            start, end = self._text(selector, OA.start), self._text(selector, OA.end)
            if start.isdecimal() and end.isdecimal():
                yield int(start), int(end), self._text(selector, OA.exact)

    def _place(self, claim: str) -> int:
        return min((start for start, _, _ in self._spans(claim)), default=1 << 40)

    def _quotes(self, claim: str) -> Iterator[Quote]:
        for start, end, text in sorted(set(self._spans(claim))):
            yield Quote(text, start, end, (start, end) not in self._seen)
            self._seen.add((start, end))

    def _verdicts(self) -> Iterator[tuple[str, str, Cell]]:
        language = self._reader.messages.language
        found = {
            self._text(one.value, SEL.item): self._text(one.value, SEL.verdict)
            for one in self._all(f"{self._iri}/report", SEL.hasVerdict)
        }
        for item in self._reader.names.catalogue.items:
            verdict = found.get(item.item)
            if verdict:
                word = self._reader.names.word(verdict, language)
                yield item.article, item.labels[language], Cell("badge", word, tone=verdict)

    def _findings(self) -> Iterator[FindingView]:
        language = self._reader.messages.language
        results = (one.value for one in self._all(f"{self._iri}/report", SH.result))
        for result in sorted(results, key=lambda iri: (len(iri), iri)):
            texts = {one.language: one.value for one in self._all(result, SH.resultMessage)}
            item = self._text(result, SEL.item)
            grade = self._text(result, SH.resultSeverity)
            about = [*self._all(result, SH.value), *self._all(result, SH.focusNode)]
            spans = [sorted(self._spans(one.value)) for one in about if one.kind == "uri"]
            first = next((found[0] for found in spans if found), None)
            yield FindingView(
                Cell("badge", self._reader.names.word(grade, language), tone=severity(grade)),
                self._reader.names.item(item, language),
                texts.get(language) or next(iter(texts.values()), ""),
                Quote(first[2], first[0], first[1]) if first else None,
            )

    def _triples(self, graph: str) -> tuple[tuple[Cell, Cell, Cell], ...]:
        term = self._reader.term
        return tuple((term(s), term(p), term(o)) for s, p, o in self._apart[f"{self._iri}/{graph}"])

    def _all(self, subject: str, predicate: object) -> list[Term]:
        return sorted(self._out.get(subject, {}).get(str(predicate), ()), key=lambda term: term.value)

    def _one(self, subject: str, predicate: object) -> Term | None:
        return next(iter(self._all(subject, predicate)), None)

    def _text(self, subject: str, predicate: object) -> str:
        found = self._one(subject, predicate)
        return found.value if found else ""
