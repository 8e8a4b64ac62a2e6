"""Contact points: named people with their e-mail and telephone (GDPR Art. 13(1)(a) and (b)). Personal data themselves.

They go into a graph of their own and nowhere else: quotes in public graphs are narrowed by :class:`Secrets` so that no
address, number or name of a person stands in them. The supervisory authority's contact details are not the controller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.contact_details import ContactDetails
from ingest.mentions import Reading, ReadSentence
from ingest.notice import Span
from ingest.sections import Section

_GIVEN = r"[A-ZÅÄÖÉÜ][a-zåäöéü]+"
_DOUBLE = rf"{_GIVEN}(?:-{_GIVEN})?"
PERSON = re.compile(rf"(?<![\w-]){_DOUBLE}[ \t]+(?:[A-ZÅÄÖ][a-zåäöéü]*\.?[ \t]+)?{_DOUBLE}(?![\w-])")
LONGEST_ADDRESS_LINE = 7
"""Words in a line of an address, a telephone number or a field."""
PEOPLE_TOPICS = frozenset({"ContactTopic", "OfficerTopic"})


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact point: a person or address for questions, or the data protection officer."""

    officer: bool
    name: Span | None
    emails: tuple[Span, ...]
    phones: tuple[Span, ...]


def contacts(reading: Reading, details: ContactDetails, organisation_spans: Sequence[Span] = ()) -> list[Contact]:
    """The contact points of a notice, one per section that gives any, the officer's apart."""
    theirs: list[Contact] = []
    officers: list[Contact] = []
    before: Section | None = None
    for section, sentences in reading.by_section:
        heads_officer = _headed_by_officer(section, before)
        own = list(_not_the_authoritys(sentences))
        for officer, out in ((False, theirs), (True, officers)):
            mine = [s for s in own if _is_officer(s, heads_officer) == officer]
            contact = _contact(reading, section, mine, details, organisation_spans, officer=officer) if mine else None
            if contact is not None:
                out.append(contact)
        before = section
    return [*theirs, *officers]


def _contact(
    reading: Reading,
    section: Section,
    mine: Sequence[ReadSentence],
    details: ContactDetails,
    organisation_spans: Sequence[Span],
    *,
    officer: bool,
) -> Contact | None:
    """What a section's sentences give of one contact point, if anything."""
    emails = tuple(span for s in mine for span in details.emails_in(s.span))
    people = bool(section.topics & PEOPLE_TOPICS)
    phones = (
        tuple(span for s in mine for span in details.phones_in(s.span))
        if people or "ControllerTopic" in section.topics or emails
        else ()
    )
    name = (
        next((span for s in mine for span in _people(reading.notice.text, s, organisation_spans)), None)
        if people
        else None
    )
    return Contact(officer, name, emails, phones) if emails or phones or name is not None else None


def _headed_by_officer(section: Section, before: Section | None) -> bool:
    """Whether contact details stand under a heading of their own, right below an empty one about the officer."""
    return (
        before is not None
        and "OfficerTopic" in before.topics
        and not before.sentences
        and "ContactTopic" in section.topics
    )


def _is_officer(s: ReadSentence, headed: bool) -> bool:
    """Whether contact details in the sentence are the officer's: its section or words say so, or the heading before did."""
    return headed or "OfficerTopic" in s.section.topics or "OfficerSignal" in s.own_signals


def _not_the_authoritys(sentences: Sequence[ReadSentence]) -> Iterator[ReadSentence]:
    """The sentences of a section but those about the supervisory authority, with the lines of its address under them."""
    authority = False
    for s in sentences:
        if "AuthoritySignal" in s.own_signals or "ComplaintTopic" in s.section.topics:
            authority = True
        elif len(s.sentence.tokens) > LONGEST_ADDRESS_LINE:
            authority = False
        if not authority:
            yield s


def _people(text: str, s: ReadSentence, organisations: Sequence[Span]) -> Iterator[Span]:
    for match in PERSON.finditer(text, s.sentence.start, s.sentence.end):
        span = Span(match.start(), match.end())
        first = {f.start for f in s.cues if f.start == span.start}
        if not any(span.start < o.end and o.start < span.end for o in organisations) and not first:
            yield span


class Secrets:
    """The places in a notice that must not be quoted in public: addresses, numbers and names of people."""

    def __init__(self, text: str, details: ContactDetails, found: Sequence[Contact]) -> None:
        spans = {*details.emails, *details.phones}
        for contact in found:
            if contact.name is not None:
                spans.add(contact.name)
                name = text[contact.name.start : contact.name.end]
                spans |= {Span(m.start(), m.end()) for m in re.finditer(re.escape(name), text)}
        self._spans = sorted(spans)
        self._hull = Span(self._spans[0].start, max(s.end for s in spans)) if spans else None
        self._text = text

    @property
    def spans(self) -> Sequence[Span]:
        """The places, in order."""
        return self._spans

    def narrowed(self, span: Span) -> Span | None:
        """The longest part of a place without anything that must not be quoted, trimmed; None when nothing is left."""
        if self._hull is None or span.end <= self._hull.start or self._hull.end <= span.start:
            return span
        inside = [s for s in self._spans if s.start < span.end and span.start < s.end]
        if not inside:
            return span
        edges = [
            span.start,
            *(edge for s in inside for edge in (max(s.start, span.start), min(s.end, span.end))),
            span.end,
        ]
        parts = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
        best = max(parts, key=lambda p: p.end - p.start, default=None)
        return self._trimmed(best) if best is not None else None

    def _trimmed(self, span: Span) -> Span | None:
        words = self._text[span.start : span.end]
        stripped = words.strip(" \t\n,;:()<>–—-")
        if not stripped:
            return None
        start = span.start + words.index(stripped)
        return Span(start, start + len(stripped))
