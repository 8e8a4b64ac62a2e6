"""The way of a notice on one screen: text → sections → mentions → claims → graph.

A :class:`Pipeline` holds what is known of language and law, loaded once; mapping a notice is a pure function of it.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Mapping
from functools import cached_property

from ingest import public_text
from ingest.citations import CitationReader
from ingest.claims import Claim, ConceptClaims, merged
from ingest.contact_details import ContactDetails
from ingest.contacts import Secrets, contacts
from ingest.controllers import ControllerReader, controller_claims
from ingest.dates import DateReader
from ingest.defects import defects, limits
from ingest.exercise import exercised
from ingest.graph import Extracted, NoticeGraphs, build
from ingest.inferences import Inferences
from ingest.interests import interest_claims
from ingest.mentions import MentionReader, Process, Reading
from ingest.mismatches import mismatches
from ingest.names import NameReader
from ingest.notice import Notice, Span
from ingest.organisations import OrganisationReader
from ingest.pairings import paired
from ingest.retention import RetentionReader
from ingest.sections import Section, Sectioner
from ingest.statements import Statements, joined
from ingest.transfers import TransferReader
from ontology import facets, lexicon, vocabulary
from ontology.facets import FacetRule
from ontology.lexicon import Lexicon
from ontology.namespaces import ID_BASE
from ontology.reference import Reference, load_reference
from ontology.vocabulary import Vocabulary
from shapes.background import Background

VERSION = "2"
"""Changes when the rules of composition change, so that graphs say which ones made them."""


class Pipeline:
    """Maps notices to RDF; make one and use it for all of them."""

    def __init__(
        self,
        lexicons: Mapping[str, Lexicon],
        vocabulary: Vocabulary,
        reference: Reference,
        rules: Mapping[str, FacetRule],
        run: str = f"{ID_BASE}run/unnamed",
    ) -> None:
        self.vocabulary = vocabulary
        self.run = run
        self._lexicons = lexicons
        self._reference = reference
        self._rules = rules
        self._inferences = Inferences(reference, vocabulary)
        self._readers: dict[str, _Reader] = {}

    @classmethod
    def load(cls) -> Pipeline:
        """A pipeline with the project's own lexicon, vocabulary and reference data.

        Raises:
            LexiconError, VocabularyError, ReferenceDataError: when any of them is broken.
        """
        known = vocabulary.load()
        digest = hashlib.sha256("\n".join((VERSION, lexicon.digest(), known.digest())).encode()).hexdigest()
        return cls(lexicon.load(), known, load_reference(), facets.load(), f"{ID_BASE}run/{digest[:16]}")

    @cached_property
    def background(self) -> Background:
        """What validation needs to know of the vocabulary."""
        return Background.of(self.vocabulary.graph)

    @cached_property
    def vocabulary_lines(self) -> tuple[str, ...]:
        """The vocabulary as it is stored beside the notices."""
        return self.vocabulary.n_triples()

    def sections(self, notice: Notice) -> list[Section]:
        """The sections of a notice, those of each of its languages."""
        found = (s for language in notice.languages for s in self._reader(language).sections(notice.only(language)))
        return sorted((s for s in found if s.heading is not None or s.sentences), key=lambda s: s.start)

    def read(self, notice: Notice, details: ContactDetails | None = None) -> Statements:
        """What a notice says; what it says in several languages is put together."""
        printed = details or ContactDetails(notice)
        found = [self._reader(language).read(notice.only(language), printed) for language in notice.languages]
        return found[0] if len(found) == 1 else joined(found)

    def map(self, notice: Notice) -> NoticeGraphs:
        """The graphs of a notice."""
        details = ContactDetails(notice)
        said = self.read(notice, details)
        secrets = Secrets(notice.text, details, said.contacts)
        return build(
            Extracted(notice, said, secrets, self.run, self._inferences.of(notice, said.claims, said.date, secrets))
        )

    def _reader(self, language: str) -> _Reader:
        reader = self._readers.get(language)
        if reader is None:
            reader = _Reader(self._lexicons[language], self.vocabulary, self._reference, self._rules)
            self._readers[language] = reader
            gc.freeze()  # what is known lives as long as the process: looking it through for garbage is wasted
        return reader


class _Reader:
    """Reads notices of one language."""

    def __init__(self, lex: Lexicon, known: Vocabulary, reference: Reference, rules: Mapping[str, FacetRule]) -> None:
        names = NameReader(lex)
        self._sections = Sectioner(lex)
        self._mentions = MentionReader(lex)
        self._concepts = ConceptClaims(rules, known)
        self._controllers = ControllerReader(names)
        self._organisations = OrganisationReader(names, reference)
        self._transfers = TransferReader(reference)
        self._retention = RetentionReader()
        self._citations = CitationReader(reference)
        self._dates = DateReader()
        self._vocabulary = known

    def sections(self, notice: Notice) -> list[Section]:
        """The sections of a notice in this language."""
        return self._sections.split(notice)

    def read(self, notice: Notice, details: ContactDetails) -> Statements:
        """What a notice says in this language; `details` are the addresses and numbers that it prints."""
        reading = self._mentions.read(notice, self.sections(notice))
        controllers = self._controllers.controllers(reading)
        others = list(self._organisations.others(reading, [c.name.name for c in controllers]))
        claims: list[Claim] = [
            *self._concepts.assemble(reading),
            *self._transfers.claims(reading),
            *self._retention.claims(reading),
            *self._citations.claims(reading),
            *controller_claims(controllers),
            *(claim for _, claim in others),
        ]
        claims = exercised(reading, merged(paired(reading, interest_claims(reading, claims))))
        named = {o.iri: o for o in (*(o for o, _ in others), *(c.organisation for c in controllers))}
        return Statements(
            claims=claims,
            controllers=controllers,
            organisations=list(named.values()),
            contacts=contacts(reading, details, [c.name.span for c in controllers]),
            defects=[*defects(reading), *limits(reading, claims), *mismatches(reading, claims, self._vocabulary)],
            processes=_processes(reading),
            title=_title(reading),
            date=self._dates.date(reading),
            people=public_text.people(reading, [c.name.span for c in controllers]),
        )


def _processes(reading: Reading) -> dict[Process, Span | None]:
    """The processing activities with the names that the notice gives them: its registers, and what is nested in them."""
    out: dict[Process, Span | None] = {(number, ""): None for number in range(1, reading.registers + 1)}
    for s in reading.under("RegisterNameTopic"):
        if out[s.register, ""] is None and s.section.topics == {"RegisterNameTopic"}:
            out[s.register, ""] = s.span
    for s in reading.sentences:
        if s.process not in out:
            out[s.process] = s.section.heading
    return out


def _title(reading: Reading) -> Span | None:
    """The notice's own title: its first heading that names what the text is."""
    return next((s.heading for s in reading.sections if s.heading is not None and "TitleTopic" in s.topics), None)
