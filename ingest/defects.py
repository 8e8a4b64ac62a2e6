"""Defects of the text itself: a heading with nothing under it, a placeholder left in, a scar of search and replace.

They are findings, not claims: the notice does not say them, it shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.claims import Claim
from ingest.mentions import Reading, ReadSentence
from ingest.modality import Modality
from ingest.names import business_ids
from ingest.notice import Span
from ingest.sections import Section
from ontology.namespaces import SEL

_FILL_IN = re.compile(
    r"\[(?=[^\]\n]*[^\W\d_]{3})[^\]\n(]{3,60}\](?!\()|____+|x(?<!\w\w)[xX]{2,}(?!\w)|X(?<!\w\w)[xX]{2,}(?!\w)"
    r"|<(?=[^>\n]*\s)[^>\n@/]{3,50}>|\.\.\.\.\.\.+|\{\{?[^}\n]{2,40}\}\}?"
)
"""Each alternative begins with a character of its own, by which the text is skipped through fast."""
_DEAD_LINK = re.compile(r"\]\(\s*#?\s*\)")
_NOTHING = re.compile(r"[\s\-–—.:*_/]*\Z")
_SIGNALLED = (
    ("ScarSignal", "ReplacementScar"),
    ("OutdatedAuthoritySignal", "OutdatedAuthority"),
    ("AcceptanceByUseSignal", "AcceptanceByUse"),
)
_LIMITS = {str(SEL.ExerciseBySignedRequest): "SignedRequestDemand", str(SEL.ExerciseOncePerYear): "YearlyAccessLimit"}
"""Ways of exercising rights that the GDPR does not let a controller demand."""
_NO_CONTENT_NEEDED = frozenset({"TitleTopic", "ContentsTopic"})


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect: local name of its class, where it is, and what stands there."""

    kind: str
    span: Span


def defects(reading: Reading) -> Iterator[Defect]:
    """The defects of a notice's text, in order of kind and place."""
    yield from _layout(reading)
    for s in (*reading.headings, *reading.sentences):
        yield from _misspelt(s)
    for s in reading.sentences:
        yield from _worded(reading.notice.text, s)


def _misspelt(s: ReadSentence) -> Iterator[Defect]:
    """Key terms with a slip in them."""
    for token in [t for t in s.sentence.tokens if t.readings.correction]:
        yield Defect("Misspelling", Span(token.start, token.end))


def limits(reading: Reading, claims: Iterable[Claim]) -> Iterator[Defect]:
    """Limits on the rights that the notice tells (GDPR Art. 12(2) and (5)), each with the sentence that tells it."""
    for claim in claims:
        kind = _LIMITS.get(claim.concept or "")
        if kind is not None and claim.polarity.modality is not Modality.NEGATED:
            told = {s.span for span in claim.spans if (s := reading.sentence_at(span)) is not None}
            yield from (Defect(kind, span) for span in sorted(told))


def _layout(reading: Reading) -> Iterator[Defect]:
    """Empty sections, gaps to fill in, links that lead nowhere."""
    text = reading.notice.text
    begun = False
    for number, section in enumerate(reading.sections):
        following = reading.sections[number + 1] if number + 1 < len(reading.sections) else None
        begun = begun or bool(section.number) or (section.heading is not None and bool(section.sentences))
        if (
            begun
            and section.heading is not None
            and _labels(text, section.heading)
            and _empty(text, section, following)
        ):
            yield Defect("EmptySection", section.heading)
    for match in _FILL_IN.finditer(text):
        yield Defect("Placeholder", Span(match.start(), match.end()))
    for match in _DEAD_LINK.finditer(text):
        start = text.rfind("[", 0, match.start())
        yield Defect("DeadLink", Span(max(start, 0), match.end()))


def _worded(text: str, s: ReadSentence) -> Iterator[Defect]:
    """What single words show: placeholders, scars, authorities that have moved or ended, wrong identifiers."""
    for cue in s.signalled("PlaceholderSignal"):
        if text[max(cue.start - 1, 0)] == "(" and text[cue.end : cue.end + 1] == ")":
            yield Defect("Placeholder", Span(cue.start - 1, cue.end + 1))
    for signal, kind in _SIGNALLED:
        for cue in s.signalled(signal):
            yield Defect(kind, Span(cue.start, cue.end))
    if "ControllerTopic" in s.section.topics:
        for identifier in business_ids(text, s.span):
            if not identifier.valid:
                yield Defect("InvalidIdentifier", identifier.span)


def _labels(text: str, heading: Span) -> bool:
    """Whether a heading only names what should follow: it is no sentence, and no label with its answer behind it."""
    printed = text[heading.start : heading.end]
    return not printed.endswith(".") and ": " not in printed


def _empty(text: str, section: Section, following: Section | None) -> bool:
    """Whether a heading stands over nothing: no content, and no subheading that carries the content."""
    if not section.topics or section.topics & _NO_CONTENT_NEEDED:
        return False
    if any(not _NOTHING.fullmatch(text[s.start : s.end]) for s in section.sentences):
        return False
    if following is None:
        return True
    if following.heading is None:
        return False  # a table stands under it
    deeper = bool(section.number) and following.number.startswith(section.number + ".")
    deeper = deeper or 0 < section.level < following.level
    return (
        not deeper
        and not (following.topics & section.topics)
        and not (section.topics & {"OfficerTopic", "ControllerTopic"} and "ContactTopic" in following.topics)
    )
