"""One server's parts and what it answers with, without a web framework: queries in, replies with headers out."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Final

from ontology.namespaces import SEL
from queries import catalogue
from queries.catalogue import Question
from queries.evaluation import Answer, Evaluator
from queries.formats import CSV, JSON, TURTLE
from server import linked_data, messages, results, spreadsheets
from server.links import Links
from server.messages import Messages
from server.metrics import Metrics
from server.names import Names
from server.protocol import EXCEL_CSV, HTML, XLSX, Operation
from server.results import Table
from server.settings import Settings
from server.tables import Reader

# Functions whose value differs from one asking to the next: their answers are not to be kept.
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
_HERE = Path(__file__).parent
DATA_VARY: Final = "Accept"
PAGE_VARY: Final = "Accept, Accept-Language"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response before any framework; `rows` counts what data it holds, where that is known."""

    body: bytes
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None

    @property
    def content_type(self) -> str:
        """The media type with its character set where it has one."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks: in which language, where, and with which fields."""

    messages: Messages
    links: Links
    path: str
    fields: Mapping[str, str]
    accept: str | None
    known: str | None

    @property
    def language(self) -> str:
        """The language of the answer."""
        return self.messages.language


@dataclass(frozen=True, slots=True)
class Overview:
    """How many notices, controllers and claims there are, and some of the notices; `answer` names the snapshot."""

    answer: Answer
    counts: Mapping[str, int]
    notices: Table


