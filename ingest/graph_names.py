"""The names that graphs have in a store (data-model section 6), and which of them are not for the public."""

from __future__ import annotations

import re

from ingest.store_errors import BadGraphName

CONTACTS = "/contacts"
OWN_GRAPHS = ("", CONTACTS, "/inferred", "/report", "/text")
"""What a notice's IRI has behind it in the names of its graphs."""
_NOTICE = re.compile(rf"notice/[0-9A-Za-z._~-]+({'|'.join(OWN_GRAPHS[1:])})?")
_SHARED = re.compile(r"graph/[0-9A-Za-z._~-]+")


def of_notice(graph: str, base: str) -> str:
    """What the name of a notice's graph has behind the notice's IRI. Raises BadGraphName."""
    match = _NOTICE.fullmatch(graph.removeprefix(base)) if graph.startswith(base) else None
    if match is None:
        raise BadGraphName(graph, f"{base}notice/…")
    return match.group(1) or ""


def shared(graph: str, base: str) -> str:
    """The name of a shared graph, as it is. Raises BadGraphName."""
    if not graph.startswith(base) or not _SHARED.fullmatch(graph.removeprefix(base)):
        raise BadGraphName(graph, f"{base}graph/…")
    return graph
