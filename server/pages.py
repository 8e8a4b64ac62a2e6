"""The pages over HTTP: start, stored questions, linked data; each complete without JavaScript.

`Pages` makes replies; `router` gives them addresses. Where people and machines ask the same address, Accept decides.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from queries import executables
from queries.catalogue import ParameterError, Question
from queries.errors import QueryError
from queries.formats import JSON, TURTLE
from server import forms, results
from server.connection import while_connected
from server.description import SYNTAXES
from server.problems import Problem, of_error
from server.protocol import HTML, SOLUTIONS, XLSX, Operation, wanted
from server.rendering import Renderer
from server.resource_pages import NotFound, ResourcePages
from server.service import PAGE_VARY, Reply, Service, Visit, unchanged

LIST_OFFERED: Final = ("application/json", TURTLE, "application/n-triples", HTML)
ANSWER_OFFERED: Final = (*SOLUTIONS, TURTLE, "application/json", "application/xml", "text/xml", XLSX, HTML)
PAGE_ROWS: Final = 500
"""Rows of an answer that a page shows. Its downloads have them all, up to the limit of the server."""
_DOWNLOADS = (
    ("CSV", "csv"), ("CSV (Excel)", "csv-excel"), ("XLSX", "xlsx"), ("JSON", "json"), ("TSV", "tsv"), ("XML", "xml"),
    ("Turtle", "turtle"),
)  # fmt: skip
_SUFFIXES = {name: suffix for suffix, name in (
    ("json", JSON), ("xml", "application/sparql-results+xml"), ("csv", "text/csv"), ("tsv", "text/tab-separated-values"),
    ("ttl", TURTLE), ("xlsx", XLSX),
)}  # fmt: skip


class Pages:
    """Replies for people, and for machines at the same addresses."""

    def __init__(self, service: Service, renderer: Renderer) -> None:
        self.service, self.renderer = service, renderer
        self.resources = ResourcePages(service, renderer)

    async def home(self, visit: Visit) -> Reply:
        """The start page. Raises any QueryError."""
        tag = self.service.etag(visit, HTML)
        if unchanged(visit, tag):
            return Reply(b"", HTML, 304, {"ETag": tag})
        found = await self.service.overview()
        page = self.renderer.page(
            "home.html", visit, counts=found.counts, snapshot=found.answer.snapshot, sentences=self._sentences(visit),
            notices=self.service.reader(visit).view(found.notices),
        )  # fmt: skip
        return Reply(page.body, HTML, 200, {**page.headers, **self.service.headers(found.answer, tag)})

    async def questions(self, visit: Visit) -> Reply:
        """The stored questions, as a page, as JSON or as sh:SPARQLExecutable in RDF. Raises NotAcceptable."""
        media = wanted(visit.accept, visit.fields.get("format"), LIST_OFFERED)[0]
        if media == HTML:
            return self.renderer.page("questions.html", visit, sentences=self._sentences(visit))
        if media in SYNTAXES:
            described = executables.graph(self.service.questions.values(), self.service.settings.base)
            rdf = described.serialize(format=SYNTAXES[media], encoding="utf-8")
            return Reply(rdf, media, 200, {"Vary": PAGE_VARY, "Cache-Control": "no-cache"})
        listed = [_listed(one, visit) for one in self.service.questions.values()]
        body = json.dumps({"questions": listed}, ensure_ascii=False, indent=1) + "\n"
        return Reply(body.encode(), "application/json", 200, {"Vary": PAGE_VARY, "Cache-Control": "no-cache"})

    async def question(self, visit: Visit, name: str) -> Reply:
        """A stored question and its answer. Raises NotFound, NotAcceptable, ParameterError or any QueryError."""
        question = self.service.questions.get(name)
        if question is None:
            raise NotFound("")
        values = forms.values(question, visit.fields, visit.language)
        named = visit.fields.get("format")
        media = wanted(visit.accept, named, ANSWER_OFFERED)
        if media[0] == HTML:
            return await self._asked(visit, question, values)
        reply = await self.service.data(
            visit, Operation(question.bind(values, forms.limit(visit.fields))), media, as_rows=True
        )
        headers = {**reply.headers, "Content-Language": visit.language}
        if named and reply.media_type in _SUFFIXES:
            headers["Content-Disposition"] = f'attachment; filename="{name}.{_SUFFIXES[reply.media_type]}"'
        return Reply(reply.body, reply.media_type, reply.status, headers)

    async def sparql(self, visit: Visit, operation: Operation) -> Reply:
        """The query form, with the answer below it when there is a query; an error stands there too."""
        query, problem, view, text, answer = operation.query, None, None, "", None
        if query is not None:
            try:
                answer = await self.service.answers.evaluate(
                    query, (JSON, TURTLE), operation.default_graphs, operation.named_graphs, base=operation.base
                )
                if answer.kind == "graph":
                    text = answer.body.decode()
                else:
                    table = results.read(answer.body)
                    view = self.service.reader(visit).raw(table) if table.boolean is None else None
                    text = "" if table.boolean is None else visit.messages("yes" if table.boolean else "no")
            except QueryError as error:
                problem = of_error(error)
        page = self.renderer.page(
            "sparql.html", visit, status=problem.status if problem else 200, problem=problem,
            query=self._example() if query is None else query,
            view=view, text=text, truncated=answer is not None and answer.truncated,
            rows=answer.rows if answer else None,
        )  # fmt: skip
        headers = {**page.headers, **(problem.headers if problem else {})}
        return Reply(page.body, HTML, page.status, {**headers, **(self.service.headers(answer, None) if answer else {})})

    def problem(self, visit: Visit, problem: Problem, *, machine: bool) -> Reply:
        """A problem, as a page or as problem+json."""
        return self.renderer.problem(
            visit, problem, machine=machine, english=self.service.catalogues["en"](f"problem.{problem.name}")
        )

    async def static(self, name: str, accept_encoding: str = "") -> Reply:
        """A file that pages load. Raises NotFound."""
        reply = self.renderer.static(name, accept_encoding)
        if reply is None:
            raise NotFound("")
        return reply

    def _sentences(self, visit: Visit) -> list[forms.Sentence]:
        """Those to fill in come first: they show what can be asked."""
        listed = [forms.sentence(one, self.service.names, visit.messages) for one in self.service.questions.values()]
        return sorted(listed, key=lambda one: one.gap is None)

    def _example(self) -> str:
        """A query to begin with: a stored question that takes a value, with its example."""
        needy = [one for one in self.service.questions.values() if one.parameters] or [*self.service.questions.values()]
        return needy[-1].bind(needy[-1].examples()) if needy else ""

    async def _asked(self, visit: Visit, question: Question, values: dict[str, str]) -> Reply:
        """A question's page: the form, and the answer as soon as everything needed is given."""
        fields = forms.fields(question, values, self.service.names, visit.messages)
        problem, view, answer, text, tag, more = None, None, None, "", None, False
        # A form that nobody has filled in yet is not a mistake.
        asked = any(value for name, value in visit.fields.items() if name not in forms.RESERVED)
        if asked or not any(one.required for one in fields):
            try:
                text = question.bind(values)
            except ParameterError as error:
                problem = of_error(error)
        if text:
            tag = self.service.tag(visit, text, HTML)
            if tag and unchanged(visit, tag):
                return Reply(b"", HTML, 304, {"ETag": tag, "Vary": PAGE_VARY})
            table, answer = await self.service.table(question.bind(values, PAGE_ROWS + 1))
            more = len(table.rows) > PAGE_ROWS
            view = self.service.reader(visit).view(replace(table, rows=table.rows[:PAGE_ROWS]))
        shown = {one.name: one.value for one in fields if one.value}
        page = self.renderer.page(
            "question.html", visit, status=problem.status if problem else 200, question=question, form=fields,
            title=forms.title(question, fields, visit.messages), problem=problem, view=view, sparql=text, given=shown,
            downloads=_DOWNLOADS, truncated=answer is not None and answer.truncated, more=more,
            snapshot=answer.snapshot if answer else "",
        )  # fmt: skip
        headers = {**page.headers, **(self.service.headers(answer, tag) if answer else {})}
        return Reply(page.body, HTML, page.status, headers)


