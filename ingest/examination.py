"""One document from its bytes to what is known of it: its notice, its graphs, its report. Nothing is stored.

This is what a check shows and what a writer stores; both ask it with bytes, media type and language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest import batch, documents
from ingest.graph import NoticeGraphs
from ingest.notice import Notice
from ingest.pipeline import Pipeline
from ingest.sections import Section
from shapes import engine_lines
from shapes.dossiers import Dossier, compile_dossier
from shapes.engines import RECORD, Engine
from shapes.evidence import Heading
from shapes.validation import Report


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a document with what its sender says of it; `language` is fi, sv or en where it is known."""

    data: bytes = field(repr=False)
    source: str
    media_type: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A notice that was read, mapped and judged."""

    notice: Notice
    mapped: NoticeGraphs
    report: Report
    dossier: Dossier


class Examiner:
    """Examines one document after the other; what is known of language and law is loaded once."""

    def __init__(self, pipeline: Pipeline, engine: Engine = RECORD) -> None:
        self._pipeline, self._engine = pipeline, engine

    def examine(self, document: Document) -> Examined:
        """What is known of a document. Raises DocumentError when it is no notice that can be read."""
        return self.of(
            documents.from_bytes(
                document.data, document.source, document.media_type, language=document.language
            )
        )  # fmt: skip

    def of(self, notice: Notice) -> Examined:
        """What is known of a notice that is read already. Raises DocumentError when its graph is not well-formed."""
        mapped, report = batch.check(notice, self._pipeline, self._pipeline.background, engine=self._engine)
        lines = [line for part in (*mapped.graphs.values(), *mapped.organisations.values()) for line in part]
        headings = _headings(notice, self._pipeline.sections(notice))
        dossier = compile_dossier(engine_lines.graph(lines), report, headings, background=self._pipeline.background)
        return Examined(notice, mapped, report, dossier)


def _headings(notice: Notice, sections: Iterable[Section]) -> list[Heading]:
    """The sections of a text; what stands before the first heading has no name."""
    return [
        Heading(
            " ".join(notice.text[s.heading.start : s.heading.end].split()).rstrip(" :") if s.heading else "",
            s.start,
            s.end,
            s.topics,
        )
        for s in sections
    ]
