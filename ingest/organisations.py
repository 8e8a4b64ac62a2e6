"""Who is named in a notice: the controller, recipients, processors and sources (GDPR Art. 13(1)(a), (e), 14(2)(f)).

The controller is read from the section about it, else from running text that says who it is, else from the title. No
controller in the text: no controller in the graph. Other organisations count as recipients or sources by the section and
the signals where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from ingest.claims import Claim, Iri, Text, Value, said
from ingest.mentions import Reading, ReadSentence
from ingest.names import BusinessId, Name, bare, business_ids, is_marked, names, printed_name, slug
from ingest.notice import Span
from ontology.namespaces import DPV, ID_BASE, SEL
from ontology.reference import Reference
from ontology.reference_records import KnownOrganisation

FIELDS = frozenset({"AddressField", "PhoneField", "EmailField", "WebField", "IdentifierField", "PersonField"})
LABELS = FIELDS | {"NameField", "ControllerSignal", "ContactSignal"}
LONGEST_BARE_NAME = 7
SAME_NAME = 85
_NAME_BEGINS = re.compile(r"[\s:]*(?:[^\W\d_][\w&'’-]*[ \t]+){1,5}")
_CUT = re.compile(r"[(,\n:]|\s[–—-]\s")
_PLACES = frozenset({"RecipientTopic", "SourceTopic", "CookieTopic", "TransferTopic"})
_SIGNALS = frozenset({"DiscloseSignal", "ProcessorSignal", "SourceSignal", "PlaceSignal"})
_NOWHERE = frozenset(
    {
        "ControllerTopic",
        "ContactTopic",
        "OfficerTopic",
        "ComplaintTopic",
        "ContentsTopic",
        "RegisterNameTopic",
    }
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation named in the notice: its IRI is that of its valid business identifier, else of its name."""

    iri: str
    name: str
    identifier: str | None = None
    country: str | None = None
    parent: str | None = None
    known: bool = False
    controller: bool = False


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller with where the notice names it."""

    organisation: Organisation
    name: Name
    identifier: BusinessId | None


class OrganisationReader:
    """Reads controllers and other organisations of notices."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def controllers(self, reading: Reading) -> list[Controller]:
        """The controllers that the notice names, in order, each once."""
        out: list[Controller] = []
        for name, identifier in (
            [*self._from_sections(reading)] or [*self._from_text(reading)] or [*self._from_title(reading)]
        ):
            if not any(same(name.name, c.name.name) for c in out):
                valid = identifier.number if identifier is not None and identifier.valid else None
                step = valid or slug(name.name)
                organisation = Organisation(
                    f"{ID_BASE}organisation/{step}",
                    name.name,
                    identifier.number if identifier else None,
                    controller=True,
                )
                out.append(Controller(organisation, name, identifier))
        return out

    def _from_sections(self, reading: Reading) -> Iterator[tuple[Name, BusinessId | None]]:
        text = reading.notice.text
        for section in reading.sections:
            if "ControllerTopic" not in section.topics or not section.sentences:
                continue
            mine = [s for s in reading.sentences if s.section is section]
            name = next(self._named(text, mine), None)
            if name is not None:
                ids = business_ids(text, Span(section.start, section.end))
                yield name, next((i for i in ids if i.valid), ids[0] if ids else None)

    def _named(self, text: str, sentences: list[ReadSentence]) -> Iterator[Name]:
        """Names in a controller section, best first: with a legal form, then the first line that can be one."""
        for s in sentences[:6]:
            yield from (self._whole_line(text, s, name) for name in _names(s))
        for s in sentences[:3]:
            span = self._bare_line(text, s)
            if span is not None:
                yield Name(printed_name(text, span), span)

    @staticmethod
    def _whole_line(text: str, s: ReadSentence, name: Name) -> Name:
        """A name in the controller's block begins where its line or the value of its field begins.

        «Ruska ja Ranta Oy» has a word in small letters that a name in running text would not be read over.
        """
        labels = [c.end for c in s.cues if c.entry.signals & LABELS and c.end <= name.span.start]
        start = max([s.sentence.start, *labels])
        before = text[start : name.span.start]
        if s.own_signals & {"ClauseSignal"} or not _NAME_BEGINS.fullmatch(before):
            return name
        span = Span(start + len(before) - len(before.lstrip(" :")), name.span.end)
        return Name(printed_name(text, span), span)

    @staticmethod
    def _bare_line(text: str, s: ReadSentence) -> Span | None:
        """A line that can be a name without a legal form: short, mostly capitalised, no field but that of the name."""
        start = s.sentence.start
        fields = s.signalled("NameField")
        if fields and text[fields[0].end : fields[0].end + 1] == ":":
            start = fields[0].end + 1
        elif s.own_signals & FIELDS or "@" in text[s.sentence.start : s.sentence.end]:
            return None
        cut = _CUT.search(text, start, s.sentence.end)
        end = cut.start() if cut else s.sentence.end
        tokens = [t for t in s.sentence.tokens if start <= t.start and t.end <= end]
        if not tokens or not tokens[0].capital or len(tokens) > LONGEST_BARE_NAME:
            return None
        if s.own_signals & {"ClauseSignal", "UnnamedSignal"}:
            return None
        capitals = 2 * sum(t.capital for t in tokens)
        forms = [m for m in s.of_kind("LegalForm") if start <= m.start and m.end <= end]
        if not any(is_marked(s.sentence.tokens, m) for m in forms) and (
            capitals < len(tokens) or capitals == len(tokens) > 2
        ):
            return None
        return Span(tokens[0].start, tokens[-1].end)

    def _from_text(self, reading: Reading) -> Iterator[tuple[Name, BusinessId | None]]:
        """«Rekisterinpitäjänä toimii Esimerkki Oy», «Esimerkki Oy (jäljempänä …)» in running text."""
        text = reading.notice.text
        for s in reading.sentences:
            if "ControllerSignal" in s.own_signals and not s.section.topics & {
                "RightTopic",
                "RecipientTopic",
                "SourceTopic",
            }:
                for name in _names(s)[:1]:
                    ids = business_ids(text, s.span)
                    yield name, ids[0] if ids else None
                    return

    def _from_title(self, reading: Reading) -> Iterator[tuple[Name, BusinessId | None]]:
        heads = [s for s in reading.headings if s.section.topics & {"TitleTopic", "RegisterNameTopic"}]
        for s in [*heads[:2], *reading.sentences[:3]]:
            for name in _names(s)[:1]:
                yield name, None
                return

    def others(self, reading: Reading, controllers: list[Controller]) -> Iterator[tuple[Organisation, Claim]]:
        """Recipients, processors and sources that the notice names, each with its claim."""
        own = [c.name.name for c in controllers]
        mentioned: list[tuple[ReadSentence, Organisation, Span, tuple[int, ...]]] = []
        for s in reading.sentences:
            if self._may_name(s):
                mentioned += [
                    (s, *m)
                    for m in self._organisations(reading.notice.text, s)
                    if not any(same(m[0].name, o) for o in own)
                ]
        parents = {self._reference.organisations[o.iri].parent for _, o, _, _ in mentioned if o.known}
        for s, organisation, span, at in mentioned:
            if organisation.iri not in parents:
                yield organisation, self._claim(s, organisation, span, at)

    @staticmethod
    def _may_name(s: ReadSentence) -> bool:
        if s.section.topics & _NOWHERE or ("AuthoritySignal" in s.own_signals and not s.section.topics & _PLACES):
            return False
        return bool(s.section.topics & _PLACES or s.signals & _SIGNALS)

    def _organisations(self, text: str, s: ReadSentence) -> Iterator[tuple[Organisation, Span, tuple[int, ...]]]:
        taken: list[Span] = []
        for mention in s.of("OrganisationFacet"):
            known = self._reference.organisations[mention.entry.denotes or ""]
            span = Span(mention.start, mention.end)
            if not known.supervisory:
                taken.append(span)
                yield Organisation(known.iri, known.name, None, known.country, known.parent, True), span, mention.tokens
        for name in _names(s):
            if not any(t.holds(name.span) or name.span.holds(t) for t in taken):
                at = tuple(i for i, t in enumerate(s.sentence.tokens) if name.span.start <= t.start < name.span.end)
                yield Organisation(f"{ID_BASE}organisation/{slug(name.name)}", name.name), name.span, at

    def _claim(self, s: ReadSentence, organisation: Organisation, span: Span, at: tuple[int, ...]) -> Claim:
        known = self._reference.organisations[organisation.iri] if organisation.known else None
        step = organisation.iri.rpartition("/")[2]
        polarity = s.polarity(at)
        process = frozenset({s.process})
        if is_source(s, known):
            values: tuple[tuple[str, Value], ...] = ((str(SEL.sourceEntity), Iri(organisation.iri)),)
            return Claim(
                f"source/{step}",
                (str(DPV.DataSource),),
                polarity,
                (span,),
                (str(DPV.hasDataSource),),
                concept=str(DPV.ThirdPartyDataSource),
                processes=process,
                values=values,
            )
        values = ((str(SEL.entity), Iri(organisation.iri)),)
        processor = (
            "ProcessorSignal" in s.signals
            or "CookieTopic" in s.section.topics
            or (known is not None and known.usual_role == "ProcessorRole")
        )
        kinds = (str(DPV.DataProcessor), str(DPV.Recipient)) if processor else (str(DPV.Recipient),)
        link = str(DPV.hasDataProcessor) if processor else str(DPV.hasRecipient)
        return Claim(f"recipient/{step}", kinds, polarity, (span,), (link,), processes=process, values=values)


