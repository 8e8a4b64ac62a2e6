"""The claims of a notice as a page shows them: by facet, each with its modality, its condition and its quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ontology.namespaces import DPV, SEL, SKOS
from server.notice_graph import NoticeGraph
from server.results import Term
from server.tables import Cell, Reader

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
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
    ("ExerciseFacet", ("dpv:RightExerciseActivity",)),
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
_NAMING = (SEL.retentionKind, SEL.act, SEL.actNumber, TYPE)
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
    """One claim: its number on the page, its facet, what, how firmly, on which condition, with details and quotes."""

    iri: str
    number: int
    facet: str
    label: str
    what: tuple[Cell, ...]
    modality: Cell
    condition: str
    details: tuple[tuple[str, Cell], ...]
    quotes: tuple[Quote, ...]

    @property
    def kind(self) -> str:
        """The facet as a CSS class has it."""
        return self.facet.removesuffix("Facet").lower() or "other"

    @property
    def name(self) -> str:
        """What is claimed, in one line, with its modality."""
        said = ", ".join(one.text for one in self.what)
        return f"{self.label}: {said}" + (f" ({self.modality.text})" if self.modality.kind == "badge" else "")


class ClaimReader:
    """Reads the claims of one notice for one reader."""

    def __init__(self, graph: NoticeGraph, reader: Reader) -> None:
        self._graph, self._reader = graph, reader
        self._seen: set[tuple[int, int]] = set()
        self._number = 0

    def facets(self) -> Iterator[tuple[str, tuple[ClaimView, ...]]]:
        """The claims by facet, in the order of a page, each facet's in the order of the text."""
        graph = self._graph
        claims: dict[str, list[str]] = defaultdict(list)
        for claim in graph.all(graph.iri, SEL.hasClaim):
            claims[self._facet(claim.value)].append(claim.value)
        for name, _ in (*FACETS, ("", ())):
            if claims.get(name):
                label = self._label(name)
                ordered = sorted(claims[name], key=lambda iri: (graph.place(iri), iri))
                yield label, tuple(self._claim(iri, name, label) for iri in ordered)

    def defects(self) -> tuple[ClaimView, ...]:
        """What is wrong with how the text is written."""
        found = [one.value for one in self._graph.all(self._graph.iri, SEL.hasDefect)]
        label = self._reader.messages("notice.defects")
        return tuple(self._claim(iri, "DefectFacet", label) for iri in sorted(found, key=self._graph.place))

    def organisation(self, iri: str) -> Cell:
        """An organisation by its name."""
        cell = self._reader.term(Term("uri", iri))
        return Cell("text", self._graph.text(iri, DPV.hasName) or cell.text, cell.href)

    def _label(self, facet: str) -> str:
        if facet == "OrganisationFacet":  # those named otherwise are recipients and sources
            return self._reader.messages("choice.facet.controller")
        own = self._reader.names.label(str(SEL[facet]), self._reader.messages) if facet else ""
        return own or self._reader.messages("notice.other-claims")

    def _facet(self, claim: str) -> str:
        types = {one.value for one in self._graph.all(claim, TYPE)}
        if _RECIPIENT in types:
            return "RecipientFacet"
        found = next((name for name, _ in FACETS if types & _CLASSES[name]), "")
        return found or self._facet_of_concept(claim)

    def _facet_of_concept(self, claim: str) -> str:
        """A claim whose classes tell nothing, such as a transfer's instrument, belongs where its concept does."""
        concept = self._graph.text(claim, SKOS.broader)
        facet = (self._reader.names.vocabulary.facet(concept) or "").removeprefix(str(SEL))
        return facet if facet in _CLASSES else ""

    def _claim(self, claim: str, facet: str, label: str) -> ClaimView:
        graph, reader = self._graph, self._reader
        modality = graph.one(claim, SEL.modality)
        named = [*graph.all(claim, SEL.entity), *graph.all(claim, SEL.sourceEntity)]
        what = [self.organisation(one.value) for one in named]
        if not what or facet == "SourceFacet":
            what += [reader.term(one) for one in graph.all(claim, SKOS.broader)]
        for predicate in _NAMING:
            terms = [reader.term(one) for one in graph.all(claim, predicate) if one.value != _DEFECT]
            what = what or [Cell("text", one.text) for one in terms]
        said = {one.text for one in what}
        details = [
            (reader.names.label(str(predicate), reader.messages), self._detail(term))
            for predicate in _DETAILS
            for term in graph.all(claim, predicate)
        ]
        self._number += 1
        return ClaimView(
            claim, self._number, facet, label, tuple(what),
            reader.modality(modality.value) if modality else Cell("none"),
            graph.text(claim, SEL.condition),
            tuple((name, cell) for name, cell in details if cell.text not in said),
            tuple(self._quotes(claim)),
        )  # fmt: skip

    def _detail(self, term: Term) -> Cell:
        """A claim that another points to, such as a transfer's instrument, is named by its concept."""
        concept = self._graph.one(term.value, SKOS.broader) if term.kind == "uri" else None
        return self._reader.term(concept or term)

    def _quotes(self, claim: str) -> Iterator[Quote]:
        for start, end, text in sorted(set(self._graph.spans(claim))):
            yield Quote(text, start, end, (start, end) not in self._seen)
            self._seen.add((start, end))
