"""The HTTP interface as an OpenAPI 3.1 document, made of what it describes: each stored question a path with typed parameters.

The words are those of the catalogue of questions and of the messages, in the language of the visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ingest.dataset import software_version
from ingest.export_description import LICENCE
from ingest.export_formats import FORMATS, available
from ingest.media_types import LARGEST
from queries.catalogue import Parameter, Question
from queries.parameters import FACETS
from server import problems
from server.messages import LANGUAGES, Messages
from server.names import Names
from server.protocol import FORM, GRAPHS, HTML, QUERY, SOLUTIONS, XLSX
from shapes.reports import SUFFIXES

Document = dict[str, Any]
REPORTS: Final[Mapping[str, str]] = {
    "json": "application/json", "html": HTML, "markdown": "text/markdown", "text": "text/plain", "csv": "text/csv",
    "turtle": "text/turtle", "jsonld": "application/ld+json", "sarif": "application/sarif+json", "junit": "application/xml",
}  # fmt: skip
"""The formats of a report with their media types."""
_MODALITIES = ["all", "asserted", "possible", "conditional", "negated", "any"]
_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}


def document(questions: Iterable[Question], names: Names, said: Messages, root: str) -> Document:
    """The whole document; `root` is the path under which the application stands."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": said("site.name"), "summary": said("site.tagline"), "description": said("api.lead"),
            "version": software_version(),
            "license": {"name": "Apache-2.0", "url": LICENCE},
        },
        "servers": [{"url": root or "/"}],
        "tags": [{"name": name, "description": said(f"api.tag.{name}")} for name in ("questions", "data", "check")],
        "paths": {
            "/questions": _get("questions", "questions", said("nav.questions"), ["application/json", "text/turtle", HTML], []),
            **{f"/questions/{one.name}": _question(one, names, said) for one in questions},
            **_data(said),
            **_check(said),
        },
        "components": {"responses": {"Problem": {
            "description": said("api.problem"),
            "content": {problems.MEDIA_TYPE: {"schema": {
                "type": "object", "required": ["type", "title", "status"],
                "properties": {
                    "type": {"type": "string", "format": "uri"}, "title": {"type": "string"},
                    "status": {"type": "integer"}, "detail": {"type": "string"},
                },
            }}},
        }}},
    }  # fmt: skip


def _question(question: Question, names: Names, said: Messages) -> Document:
    """A stored question as a path."""
    language = said.language
    parameters = [_parameter(one, names, said) for one in question.parameters if one.type != "language"]
    found = _get(
        "questions", question.name, question.titles[language],
        [*SOLUTIONS, "text/turtle", XLSX, HTML], [*parameters, _language(said), _format(said)],
    )  # fmt: skip
    found["get"]["description"] = question.descriptions[language]
    return found


def _parameter(parameter: Parameter, names: Names, said: Messages) -> Document:
    schema: Document = {"type": "string"}
    match parameter.type:
        case "integer":
            schema = {"type": "integer", "minimum": 0}
        case "date":
            schema = {"type": "string", "format": "date"}
        case "country":
            schema = {"type": "string", "pattern": "^[A-Za-z]{2}$"}
        case "text":
            schema = {"type": "string", "maxLength": 500}
        case "modality":
            schema = {"type": "string", "enum": _MODALITIES}
        case "written":
            schema = {"type": "string", "enum": ["all", *LANGUAGES]}
        case "facet":
            schema = {"type": "string", "enum": ["all", *FACETS]}
        case "item":
            schema = {"type": "string", "enum": [name for name, _ in names.items(said.language)]}
    if parameter.default and schema.get("format") != "date":  # its default is a word («today»), not a date
        schema["default"] = int(parameter.default) if parameter.type == "integer" else parameter.default
    example: str | int = int(parameter.example) if parameter.type == "integer" else parameter.example
    return {
        "name": parameter.name, "in": "query", "required": parameter.default is None,
        "description": f"{parameter.labels[said.language]} ({said(f'expected.{parameter.type}')})",
        "schema": schema, "example": example,
    }  # fmt: skip


