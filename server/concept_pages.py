"""Concepts of the vocabulary: the list by facet, and the page of each with its labels and every notice that claims it."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from rdflib import URIRef

from ontology.namespaces import PREFIXES, SEL, SKOS
from server import figures, relations
from server.messages import LANGUAGES
from server.names import short
from server.notice_claims import FACETS
from server.organisation_pages import paged
from server.page_queries import PageQueries
from server.pages import Pages, add
from server.protocol import HTML
from server.resource_pages import NotFound
from server.results import Table
from server.service import Reply, Visit
from server.tables import Cell, Reader

_SHORT = re.compile(r"([a-z][a-z-]*):([A-Za-z0-9][\w-]*)")


class ConceptPages:
    """Replies for `/concepts`."""

    def __init__(self, pages: Pages) -> None:
        self._service, self._renderer = pages.service, pages.renderer
        self._names = pages.service.names
        self._queries = PageQueries(pages.service.settings.base)

    async def listed(self, visit: Visit) -> Reply:
        """The concepts by facet, with the number of notices that speak of each. Raises any QueryError."""
        tag, known = self._service.kept(visit)
        if known:
            return known
        table, answer = await self._service.table(self._queries.concept_counts())
        counts = {row["concept"].value: figures.number(row, "notices") for row in table.rows}
        reader = self._service.reader(visit)
        groups = [found for name, _ in FACETS if (found := self._group(name, counts, reader))]
        page = self._renderer.page("concepts.html", visit, groups=groups)
        return Reply(page.body, HTML, 200, {**page.headers, **self._service.headers(answer, tag)})

    async def concept(self, visit: Visit, name: str) -> Reply:
        """A concept. Raises NotFound or any QueryError."""
        match = _SHORT.fullmatch(name)
        iri = PREFIXES.get(match[1], "") + match[2] if match and match[1] in PREFIXES else ""
        if not self._names.known(iri):
            raise NotFound("")
        tag, known = self._service.kept(visit)
        if known:
            return known
        counted, _ = await self._service.table(self._queries.claimed(iri))
        table, answer = await self._service.table(self._queries.claiming(iri, visit.fields.get("after", "")))
        reader = self._service.reader(visit)
        rows, following = paged(table)
        if not any(row["concept"].value != iri for row in rows.rows):
            rows = Table(tuple(name for name in rows.columns if name != "concept"), rows.rows)
        page = self._renderer.page(
            "concept.html", visit, name=name, iri=iri, view=reader.view(rows), **self._described(iri, reader),
            counts=[(reader.modality(row["modality"].value), figures.number(row, "notices")) for row in counted.rows],
            following=visit.links.page(f"/concepts/{name}", {"after": following}) if following else None,
            question=visit.links.question("claims-about", {"concept": name, "modality": "any"}),
        )  # fmt: skip
        linked = relations.header([(iri, "describedby", "")])
        return Reply(page.body, HTML, 200, {**page.headers, **linked, **self._service.headers(answer, tag)})

    def _described(self, iri: str, reader: Reader) -> dict[str, Any]:
        """Its labels in three languages, its facet, and the concepts above and below it."""
        graph, names = self._names.vocabulary.graph, self._names
        above = sorted(str(one) for one in graph.objects(URIRef(iri), SKOS.broader) if names.known(str(one)))
        below = sorted(str(one) for one in graph.subjects(SKOS.broader, URIRef(iri)) if names.known(str(one)))
        facet = names.vocabulary.facet(iri)
        return {
            "title": names.label(iri, reader.messages),
            "labels": [(one, names.vocabulary.label(iri, one)) for one in LANGUAGES],
            "facet": names.label(facet, reader.messages) if facet else "",
            "above": [self._cell(one, reader) for one in above],
            "below": sorted((self._cell(one, reader) for one in below), key=lambda cell: cell.text.casefold()),
        }

    def _group(self, facet: str, counts: dict[str, int], reader: Reader) -> dict[str, Any] | None:
        """A facet with its concepts that some notice speaks of, the most often spoken of first."""
        found = [(iri, counts[iri]) for iri in self._names.vocabulary.concepts(str(SEL[facet])) if counts.get(iri)]
        if not found:
            return None
        most = max(count for _, count in found)
        rows = [(self._cell(iri, reader), count, figures.share(count, most)) for iri, count in found]
        rows.sort(key=lambda row: (-row[1], row[0].text.casefold()))
        return {"name": facet, "label": self._names.label(str(SEL[facet]), reader.messages), "rows": rows}

    def _cell(self, iri: str, reader: Reader) -> Cell:
        return Cell("text", self._names.label(iri, reader.messages), reader.links.concept(short(iri)))


def router(pages: Pages) -> APIRouter:
    """The addresses of concepts."""
    routes, concepts = APIRouter(), ConceptPages(pages)
    add(routes, pages, "/concepts", concepts.listed)
    add(routes, pages, "/concepts/{name}", concepts.concept)
    return routes
