"""The SPARQL 1.1 Graph Store HTTP Protocol, its reading half: GET and HEAD of one graph (sections 4.2, 5.2 and 5.6).

A graph is named indirectly, by `?graph=IRI` or `?default`. Notices and shared graphs have addresses of their own as
well: their IRIs are served under `/id/`. Graphs with contact details of named people are never given here, whatever the
server's settings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.protocol import BadRequest, fields_of

# RFC 3987, as far as it is needed for an IRI to stand between angle brackets (SPARQL 1.1, IRIREF).
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|^`\\]+")
_CONTACTS = "/contacts"


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """The graph that is asked for; without `iri`, the default graph."""

    iri: str | None
    format: str | None = None

    @property
    def hidden(self) -> bool:
        """Whether this is a graph that is not for the public (data-model section 6)."""
        return self.iri is not None and self.iri.endswith(_CONTACTS)

    def construct(self) -> str:
        """The query for the graph's triples."""
        pattern = "?s ?p ?o" if self.iri is None else f"GRAPH <{self.iri}> {{ ?s ?p ?o }}"
        return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"


def parse(query_string: str) -> GraphRequest:
    """Read a request; `query_string` is that of the URL, still percent-encoded. Raises BadRequest."""
    fields = fields_of(query_string, "The query string")
    graphs = [value for name, value in fields if name == "graph"]
    defaults = [value for name, value in fields if name == "default"]
    if len(graphs) + len(defaults) != 1:
        raise BadRequest("Name one graph: ?graph= with its IRI, percent-encoded, or ?default.")
    if graphs and not _ABSOLUTE.fullmatch(graphs[0]):
        raise BadRequest("'graph' must be an absolute IRI. Percent-encode it.")
    return GraphRequest(graphs[0] if graphs else None, dict(fields).get("format") or None)
