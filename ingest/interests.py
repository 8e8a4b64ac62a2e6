"""The legitimate interest pursued: the words that say which one, on the claim of the basis (GDPR Art. 13(1)(d))."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.claims import Claim, Words
from ingest.mentions import Reading, ReadSentence
from ingest.notice import Span
from ontology.namespaces import SEL

BASIS = "A6-1-f"
_CITES = re.compile(r"(?<!\d)6\s?(?:[.(:]|art|§|kohta|\s1\b)", re.IGNORECASE)
"""An article in brackets behind the basis («6(1)(f)») is not the interest."""
_INTRODUCED = re.compile(r"\s*(?:\([a-f]\)|artikla|kohta)?\s*(?:[—–:(]|-\s)\s*(?=\w)")


def interest_claims(reading: Reading, claims: Sequence[Claim]) -> list[Claim]:
    """The claims with the interest's words added to those of Art. 6(1)(f) that state it."""
    out: list[Claim] = []
    for claim in claims:
        words = _interest(reading, claim) if claim.key.startswith("legal-basis/" + BASIS) else None
        out.append(
            claim
            if words is None
            else claim._replace(values=(*claim.values, (str(SEL.legitimateInterestPursued), Words(words))))
        )
    return out


def _interest(reading: Reading, claim: Claim) -> Span | None:
    """The words after the basis that tell the interest: introduced by the lexicon's cues, or by a dash, colon or bracket."""
    for span in claim.spans:
        sentence = reading.sentence_at(span)
        if sentence is None:
            continue
        for mention in sentence.of("InterestFacet"):
            if mention.end < sentence.sentence.end - 3:
                return _ended(reading, Span(mention.end, sentence.sentence.end))
        introduced = _INTRODUCED.match(reading.notice.text, span.end, sentence.sentence.end)
        if introduced is not None and introduced.end() < sentence.sentence.end:
            return _ended(reading, Span(introduced.end(), sentence.sentence.end))
        following = _listed(reading, sentence)
        if following is not None:
            return following
    return None


def _listed(reading: Reading, sentence: ReadSentence) -> Span | None:
    """The list that the sentence introduces, when it ends with a colon."""
    if not reading.text(sentence.span).endswith(":"):
        return None
    items = [s for s in reading.sentences if s.lead is sentence]
    return Span(items[0].sentence.start, items[-1].sentence.end) if items else None


def _ended(reading: Reading, span: Span) -> Span | None:
    text = reading.text(span)
    stripped = text.strip(" ,.:;()\n—–-")
    if len(stripped) < 3 or _CITES.search(stripped[:30]):
        return None
    start = span.start + text.index(stripped)
    return Span(start, start + len(stripped))
