"""`/id/…`: a resource as a page or as RDF at one IRI; notices and organisations have pages of their own."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NoReturn

from ontology.namespaces import DPV
from server import linked_data, relations
from server.annotations import Annotations
from server.linked_data import Resource
from server.negotiation import preferred
from server.notice_pages import DOWNLOADS, NoticePages, alternates
from server.organisation_pages import OrganisationPages
from server.protocol import GRAPHS, HTML, Operation, wanted
from server.rendering import Renderer
from server.results import Row, Table, Term
from server.service import Reply, Service, Visit
from server.tables import Cell, Reader

_TEXT: Final = "text/plain"
OFFERED: Final = (*GRAPHS, "application/x-turtle", "text/plain", HTML)
_NAMES = (DPV.hasName, "http://purl.org/dc/terms/title", "http://www.w3.org/2004/02/skos/core#prefLabel")


class NotFound(LookupError):
    """Nothing is known of the resource `iri` (empty when no resource can have that address)."""

    def __init__(self, iri: str) -> None:
        self.iri = iri
        super().__init__(f"Nothing is known of <{iri}>.")


class ResourcePages:
    """Answers for linked data."""

    def __init__(self, service: Service, renderer: Renderer) -> None:
        self._service, self._renderer = service, renderer
        self._notices, self._organisations = NoticePages(service, renderer), OrganisationPages(service, renderer)
        self._annotations = Annotations(service)

    async def show(self, visit: Visit, path: str) -> Reply:
        """The resource at `/id/` + `path`. Raises NotFound, NotAcceptable or any QueryError."""
        resource = linked_data.resource(self._service.settings.base, path)
        if resource is None:
            raise NotFound("")
        if resource.annotations:
            return await self._annotations.container(visit, resource) or _missing(resource)
        if resource.text and _plain(visit):
            return await self._annotations.text(visit, resource) or _missing(resource)
        media = wanted(visit.accept, visit.fields.get("format"), OFFERED)
        if media[0] != HTML:
            reply = await self._service.data(visit, Operation(resource.construct()), media)
            if reply.rows == 0:
                raise NotFound(resource.iri)
            linked = relations.header(alternates(visit, resource.iri))
            return Reply(reply.body, reply.media_type, reply.status, {**reply.headers, **linked}, reply.rows)
        tag, known = self._service.kept(visit)
        if known:
            return known
        if resource.notice:
            return await self._notices.show(visit, resource, tag) or _missing(resource)
        own = await self._organisations.show(visit, resource, tag) if resource.organisation else None
        return own or await self._resource(visit, resource, tag)

    async def _resource(self, visit: Visit, resource: Resource, tag: str) -> Reply:
        reader = self._service.reader(visit)
        said, _ = await self._service.table(resource.statements())
        mentions, answer = await self._service.table(resource.mentions())
        if not said.rows and not mentions.rows and not (resource.graph and await self._holds(resource)):
            raise NotFound(resource.iri)
        title = _title(said, visit.language) or resource.iri.removeprefix(resource.base)
        page = self._renderer.page(
            "resource.html", visit, iri=resource.iri, title=title,
            statements=_statements(said, reader), mentions=_mentions(mentions, reader), downloads=DOWNLOADS,
            cut=len(mentions.rows) > linked_data.LIMIT, graph=resource.graph,
        )  # fmt: skip
        linked = relations.header(alternates(visit, resource.iri))
        return Reply(page.body, HTML, 200, {**page.headers, **linked, **self._service.headers(answer, tag)})

    async def _holds(self, resource: Resource) -> bool:
        table, _ = await self._service.table(f"ASK {{ GRAPH <{resource.iri}> {{ ?s ?p ?o }} }}")
        return bool(table.boolean)


def _plain(visit: Visit) -> bool:
    """Whether the text itself is asked for, and not what is said of it: text/plain means N-Triples elsewhere."""
    named = visit.fields.get("format")
    if named:
        return named == _TEXT
    return preferred(visit.accept, (_TEXT, HTML, *GRAPHS))[:1] == (_TEXT,)


def _missing(resource: Resource) -> NoReturn:
    raise NotFound(resource.iri)


def _title(said: Table, language: str) -> str:
    for predicate in _NAMES:
        found = {row["o"].language: row["o"].value for row in said.rows if row["p"].value == str(predicate)}
        if found:
            return found.get(language) or found.get("") or next(iter(found.values()))
    return ""


def _statements(said: Table, reader: Reader) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """Property and values, in the order of the answer."""
    grouped: dict[str, list[Cell]] = defaultdict(list)
    for row in said.rows:
        grouped[reader.names.label(row["p"].value, reader.messages)].append(reader.term(row["o"]))
    return tuple((label, tuple(cells)) for label, cells in grouped.items())


def _mentions(mentions: Table, reader: Reader) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """Property and who points here by it: a notice by its controller and title, anything else by its own name."""
    grouped: dict[str, dict[Cell, None]] = defaultdict(dict)
    for row in mentions.rows[: linked_data.LIMIT]:
        grouped[reader.names.label(row["p"].value, reader.messages)][_mention(row, reader)] = None
    return tuple((label, tuple(cells)) for label, cells in grouped.items())


def _mention(row: Row, reader: Reader) -> Cell:
    if "notice" not in row:
        return reader.term(row["s"])
    notice: Term = row["notice"]
    who = row["controller"].value if "controller" in row else reader.messages("no-controller")
    text = f"{who} – {row['title'].value}" if "title" in row else who
    return Cell("text", text, reader.links.resource(notice.value))
