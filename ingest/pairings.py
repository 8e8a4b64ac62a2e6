"""Which purpose a legal basis is given for, where the text pairs them: one sentence, one list item, one table row.

GDPR Art. 13(1)(c) asks for the purposes and the basis *for the processing*; a notice that lists both apart leaves the reader to
guess. Where one sentence, or a sentence and the items it introduces, names them together, the purpose's claim says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.claims import Claim, Iri
from ingest.mentions import Reading, ReadSentence
from ingest.modality import Modality
from ingest.notice import Span
from ontology.namespaces import DPV

PURPOSE, BASIS = "purpose/", "legal-basis/A"
MOST_BASES = 1
"""Bases in one sentence. Where it names several, it does not say which one is for which purpose."""


def paired(reading: Reading, claims: Sequence[Claim]) -> list[Claim]:
    """The claims, with the basis (`dpv:hasLegalBasis`) on those of purposes for which the text names one."""
    bases: dict[int, set[str]] = {}
    for claim in claims:
        if claim.key.startswith(BASIS) and claim.polarity.modality is not Modality.NEGATED:
            for sentence in _sentences(reading, claim.spans):
                bases.setdefault(_unit(sentence), set()).add(claim.path)
    return [_with_basis(reading, claim, bases) if claim.key.startswith(PURPOSE) else claim for claim in claims]


def _with_basis(reading: Reading, claim: Claim, bases: dict[int, set[str]]) -> Claim:
    found: set[str] = set()
    for sentence in _sentences(reading, claim.spans):
        own = bases.get(_unit(sentence))
        given = own if own or sentence.lead is None else bases.get(_unit(sentence.lead))
        if given and len(given) <= MOST_BASES:
            found |= given
    values = tuple((str(DPV.hasLegalBasis), Iri(f"./{path}")) for path in sorted(found))
    return claim._replace(values=(*claim.values, *values)) if values else claim


def _unit(sentence: ReadSentence) -> int:
    """What names things together: the row of a table (its number, negative), else the sentence (where it begins)."""
    return -sentence.section.row or sentence.sentence.start


def _sentences(reading: Reading, spans: Sequence[Span]) -> list[ReadSentence]:
    return [s for span in spans if (s := reading.sentence_at(span)) is not None]
