"""The server: SPARQL endpoint, stored questions, linked data and health over HTTP, as one FastAPI application.

Here are only addresses and the way from an error to its response; what is answered is made in the other modules.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException  # what the router raises; FastAPI's own is a special case of it

from queries.catalogue import ParameterError
from queries.errors import QueryError, QueryFailed, StoreMissing
from queries.formats import MEDIA_TYPES
from server import (
    about_pages,
    check_pages,
    concept_pages,
    description,
    exports,
    findings_pages,
    graph_store,
    notices,
    operations,
    problems,
    question_pages,
    start_pages,
)
from server.connection import BodyTooLarge, ClientGone, read_body, while_connected
from server.editing import Editing
from server.graph_store import GraphRequest
from server.middleware import HEADERS, ResponseRules
from server.negotiation import preferred
from server.observation import Observation
from server.pages import Pages, response_of, router, visit_of
from server.problems import Problem
from server.protocol import HTML, OFFERED, Operation, ProtocolError, fields_of, parse, wanted
from server.rendering import Renderer
from server.resource_pages import NotFound
from server.response_cache import ResponseCache
from server.service import DATA_VARY, Reply, Service, Visit
from server.settings import Settings
from server.warming import keep_warm

_LOG = logging.getLogger("seloste.server")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_CLIENT_GONE = 499


def create_app(settings: Settings) -> FastAPI:
    """The application for one store; its query processes start and end with it.

    Raises BadQuestion, VocabularyError, ShapesError or MessageError when what is installed is broken, SettingError for a
    token that cannot be used. A store in which nothing is published yet is no error: it is answered with 503 until then.
    """
    service = Service(settings)
    renderer = Renderer(service.catalogues)
    if not renderer.scripts:
        _LOG.warning("the pages have no scripts, which they work without: build them with make frontend")
    pages = Pages(service, renderer)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.evaluator:
            warming = asyncio.create_task(keep_warm(service)) if settings.warm and settings.cache else None
            yield
            if warming is not None:
                warming.cancel()
                await asyncio.gather(warming, return_exceptions=True)

    app = FastAPI(title="Seloste", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = service
    app.add_middleware(ResponseRules)
    app.add_middleware(ResponseCache, cache=service.cache, state=service.state, observe=service.metrics.answer)
    app.add_middleware(Observation, metrics=service.metrics)
    _endpoint(app, pages)  # first, because addresses are tried in turn
    app.include_router(router(pages))
    for part in (start_pages, question_pages, concept_pages, findings_pages, check_pages, about_pages, exports, notices):
        app.include_router(part.router(pages))
    _editor(app, pages)
    _graphs(app, pages)
    _operations(app, service)
    _errors(app, pages)
    return app


def _endpoint(app: FastAPI, pages: Pages) -> None:
    settings = pages.service.settings

    async def sparql(request: Request) -> Response:
        request.scope["route"] = route  # by which it is counted (server.observation)
        query_string = request.scope["query_string"].decode("ascii", "replace")
        visit = visit_of(pages.service, request, dict(fields_of(query_string, "The query string")))
        body = b""
        if request.method == "POST":
            body = await read_body(request.receive, request.headers.get("content-length"), settings.max_body)
        operation = parse(request.method, query_string, request.headers.get("content-type"), body)
        operation = replace(operation, base=_address(request, settings))
        return response_of(await while_connected(request.receive, _answer(pages, visit, operation)))

    # A plain route: what FastAPI does for the parameters of a handler takes longer than many a query.
    app.add_route("/sparql", sparql, methods=["GET", "HEAD", "POST"], include_in_schema=False)
    route = app.routes[-1]


def _editor(app: FastAPI, pages: Pages) -> None:
    editing = Editing(pages.service)
    settings = pages.service.settings

    async def lint(request: Request) -> Response:
        body = await read_body(request.receive, request.headers.get("content-length"), settings.max_body)
        operation = parse("POST", "", request.headers.get("content-type"), body)
        work = editing.lint(operation.query or "", _address(request, settings))
        return response_of(await while_connected(request.receive, work))

    async def completions(request: Request) -> Response:
        visit = visit_of(pages.service, request)
        coding = request.headers.get("accept-encoding", "")
        return response_of(await while_connected(request.receive, editing.completions(visit, coding)))

    app.add_api_route("/sparql/lint", lint, methods=["POST"], include_in_schema=False, response_model=None)
    app.add_api_route(
        "/sparql/completions", completions, methods=["GET", "HEAD"], include_in_schema=False, response_model=None
    )  # fmt: skip


def _graphs(app: FastAPI, pages: Pages) -> None:
    async def graph(request: Request) -> Response:
        visit = visit_of(pages.service, request)
        asked = graph_store.parse(request.scope["query_string"].decode("ascii", "replace"))
        return response_of(await while_connected(request.receive, _graph(pages.service, visit, asked)))

    app.add_api_route("/graphs", graph, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)


async def _graph(service: Service, visit: Visit, asked: GraphRequest) -> Reply:
    if asked.iri is not None and asked.hidden:
        raise NotFound(asked.iri)
    media_types = wanted(visit.accept, asked.format, tuple(MEDIA_TYPES["graph"]))
    reply = await service.data(visit, Operation(asked.construct()), media_types)
    if asked.iri is not None and reply.rows == 0:
        raise NotFound(asked.iri)
    return reply


async def _answer(pages: Pages, visit: Visit, operation: Operation) -> Reply:
    if operation.query is None:
        media = wanted(visit.accept, operation.format, (*description.SYNTAXES, HTML))[0]
        if media == HTML:
            return await pages.sparql(visit, operation)
        settings = pages.service.settings
        body = description.describe(
            operation.base or "", timeout=settings.query_timeout, max_rows=settings.max_rows, media_type=media
        )
        return Reply(body, media, 200, {"Vary": DATA_VARY})
    media_types = wanted(visit.accept, operation.format, (*OFFERED, HTML))
    if media_types[0] == HTML:
        return await pages.sparql(visit, operation)
    return await pages.service.data(visit, operation, [one for one in media_types if one != HTML])


def _address(request: Request, settings: Settings) -> str:
    """The endpoint's own address as the client wrote it, when that can stand in an IRI."""
    host = request.headers.get("host", "")
    host = host if _HOST.fullmatch(host) else f"{settings.host}:{settings.port}"
    return f"{request.url.scheme}://{host}{request.scope.get('root_path', '')}/sparql"


