"""What a worker does for a query that a server answers: reads it before it is sent, and writes the answer as it was asked for.

The query is parsed against an empty store, so that its errors have a line and a column and its kind is known; searches
in it are replaced by their hits. The answer comes as SPARQL results JSON or N-Triples, whatever the visitor wants.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from queries import evaluation_results as results
from queries import formats, search_terms
from queries.formats import Kind
from queries.text_search import Search, TextIndex

Frame = tuple[dict[str, Any], bytes]


def read(request: dict[str, Any], query: str) -> Frame:
    """The kind of the query's answer, the format it will be given in, and the text with the hits of its searches.

    Raises SyntaxError, BadSearch or IndexUnreadable.
    """

    def hits(search: Search) -> list[str]:
        with contextlib.closing(TextIndex(Path(request["index"]))) as index:
            return index.hits(search)

    query = search_terms.expand(query, hits)
    found = ox.Store().query(query, base_iri=request["base"], prefixes=request["prefixes"])
    kind: Kind = "graph"
    if isinstance(found, ox.QuerySolutions):
        kind = "solutions"
    elif isinstance(found, ox.QueryBoolean):
        kind = "boolean"
    media_type = formats.choose(kind, request["wanted"])
    if media_type is None:
        return {"error": "format", "kind": kind}, b""
    names = [variable.value for variable in found.variables] if isinstance(found, ox.QuerySolutions) else []
    return {"kind": kind, "media_type": media_type, "names": names}, query.encode()


def write(request: dict[str, Any], body: str) -> Frame:
    """The server's answer in the format asked for. Raises SyntaxError or ValueError when it cannot be read."""
    kind, media_type = cast("Kind", request["kind"]), request["media_type"]
    syntax = formats.MEDIA_TYPES[kind][media_type]
    bounds = results.Bounds(request["max_rows"], request["max_bytes"])
    if kind == "graph":
        triples = (quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES))
        written = results.graph(triples, syntax, bounds, request["prefixes"])
    else:
        answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if isinstance(answer, ox.QuerySolutions):
            written = results.solutions(answer, syntax, bounds)
        else:
            written = results.boolean(bool(answer), syntax)
    header = {"kind": kind, "media_type": media_type, "rows": written.rows, "truncated": written.truncated}
    return header, written.body
