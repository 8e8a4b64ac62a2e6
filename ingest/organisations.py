"""Organisations named in a notice beside its controller: recipients, processors, sources (GDPR Art. 13(1)(e), 14(2)(f)).

They count as recipients or sources by the section and the signals where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from ingest.claims import Claim, Iri, Value
from ingest.mentions import Reading, ReadSentence
from ingest.names import Name, NameReader, bare, is_marked, printed_name, slug
from ingest.notice import Span
from ingest.tokens import UNKNOWN, Token
from ontology.namespaces import DPV, ID_BASE, SEL
from ontology.reference import Reference
from ontology.reference_records import KnownOrganisation

SAME_NAME = 85
LONGEST_UNKNOWN = 4
LENGTH_OF_A_PERSONS_NAME = 2
"""Words. Two capitalised words that nobody knows may be a person, who must not stand in a public graph."""
_NAME_GOES_ON = re.compile(r"(?:[^\W\d_][\w&'’-]*[ \t]+|[–—-][ \t]+){1,6}")
_NAME_ENDS = re.compile(r"\s*(?:\(|[–—,]|- |$)")
_PROPER = frozenset({"TerritoryFacet", "OrganisationFacet"})
_LISTS = frozenset({"RecipientTopic"})
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


class OrganisationReader:
    """Reads the organisations of notices in one language."""

    def __init__(self, names: NameReader, reference: Reference) -> None:
        self._names = names
        self._reference = reference

    def others(self, reading: Reading, controllers: Sequence[str]) -> Iterator[tuple[Organisation, Claim]]:
        """Recipients, processors and sources that the notice names, each with its claim."""
        mentioned: list[tuple[ReadSentence, Organisation, Span, tuple[int, ...]]] = []
        for s in reading.sentences:
            if self._may_name(s):
                mentioned += [
                    (s, *m)
                    for m in self._organisations(reading.notice.text, s)
                    if not any(same(m[0].name, o) for o in controllers)
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
        for name in _listed(s, names_in(s, self._names)):
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


def _listed(s: ReadSentence, found: Sequence[Name]) -> list[Name]:
    """The names in a sentence; in a list of recipients, the name that an item begins with is read whole.

    «CSC – Tieteen keskus Oy, ylläpito» has small letters in its name; «Supabase (tietokanta)» has no legal form, and is a
    name because the lexicon does not know it and what it does is told behind it.
    """
    if not s.sentence.item or not s.section.topics & _LISTS:
        return list(found)
    text, start = s.text, s.sentence.start
    form = next((m for m in s.of_kind("LegalForm") if is_marked(s.sentence.tokens, m)), None)
    if form is None:
        return list(found or _unknown(s))
    before = text[start : form.start]
    if before[:1].isupper() and _NAME_GOES_ON.fullmatch(before) and not s.own_signals & {"ClauseSignal"}:
        span = Span(start, form.end)
        return [Name(printed_name(text, span), span), *(name for name in found if name.span.start > span.end)]
    return list(found)


def _unknown(s: ReadSentence) -> Iterator[Name]:
    """A name that only its place tells: capitalised words, one of them unknown, before a bracket, dash, comma or the end."""
    run: list[Token] = []
    for token in s.sentence.tokens[:LONGEST_UNKNOWN]:
        if not token.capital or (run and s.text[run[-1].end : token.start] != " "):
            break
        run.append(token)
    if not run or not any(t.readings is UNKNOWN for t in run) or len(run) == LENGTH_OF_A_PERSONS_NAME:
        return
    span = Span(run[0].start, run[-1].end)
    if span.start == s.sentence.start and _NAME_ENDS.match(s.text, span.end, s.sentence.end):
        yield Name(printed_name(s.text, span), span)


def names_in(s: ReadSentence, names: NameReader) -> list[Name]:
    """The names by legal form in a sentence."""
    forms = s.of_kind("LegalForm")
    if not forms:
        return []
    opened = any(m.tokens[0] == 0 for m in s.effects)
    named = any(m.tokens[0] == 0 and m.entry.facet in _PROPER for m in s.found) or forms[0].tokens[0] == 0
    known = s.sentence.tokens[0].readings.common and not named
    return names.names(s.text, s.sentence.tokens, forms, opened=opened, known=known)


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
