"""The formats an answer can have, by its kind: SPARQL 1.1 results (JSON, XML, CSV, TSV) and RDF 1.1 serialisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

Kind = Literal["solutions", "boolean", "graph"]

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"

_RESULTS: Mapping[str, str] = {
    JSON: "json", XML: "xml", CSV: "csv", TSV: "tsv", "application/json": "json", "application/xml": "xml",
    "text/xml": "xml",
}  # fmt: skip
_GRAPHS: Mapping[str, str] = {
    TURTLE: "turtle", "application/n-triples": "n-triples", "application/n-quads": "n-quads",
    "application/trig": "trig", "application/rdf+xml": "rdf-xml", "application/ld+json": "json-ld",
    "text/plain": "n-triples", "application/x-turtle": "turtle", "application/json": "json-ld",
    "application/xml": "rdf-xml", "text/xml": "rdf-xml",
}  # fmt: skip
MEDIA_TYPES: Mapping[Kind, Mapping[str, str]] = {"solutions": _RESULTS, "boolean": _RESULTS, "graph": _GRAPHS}
"""For each kind, media type to syntax; the first is the one given to who asks for anything."""


def choose(kind: Kind, wanted: Sequence[str]) -> str | None:
    """The first media type of `wanted` (best first; `*/*` and `text/*` count) that can carry `kind`; or None."""
    offered = MEDIA_TYPES[kind]
    for one in wanted:
        bare = one.split(";", 1)[0].strip().lower()
        if bare in offered:
            return bare
        if bare.endswith("/*"):
            family = bare.removesuffix("*")
            for media_type in offered:
                if bare == "*/*" or media_type.startswith(family):
                    return media_type
    return None