def _operations(app: FastAPI, service: Service) -> None:
    async def healthz() -> Response:
        return response_of(operations.alive(service))

    async def readyz() -> Response:
        return response_of(await operations.ready(service))

    async def metrics() -> Response:
        return response_of(operations.measured(service))

    for path, handler in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_api_route(path, handler, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)


def _errors(app: FastAPI, pages: Pages) -> None:
    async def known(request: Request, error: Exception) -> Response:
        if isinstance(error, StoreMissing | QueryFailed):
            _LOG.warning("no answer", extra={"outcome": error.outcome})
        return _response(pages, request, problems.of_error(error))

    async def missing(request: Request, error: Exception) -> Response:
        return _response(pages, request, problems.not_found(error.iri if isinstance(error, NotFound) else ""))

    async def routed(request: Request, error: Exception) -> Response:
        status, detail, headers = 500, "", None
        if isinstance(error, HTTPException):
            status, detail, headers = error.status_code, str(error.detail), error.headers
        return _response(pages, request, problems.of_status(status, detail, headers))

    async def gone(_: Request, __: Exception) -> Response:
        return Response(status_code=_CLIENT_GONE)

    async def broken(request: Request, error: Exception) -> Response:
        _LOG.error("internal error", exc_info=error)
        response = _response(pages, request, problems.of_error(error))
        response.headers.update(dict(HEADERS))  # this one is made outside of the middleware
        return response

    for kind in (QueryError, ParameterError, ProtocolError, BodyTooLarge):
        app.add_exception_handler(kind, known)
    app.add_exception_handler(NotFound, missing)
    app.add_exception_handler(ClientGone, gone)
    app.add_exception_handler(HTTPException, routed)
    app.add_exception_handler(Exception, broken)


def _response(pages: Pages, request: Request, problem: Problem) -> Response:
    visit = visit_of(pages.service, request)
    named = visit.fields.get("format", "html")
    order = preferred(visit.accept, (problems.MEDIA_TYPE, "application/json", HTML))
    machine = named != "html" or not order or order[0] != HTML
    return response_of(pages.problem(visit, problem, machine=machine))