def _names(s: ReadSentence) -> list[Name]:
    """The names by legal form in a sentence."""
    return names(s.text, s.sentence.tokens, s.of_kind("LegalForm"))


def is_source(s: ReadSentence, known: KnownOrganisation | None) -> bool:
    """Whether an organisation is named as a source of the data where it stands."""
    topics = s.section.topics
    if "SourceTopic" in topics:
        return True
    if topics & {"RecipientTopic", "TransferTopic", "CookieTopic"}:
        return False
    return (
        "SourceSignal" in s.signals
        and not s.own_signals & {"DiscloseSignal"}
        and (known is None or known.usual_role == "SourceRole")
    )


def same(one: str, other: str) -> bool:
    """Whether two printed names mean one organisation: equal but for legal form, inflection and spelling."""
    a, b = bare(one), bare(other)
    return a == b or (
        min(len(a), len(b)) > 3 and (f" {a} " in f" {b} " or f" {b} " in f" {a} " or fuzz.ratio(a, b) >= SAME_NAME)
    )


def controller_claims(controllers: Iterable[Controller]) -> Iterator[Claim]:
    """What the notice prints of each controller, as claims (the canonical description stands once, elsewhere)."""
    for number, controller in enumerate(controllers, 1):
        values: list[tuple[str, Value]] = [
            (str(SEL.entity), Iri(controller.organisation.iri)),
            (str(DPV.hasName), Text(controller.name.name)),
        ]
        spans = [controller.name.span]
        if controller.identifier is not None:
            values.append((str(DPV.hasIdentifier), Text(controller.identifier.number)))
            spans.append(controller.identifier.span)
        yield said(f"controller/{number}", (str(DPV.DataController),), spans, values=tuple(values))
