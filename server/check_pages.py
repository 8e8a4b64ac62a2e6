"""`/check`: a notice is pasted or uploaded, and comes back with its claims, its findings and its report. Nothing is stored.

There is nothing that another site could make a visitor do here: no state is changed, no session read, and what is sent
comes back to who sent it only. So the form needs no token against cross-site requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response

from ingest.document_errors import DocumentError
from server import quads
from server.connection import read_body, while_connected
from server.mapping import Mapped, Mappers, MappingBusy, MappingError, MappingTooLong
from server.negotiation import preferred
from server.notice_view import NoticeReader, NoticeView
from server.openapi import REPORTS
from server.pages import Pages, add, response_of, visit_of
from server.problems import Problem
from server.protocol import HTML, NotAcceptable
from server.service import Reply, Visit
from server.submissions import Submission, read
from shapes.reports import SUFFIXES

SHOWN: Final = 300_000
"""Characters up to which the text is shown with its claims; longer ones are only reported on."""
_NEVER_KEPT: Final = {"Cache-Control": "no-store"}


class CheckPages:
    """Replies for `/check`."""

    def __init__(self, pages: Pages, mappers: Mappers) -> None:
        self._pages, self._mappers = pages, mappers
        self._service, self._renderer = pages.service, pages.renderer

    async def form(self, visit: Visit) -> Reply:
        """The form."""
        return self._renderer.page("check.html", visit, pasted="", language="", problem=None)

    async def check(self, visit: Visit, submission: Submission) -> Reply:
        """The claims and findings of a document as a page, or its report in a format.

        Raises NotAcceptable when there is no such format.
        """
        form = _wanted(visit, submission.form)
        try:
            found = await self._mappers.map(submission.document, form or None, visit.language)
        except (DocumentError, MappingError) as error:
            return self._refused(visit, submission, error, machine=bool(form))
        if form and found.written is not None:
            name = f"seloste-{found.iri.rpartition('/')[2]}{SUFFIXES[form]}"
            headers = {**_NEVER_KEPT, "Vary": "Accept, Accept-Language"}
            if submission.form:
                headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return Reply(found.written.encode(), REPORTS[form], 200, headers)
        view = await asyncio.to_thread(self._view, found, visit)
        return await self._shown(visit, submission, found, view)

    def _view(self, found: Mapped, visit: Visit) -> NoticeView:
        """What a page shows of a notice, made as for one that is stored; its own contact details are its sender's."""
        graphs = {**found.graphs, **found.organisations}
        rows = list(quads.rows(graphs))
        text = found.text if len(found.text) <= SHOWN else ""
        reader = replace(self._service.reader(visit), links=replace(visit.links, stored=False))
        return NoticeReader(found.iri, rows, reader, text).view()

    async def _shown(self, visit: Visit, submission: Submission, found: Mapped, view: NoticeView) -> Reply:
        source, pasted = submission.document.source, found.text
        context: dict[str, Any] = {
            "notice": view, "text": pasted, "source": source, "language": submission.document.language or "",
            "forms": tuple(SUFFIXES), "long": len(found.text) > SHOWN,
        }  # fmt: skip
        page = await asyncio.to_thread(lambda: self._renderer.page("checked.html", visit, **context))
        return Reply(page.body, HTML, 200, {**page.headers, **_NEVER_KEPT})

    def _refused(
        self, visit: Visit, submission: Submission, error: DocumentError | MappingError, *, machine: bool
    ) -> Reply:
        """Why there is no report: for a program as a problem, for people above the form with their text still in it."""
        problem = _problem(error)
        if machine:
            return self._pages.problem(visit, problem, machine=True)
        page = self._renderer.page(
            "check.html", visit, status=problem.status, problem=problem, pasted=submission.pasted,
            language=submission.document.language or "",
        )  # fmt: skip
        return Reply(page.body, HTML, problem.status, {**page.headers, **problem.headers, **_NEVER_KEPT})


def _wanted(visit: Visit, named: str) -> str:
    """The format of the report; empty for a page. Raises NotAcceptable."""
    if named and named != "html-page":
        if named not in REPORTS:
            raise NotAcceptable(named[:100], tuple(REPORTS))
        return named
    media = {kind: name for name, kind in REPORTS.items() if kind != HTML}
    found = preferred(visit.accept, (HTML, *media))
    if not found:
        raise NotAcceptable((visit.accept or "")[:200], (HTML, *media))
    # A program that takes anything gets JSON: it has no use for a page.
    if visit.accept in (None, "", "*/*"):
        return "json"
    return media.get(found[0], "")


def _problem(error: DocumentError | MappingError) -> Problem:
    """The problem that a document or its mapping is."""
    if isinstance(error, MappingBusy):
        later = {"Retry-After": str(error.retry_after)}
        return Problem("busy", 503, str(error), {"retryAfter": error.retry_after}, later)
    if isinstance(error, MappingTooLong):
        return Problem("document-too-long", 422, str(error), {"seconds": error.seconds})
    if isinstance(error, MappingError):
        return Problem("document-too-long", 422, str(error))
    name, status = _DOCUMENTS.get(type(error).__name__, ("document-unreadable", 422))
    return Problem(name, status, f"{error.problem}. {error.remedy}")


_DOCUMENTS: Final = {
    "EmptyDocument": ("document-empty", 422),
    "UnknownLanguage": ("document-language", 422),
    "UnsupportedDocument": ("document-kind", 415),
    "ProtectedDocument": ("document-locked", 422),
    "DocumentTooLarge": ("document-too-large", 413),
}


def router(pages: Pages) -> APIRouter:
    """The addresses of the check; its processes start and end with the application."""
    settings = pages.service.settings
    mappers = Mappers(
        settings.check_workers, settings.check_queue, seconds=settings.check_timeout, memory=settings.check_memory
    )
    checks = CheckPages(pages, mappers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mappers:
            yield

    routes = APIRouter(lifespan=lifespan)
    add(routes, pages, "/check", checks.form)

    async def check(request: Request) -> Response:
        visit = visit_of(pages.service, request)
        body = await read_body(request.receive, request.headers.get("content-length"), settings.max_document)
        submission = await read(request.headers.get("content-type", ""), body, visit.fields)
        return response_of(await while_connected(request.receive, checks.check(visit, submission)))

    routes.add_api_route("/check", check, methods=["POST"], include_in_schema=False, response_model=None)
    return routes
