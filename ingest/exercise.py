"""How rights are exercised (GDPR Art. 12): which request, where, with which limits, linked from the rights it is told for.

A way that is told in the sentence of a right belongs to that right; one told beside rights in a section, to those; one
told alone, to all rights that the notice grants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.claims import Claim, Iri
from ingest.mentions import Reading
from ingest.modality import Modality
from ontology.namespaces import DPV

EXERCISE, RIGHT = "exercise/", "right/"


def exercised(reading: Reading, claims: Sequence[Claim]) -> list[Claim]:
    """The claims, each right with the ways in which the notice says that it is exercised (`dpv:isExercisedAt`)."""
    rights = [c for c in claims if c.key.startswith(RIGHT) and c.polarity.modality is not Modality.NEGATED]
    ways: dict[str, set[str]] = {}
    for claim in claims:
        if claim.key.startswith(EXERCISE) and claim.polarity.modality is not Modality.NEGATED:
            for path in _rights(reading, claim, rights):
                ways.setdefault(path, set()).add(claim.path)
    return [_with_ways(claim, ways.get(claim.path, ())) for claim in claims]


def _with_ways(claim: Claim, ways: Iterable[str]) -> Claim:
    if claim.key.startswith(EXERCISE):
        return claim._replace(properties=())
    values = tuple((str(DPV.isExercisedAt), Iri(f"./{path}")) for path in sorted(ways))
    return claim._replace(values=(*claim.values, *values)) if values else claim


def _rights(reading: Reading, way: Claim, rights: Sequence[Claim]) -> set[str]:
    """The rights that a way of exercising is told for, by path."""
    sentences = [s for span in way.spans if (s := reading.sentence_at(span)) is not None]
    for places in ([s.span for s in sentences], [s.section for s in sentences]):
        near = {r.path for r in rights if any(p.start <= a.start and a.end <= p.end for p in places for a in r.spans)}
        if near:
            return near
    return {r.path for r in rights}
