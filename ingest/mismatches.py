"""Headings that are answered with something else: «Consent», and under it a contract; «Right to object», and under it access.

A heading that promises one legal basis or one right (GDPR Art. 13(1)(c), 13(2)(b)) is answered when what stands under it
claims that one, or a narrower one. A section that claims others of the kind and not the promised one misleads its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.claims import Claim
from ingest.defects import Defect
from ingest.mentions import Reading, ReadSentence
from ingest.notice import Span
from ontology.vocabulary import Vocabulary

BASIS_TOPICS = frozenset({"LegalBasisTopic", "InterestTopic", "ConsentTopic"})


def mismatches(reading: Reading, claims: Sequence[Claim], vocabulary: Vocabulary) -> Iterator[Defect]:
    """The headings of a notice whose sections answer with something else, in order of place."""
    for heading in reading.headings:
        promised = _promised(heading)
        if promised is None:
            continue
        kind, concept = promised
        section = heading.section
        place = Span(heading.span.end, section.end)
        said = {c.concept for c in claims if c.concept and c.key.startswith(kind) and any(map(place.holds, c.spans))}
        if said and not any(concept == other or concept in vocabulary.broader(other) for other in said):
            yield Defect("HeadingMismatch", heading.span)


def _promised(heading: ReadSentence) -> tuple[str, str] | None:
    """The one concept that a heading promises, with the key under which claims of its kind stand."""
    section = heading.section
    rights = section.announces | {m.entry.denotes for m in heading.of("RightFacet") if m.entry.denotes}
    if section.announces and len(rights) == 1:
        return "right/", next(iter(rights))
    bases = {m.entry.denotes for m in heading.of("LegalBasisFacet") if m.entry.denotes}
    if len(bases) == 1 and not section.announces and section.topics and section.topics <= BASIS_TOPICS:
        return "legal-basis/", bases.pop()
    return None
