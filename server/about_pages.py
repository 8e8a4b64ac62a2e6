"""About the data: figures, measured quality, licence, downloads and how to cite; and the interface for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter

from ingest.export_description import LICENCE, RIGHTS
from ingest.export_formats import FORMATS, available
from server import openapi, relations, reliability, structured_data
from server.pages import Pages, add
from server.protocol import HTML
from server.service import PAGE_VARY, Reply, Visit

JSON: Final = "application/json"
_FIGURES: Final = """PREFIX dpv: <https://w3id.org/dpv#>
SELECT ?class (COUNT(?thing) AS ?notices) WHERE {
  VALUES ?class { dpv:Purpose dpv:LegalBasis dpv:PersonalData dpv:DataSubject dpv:Recipient dpv:DataProcessor
    <https://w3id.org/seloste/ns#Transfer> dpv:StorageCondition dpv:Right dpv:TechnicalMeasure
    dpv:OrganisationalMeasure <https://w3id.org/seloste/ns#LawCitation> <https://w3id.org/seloste/ns#Defect> }
  GRAPH ?g { ?thing a ?class }
} GROUP BY ?class ORDER BY DESC(?notices)"""


class AboutPages:
    """Replies for `/about`, `/api`, `/openapi.json` and `/.well-known/void`."""

    def __init__(self, pages: Pages) -> None:
        self._service, self._renderer = pages.service, pages.renderer

    async def about(self, visit: Visit) -> Reply:
        """What the data are. Raises any QueryError."""
        tag, known = self._service.kept(visit)
        if known:
            return known
        base, reader = self._service.settings.base, self._service.reader(visit)
        found = await self._service.overview()
        figures, _ = await self._service.table(_FIGURES)
        quality, _ = await self._service.table(reliability.query(base))
        snapshot = found.answer.snapshot
        page = self._renderer.page(
            "about.html", visit, counts=found.counts, snapshot=snapshot, published=self._service.day(snapshot, visit),
            year=_year(self._service.published(snapshot)),
            figures=[(reader.term(row["class"]).text, int(row["notices"].value)) for row in figures.rows],
            measured=reliability.measured(quality, reader), licence=LICENCE, rights=RIGHTS,
            exports=[(one, visit.links.export(one.name)) for one in FORMATS.values() if available(one.name)],
            description=visit.links.page("/export", {"format": "turtle"}),
            structured=structured_data.block(structured_data.dataset(visit, base, snapshot, found.counts)),
        )  # fmt: skip
        linked = relations.header([
            (visit.links.page("/export"), "describedby", "text/turtle"),
            (visit.links.page("/openapi.json"), "service-desc", JSON),
            (visit.links.page("/api"), "service-doc", HTML),
        ])  # fmt: skip
        return Reply(page.body, HTML, 200, {**page.headers, **linked, **self._service.headers(found.answer, tag)})

    async def api(self, visit: Visit) -> Reply:
        """The interface, for people."""
        found = self._document(visit)
        groups = [
            {"name": tag["name"], "description": tag["description"], "operations": _operations(found, tag["name"])}
            for tag in found["tags"]
        ]
        page = self._renderer.page("api.html", visit, groups=groups, document=found)
        linked = relations.header([(visit.links.page("/openapi.json"), "service-desc", JSON)])
        return Reply(page.body, HTML, 200, {**page.headers, **linked})

    async def openapi(self, visit: Visit) -> Reply:
        """The interface, for programs (OpenAPI 3.1)."""
        body = json.dumps(self._document(visit), ensure_ascii=False, indent=1) + "\n"
        headers = {"Vary": PAGE_VARY, "Cache-Control": "no-cache", "Content-Language": visit.language}
        return Reply(body.encode(), JSON, 200, headers)

    async def void(self, visit: Visit) -> Reply:
        """Where the description of the dataset is (VoID, section 7.2)."""
        return Reply(b"", HTML, 303, {"Location": f"{visit.links.root}/export?format=turtle"})

    def _document(self, visit: Visit) -> dict[str, Any]:
        return openapi.document(
            self._service.questions.values(), self._service.names, visit.messages, visit.links.root
        )  # fmt: skip


def _year(published: float | None) -> str:
    return "" if published is None else str(datetime.fromtimestamp(published, UTC).year)


def _operations(found: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    """The operations of a group as rows: method, address, what it does, its parameters and the formats of its answer."""
    return [
        {
            "method": method.upper(), "path": path, "operation": operation,
            "media": sorted(operation["responses"]["200"]["content"]),
            "example": _example(path, operation) if method == "get" else None,
        }
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
        if tag in operation["tags"]
    ]  # fmt: skip


def _example(path: str, operation: dict[str, Any]) -> dict[str, str] | None:
    """Values with which an address can be tried; None when it has gaps that nobody knows how to fill."""
    if "{" in path:
        return None
    return {one["name"]: str(one["example"]) for one in operation["parameters"] if one["required"]}


def router(pages: Pages) -> APIRouter:
    """The addresses of what is told about the data."""
    routes, about = APIRouter(), AboutPages(pages)
    for path, show in (
        ("/about", about.about), ("/api", about.api), ("/openapi.json", about.openapi), ("/.well-known/void", about.void),
    ):  # fmt: skip
        add(routes, pages, path, show)
    return routes
