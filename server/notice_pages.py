"""The page of a notice: its text with claims and findings in place, its verdicts, its versions and where it comes from."""

from __future__ import annotations

from typing import Final

from server import relations, structured_data
from server.linked_data import Resource
from server.notice_view import NoticeReader, NoticeView
from server.page_queries import PageQueries
from server.protocol import HTML
from server.rendering import Renderer
from server.service import Reply, Service, Visit
from server.tables import Cell

DOWNLOADS: Final = (("Turtle", "turtle"), ("JSON-LD", "jsonld"), ("N-Triples", "ntriples"), ("RDF/XML", "rdfxml"))
_TYPES: Final = (
    ("turtle", "text/turtle"), ("jsonld", "application/ld+json"), ("ntriples", "application/n-triples"),
    ("rdfxml", "application/rdf+xml"),
)  # fmt: skip


class NoticePages:
    """Answers for the IRI of a notice."""

    def __init__(self, service: Service, renderer: Renderer) -> None:
        self._service, self._renderer = service, renderer
        self._queries = PageQueries(service.settings.base)

    async def show(self, visit: Visit, resource: Resource, tag: str) -> Reply | None:
        """The page; None when nothing is known of the notice. Raises any QueryError."""
        contacts = self._service.settings.contacts
        table, answer = await self._service.table(resource.content(contacts=contacts))
        if not table.rows:
            return None
        reader = self._service.reader(visit)
        view = NoticeReader(resource.iri, table.rows, reader).view()
        others, _ = await self._service.table(self._queries.same_source(resource.iri))
        versions = tuple(
            (
                Cell("text", row["title"].value if "title" in row else visit.messages("notice.untitled"),
                     reader.links.resource(row["notice"].value)),
                reader.day(row["date"].value) if "date" in row else "",
            )
            for row in others.rows
        )  # fmt: skip
        page = self._renderer.page(
            "notice.html", visit, iri=resource.iri, notice=view, truncated=answer.truncated, downloads=DOWNLOADS,
            report=visit.links.resource(f"{resource.iri}/report", "turtle"), versions=versions,
            annotations=visit.links.annotations(resource.iri),
            structured=structured_data.block(_described(visit, resource.iri, view)),
        )  # fmt: skip
        linked = relations.header([*alternates(visit, resource.iri), (
            visit.links.annotations(resource.iri), "http://www.w3.org/ns/oa#annotationService", "application/ld+json",
        ), (visit.links.resource(f"{resource.iri}/report"), "describedby", "text/turtle")])  # fmt: skip
        return Reply(page.body, HTML, 200, {**page.headers, **linked, **self._service.headers(answer, tag)})


def alternates(visit: Visit, iri: str) -> list[tuple[str | None, str, str]]:
    """The RDF formats of a resource as links."""
    return [(visit.links.resource(iri, name), "alternate", media) for name, media in _TYPES]


def _described(visit: Visit, iri: str, view: NoticeView) -> dict[str, object]:
    title = view.title or visit.messages("notice.untitled")
    return structured_data.notice(visit, iri, title, view.language, [one.text for one in view.controllers])
