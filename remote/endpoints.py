"""The addresses of a SPARQL server: where it takes queries and updates, found by asking `ASK {}` where servers have them.

Known layouts: Oxigraph `/query`, `/update`; Apache Jena Fuseki `/DATASET/query`, `/DATASET/update`; RDF4J and GraphDB
`/repositories/ID`, `…/statements`; one address for everything (`/sparql`, Virtuoso, QLever). Seloste's own server is
one of those that take queries only.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from remote import errors
from remote.access import RESULTS, Access, failed, refused
from remote.location import Remote
from remote.rows import NotResults, RowReader

_ASK = "ASK {}"
_NOTHING = "INSERT DATA {}"
_FUSEKI = "Fuseki-Request-Id"
FORM, DIRECT = "form", "application/sparql-update"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send what. `update` is None where nothing may be written; `server` is how the server calls itself."""

    query: str
    update: str | None = None
    update_body: str = DIRECT
    server: str = ""

    @property
    def limits(self) -> bool:
        """Whether the server is one that takes `timeout`, in seconds, beside a query (Fuseki, RDF4J, GraphDB)."""
        name = self.server.lower()
        return "fuseki" in name or "graphdb" in name or "/repositories/" in self.query


def find(remote: Remote, access: Access, client: httpx.Client, *, writing: bool = True) -> Endpoint:
    """Find out where queries and, if `writing`, updates go. Raises RemoteError."""
    query, server = _query(remote, access, client)
    if not writing:
        return Endpoint(query, server=server)
    for update in _updates(query, access):
        for body in (DIRECT, FORM):
            response = _sent(client, update, _NOTHING, body, access)
            if response.is_success:
                return Endpoint(query, update, body, server)
    return Endpoint(query, server=server)


def _query(remote: Remote, access: Access, client: httpx.Client) -> tuple[str, str]:
    candidates = (access.query,) if access.query else (f"{remote.url}/query", f"{remote.url}/sparql", remote.url)
    tried: list[str] = []
    for url in candidates:
        try:
            response = client.post(url, data={"query": _ASK}, headers={"Accept": RESULTS})
        except httpx.HTTPError as error:
            raise failed(url, error, access.timeout) from error
        if response.is_success:
            reader = RowReader()
            try:
                reader.feed(response.content)
                if reader.end() is not None:
                    return url, "Fuseki" if _FUSEKI in response.headers else response.headers.get("server", "")
            except NotResults as error:
                tried.append(f"{url}: {error}")
                continue
        found = refused(url, response, response.content)
        if isinstance(found, errors.Unauthorised | errors.Overloaded):
            raise found
        tried.append(f"{url}: {response.status_code}")
    raise errors.NotSparql(remote.url, "; ".join(tried))


def _updates(query: str, access: Access) -> tuple[str, ...]:
    if access.update:
        return (access.update,)
    if "/repositories/" in query:
        return (f"{query}/statements",)
    stem, _, last = query.rpartition("/")
    return (f"{stem}/update", query) if last in ("query", "sparql") else (query,)


def _sent(client: httpx.Client, url: str, text: str, body: str, access: Access) -> httpx.Response:
    try:
        if body == FORM:
            return client.post(url, data={"update": text})
        return client.post(url, content=text.encode(), headers={"Content-Type": DIRECT})
    except httpx.HTTPError as error:
        raise failed(url, error, access.timeout) from error
