"""What the pages over HTTP share: the query page, problems, files, and how a page gets its address.

Each page is complete without JavaScript. Where people and machines ask the same address, Accept decides.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from queries.errors import QueryError
from queries.formats import JSON, TURTLE
from server import forms, results
from server.connection import while_connected
from server.problems import Problem, of_error
from server.protocol import HTML, Operation
from server.rendering import Renderer
from server.resource_pages import NotFound, ResourcePages
from server.service import Reply, Service, Visit


class Pages:
    """Replies for people, and for machines at the same addresses."""

    def __init__(self, service: Service, renderer: Renderer) -> None:
        self.service, self.renderer = service, renderer
        self.resources = ResourcePages(service, renderer)

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

    def sentences(self, visit: Visit) -> list[forms.Sentence]:
        """Those to fill in come first: they show what can be asked."""
        listed = [forms.sentence(one, self.service.names, visit.messages) for one in self.service.questions.values()]
        return sorted(listed, key=lambda one: one.gap is None)

    def _example(self) -> str:
        """A query to begin with: a stored question that takes a value, with its example."""
        needy = [one for one in self.service.questions.values() if one.parameters] or [*self.service.questions.values()]
        return needy[-1].bind(needy[-1].examples()) if needy else ""


def visit_of(service: Service, request: Request, fields: Mapping[str, str] | None = None) -> Visit:
    """The circumstances of a request; `fields` are those of its URL, where they are decoded already."""
    fields = dict(request.query_params) if fields is None else fields
    return service.visit(request.scope.get("root_path", ""), request.url.path, fields, dict(request.headers))


def response_of(reply: Reply) -> Response:
    """A reply as the framework sends it."""
    headers = {**reply.headers, "Content-Type": reply.content_type}
    return Response(reply.body, reply.status, headers)


def add(routes: APIRouter, pages: Pages, path: str, show: Callable[..., Coroutine[Any, Any, Reply]]) -> None:
    """Give a page its address; `show` takes the visit and what the address holds, and is stopped when nobody waits."""

    async def handler(request: Request) -> Response:
        shown = show(visit_of(pages.service, request), **request.path_params)
        return response_of(await while_connected(request.receive, shown))

    routes.add_api_route(path, handler, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)


def router(pages: Pages) -> APIRouter:
    """The addresses of resources and of the files that pages load."""
    routes = APIRouter()
    add(routes, pages, "/id/{path:path}", pages.resources.show)

    async def static(request: Request, name: str) -> Response:
        return response_of(await pages.static(name, request.headers.get("accept-encoding", "")))

    routes.add_api_route(
        "/static/{name}", static, methods=["GET", "HEAD"], include_in_schema=False, response_model=None
    )
    return routes
