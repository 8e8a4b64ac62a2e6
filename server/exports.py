"""`/export`: the formats in which the snapshot can be had, and each of them as a download with its digest.

The list is JSON, or VoID and DCAT in Turtle. Contacts are never in it, whatever the settings (data-model section 6).
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import FileResponse

from ingest.export_description import LICENCE, RIGHTS, TITLE, Figures, File, describe
from ingest.export_formats import FIGURES, FORMATS, Format, available
from server.connection import while_connected
from server.export_jobs import ExportFailed, ExportJobs, ExportPending, Made
from server.pages import Pages, response_of, visit_of
from server.problems import Problem
from server.protocol import wanted
from server.resource_pages import NotFound
from server.service import Reply, Visit, unchanged

_JSON: Final = "application/json"
_TURTLE: Final = "text/turtle"
_LISTED: Final = (_JSON, _TURTLE)


class Exports:
    """Answers for `/export`."""

    def __init__(self, pages: Pages, jobs: ExportJobs) -> None:
        self.pages, self.jobs = pages, jobs

    async def listed(self, visit: Visit) -> Response:
        """The formats. Raises NotAcceptable, StoreMissing, ExportPending or ExportFailed."""
        snapshot = self.pages.service.evaluator.snapshot()
        media = wanted(visit.accept, visit.fields.get("format"), _LISTED)[0]
        headers = {"X-Seloste-Snapshot": snapshot, "Cache-Control": "no-cache", "Vary": "Accept"}
        formats = [one for one in FORMATS.values() if available(one.name)]
        if media == _JSON:
            body = json.dumps(self._list(visit, snapshot, formats), ensure_ascii=False, indent=1) + "\n"
        else:
            counted = await self.jobs.made(snapshot, FIGURES)
            body = describe(_figures(counted), [self._file(snapshot, one) for one in formats])
        return response_of(Reply(body.encode(), media, 200, headers))

    async def download(self, visit: Visit, name: str) -> Response:
        """One format. Raises NotFound, StoreMissing, ExportPending or ExportFailed."""
        one = FORMATS.get(name)
        if one is None or not available(name):
            raise NotFound("")
        made = await self.jobs.made(self.pages.service.evaluator.snapshot(), name)
        tag = f'"{made.sha256}"'
        digest = base64.b64encode(bytes.fromhex(made.sha256)).decode()
        headers = {
            "ETag": tag, "X-Seloste-Snapshot": made.snapshot, "Cache-Control": "no-cache",
            "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        }  # fmt: skip
        if unchanged(visit, tag):
            return response_of(Reply(b"", one.media_type, 304, headers))
        return FileResponse(made.path, media_type=one.media_type, filename=one.file(made.snapshot), headers=headers)

    def problem(self, visit: Visit, error: ExportPending | ExportFailed) -> Response:
        """An export that cannot be had now, as a problem."""
        if isinstance(error, ExportPending):
            later = {"Retry-After": str(error.retry_after)}
            found = Problem("busy", 503, str(error), {"retryAfter": error.retry_after}, later)
        else:
            found = Problem("failed", 500, str(error))
        return response_of(self.pages.problem(visit, found, machine=True))

    def _list(self, visit: Visit, snapshot: str, formats: list[Format]) -> dict[str, Any]:
        shown = []
        for one in formats:
            made = self.jobs.known(snapshot, one.name)
            shown.append(
                {
                    "name": one.name, "title": one.title, "mediaType": one.media_type, "file": one.file(snapshot),
                    "url": f"{visit.links.root}/export/{one.name}",
                    "byteSize": made.size if made else None, "sha256": made.sha256 if made else None,
                }
            )  # fmt: skip
        return {"title": TITLE, "snapshot": snapshot, "licence": LICENCE, "rights": RIGHTS, "formats": shown}

    def _file(self, snapshot: str, one: Format) -> File:
        """A format with an address relative to that of the list; size and digest as soon as it was made."""
        made = self.jobs.known(snapshot, one.name)
        known = (made.size, made.sha256) if made else ()
        return File(f"export/{one.name}", one.media_type, one.title, *known)


def router(pages: Pages) -> APIRouter:
    """The addresses of exports."""
    settings = pages.service.settings
    exports = Exports(pages, ExportJobs(settings.store, settings.base))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await exports.jobs.close()

    routes = APIRouter(lifespan=lifespan)

    async def listed(request: Request) -> Response:
        visit = visit_of(pages.service, request)
        try:
            return await while_connected(request.receive, exports.listed(visit))
        except (ExportPending, ExportFailed) as error:
            return exports.problem(visit, error)

    async def download(request: Request, name: str) -> Response:
        visit = visit_of(pages.service, request)
        try:
            return await while_connected(request.receive, exports.download(visit, name))
        except (ExportPending, ExportFailed) as error:
            return exports.problem(visit, error)

    for path, handler in (("/export", listed), ("/export/{name}", download)):
        routes.add_api_route(path, handler, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
    return routes


def _figures(made: Made) -> Figures:
    said = made.said
    return Figures(
        said["snapshot"], said["base"], said["triples"], said["graphs"], said["notices"],
        tuple((name, count) for name, count in said["classes"]),
        tuple((name, count) for name, count in said["properties"]),
    )  # fmt: skip
