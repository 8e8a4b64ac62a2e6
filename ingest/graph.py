"""The RDF of a notice: its claims with evidence, its contacts apart, the organisations it names (data-model sections 1-3, 6).

Pure: the same text and the same claims give the same lines, sorted, without blank nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.claims import Claim, Iri, Text, Value
from ingest.contact_details import email_address, telephone_number
from ingest.contacts import Contact, Secrets
from ingest.defects import Defect
from ingest.mentions import Process
from ingest.modality import Modality
from ingest.notice import Notice, Span
from ingest.ntriples import iri, literal, term, triple
from ingest.organisations import Organisation
from ingest.public_text import lines, public_text
from ingest.statements import Statements
from ontology.namespaces import DCTERMS, DPV, OA, PROV, SEL, SKOS, VCARD

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE, _DERIVED, _PART = iri(TYPE), iri(PROV.wasDerivedFrom), iri(DCTERMS.isPartOf)
_IS_POSITION, _IS_QUOTE = f" {_TYPE} {iri(OA.TextPositionSelector)} .", f" {_TYPE} {iri(OA.TextQuoteSelector)} ."
_START, _END, _EXACT = f' {iri(OA.start)} "', f' {iri(OA.end)} "', f" {iri(OA.exact)} "
_INTEGER = f'"^^{iri(XSD + "integer")} .'
_CLAIM, _HAS_CLAIM, _MODALITY, _BROADER = iri(SEL.Claim), iri(SEL.hasClaim), iri(SEL.modality), iri(SKOS.broader)
_MODALITIES = {modality: iri(SEL[modality.value]) for modality in Modality}
_DATE_TYPES = {10: "date", 7: "gYearMonth", 4: "gYear"}


@dataclass(frozen=True, slots=True)
class NoticeGraphs:
    """The graphs of one notice as sorted N-Triples lines without line ends.

    Attributes:
        iri: the notice.
        graphs: graph IRI to lines: the notice's own, its contacts, what follows from it (`/inferred`)
            and its text as it may be shown (`/text`).
        organisations: organisation IRI to the lines that describe it in the shared graph of organisations.
        text: the stored text.
    """

    iri: str
    graphs: Mapping[str, tuple[str, ...]]
    organisations: Mapping[str, tuple[str, ...]]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Extracted:
    """Everything that was read from a notice, ready to be written as RDF.

    Attributes:
        notice: the notice.
        said: what it says.
        secrets: what must not be quoted in public.
        run: IRI of the run of the program that read it.
        inferred: the lines of what follows from it.
    """

    notice: Notice
    said: Statements
    secrets: Secrets
    run: str
    inferred: Sequence[str] = ()


def build(found: Extracted) -> NoticeGraphs:
    """The graphs of a notice."""
    writer = _Writer(found)
    writer.notice()
    for claim in found.said.claims:
        writer.claim(claim)
    for number, defect in enumerate(found.said.defects, 1):
        writer.defect(number, defect)
    for number, contact in enumerate(found.said.contacts, 1):
        writer.contact(number, contact)
    graphs = {found.notice.iri: tuple(sorted(dict.fromkeys(writer.public)))}
    if writer.private:
        graphs[f"{found.notice.iri}/contacts"] = tuple(sorted(set(writer.private)))
    if found.inferred:
        graphs[f"{found.notice.iri}/inferred"] = tuple(found.inferred)
    text = found.notice.text
    shown = public_text(text, found.secrets, found.said.contacts, found.said.people, writer.quoted)
    graphs[f"{found.notice.iri}/text"] = lines(found.notice, shown)
    described = {o.iri: tuple(sorted(set(description(o)))) for o in found.said.organisations}
    return NoticeGraphs(found.notice.iri, graphs, described, text)


def description(organisation: Organisation) -> Iterable[str]:
    """What stands once about an organisation in the shared graph."""
    for kind in (DPV.Organisation, DPV.LegalEntity, *((DPV.DataController,) if organisation.controller else ())):
        yield triple(organisation.iri, TYPE, iri(kind))
    yield triple(organisation.iri, DPV.hasName, literal(organisation.name))
    if organisation.identifier:
        yield triple(organisation.iri, DPV.hasIdentifier, literal(organisation.identifier))
    if organisation.country:
        yield triple(organisation.iri, DPV.hasCountry, iri(organisation.country))
    if organisation.parent:
        yield triple(organisation.iri, SEL.parentOrganisation, iri(organisation.parent))


def _step(process: Process) -> str:
    register, activity = process
    return f"register/{register}/{activity}" if activity else f"register/{register}"


class _Writer:
    """Collects the lines of the public and the private graph."""

    def __init__(self, found: Extracted) -> None:
        self.public: list[str] = []
        self.private: list[str] = []
        self._described: tuple[set[Span], set[Span]] = set(), set()
        self._found = found
        self._notice = found.notice
        self._iri = found.notice.iri
        self._text = f"{self._iri}/text"
        self._part = f" {_PART} <{self._text}> ."
        self._processes = {process: f"{self._iri}/{_step(process)}" for process in found.said.processes}

    @property
    def quoted(self) -> Iterable[Span]:
        """The places that are quoted in public."""
        return self._described[0]

    def notice(self) -> None:
        """The notice, its text, its registers and controllers."""
        add, n = self._add, self._notice
        add(self._iri, TYPE, iri(DPV.PrivacyNotice))
        for language in n.languages:
            add(self._iri, DCTERMS.language, literal(language))
        add(self._iri, PROV.wasGeneratedBy, iri(self._found.run))
        self._words(self._iri, DCTERMS.title, self._found.said.title)
        if self._found.said.date:
            add(
                self._iri,
                DCTERMS.modified,
                literal(self._found.said.date, datatype=XSD + _DATE_TYPES[len(self._found.said.date)]),
            )
        if n.source:
            add(self._iri, DCTERMS.source, iri(n.source if "://" in n.source else f"urn:file:{n.source}"))
        add(self._text, TYPE, iri(SEL.NoticeText))
        add(self._text, SEL.sha256, literal(n.sha256))
        add(self._text, DCTERMS.extent, literal(str(len(n.text)), datatype=XSD + "integer"))
        add(self._iri, SEL.hasText, iri(self._text))
        for process, title in self._found.said.processes.items():
            self._process(process, title)
        self._controllers([c.organisation.iri for c in self._found.said.controllers])

    def _process(self, process: Process, title: Span | None) -> None:
        """A processing activity; one within a register is nested in it."""
        register, activity = process
        node = self._processes[process]
        for kind in (DPV.Process, DPV.PersonalDataProcess):
            self._add(node, TYPE, iri(kind))
        self._add(self._processes[register, ""] if activity else self._iri, DPV.hasProcess, iri(node))
        self._add(node, DPV.hasNotice, iri(self._iri))
        self._words(node, DCTERMS.title, title)

    def _controllers(self, controllers: Sequence[str]) -> None:
        """One controller stands alone; several that decide together are joint controllers (GDPR Art. 26)."""
        for holder in (self._iri, *self._processes.values()):
            if len(controllers) > 1:
                joint = f"{self._iri}/joint-controllers"
                self._add(joint, TYPE, iri(DPV.JointDataControllers))
                self._add(holder, DPV.hasJointDataControllers, iri(joint))
                for controller in controllers:
                    self._add(joint, DPV.hasDataController, iri(controller))
            elif controllers:
                self._add(holder, DPV.hasDataController, iri(controllers[0]))

    def claim(self, claim: Claim) -> None:
        """One claim with its links, values and evidence."""
        node = f"{self._iri}/{claim.path}"
        modality = claim.polarity.modality
        subject, reference, lines = f"<{node}>", iri(node), self.public
        lines.append(f"<{self._iri}> {_HAS_CLAIM} {reference} .")
        lines.append(f"{subject} {_TYPE} {_CLAIM} .")
        lines += [f"{subject} {_TYPE} {term(kind)} ." for kind in claim.classes]
        if claim.concept:
            lines.append(f"{subject} {_BROADER} {term(claim.concept)} .")
        lines.append(f"{subject} {_MODALITY} {_MODALITIES[modality]} .")
        if claim.polarity.default_negated and modality is Modality.CONDITIONAL:
            self._add(node, SEL.defaultPolarity, iri(SEL.Negated))
        if modality is Modality.CONDITIONAL:
            self._words(node, SEL.condition, claim.polarity.condition)
        holders = [self._iri] if claim.on_notice else [self._processes[p] for p in sorted(claim.processes)]
        links = claim.properties if modality is not Modality.NEGATED else ()
        if claim.statement:
            links = (claim.statement, *links)
        lines += [f"<{holder}> {term(link)} {reference} ." for holder in holders for link in links]
        for predicate, value in claim.values:
            self._value(node, predicate, value)
        self._evidence(node, claim.spans)

    def defect(self, number: int, defect: Defect) -> None:
        """A defect of the text with its place."""
        node = f"{self._iri}/defect/{number}"
        for kind in (SEL.Defect, SEL[defect.kind]):
            self._add(node, TYPE, iri(kind))
        self._add(self._iri, SEL.hasDefect, iri(node))
        self._evidence(node, (defect.span,))

    def contact(self, number: int, contact: Contact) -> None:
        """A contact point, in the private graph."""
        node, private = f"{self._iri}/contact/{number}", self.private
        text = self._notice.text
        private.append(triple(node, TYPE, iri(VCARD.Individual if contact.name else VCARD.Kind)))
        private.append(
            triple(self._iri, DPV.hasDataProtectionOfficer if contact.officer else DPV.hasContact, iri(node))
        )
        if contact.name is not None:
            private.append(
                triple(node, VCARD.fn, literal(" ".join(text[contact.name.start : contact.name.end].split())))
            )
        for span in contact.emails:
            private.append(triple(node, VCARD.hasEmail, iri("mailto:" + email_address(text[span.start : span.end]))))
        for span in contact.phones:
            dialled = telephone_number(text[span.start : span.end], self._notice.language_at(span.start))
            private.append(triple(node, VCARD.hasTelephone, iri("tel:" + dialled)))
        for span in (*((contact.name,) if contact.name else ()), *contact.emails, *contact.phones):
            self._selector(private, node, span)

    def _value(self, node: str, predicate: str, value: Value) -> None:
        if isinstance(value, Iri):
            self._add(
                node, predicate, iri(self._iri + value.value[1:] if value.value.startswith("./") else value.value)
            )
        elif isinstance(value, Text):
            self._add(node, predicate, literal(value.value, value.language, value.datatype))
        else:
            self._words(node, predicate, value.span)

    def _words(self, node: str, predicate: str, span: Span | None) -> None:
        """The notice's own words as a literal in its language, on one line, nothing secret among them."""
        narrowed = self._found.secrets.narrowed(span) if span is not None else None
        if narrowed is not None:
            words = " ".join(self._notice.text[narrowed.start : narrowed.end].split()).strip(" ,;:")
            if words:
                self._add(node, predicate, literal(words, self._notice.language_at(narrowed.start)))

    def _evidence(self, node: str, spans: Sequence[Span]) -> None:
        """The places that prove a claim; one that holds nothing but personal data is kept with the contacts."""
        for span in sorted(set(spans)) if len(spans) > 1 else spans:
            narrowed = self._found.secrets.narrowed(span)
            if narrowed is not None:
                self._selector(self.public, node, narrowed)
            else:
                self._selector(self.private, node, span)

    def _selector(self, lines: list[str], node: str, span: Span) -> None:
        """That a node rests on a place, and the place with its words, described once in each graph."""
        start, end = span
        place = f"<{self._text}#char={start},{end}>"
        lines.append(f"<{node}> {_DERIVED} {place} .")
        described = self._described[lines is self.private]
        if span not in described:
            described.add(span)
            words = literal(self._notice.text[start:end], self._notice.language_at(start))
            lines += (
                place + self._part,
                place + _IS_POSITION,
                place + _IS_QUOTE,
                f"{place}{_END}{end}{_INTEGER}",
                f"{place}{_EXACT}{words} .",
                f"{place}{_START}{start}{_INTEGER}",
            )

    def _add(self, subject: str, predicate: str, obj: str) -> None:
        self.public.append(triple(subject, predicate, obj))
