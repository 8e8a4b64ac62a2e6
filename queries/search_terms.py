"""Text search inside SPARQL: an IRI that stands for its hits in a VALUES block.

`<https://w3id.org/seloste/search?text=…>` in a query names a search, its text percent-encoded. In

    VALUES ?hit { <https://w3id.org/seloste/search?text=marketing> }
    VALUES (?hit ?rank) { (<https://w3id.org/seloste/search?text=marketing&language=en> UNDEF) }

the hits of the snapshot's index take its place before the query is parsed: selectors of quotes (`oa:exact`) and notices
with that title; with their rank, 1 for the closest, where `UNDEF` stands beside it. Further fields: `language` (fi, sv,
en), `in` (quote or title), `facet`, `modality`, `limit` (at most 1000). Both the query as written and the one with the
hits are SPARQL, and a field can put nothing but IRIs into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from ontology.stems import LANGUAGES
from queries.parameters import ALL, FACETS, modalities
from queries.text_search import MAX_HITS, Search

SEARCH: Final = "https://w3id.org/seloste/search?"
_KINDS = ("quote", "title")
# As in queries.screening: what is inside a comment or a string is not touched.
_TOKEN = re.compile(
    r"""
      \#[^\n\r]*+
    | \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3}|\Z)
    | '{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)
    | "(?:[^"\\\n\r]|\\.)*+(?:"|(?=[\n\r])|\Z)
    | '(?:[^'\\\n\r]|\\.)*+(?:'|(?=[\n\r])|\Z)
    | \(\s*+<(?P<ranked>https://w3id\.org/seloste/search\?[^<>"{}|^`\\\x00-\x20]*+)>\s*+(?i:UNDEF)\s*+\)
    | <(?P<listed>https://w3id\.org/seloste/search\?[^<>"{}|^`\\\x00-\x20]*+)>
    | <[^<>"{}|^`\\\x00-\x20]*+>
    """,
    re.VERBOSE | re.DOTALL,
)


class BadSearch(ValueError):
    """A search that says something that cannot be looked for."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"The search in this query cannot be used: {field} must be {expected}.")


def expand(query: str, hits: Callable[[Search], Sequence[str]]) -> str:
    """The query with the hits in the place of its searches. Raises BadSearch."""
    if SEARCH not in query:
        return query

    def written(match: re.Match[str]) -> str:
        ranked, listed = match.group("ranked", "listed")
        if ranked is not None:
            return " ".join(f"(<{iri}> {rank})" for rank, iri in enumerate(hits(parsed(ranked)), start=1))
        return match.group() if listed is None else " ".join(f"<{iri}>" for iri in hits(parsed(listed)))

    return _TOKEN.sub(written, query)


def parsed(iri: str) -> Search:
    """The search that an IRI names. Raises BadSearch."""
    try:
        fields = dict(parse_qsl(iri.removeprefix(SEARCH), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError as error:
        raise BadSearch("its address", "fields such as text=…&language=fi, percent-encoded in UTF-8") from error
    given = {name: value for name, value in fields.items() if value and value != ALL}
    unknown = set(fields) - {"text", "language", "in", "facet", "modality", "limit"}
    if unknown:
        raise BadSearch(
            "its fields", f"text, language, in, facet, modality and limit, not {', '.join(sorted(unknown))}"
        )
    limit = given.get("limit", "500")
    if not re.fullmatch("[0-9]{1,6}", limit):
        raise BadSearch("limit", f"a number up to {MAX_HITS}")
    facet, language = _one_of(given, "facet", FACETS), _one_of(given, "language", LANGUAGES)
    modality = given.get("modality", "any")
    chosen = modalities(modality)
    if chosen is None:
        raise BadSearch("modality", "asserted, possible, conditional, negated, all or any")
    return Search(
        text=given.get("text", ""),
        languages=(language,) if language else LANGUAGES,
        kind=_one_of(given, "in", _KINDS),
        classes=tuple(re.split("[#/]", iri)[-1].lower() for iri in FACETS[facet]) if facet else (),
        # Any includes what has no modality, such as a defect.
        modalities=() if modality == "any" else tuple(name.lower() for name in chosen),
        limit=int(limit),
    )


def _one_of(given: Mapping[str, str], field: str, values: Sequence[str] | Mapping[str, object]) -> str:
    value = given.get(field, "").lower()
    if value and value not in values:
        raise BadSearch(field, f"one of {', '.join(values)}")
    return value
