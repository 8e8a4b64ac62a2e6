"""Writing over HTTP, for who has the token: `POST /notices`, and `PUT` and `DELETE` of a notice at its own IRI.

A notice's IRI follows from its text (data-model section 2). So POST finds the address, and PUT stores a text at the
address that it has: doing it again changes nothing, and any other text is refused with 409 and its own address.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response

from server.authorisation import Gate, Unauthorised, WritesOff
from server.connection import read_body, while_connected
from server.pages import Pages, response_of, visit_of
from server.problems import Problem
from server.resource_pages import NotFound
from server.service import Reply, Visit
from server.uploads import READ, NoDocument, read
from server.writer import DocumentRefused, OtherNotice, StoreFailed, StoreTaken, WriteError, Writer, WriterBusy, Written

_LOG = logging.getLogger("seloste.server")
_ID = re.compile(r"[0-9A-Za-z_~-][0-9A-Za-z._~-]{0,99}")
_FORM_PARTS: Final = 1 << 16
"""Bytes of a form beside the file in it."""
_TYPED: Final = {"Accept-Post": ", ".join(READ)}
Handler = Callable[[Request, Visit], Coroutine[Any, Any, Reply]]


class Notices:
    """Replies to those who write."""

    def __init__(self, pages: Pages, gate: Gate, writer: Writer) -> None:
        self._pages, self._gate, self._writer = pages, gate, writer

    async def put(self, request: Request, visit: Visit, address: str | None = None) -> Reply:
        """Store the document in the request, at `address` if one is given.

        Raises what `uploads.read` raises, BodyTooLarge, ClientGone, or any WriteError.
        """
        largest = self._pages.service.settings.max_document + _FORM_PARTS
        body = await read_body(request.receive, request.headers.get("content-length"), largest)
        document = await read(request.headers.get("content-type", ""), body, visit.fields)
        written = await while_connected(request.receive, self._writer.write(document, address))
        return _stored(visit, written)

    async def remove(self, request: Request, notice: str) -> Reply:
        """Take a notice out. Raises NotFound, ClientGone, or any WriteError."""
        snapshot = await while_connected(request.receive, self._writer.remove(notice))
        if snapshot is None:
            raise NotFound(notice)
        return Reply(b"", "application/json", 204, {"X-Seloste-Snapshot": str(snapshot), "Cache-Control": "no-store"})

    async def answer(self, request: Request, work: Handler) -> Response:
        """What `work` gives those who may write; problems as problem+json. Nothing is read of anybody else's request."""
        visit = visit_of(self._pages.service, request)
        try:
            self._gate.admit(request.headers.get("authorization"))
            return response_of(await work(request, visit))
        except (WritesOff, Unauthorised, NoDocument, WriteError) as error:
            if isinstance(error, StoreFailed):
                _LOG.error("a write failed: %s", error.kind, extra={"outcome": error.outcome})
            return response_of(self._pages.problem(visit, _problem(error), machine=True))

    def address(self, number: str) -> str:
        """The IRI of the notice with this id. Raises NotFound."""
        if not _ID.fullmatch(number):
            raise NotFound("")
        return f"{self._pages.service.settings.base}notice/{number}"


def _stored(visit: Visit, written: Written) -> Reply:
    there = visit.links.resource(written.notice) or written.notice
    said = {
        "notice": written.notice, "url": there, "created": written.created, "changed": written.changed,
        "findings": {one: written.findings.get(one, 0) for one in ("violation", "warning", "info")},
        "snapshot": written.snapshot,
    }  # fmt: skip
    headers = {"X-Seloste-Snapshot": str(written.snapshot), "Cache-Control": "no-store", "Location": there}
    if not written.created:
        del headers["Location"]
    status = 201 if written.created else 200
    return Reply((json.dumps(said, indent=1) + "\n").encode(), "application/json", status, headers)


def _problem(error: WritesOff | Unauthorised | NoDocument | WriteError) -> Problem:
    text = str(error)
    match error:
        case WritesOff():
            return Problem("writes-off", 403, text)
        case Unauthorised():
            return Problem("unauthorized", 401, text, {}, {"WWW-Authenticate": error.challenge})
        case NoDocument():
            return Problem("unsupported-media-type", 415, text, {"available": list(READ)}, _TYPED)
        case DocumentRefused():
            name, status = _REFUSED.get(error.kind, ("document-unreadable", 422))
            return Problem(name, status, text, {"reason": error.kind}, _TYPED if status == 415 else {})
        case OtherNotice():
            return Problem("conflict", 409, text, {"notice": error.notice})
        case WriterBusy() | StoreTaken():
            name = "busy" if isinstance(error, WriterBusy) else "locked"
            later = {"Retry-After": str(error.retry_after)}
            return Problem(name, 503, text, {"retryAfter": error.retry_after}, later)
    return Problem("unwritable", 500, text)


_REFUSED: Final = {
    "UnsupportedDocument": ("unsupported-media-type", 415),
    "DocumentTooLarge": ("too-large", 413),
}


def router(pages: Pages) -> APIRouter:
    """The addresses that write. Raises SettingError for a token that cannot be used."""
    settings = pages.service.settings
    gate = Gate(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        writer = Writer(settings.store, settings.base, settings.write_queue, pages.service.metrics.write)
        app.state.notices = Notices(pages, gate, writer)
        if gate.open:
            writer.start()
        try:
            yield
        finally:
            await writer.close()

    routes = APIRouter(lifespan=lifespan)

    async def post(request: Request) -> Response:
        notices: Notices = request.app.state.notices
        return await notices.answer(request, notices.put)

    async def put(request: Request, number: str) -> Response:
        notices: Notices = request.app.state.notices
        return await notices.answer(request, lambda request, visit: notices.put(request, visit, notices.address(number)))

    async def delete(request: Request, number: str) -> Response:
        notices: Notices = request.app.state.notices
        return await notices.answer(request, lambda request, _: notices.remove(request, notices.address(number)))

    for path, method, handler in (
        ("/notices", "POST", post), ("/id/notice/{number}", "PUT", put), ("/id/notice/{number}", "DELETE", delete),
    ):  # fmt: skip
        routes.add_api_route(path, handler, methods=[method], include_in_schema=False, response_model=None)
    return routes