def _data(said: Messages) -> Document:
    """SPARQL, graphs, resources, annotations and exports."""
    rdf, path = [*GRAPHS, HTML], _in_path
    query: Document = {
        "name": "query", "in": "query", "required": False, "description": said("sparql.query"),
        "schema": {"type": "string"}, "example": "SELECT * WHERE { ?s ?p ?o } LIMIT 10",
    }  # fmt: skip
    sparql = _get("data", "sparql", said("api.sparql"), [*SOLUTIONS, *GRAPHS, HTML], [query, _format(said)])
    sparql["post"] = {
        "operationId": "sparqlPost", "tags": ["data"], "summary": said("api.sparql"),
        "requestBody": {"required": True, "content": {
            FORM: {"schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}},
            QUERY: {"schema": {"type": "string"}},
        }},
        "responses": _responses(said, [*SOLUTIONS, *GRAPHS]),
    }  # fmt: skip
    graph = {
        "name": "graph", "in": "query", "required": False, "description": said("api.graph"),
        "schema": {"type": "string", "format": "iri"},
    }  # fmt: skip
    formats = [one.name for one in FORMATS.values() if available(one.name)]
    kinds = sorted({one.media_type for one in FORMATS.values()})
    notice = path("id", said("column.notice"), "3f0a5b6c7d8e9f01")
    return {
        "/sparql": sparql,
        "/graphs": _get("data", "graph", said("api.graph"), list(GRAPHS), [graph]),
        "/id/{path}": _get("data", "resource", said("api.resource"), rdf, [path("path", "IRI", "organisation/2817330-9")]),
        "/id/notice/{id}/annotations": _get("data", "annotations", said("api.annotations"), ["application/ld+json"], [notice]),
        "/id/notice/{id}/text": _get("data", "text", said("api.text"), ["text/plain"], [notice]),
        "/export": _get("data", "exports", said("api.exports"), ["application/json", "text/turtle"], []),
        "/export/{format}": _get(
            "data", "export", said("api.export"), kinds,
            [{**path("format", said("sparql.format"), formats[0]), "schema": {"type": "string", "enum": formats}}],
        ),
    }  # fmt: skip


def _check(said: Messages) -> Document:
    """The check of a document."""
    fields = {
        "text": {"type": "string", "description": said("check.text")},
        "file": {"type": "string", "contentMediaType": "application/octet-stream", "description": said("check.file")},
        "language": {"type": "string", "enum": ["", *LANGUAGES], "description": said("check.language")},
        "format": {"type": "string", "enum": list(SUFFIXES), "description": said("sparql.format")},
    }
    posted = {kind: {"schema": {"type": "string", "contentMediaType": kind}} for kind in LARGEST}
    operation = {
        "operationId": "check", "tags": ["check"], "summary": said("check.title"), "description": said("check.lead"),
        "parameters": [_language(said), _format(said)],
        "requestBody": {"required": True, "content": {
            "multipart/form-data": {"schema": {"type": "object", "properties": fields}}, **posted,
        }},
        "responses": _responses(said, [*REPORTS.values()]),
    }  # fmt: skip
    return {"/check": {"post": operation}}


def _get(tag: str, name: str, summary: str, media: list[str], parameters: list[Document]) -> Document:
    return {"get": {
        "operationId": name, "tags": [tag], "summary": summary, "parameters": parameters,
        "responses": {
            "200": {"description": summary, "content": {one: {} for one in dict.fromkeys(media)}}, "default": _PROBLEM,
        },
    }}  # fmt: skip


def _responses(said: Messages, media: list[str]) -> Document:
    return {
        "200": {"description": said("sparql.answer"), "content": {one: {} for one in dict.fromkeys(media)}},
        "default": _PROBLEM,
    }  # fmt: skip


def _in_path(name: str, label: str, example: str) -> Document:
    return {
        "name": name, "in": "path", "required": True, "description": label, "schema": {"type": "string"},
        "example": example,
    }  # fmt: skip


def _language(said: Messages) -> Document:
    return {
        "name": "lang", "in": "query", "required": False, "description": said("nav.language"),
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    }  # fmt: skip


def _format(said: Messages) -> Document:
    return {
        "name": "format", "in": "query", "required": False, "description": said("api.format"),
        "schema": {"type": "string"},
    }  # fmt: skip
