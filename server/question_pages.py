"""The stored questions as pages and as data: the list, and each question with its form and its answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter

from queries import executables
from queries.catalogue import ParameterError, Question
from queries.formats import JSON, TURTLE
from server import figures, forms, relations, reliability
from server.description import SYNTAXES
from server.pages import Pages, add
from server.problems import of_error
from server.protocol import HTML, SOLUTIONS, XLSX, Operation, wanted
from server.reliability import Measured
from server.resource_pages import NotFound
from server.service import PAGE_VARY, Reply, Visit, unchanged

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


class QuestionPages:
    """Replies for `/questions`."""

    def __init__(self, pages: Pages) -> None:
        self._pages, self._service, self._renderer = pages, pages.service, pages.renderer

    async def listed(self, visit: Visit) -> Reply:
        """The stored questions, as a page, as JSON or as sh:SPARQLExecutable in RDF. Raises NotAcceptable."""
        media = wanted(visit.accept, visit.fields.get("format"), LIST_OFFERED)[0]
        if media == HTML:
            return self._renderer.page("questions.html", visit, sentences=self._pages.sentences(visit))
        if media in SYNTAXES:
            described = executables.graph(self._service.questions.values(), self._service.settings.base)
            rdf = described.serialize(format=SYNTAXES[media], encoding="utf-8")
            return Reply(rdf, media, 200, {"Vary": PAGE_VARY, "Cache-Control": "no-cache"})
        listed = [_listed(one, visit) for one in self._service.questions.values()]
        body = json.dumps({"questions": listed}, ensure_ascii=False, indent=1) + "\n"
        return Reply(body.encode(), "application/json", 200, {"Vary": PAGE_VARY, "Cache-Control": "no-cache"})

    async def question(self, visit: Visit, name: str) -> Reply:
        """A stored question and its answer. Raises NotFound, NotAcceptable, ParameterError or any QueryError."""
        question = self._service.questions.get(name)
        if question is None:
            raise NotFound("")
        values = forms.values(question, visit.fields, visit.language)
        named = visit.fields.get("format")
        media = wanted(visit.accept, named, ANSWER_OFFERED)
        if media[0] == HTML:
            return await self._asked(visit, question, values)
        asked = Operation(question.bind(values, forms.limit(visit.fields)))
        reply = await self._service.data(visit, asked, media, as_rows=True)
        headers = {**reply.headers, "Content-Language": visit.language}
        if named and reply.media_type in _SUFFIXES:
            headers["Content-Disposition"] = f'attachment; filename="{name}.{_SUFFIXES[reply.media_type]}"'
        return Reply(reply.body, reply.media_type, reply.status, headers)

    async def _asked(self, visit: Visit, question: Question, values: dict[str, str]) -> Reply:
        """A question's page: the form, and the answer as soon as everything needed is given."""
        fields = forms.fields(question, values, self._service.names, visit.messages)
        problem, text = None, ""
        # A form that nobody has filled in yet is not a mistake.
        asked = any(value for name, value in visit.fields.items() if name not in forms.RESERVED)
        if asked or not any(one.required for one in fields):
            try:
                text = question.bind(values)
            except ParameterError as error:
                problem = of_error(error)
        tag = self._service.tag(visit, text, HTML) if text else None
        if tag and unchanged(visit, tag):
            return Reply(b"", HTML, 304, {"ETag": tag, "Vary": PAGE_VARY})
        few = question.bind(values, PAGE_ROWS + 1) if text else ""
        shown, headers = await self._answer(visit, few, tag) if text else ({}, {})
        given = {one.name: one.value for one in fields if one.value}
        page = self._renderer.page(
            "question.html", visit, status=problem.status if problem else 200, question=question, form=fields,
            title=forms.title(question, fields, visit.messages), problem=problem, sparql=text, given=given,
            downloads=_DOWNLOADS, **{"view": None, **shown},
        )  # fmt: skip
        linked = [(visit.links.question(question.name, given, media), "alternate", kind) for media, kind in (
            ("json", JSON), ("csv", "text/csv"), ("turtle", TURTLE))] if text else []  # fmt: skip
        return Reply(page.body, HTML, page.status, {**page.headers, **relations.header(linked), **headers})

    async def _answer(self, visit: Visit, text: str, tag: str | None) -> tuple[dict[str, Any], dict[str, str]]:
        """What the page shows of the answer, and what the response says of it."""
        found, answer = await self._service.table(text)
        table, reader = replace(found, rows=found.rows[:PAGE_ROWS]), self._service.reader(visit)
        shown = {
            "view": reader.view(table), "more": len(found.rows) > PAGE_ROWS, "truncated": answer.truncated,
            "snapshot": answer.snapshot,
            "published": self._service.day(answer.snapshot, visit), "countries": figures.of_answer(table, reader),
            "most": figures.most(table), "reliability": await self._reliability(visit, text),
            "facets": self._service.facet_labels(reliability.used(text, self._service.names), visit),
        }  # fmt: skip
        return shown, self._service.headers(answer, tag)

    async def _reliability(self, visit: Visit, text: str) -> tuple[Measured, ...]:
        """The measurements of the facets that the question uses."""
        table, _ = await self._service.table(reliability.query(self._service.settings.base))
        used = reliability.used(text, self._service.names)
        return tuple(one for one in reliability.measured(table, self._service.reader(visit)) if one.facet in used)


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


def router(pages: Pages) -> APIRouter:
    """The addresses of the stored questions."""
    routes, questions = APIRouter(), QuestionPages(pages)
    add(routes, pages, "/questions", questions.listed)
    add(routes, pages, "/questions/{name}", questions.question)
    return routes
