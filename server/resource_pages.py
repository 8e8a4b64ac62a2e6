"""`/id/…`: a resource as a page or as RDF at one IRI, and the page of a notice."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from ontology.namespaces import DPV
from server import linked_data
from server.linked_data import Resource
from server.notice_view import NoticeReader
from server.protocol import GRAPHS, HTML, Operation, wanted
from server.rendering import Renderer
from server.results import Row, Table, Term
from server.service import Reply, Service, Visit, unchanged
from server.tables import Cell, Reader

OFFERED: Final = (*GRAPHS, "application/x-turtle", "text/plain", HTML)
_NAMES = (DPV.hasName, "http://purl.org/dc/terms/title", "http://www.w3.org/2004/02/skos/core#prefLabel")
_DOWNLOADS = (("Turtle", "turtle"), ("JSON-LD", "jsonld"), ("N-Triples", "ntriples"), ("RDF/XML", "rdfxml"))


class NotFound(LookupError):
    """Nothing is known of the resource `iri` (empty when no resource can have that address)."""

    def __init__(self, iri: str) -> None:
        self.iri = iri
        super().__init__(f"Nothing is known of <{iri}>.")


class ResourcePages:
    """Answers for linked data."""

    def __init__(self, service: Service, renderer: Renderer) -> None:
        self._service, self._renderer = service, renderer

    async def show(self, visit: Visit, path: str) -> Reply:
        """The resource at `/id/` + `path`. Raises NotFound, NotAcceptable or any QueryError."""
        resource = linked_data.resource(self._service.settings.base, path)
        if resource is None:
            raise NotFound("")
        media = wanted(visit.accept, visit.fields.get("format"), OFFERED)
        if media[0] != HTML:
            reply = await self._service.data(visit, Operation(resource.construct()), media)
            if reply.rows == 0:
                raise NotFound(resource.iri)
            return reply
        tag = self._service.etag(visit, HTML)
        if unchanged(visit, tag):
            return Reply(b"", HTML, 304, {"ETag": tag})
        return await (self._notice(visit, resource, tag) if resource.notice else self._resource(visit, resource, tag))

    async def _notice(self, visit: Visit, resource: Resource, tag: str) -> Reply:
        contacts = self._service.settings.contacts
        table, answer = await self._service.table(resource.content(contacts=contacts))
        if not table.rows:
            raise NotFound(resource.iri)
        view = NoticeReader(resource.iri, table, self._service.reader(visit)).view()
        page = self._renderer.page(
            "notice.html", visit, iri=resource.iri, notice=view, truncated=answer.truncated, downloads=_DOWNLOADS,
            report=visit.links.resource(f"{resource.iri}/report", "turtle"),
        )  # fmt: skip
        return Reply(page.body, HTML, 200, {**page.headers, **self._service.headers(answer, tag)})

    async def _resource(self, visit: Visit, resource: Resource, tag: str) -> Reply:
        reader = self._service.reader(visit)
        said, _ = await self._service.table(resource.statements())
        mentions, answer = await self._service.table(resource.mentions())
        if not said.rows and not mentions.rows and not (resource.graph and await self._holds(resource)):
            raise NotFound(resource.iri)
        title = _title(said, visit.language) or resource.iri.removeprefix(resource.base)
        page = self._renderer.page(
            "resource.html", visit, iri=resource.iri, title=title,
            statements=_statements(said, reader), mentions=_mentions(mentions, reader), downloads=_DOWNLOADS,
            cut=len(mentions.rows) > linked_data.LIMIT, graph=resource.graph,
        )  # fmt: skip
        return Reply(page.body, HTML, 200, {**page.headers, **self._service.headers(answer, tag)})

    async def _holds(self, resource: Resource) -> bool:
        table, _ = await self._service.table(f"ASK {{ GRAPH <{resource.iri}> {{ ?s ?p ?o }} }}")
        return bool(table.boolean)


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
