"""E-mail addresses and telephone numbers of a text, found once: whose they are is decided elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import phonenumbers

from ingest.names import business_ids
from ingest.notice import Notice, Span

_EMAIL = re.compile(
    r"[\w.+-]+(?:\s?[(\[]?(?:@|\(at\)|\[at\]|\(a\)|\[a\])[)\]]?\s?)(?:[\w-]+\.)+[A-Za-z]{2,15}(?![^\W_])", re.UNICODE
)
_AT = re.compile(r"@|\(at\)|\[at\]|\(a\)|\[a\]")
_LOCAL_PART = re.compile(r"[\w.+-]+\s?[(\[]?\Z")
_LONGEST_LOCAL_PART = 66
_PHONE_LIKE = re.compile(r"[+(\d](?:(?<=\+)\(?\d|(?<=\()\d|(?<=\d))[\d\s()/-]{5,}\d")
"""Signs that are optional before a digit; it begins with one set of characters, by which the text is skipped through fast."""
_ACT = re.compile(r"\(?[1-9]\d{0,3}/\d{2,4}")
"""The number of an act («2016/679»), which is no telephone number and what most of those are that look like one."""
_MONTH = re.compile(r"\(?(?:0?[1-9]|1[0-2])/(?:19|20)\d\d")
"""A month of a year («03/2027»), which the rules of some countries would take for a telephone number."""
REGIONS = {"fi": "FI", "sv": "SE", "en": "GB"}


class ContactDetails:
    """Where a notice prints addresses and numbers; parts of it are asked for by place."""

    def __init__(self, notice: Notice) -> None:
        self.emails = tuple(_emails(notice.text))
        self.phones = tuple(_phones(notice))

    def emails_in(self, span: Span) -> tuple[Span, ...]:
        """The addresses that lie within a place."""
        return _within(self.emails, span)

    def phones_in(self, span: Span) -> tuple[Span, ...]:
        """The telephone numbers that lie within a place."""
        return _within(self.phones, span)


def email_address(printed: str) -> str:
    """The address as machines write it: «etu (at) esimerkki.fi» is etu@esimerkki.fi."""
    return re.sub(r"\s?[(\[]?(?:@|\(at\)|\[at\]|\(a\)|\[a\])[)\]]?\s?", "@", printed).lower()


def telephone_number(printed: str, language: str) -> str:
    """The number in E.164, or its digits as printed when it is not a valid one."""
    try:
        parsed = phonenumbers.parse(printed, REGIONS[language])
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\d+]", "", printed)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _within(spans: Sequence[Span], place: Span) -> tuple[Span, ...]:
    if not spans:
        return ()
    first = bisect_left(spans, Span(place.start, place.start))
    last = bisect_left(spans, Span(place.end, place.end))
    return tuple(span for span in spans[first:last] if span.end <= place.end)


def _emails(text: str) -> Iterator[Span]:
    """Looked for from their «@», since the rest of an address looks like any word."""
    end = 0
    for mark in _AT.finditer(text):
        before = _LOCAL_PART.search(text, max(end, mark.start() - _LONGEST_LOCAL_PART), mark.start())
        match = _EMAIL.match(text, before.start()) if before is not None else None
        if match is not None and match.start() >= end:
            end = match.end()
            yield Span(match.start(), end - 1 if match.group().endswith(".") else end)


def _phones(notice: Notice) -> Iterator[Span]:
    text = notice.text
    identifiers = business_ids(text, Span(0, len(text)))
    for rough in _PHONE_LIKE.finditer(text):
        digits = rough.start() + len(rough.group()) - len(rough.group().lstrip("+("))
        identified = any(i.span.start <= digits and rough.end() <= i.span.end for i in identifiers)
        if identified or _ACT.fullmatch(rough.group()) or _MONTH.fullmatch(rough.group()):
            continue
        for match in phonenumbers.PhoneNumberMatcher(rough.group(), REGIONS[notice.language]):
            found = Span(rough.start() + match.start, rough.start() + match.end)
            if not any(found.start < i.span.end and i.span.start < found.end for i in identifiers):
                yield found