class Service:
    """What the routes share. `evaluator` is started and closed by the application."""

    def __init__(self, settings: Settings) -> None:
        """Load questions, names and messages. Raises BadQuestion, VocabularyError, ShapesError or MessageError."""
        self.settings = settings
        self.metrics = Metrics()
        self.evaluator = Evaluator(
            settings.store,
            workers=settings.workers,
            timeout=settings.query_timeout,
            max_rows=settings.max_rows,
            max_bytes=settings.max_bytes,
            memory=settings.memory,
            burst=settings.burst,
            queue=settings.queue,
            contacts=settings.contacts,
            observe=self.metrics.query,
        )
        self.questions: Mapping[str, Question] = catalogue.load()
        self.names = Names.load()
        self.catalogues = messages.load()
        self.build = _build(self.names.vocabulary.digest())
        self._overview: Overview | None = None

    def visit(self, root: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Visit:
        """The circumstances of a request; `fields` are those of its URL, `headers` in lower case."""
        asked = fields.get("lang")
        language = messages.choose(asked, headers.get("accept-language"))
        links = Links(root, self.settings.base, language if asked in messages.LANGUAGES else None)
        known = headers.get("if-none-match")
        return Visit(self.catalogues[language], links, path, fields, headers.get("accept"), known)

    def reader(self, visit: Visit) -> Reader:
        """What makes cells for this visitor."""
        return Reader(self.names, visit.links, visit.messages, tuple(self.questions))

    async def table(self, query: str) -> tuple[Table, Answer]:
        """The rows of a SELECT or the truth of an ASK. Raises any QueryError."""
        answer = await self.evaluator.evaluate(query, JSON)
        return results.read(answer.body), answer

    async def data(self, visit: Visit, operation: Operation, wanted: Sequence[str], *, as_rows: bool = False) -> Reply:
        """The answer to a query in the best of `wanted`, or 304 when the visitor has it already.

        `as_rows` lets the rows of a SELECT be had as Turtle too. Raises any QueryError.
        """
        query = operation.query or ""
        dataset = (operation.default_graphs, operation.named_graphs)
        tag = self.tag(visit, query, *wanted, repr(dataset), operation.base or "")
        if tag and unchanged(visit, tag):
            return Reply(b"", wanted[0], 304, {"ETag": tag, "Vary": PAGE_VARY if as_rows else DATA_VARY})
        made = {XLSX, EXCEL_CSV} | ({TURTLE} if as_rows else set())
        # What is made of rows comes from their JSON; a kind of answer that has none is not acceptable so.
        asked = [JSON if one in made else one for one in wanted if one != HTML]
        answer = await self.evaluator.evaluate(query, asked, *dataset, base=operation.base)
        headers = self.headers(answer, tag)
        headers["Vary"] = PAGE_VARY if as_rows else DATA_VARY
        chosen = next((one for one in wanted if (JSON if one in made else one) == answer.media_type), answer.media_type)
        if chosen not in made:
            return Reply(answer.body, answer.media_type, 200, headers, answer.rows)
        body = await asyncio.to_thread(_converted, answer, chosen)
        return Reply(body, CSV if chosen == EXCEL_CSV else chosen, 200, headers, answer.rows)

    def headers(self, answer: Answer, tag: str | None) -> dict[str, str]:
        """What an answer says about itself: snapshot, whether it was cut, and how it may be kept."""
        headers = {
            "X-Seloste-Snapshot": answer.snapshot,
            "Cache-Control": "no-cache",
            "Server-Timing": f"wait;dur={answer.waited * 1000:.1f}, query;dur={answer.took * 1000:.1f}",
        }
        published = self.published(answer.snapshot)
        if published is not None:
            headers["Last-Modified"] = formatdate(published, usegmt=True)
        if answer.truncated:
            headers["X-Seloste-Truncated"] = f"true; rows={answer.rows}"
        # A publication between the two looks would put an old tag on a new answer.
        if tag and tag.startswith(f'"{answer.snapshot}-'):
            headers["ETag"] = tag
        return headers

    def tag(self, visit: Visit, query: str, *parts: str) -> str | None:
        """A tag for the answer to a query; None when it differs from one asking to the next. Raises StoreMissing."""
        return None if _VOLATILE.search(query) else self.etag(visit, query, *parts)

    def etag(self, visit: Visit, *parts: str) -> str:
        """A tag for what is made of the present snapshot for this visitor. Raises StoreMissing."""
        snapshot = self.evaluator.snapshot()
        # A store made anew counts its revisions from the start: the time of publication tells them apart.
        published = str(self.published(snapshot) or "")
        material = (self.build, published, visit.language, visit.path, repr(sorted(visit.fields.items())), *parts)
        return f'"{snapshot}-{_digest(*material)}"'

    def kept(self, visit: Visit) -> tuple[str, Reply | None]:
        """The tag of a page made of the present snapshot, and the reply to a visitor who has it. Raises StoreMissing."""
        tag = self.etag(visit, HTML)
        return tag, Reply(b"", HTML, 304, {"ETag": tag, "Vary": PAGE_VARY}) if unchanged(visit, tag) else None

    def day(self, snapshot: str, visit: Visit) -> str:
        """The day on which a snapshot was published, as the visitor's language writes it; empty when not known."""
        at = self.published(snapshot)
        return "" if at is None else self.reader(visit).day(datetime.fromtimestamp(at, UTC).date().isoformat())

    def facet_labels(self, facets: Iterable[str], visit: Visit) -> tuple[str, ...]:
        """What facets are called, by their local names, in order of name."""
        return tuple(sorted(self.names.label(str(SEL[one]), visit.messages) for one in facets))

    def published(self, snapshot: str) -> float | None:
        """When a snapshot was published, in seconds since 1970; None when that is not known any more."""
        try:
            return (self.settings.store / "snapshots" / snapshot / "lease").stat().st_mtime
        except OSError:
            return None

    async def overview(self) -> Overview:
        """What the start page says of the present snapshot, found out once for each. Raises any QueryError."""
        known = self._overview
        if known is None or known.answer.snapshot != self.evaluator.snapshot():
            counted, _ = await self.table(linked_data.counts())
            some, answer = await self.table(linked_data.some(self.settings.base))
            row = counted.rows[0] if counted.rows else {}
            known = self._overview = Overview(answer, {name: int(term.value) for name, term in row.items()}, some)
        return known


def unchanged(visit: Visit, tag: str) -> bool:
    """Whether If-None-Match names the tag (RFC 9110 section 13.1.2, weak comparison)."""
    known = (visit.known or "").split(",")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in known)


def _converted(answer: Answer, media_type: str) -> bytes:
    table = results.read(answer.body)
    if media_type == TURTLE:
        return results.turtle(table).encode()
    if media_type == EXCEL_CSV:
        return spreadsheets.excel_csv(table)
    cut = f"Cut after {answer.rows} rows: there are more." if answer.truncated else "Complete."
    return spreadsheets.xlsx(table, f"Seloste, snapshot {answer.snapshot}\n{cut}")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _build(vocabulary: str) -> str:
    """What this version of the pages is made of: a new one must not be taken for what a browser has kept."""
    found = hashlib.sha256(vocabulary.encode())
    for file in sorted((*_HERE.glob("templates/*"), *_HERE.glob("messages/*"), *_HERE.glob("static/*"), *_HERE.glob("*.py"))):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]
