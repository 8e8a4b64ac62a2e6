"""The start page and the search over organisations and texts."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter

from queries.parameters import MAX_LENGTH
from server import figures, forms, relations, structured_data
from server.page_queries import PAGE, NotATerm, PageQueries
from server.pages import Pages, add
from server.problems import Problem
from server.protocol import HTML
from server.results import Table
from server.service import Reply, Visit
from server.tables import Cell, Reader

_SEARCHES: Final = (("search-quotes", "search.quotes"), ("search-notices", "search.notices"))
"""The stored questions that a search asks, and the headings of their answers."""
_SHOWN: Final = 10


class StartPages:
    """Replies for `/` and `/search`."""

    def __init__(self, pages: Pages) -> None:
        self._pages, self._service, self._renderer = pages, pages.service, pages.renderer
        self._queries = PageQueries(pages.service.settings.base)

    async def home(self, visit: Visit) -> Reply:
        """The start page. Raises any QueryError."""
        tag, known = self._service.kept(visit)
        if known:
            return known
        found = await self._service.overview()
        reader = self._service.reader(visit)
        there, _ = await self._service.table(self._queries.destinations())
        counts = ((row["country"].value, figures.number(row, "notices")) for row in there.rows)
        base = self._service.settings.base
        page = self._renderer.page(
            "home.html", visit, counts=found.counts, snapshot=found.answer.snapshot,
            published=self._service.day(found.answer.snapshot, visit), sentences=self._pages.sentences(visit),
            notices=reader.view(found.notices), countries=figures.countries(counts, reader),
            structured=structured_data.block(
                structured_data.dataset(visit, base, found.answer.snapshot, found.counts)
            ),
        )  # fmt: skip
        linked = relations.header([(visit.links.page("/export"), "describedby", "text/turtle")])
        return Reply(page.body, HTML, 200, {**page.headers, **linked, **self._service.headers(found.answer, tag)})

    async def search(self, visit: Visit) -> Reply:
        """Organisations by name, and quotes and notices by words. Raises any QueryError."""
        words = visit.fields.get("q", "").strip()[:MAX_LENGTH]
        organisations: tuple[tuple[Cell, bool, Cell | None], ...] = ()
        answers: list[dict[str, Any]] = []
        problem = None
        if words:
            try:
                found, _ = await self._service.table(self._queries.organisations(words))
                organisations = _organisations(found, self._service.reader(visit))
                answers = [await self._answer(visit, name, key, words) for name, key in _SEARCHES]
            except NotATerm:
                problem = Problem("bad-request", 400, "The search holds characters that no text has. Write it anew.")
        return self._renderer.page(
            "search.html", visit, status=problem.status if problem else 200, words=words, problem=problem,
            organisations=organisations[:PAGE], more=len(organisations) > PAGE, answers=answers,
        )  # fmt: skip

    async def _answer(self, visit: Visit, name: str, key: str, words: str) -> dict[str, Any]:
        """The first rows of the answer to a stored question, and where all of them are."""
        question = self._service.questions[name]
        values = forms.values(question, {"text": words}, visit.language)
        table, answer = await self._service.table(question.bind(values))
        shown = Table(table.columns, table.rows[:_SHOWN])
        return {
            "heading": visit.messages(key), "view": self._service.reader(visit).view(shown), "rows": len(table.rows),
            "truncated": answer.truncated, "href": visit.links.question(name, {"text": words}),
        }  # fmt: skip


def _organisations(table: Table, reader: Reader) -> tuple[tuple[Cell, bool, Cell | None], ...]:
    """Name with address, whether it is a controller of some notice, and its country."""
    return tuple(
        (
            Cell("text", row["name"].value, reader.links.resource(row["organisation"].value)),
            "role" in row,
            reader.country(row["seat"].value) if "seat" in row else None,
        )
        for row in table.rows
    )


def router(pages: Pages) -> APIRouter:
    """The addresses of the start page and of the search."""
    routes, start = APIRouter(), StartPages(pages)
    add(routes, pages, "/", start.home)
    add(routes, pages, "/search", start.search)
    return routes
