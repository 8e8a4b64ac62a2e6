"""Contact points: named people with their e-mail and telephone (GDPR Art. 13(1)(a) and (b)). Personal data themselves.

They go into a graph of their own and nowhere else: quotes in public graphs are narrowed by :class:`Secrets` so that no
address, number or name of a person stands in them. The supervisory authority's contact details are not the controller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from ingest.mentions import Reading, ReadSentence
from ingest.names import business_ids
from ingest.notice import Span

_EMAIL = re.compile(
    r"[\w.+-]+(?:\s?[(\[]?(?:@|\(at\)|\[at\])[)\]]?\s?)(?:[\w-]+\.)+[A-Za-z]{2,15}(?![^\W_])", re.UNICODE
)
_AT = ("@", "(at)", "[at]")
_PHONE_LIKE = re.compile(r"\+?\(?\d[\d\s()/-]{5,}\d")
_GIVEN = r"[A-ZÅÄÖÉÜ][a-zåäöéü]+"
_DOUBLE = rf"{_GIVEN}(?:-{_GIVEN})?"
_PERSON = re.compile(rf"(?<![\w-]){_DOUBLE}[ \t]+(?:[A-ZÅÄÖ][a-zåäöéü]*\.?[ \t]+)?{_DOUBLE}(?![\w-])")
PEOPLE_TOPICS = frozenset({"ContactTopic", "OfficerTopic"})
REGIONS = {"fi": "FI", "sv": "SE", "en": "GB"}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact point: a person or address for questions, or the data protection officer."""

    officer: bool
    name: Span | None
    emails: tuple[Span, ...]
    phones: tuple[Span, ...]


def contacts(reading: Reading, organisation_spans: Sequence[Span] = ()) -> list[Contact]:
    """The contact points of a notice, one per section that gives any, the officer's apart."""
    out: list[Contact] = []
    for officer in (False, True):
        for section in reading.sections:
            mine = [
                s
                for s in reading.sentences
                if s.section is section and _is_officer(reading, s) == officer and not _authority(s)
            ]
            emails = tuple(span for s in mine for span in _emails(reading.notice.text, s.span))
            phones = (
                tuple(span for s in mine for span in _phones(reading, s.span))
                if section.topics & (PEOPLE_TOPICS | {"ControllerTopic"}) or emails
                else ()
            )
            name = (
                next((span for s in mine for span in _people(reading.notice.text, s, organisation_spans)), None)
                if section.topics & PEOPLE_TOPICS
                else None
            )
            if emails or phones or name is not None:
                out.append(Contact(officer, name, emails, phones))
    return out


def email_address(printed: str) -> str:
    """The address as machines write it: «etu (at) esimerkki.fi» is etu@esimerkki.fi."""
    return re.sub(r"\s?[(\[]?(?:@|\(at\)|\[at\])[)\]]?\s?", "@", printed).lower()


def telephone_number(printed: str, language: str) -> str:
    """The number in E.164, or its digits as printed when it is not a valid one."""
    try:
        parsed = phonenumbers.parse(printed, REGIONS[language])
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\d+]", "", printed)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _is_officer(reading: Reading, s: ReadSentence) -> bool:
    """Whether contact details in the sentence are the officer's: its section or words say so, or the heading before did."""
    if "OfficerTopic" in s.section.topics or "OfficerSignal" in s.own_signals:
        return True
    index = next(i for i, section in enumerate(reading.sections) if section is s.section)
    before = reading.sections[index - 1] if index else None
    return (
        before is not None
        and "OfficerTopic" in before.topics
        and not before.sentences
        and "ContactTopic" in s.section.topics
    )


def _authority(s: ReadSentence) -> bool:
    return "AuthoritySignal" in s.own_signals or "ComplaintTopic" in s.section.topics


def _emails(text: str, span: Span) -> Iterator[Span]:
    if not any(text.find(mark, span.start, span.end) >= 0 for mark in _AT):
        return
    for match in _EMAIL.finditer(text, span.start, span.end):
        yield Span(match.start(), match.end() - (1 if match.group().endswith(".") else 0))


def _phones(reading: Reading, span: Span) -> Iterator[Span]:
    text = reading.notice.text
    identifiers = business_ids(text, span)
    for rough in _PHONE_LIKE.finditer(text, span.start, span.end):
        for match in phonenumbers.PhoneNumberMatcher(rough.group(), REGIONS[reading.notice.language]):
            found = Span(rough.start() + match.start, rough.start() + match.end)
            if not any(found.start < i.span.end and i.span.start < found.end for i in identifiers):
                yield found


def _people(text: str, s: ReadSentence, organisations: Sequence[Span]) -> Iterator[Span]:
    for match in _PERSON.finditer(text, s.sentence.start, s.sentence.end):
        span = Span(match.start(), match.end())
        first = {f.start for f in s.cues if f.start == span.start}
        if not any(span.start < o.end and o.start < span.end for o in organisations) and not first:
            yield span


class Secrets:
    """The places in a notice that must not be quoted in public: addresses, numbers and names of people."""

    def __init__(self, reading: Reading, found: Sequence[Contact]) -> None:
        text = reading.notice.text
        everywhere = Span(0, len(text))
        spans = {*_emails(text, everywhere), *_phones(reading, everywhere)}
        for contact in found:
            if contact.name is not None:
                spans.add(contact.name)
                name = text[contact.name.start : contact.name.end]
                spans |= {Span(m.start(), m.end()) for m in re.finditer(re.escape(name), text)}
        self._spans = sorted(spans)
        self._text = text

    def narrowed(self, span: Span) -> Span | None:
        """The longest part of a place without anything that must not be quoted, trimmed; None when nothing is left."""
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
