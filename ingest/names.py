"""Names of organisations in the text: by legal form, by the kind of organisation, or because they are known.

A name is read as printed and stripped of the case ending after a colon («Esimerkki Oy:n» is «Esimerkki Oy»). Legal forms
and kinds are data (`sel:LegalForm` with a position); known organisations come from `ontology/organisations.ttl` by the
lexicon's OrganisationFacet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
from stdnum.se import orgnr

from ingest.matcher import Match
from ingest.notice import Span
from ingest.tokens import Token

LONGEST_NAME = 6
_JOINERS = re.compile(r"[ \t]*(?:[&+][ \t]*)?|[ \t]+-[ \t]+")
_HYPHENATED = re.compile(r"\d+-[\d-]+")
_BUSINESS_ID = re.compile(r"\d{6,7}-\d|(?:\d{2})?\d{6}-\d{4}|\d{8}-\d")
_CASE = re.compile(r":[^\W\d_]{1,5}$")
_FORMS = frozenset(
    {
        "oy",
        "oyj",
        "ab",
        "abp",
        "ky",
        "ay",
        "ry",
        "rf",
        "osk",
        "tmi",
        "toiminimi",
        "ltd",
        "inc",
        "llc",
        "gmbh",
        "plc",
        "limited",
        "corp",
    }
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an organisation and where it stands."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class BusinessId:
    """A printed identifier of an organisation; `valid` by its check digit."""

    number: str
    span: Span
    valid: bool


def names(text: str, tokens: Sequence[Token], forms: Sequence[Match]) -> list[Name]:
    """The names in a sentence by the legal forms found in it, longest first where they overlap, in order of place."""
    if not forms:
        return []
    found = [span for match in forms if (span := _name(text, tokens, match)) is not None]
    kept = [s for s in found if not any(s != o and o.holds(s) for o in found)]
    return [Name(printed_name(text, span), span) for span in sorted(set(kept))]


def is_marked(tokens: Sequence[Token], form: Match) -> bool:
    """Whether a legal form that follows a name stands here as one, whatever comes before it."""
    return form.entry.values("position") == ("after",) and _is_form(tokens[form.tokens[0]])


def _name(text: str, tokens: Sequence[Token], match: Match) -> Span | None:
    first, last = match.tokens[0], match.tokens[-1]
    (position,) = match.entry.values("position")
    if position == "after":
        begin = _backward(text, tokens, first)
        return Span(tokens[begin].start, tokens[last].end) if begin < first and _is_form(tokens[first]) else None
    if position == "before":
        end = _forward(text, tokens, last)
        return Span(tokens[first].start, tokens[end].end) if end > last else None
    begin = _backward(text, tokens, first)
    base = {f.lemma for p in match.entry.patterns for s in p.slots for f in s.words}
    if begin == first and (not tokens[first].capital or tokens[first].word in base):
        return None  # «Yhdistys» alone says what it is, not which one
    nominative = any(tokens[last].word.endswith(lemma) for lemma in base)
    return Span(tokens[begin].start, tokens[last].end) if nominative else None


def _is_form(token: Token) -> bool:
    """A legal form is written with a capital, or in small letters in the way of «ry», but never as part of a sentence."""
    return token.capital or token.word in {"ry", "rf", "oy", "oyj", "ab"}


def _backward(text: str, tokens: Sequence[Token], index: int) -> int:
    """The first token of the capitalised run that ends before `index`."""
    begin = index
    while begin > 0 and index - begin < LONGEST_NAME:
        between = text[tokens[begin - 1].end : tokens[begin].start]
        if not _JOINERS.fullmatch(between) or not (tokens[begin - 1].capital or tokens[begin - 1].word.isdigit()):
            break
        begin -= 1
    return begin


def _forward(text: str, tokens: Sequence[Token], index: int) -> int:
    """The last token of the capitalised run that begins after `index`."""
    end = index
    while end + 1 < len(tokens) and end - index < LONGEST_NAME:
        if not _JOINERS.fullmatch(text[tokens[end].end : tokens[end + 1].start]) or not tokens[end + 1].capital:
            break
        end += 1
    return end


def printed_name(text: str, span: Span) -> str:
    """The name at a place: white space single, case ending after a colon and surrounding marks cut off."""
    return _CASE.sub("", " ".join(text[span.start : span.end].split())).strip(" ,.;:-–")


def business_ids(text: str, span: Span) -> list[BusinessId]:
    """Business identifiers printed in a part of the text: Finnish Y-tunnus, Swedish organisation number."""
    return [
        BusinessId(m.group(), Span(m.start(), m.end()), _valid(m.group()))
        for m in _HYPHENATED.finditer(text, span.start, span.end)
        if _BUSINESS_ID.fullmatch(m.group()) and text[max(m.start() - 1, 0)] != "-"
    ]


def _valid(number: str) -> bool:
    module = orgnr if re.fullmatch(r"\d{6}-\d{4}", number) else ytunnus
    try:
        module.validate(number.zfill(9) if module is ytunnus else number)
    except ValidationError:
        return False
    return True


def slug(name: str) -> str:
    """The IRI step of an organisation known by name only: lower case, no accents, hyphens."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("&", " ja ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "unnamed"


def bare(name: str) -> str:
    """A name without its legal form, folded, for comparing."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name.lower()))
    return " ".join(w for w in words if w not in _FORMS) or " ".join(words)