def _listed(question: Question, visit: Visit) -> dict[str, Any]:
    return {
        "name": question.name,
        "url": visit.links.question(question.name),
        "titles": dict(question.titles),
        "descriptions": dict(question.descriptions),
        "sparql": question.bind(forms.values(question, question.examples(), visit.language)),
        "parameters": [
            {
                "name": one.name, "type": one.type, "labels": dict(one.labels), "default": one.default,
                "example": one.example, "expected": one.expected,
            }
            for one in question.parameters
        ],
    }  # fmt: skip


def visit_of(service: Service, request: Request) -> Visit:
    """The circumstances of a request."""
    fields = dict(request.query_params)
    return service.visit(request.scope.get("root_path", ""), request.url.path, fields, dict(request.headers))


def response_of(reply: Reply) -> Response:
    """A reply as the framework sends it."""
    headers = {**reply.headers, "Content-Type": reply.content_type}
    return Response(reply.body, reply.status, headers)


def router(pages: Pages) -> APIRouter:
    """The addresses of the pages."""
    routes = APIRouter()

    async def reply(request: Request, work: Coroutine[Any, Any, Reply]) -> Response:
        return response_of(await while_connected(request.receive, work))

    async def home(request: Request) -> Response:
        return await reply(request, pages.home(visit_of(pages.service, request)))

    async def questions(request: Request) -> Response:
        return await reply(request, pages.questions(visit_of(pages.service, request)))

    async def question(request: Request, name: str) -> Response:
        return await reply(request, pages.question(visit_of(pages.service, request), name))

    async def resource(request: Request, path: str) -> Response:
        return await reply(request, pages.resources.show(visit_of(pages.service, request), path))

    async def static(request: Request, name: str) -> Response:
        return await reply(request, pages.static(name, request.headers.get("accept-encoding", "")))

    for path, handler in (
        ("/", home), ("/questions", questions), ("/questions/{name}", question), ("/id/{path:path}", resource),
        ("/static/{name}", static),
    ):  # fmt: skip
        routes.add_api_route(path, handler, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
    return routes

