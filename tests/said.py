"""What a text says, for tests: its claims by path, read as the program reads a notice."""

from __future__ import annotations

from functools import cache

from ingest import documents
from ingest.claims import Claim, Iri
from ingest.graph import NoticeGraphs
from ingest.notice import Notice
from ingest.pipeline import Pipeline


@cache
def pipeline() -> Pipeline:
    return Pipeline.load()


def notice(text: str, language: str | None = "fi") -> Notice:
    return documents.from_text(text, "notice.txt", language=language)


def mapped(text: str, language: str | None = "fi") -> NoticeGraphs:
    return pipeline().map(notice(text, language))


def lines(text: str, language: str | None = "fi") -> str:
    """The lines of the notice's own graph."""
    graphs = mapped(text, language)
    return "\n".join(graphs.graphs[graphs.iri])


def quotes(text: str, kind: str, language: str = "fi") -> list[str]:
    """The words in which defects of a kind show, in order."""
    found = pipeline().read(notice(text, language)).defects
    return [text[d.span.start : d.span.end] for d in sorted(found, key=lambda d: d.span) if d.kind == kind]


def claims(text: str, language: str = "fi") -> dict[str, Claim]:
    return {c.path: c for c in pipeline().read(notice(text, language)).claims}


def linked(claim: Claim, name: str) -> set[str]:
    """The paths that a claim points to by a property, by the property's local name."""
    return {
        v.value.removeprefix("./") for p, v in claim.values if p.rpartition("#")[2] == name and isinstance(v, Iri)
    }
