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
from ontology.lexicon import Lexicon

LONGEST_NAME = 6
LONGEST_SHORT_FORM = 4
"""Letters of a legal form that is an abbreviation («tmi»)."""
_JOINERS = re.compile(r"[ \t]*(?:[&+][ \t]*)?|[ \t]+-[ \t]+")
_HYPHENATED = re.compile(r"\d\d*-[\d-]+")
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
    """A name of an organisation and where it stands; `formal` when a legal form ends it."""

    name: str
    span: Span
    formal: bool = False


@dataclass(frozen=True, slots=True)
class BusinessId:
    """A printed identifier of an organisation; `valid` by its check digit."""

    number: str
    span: Span
    valid: bool


class NameReader:
    """Reads names in sentences of one language, in the nominative, which makes one node of all cases of a name."""

    def __init__(self, lexicon: Lexicon) -> None:
        lemmas = {
            w.lemma: w for e in lexicon.of_kind("LegalForm") for p in e.patterns for s in p.slots for w in s.words
        }
        self._endings = {
            lemma: sorted({f for p in lexicon.forms.of(lemma) for f in p}, key=len, reverse=True)
            for lemma, word in lemmas.items()
            if not word.exact
        }

    def names(
        self, text: str, tokens: Sequence[Token], forms: Sequence[Match], *, opened: bool = False, known: bool = False
    ) -> list[Name]:
        """The names in a sentence by the legal forms found in it, longest first where they overlap, in order of place.

        `opened` when its first word is known to be none of a name: a capital at the beginning tells nothing. `known` when
        it is a word of the language: then it can begin a name with a legal form only («Verkkokauppa Esimerkki Oy»).
        """
        if not forms:
            return []
        kinds = frozenset(i for m in forms if m.entry.values("position") == ("last",) for i in m.tokens)
        found = [
            (span, match)
            for match in forms
            if (span := _name(text, tokens, match, kinds, (int(opened), int(opened or known)))) is not None
        ]
        kept = {s: m for s, m in found if not any(s != o and o.holds(s) for o, _ in found)}
        return [
            Name(
                self._nominative(printed_name(text, span), kept[span]),
                span,
                kept[span].entry.values("position") == ("after",),
            )
            for span in sorted(kept)
        ]

    def _nominative(self, name: str, match: Match) -> str:
        """«Esimerkin Metsästäjäliitolle» is «Esimerkin Metsästäjäliitto»: the kind of organisation without its case."""
        if match.entry.values("position") != ("last",):
            return name
        lemmas = {w.lemma for p in match.entry.patterns for s in p.slots for w in s.words}
        folded = name.lower()
        for lemma in sorted(lemmas, key=len, reverse=True):
            form = next((f for f in self._endings.get(lemma, ()) if folded.endswith(f)), None)
            if form is not None:
                kind = name[len(name) - len(form) :]
                return name[: len(name) - len(form)] + (lemma.capitalize() if kind[0].isupper() else lemma)
        return name


def is_marked(tokens: Sequence[Token], form: Match) -> bool:
    """Whether a legal form that follows a name stands here as one, whatever comes before it."""
    return form.entry.values("position") == ("after",) and _is_form(tokens[form.tokens[0]])


def _name(
    text: str, tokens: Sequence[Token], match: Match, kinds: frozenset[int], least: tuple[int, int]
) -> Span | None:
    """The place of the name that a legal form belongs to.

    `kinds` are the tokens that are only kinds of organisation, `least` are the first that can belong to a name with a
    legal form and to one with a kind of organisation.
    """
    first, last = match.tokens[0], match.tokens[-1]
    (position,) = match.entry.values("position")
    if position == "after":
        begin = max(_backward(text, tokens, first, kinds), least[0])
        return Span(tokens[begin].start, tokens[last].end) if begin < first and _is_form(tokens[first]) else None
    if position == "before":
        end = _forward(text, tokens, last)
        # «tilitoimisto Esimerkki Oy»: in small letters the kind is told of the name and is no part of it.
        begin = first if tokens[first].capital or len(tokens[first].word) <= LONGEST_SHORT_FORM else last + 1
        return Span(tokens[begin].start, tokens[end].end) if end > last else None
    begin = max(_backward(text, tokens, first), least[1])
    if begin == first and (not tokens[first].capital or match.whole):
        return None  # «Yhdistys» alone says what it is, not which one
    if begin < first and kinds.issuperset(range(begin, last + 1)):
        return None  # «Yhdistyksen hallitus»: not which one either
    if _describes(text, tokens, last, match.entry.values("genitive")):
        return None  # «Esimerkin kaupungin opetustoimi» is another than the town
    return Span(tokens[begin].start, tokens[last].end)


def _describes(text: str, tokens: Sequence[Token], last: int, genitive: tuple[str, ...]) -> bool:
    """Whether a word in the genitive belongs to a noun that follows it."""
    if not tokens[last].word.endswith(genitive) or last + 1 == len(tokens):
        return False
    return not text[tokens[last].end : tokens[last + 1].start].strip() and not tokens[last + 1].capital


def _is_form(token: Token) -> bool:
    """A legal form is written with a capital, or in small letters in the way of «ry», but never as part of a sentence."""
    return token.capital or token.word in {"ry", "rf", "oy", "oyj", "ab"}


def _backward(text: str, tokens: Sequence[Token], index: int, kinds: frozenset[int] = frozenset()) -> int:
    """The first token of the capitalised run that ends before `index`; a kind of organisation may stand last in it."""
    begin = index
    while begin > 0 and index - begin < LONGEST_NAME:
        between = text[tokens[begin - 1].end : tokens[begin].start]
        named = tokens[begin - 1].capital or tokens[begin - 1].word.isdigit() or (begin == index and begin - 1 in kinds)
        if not _JOINERS.fullmatch(between) or not named:
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
