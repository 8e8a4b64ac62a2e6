"""The page of an organisation: its notices as a controller, whom it names, and who names it as a recipient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ontology.namespaces import DPV, SEL
from server import figures, relations
from server.figures import Edge
from server.linked_data import Resource
from server.notice_pages import DOWNLOADS, alternates
from server.page_queries import PAGE, SOME, PageQueries
from server.protocol import HTML
from server.rendering import Renderer
from server.results import Table
from server.service import Reply, Service, Visit
from server.tables import Cell, Reader, View

_FACTS = (DPV.hasIdentifier, DPV.hasCountry, SEL.parentOrganisation)
_MOST_EDGES = 60


@dataclass(frozen=True, slots=True)
class Found:
    """What the queries about an organisation gave: `said` of it, its notices, its recipients, and who names it."""

    said: Table
    parts: Table
    notices: Table
    recipients: Table
    naming: Table
    naming_count: int


class OrganisationPages:
    """Answers for the IRI of an organisation."""

    def __init__(self, service: Service, renderer: Renderer) -> None:
        self._service, self._renderer = service, renderer
        self._queries = PageQueries(service.settings.base)

    async def show(self, visit: Visit, resource: Resource, tag: str) -> Reply | None:
        """The page; None when nothing is known of the organisation. Raises any QueryError."""
        said, answer = await self._service.table(resource.statements())
        name = next((row["o"].value for row in said.rows if row["p"].value == str(DPV.hasName)), "")
        if not name:
            return None
        queries, iri = self._queries, resource.iri
        after = visit.fields.get("after", "")
        parts, _ = await self._service.table(queries.parts_of(iri))
        notices, _ = await self._service.table(queries.notices_of(iri))
        recipients, _ = await self._service.table(queries.recipients_of(iri))
        naming, _ = await self._service.table(queries.naming(iri, after))
        counted, _ = await self._service.table(queries.naming_count(iri))
        found = Found(said, parts, notices, recipients, naming, figures.number(counted.rows[0], "notices"))
        page = self._renderer.page(
            "organisation.html", visit, iri=iri, name=name, downloads=DOWNLOADS,
            **self._shown(visit, resource, name, found),
        )  # fmt: skip
        linked = relations.header(alternates(visit, iri))
        return Reply(page.body, HTML, 200, {**page.headers, **linked, **self._service.headers(answer, tag)})

    def _shown(self, visit: Visit, resource: Resource, name: str, found: Found) -> dict[str, Any]:
        reader = self._service.reader(visit)
        naming, following = paged(found.naming)
        return {
            "facts": _facts(found.said, {row["part"].value: row["name"].value for row in found.parts.rows}, reader),
            "parts_of": [
                Cell("text", row["name"].value, reader.links.resource(row["part"].value))
                for row in found.parts.rows
                if "parent" not in row
            ],
            "notices": _notices(found.notices, reader),
            "recipients": _recipients(found.recipients, reader),
            "more": max(len(found.notices.rows), len(found.recipients.rows)) > SOME,
            "naming": reader.view(Table(tuple(c for c in naming.columns if c != "party"), naming.rows)),
            "naming_count": found.naming_count,
            "following": visit.links.turned(resource.iri, following) if following else None,
            "edges": _edges(resource.iri, name, found, reader),
        }


def paged(table: Table) -> tuple[Table, str]:
    """The rows of a page's notices, and the last notice when there are more; the query gives one notice too many."""
    notices = list(dict.fromkeys(row["notice"].value for row in table.rows))
    if len(notices) <= PAGE:
        return table, ""
    kept = set(notices[:PAGE])
    return Table(table.columns, tuple(row for row in table.rows if row["notice"].value in kept)), notices[PAGE - 1]


def _facts(said: Table, called: dict[str, str], reader: Reader) -> list[tuple[str, list[Cell]]]:
    """What is said of an organisation; `called` are the names of others by their IRIs."""
    found = []
    for predicate in _FACTS:
        values = [row["o"] for row in said.rows if row["p"].value == str(predicate)]
        cells = [
            Cell("text", called[one.value], reader.links.resource(one.value)) if one.value in called else reader.term(one)
            for one in values
        ]
        if cells:
            found.append((reader.names.label(str(predicate), reader.messages), cells))
    return found


def _notices(table: Table, reader: Reader) -> View:
    """The notices with how many findings each has."""
    said, rows = reader.messages, []
    for row in table.rows[:SOME]:
        title = row["title"].value if "title" in row else said("notice.untitled")
        rows.append(
            (
                Cell("text", title, reader.links.resource(row["notice"].value)),
                Cell("text", reader.day(row["date"].value)) if "date" in row else Cell("none"),
                _count(row.get("violations") and figures.number(row, "violations"), "violation", reader),
                _count(row.get("warnings") and figures.number(row, "warnings"), "warning", reader),
            )
        )
    headings = ("column.title", "column.date", "findings.violations", "findings.warnings")
    return View(tuple(said(one) for one in headings), tuple(rows))


def _count(number: object, tone: str, reader: Reader) -> Cell:
    if not isinstance(number, int):
        return Cell("none")
    return Cell("badge", reader.messages.number(number), tone=tone if number else "met")


def _recipients(table: Table, reader: Reader) -> View:
    rows = tuple(
        (
            Cell("text", row["name"].value, reader.links.resource(row["recipient"].value)),
            reader.country(row["seat"].value) if "seat" in row else Cell("none"),
            Cell("number", reader.messages.number(figures.number(row, "notices"))),
        )
        for row in table.rows[:SOME]
    )
    return View(tuple(reader.heading(one) for one in ("recipient", "seat", "notices")), rows)


def _edges(iri: str, name: str, found: Found, reader: Reader) -> tuple[Edge, ...]:
    """Who names whom, as far as this organisation has to do with it."""
    out = [
        (iri, name, row["recipient"].value, row["name"].value, figures.number(row, "notices"))
        for row in found.recipients.rows
    ]
    into: dict[tuple[str, str], set[str]] = {}
    for row in found.naming.rows:
        if "party" in row and "controller" in row:
            into.setdefault((row["party"].value, row["controller"].value), set()).add(row["notice"].value)
    pairs = [*out, *((party, who, iri, name, len(notices)) for (party, who), notices in into.items())]
    return figures.edges(pairs[:_MOST_EDGES], reader, iri)
