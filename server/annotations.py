"""The claims of a notice as Web Annotations (W3C Recommendation, 23 February 2017) in JSON-LD.

`/id/notice/{id}/annotations` is an AnnotationCollection that holds its first page; `?page=N` are its pages. Each annotation
has the claim's concept as its body, and as its targets the places in the notice's text, told twice: by offsets
(TextPositionSelector) and by words (TextQuoteSelector). The text itself is at `/id/notice/{id}/text` as text/plain.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from ontology.namespaces import DCTERMS, PROV, SEL, SKOS
from server.linked_data import Resource
from server.notice_graph import NoticeGraph
from server.service import Reply, Service, Visit

MEDIA_TYPE: Final = "application/ld+json"
CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
PAGE: Final = 100
"""Annotations of a page."""
_PROFILED: Final = f'{MEDIA_TYPE};profile="{CONTEXT}"'


class Annotations:
    """Answers for the annotations of a notice, and for its text."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def container(self, visit: Visit, resource: Resource) -> Reply | None:
        """The collection, a page of it, or a single annotation; None when there is none. Raises any QueryError."""
        notice, claim = resource.annotated
        table, answer = await self._service.table(Resource(notice, resource.base).content(contacts=False))
        if not table.rows:
            return None
        graph = NoticeGraph(notice, table.rows)
        made = described(graph)
        number = visit.fields.get("page", "")
        document: dict[str, Any] | None
        if claim:
            document = next((one for one in made if one["id"] == resource.iri), None)
        elif number:
            document = page(resource.iri, made, int(number)) if number.isdecimal() and len(number) < 7 else None
        else:
            document = collection(resource.iri, graph, made)
        if document is None:
            return None
        body = json.dumps({"@context": CONTEXT, **document}, ensure_ascii=False, indent=1) + "\n"
        headers = self._service.headers(answer, self._service.etag(visit, MEDIA_TYPE))
        allowed = {"Allow": "GET, HEAD, OPTIONS", "Vary": "Accept"}
        kind = '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"'
        return Reply(body.encode(), _PROFILED, 200, {**headers, **allowed, "Link": kind} if not claim else headers)

    async def text(self, visit: Visit, resource: Resource) -> Reply | None:
        """The text into which the annotations point, contact details masked; None when it is not stored."""
        notice = resource.iri.removesuffix("/text")
        table, answer = await self._service.table(Resource(notice, resource.base).content(contacts=False))
        shown = NoticeGraph(notice, table.rows).shown_text()
        if not shown:
            return None
        headers = self._service.headers(answer, self._service.etag(visit, "text/plain"))
        return Reply(shown.encode(), "text/plain", 200, {**headers, "Vary": "Accept"})


def described(graph: NoticeGraph) -> list[dict[str, Any]]:
    """One annotation for each claim that rests on words, in the order of the text."""
    claims, text = [one.value for one in graph.all(graph.iri, SEL.hasClaim)], graph.shown_text()
    made = [_annotation(graph, claim, text) for claim in sorted(claims, key=lambda claim: (graph.place(claim), claim))]
    return [one for one in made if one["target"]]


def collection(iri: str, graph: NoticeGraph, made: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The AnnotationCollection with its first page in it."""
    found: dict[str, Any] = {"id": iri, "type": "AnnotationCollection", "total": len(made)}
    title = graph.one(graph.iri, DCTERMS.title)
    if title:
        found["label"] = title.value
    if made:
        found["first"] = page(iri, made, 1)
        found["last"] = f"{iri}?page={_pages(made)}"
    return found


def page(iri: str, made: Sequence[dict[str, Any]], number: int) -> dict[str, Any] | None:
    """An AnnotationPage by its number, from 1; None when there is none."""
    if not 1 <= number <= _pages(made):
        return None
    start = (number - 1) * PAGE
    found: dict[str, Any] = {"id": f"{iri}?page={number}", "type": "AnnotationPage", "partOf": iri, "startIndex": start}
    if number > 1:
        found["prev"] = f"{iri}?page={number - 1}"
    if number < _pages(made):
        found["next"] = f"{iri}?page={number + 1}"
    found["items"] = list(made[start : start + PAGE])
    return found


def _pages(made: Sequence[object]) -> int:
    return -(-len(made) // PAGE)


def _annotation(graph: NoticeGraph, claim: str, text: str) -> dict[str, Any]:
    bodies = [{"source": one.value, "purpose": "classifying"} for one in graph.all(claim, SKOS.broader)]
    bodies += [{"source": one.value, "purpose": "identifying"} for one in graph.all(claim, SEL.entity)]
    modality = graph.text(claim, SEL.modality)
    bodies += [{"source": modality, "purpose": "assessing"}] if modality else []
    found: dict[str, Any] = {
        "id": f"{graph.iri}/annotations/{claim.removeprefix(graph.iri + '/')}",
        "type": "Annotation",
        "motivation": "classifying",
        "body": bodies,
        "target": [_target(graph.iri, text, *span) for span in sorted(set(graph.spans(claim)))],
        "canonical": claim,
    }
    run = graph.text(graph.iri, PROV.wasGeneratedBy)
    return {**found, "generator": run} if run else found


def _target(notice: str, text: str, start: int, end: int, exact: str) -> dict[str, Any]:
    """A place in the text, both by its offsets and by its words with some of those around them."""
    quote = {"type": "TextQuoteSelector", "exact": exact}
    if text:
        quote |= {"prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32]}
    return {
        "source": f"{notice}/text",
        "selector": [{"type": "TextPositionSelector", "start": start, "end": end}, quote],
    }
