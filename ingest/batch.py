"""Many notices into one store: each read, mapped, checked and stored by itself, so that a bad one never stops the rest.

A notice whose graph breaks the well-formedness shapes is not stored; findings about its completeness are results and are
stored beside it as its report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from rdflib import Graph

from ingest import documents, receipts
from ingest.dataset import dataset_lines
from ingest.documents import DocumentError
from ingest.graph import NoticeGraphs
from ingest.notice import Notice
from ingest.pipeline import Pipeline
from ingest.quality import measured
from ingest.stores import NoticeStore, opened
from remote.location import Location, beside
from shapes.background import Background
from shapes.bulk import Task, validate_all
from shapes.engine_lines import graph
from shapes.engines import RECORD, Engine, EngineName
from shapes.findings import Finding
from shapes.report_cache import FILE, ReportCache
from shapes.validation import Report, validate, wellformedness


class IllFormedNotice(DocumentError):
    """The graph made of a notice breaks the well-formedness shapes; it is not stored. An error of Seloste, not of the notice."""

    def __init__(self, source: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        rules = ", ".join(sorted({f.rule.rpartition("#")[2] for f in findings}))
        super().__init__(source, f"its graph breaks {rules}", "It was not stored. Please report it with the text.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: stored (and whether anything changed) or refused with an error.

    There is no report when the document was stored before and not read again.
    """

    source: Path
    notice: str | None = None
    changed: bool = False
    report: Report | None = None
    error: DocumentError | None = None


def sources(paths: Iterable[Path]) -> Iterator[Path]:
    """The documents to read: files as given, folders by the kinds of file that are read, in order of name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                p for p in path.rglob("*") if p.suffix.lower() in documents.SUFFIXES and p.name != "README.md"
            )
        else:
            yield path


class Unvalidated(DocumentError):
    """A notice in a store could not be validated; those beside it were."""

    def __init__(self, notice: str, problem: str) -> None:
        super().__init__(
            f"<{notice}>", problem, "The other notices were validated. Ingest its text again, or report this."
        )


class EnginesDisagree(DocumentError):
    """Two engines judge a stored notice differently; the report is that of pySHACL."""

    def __init__(self, notice: str, told: str) -> None:
        super().__init__(
            f"<{notice}>", told, "Its report is pySHACL's. Validate with --engine pyshacl, and report this."
        )


def rdf(mapped: NoticeGraphs) -> Graph:
    """What is validated: the notice's graph with its contacts and the organisations it names, as one rdflib graph.

    Not what is inferred: that the notice does not say. Not its text: that says nothing to a rule.
    """
    said = [lines for iri, lines in mapped.graphs.items() if not iri.endswith(("/inferred", "/text"))]
    return graph(line for part in (*said, *mapped.organisations.values()) for line in part)


def check(
    notice: Notice, pipeline: Pipeline, background: Background, *, engine: Engine = RECORD
) -> tuple[NoticeGraphs, Report]:
    """Map and validate one notice.

    Raises:
        DocumentError: when its graph is not well-formed.
    """
    mapped = pipeline.map(notice)
    said = rdf(mapped)
    broken = wellformedness(said)
    if broken:
        raise IllFormedNotice(notice.source, broken)
    return mapped, validate(said, background=background, engine=engine)


def share(store: NoticeStore, pipeline: Pipeline) -> None:
    """Store what notices refer to: the vocabulary, and what the dataset says of itself. Raises StoreError."""
    store.load_shared(f"{store.base}graph/vocabulary", pipeline.vocabulary_lines)
    described = f"{store.base}graph/dataset"
    store.load_shared(
        described, sorted({*dataset_lines(pipeline.run, store.base), *measured(store.graph(described), store.base)})
    )


def put(store: NoticeStore, mapped: NoticeGraphs, report: Report, receipt: bytes | None = None) -> bool:
    """Store a notice with its report in one transaction; True when something changed. Raises StoreError."""
    return store.replace({**mapped.graphs, f"{mapped.iri}/report": report.lines}, mapped.organisations, receipt)


def ingest(
    paths: Sequence[Path], store: NoticeStore, pipeline: Pipeline, *, language: str | None = None
) -> Iterator[Outcome]:
    """Put documents into a store one by one, each in a transaction of its own; the caller publishes.

    A notice is on disk when its outcome is given. A document that this program has stored already is not read again, so
    a run that was stopped goes on where it was.

    Raises:
        StoreError: when the store cannot be written; what was stored before stays.
    """
    share(store, pipeline)
    for path in paths:
        try:
            data = documents.content(path)
            receipt = receipts.key(data, path.name, language, store.base)
            known = store.received(receipt)
            if known is not None:
                yield Outcome(path, known)
                continue
            notice = documents.from_bytes(data, path.name, base=store.base, language=language)
            mapped, report = check(notice, pipeline, pipeline.background)
        except DocumentError as error:
            yield Outcome(path, error=error)
            continue
        yield Outcome(path, mapped.iri, put(store, mapped, report, receipt), report)


def stored_reports(
    where: Location, errors: list[DocumentError], *, engine: EngineName = "pyshacl", jobs: int = 1
) -> list[Report]:
    """The validation reports of all notices in a store, by the rules as they are now; `errors` takes what went wrong.

    Reports that cannot have changed since the last time are taken from the cache beside the store. A notice whose contacts
    are kept on another machine is not validated: it would be found to lack what it says.

    Raises:
        StoreError: when there is no store that can be opened there, or it is being written.
        ShapesError, EngineMissing: when nothing can be validated.
    """
    with opened(where) as store, ReportCache(beside(where) / FILE) as cache:
        withheld = store.withheld()
        found = sorted(validate_all(_tasks(store, withheld), cache, engine=engine, jobs=jobs), key=attrgetter("notice"))
        cache.retain(checked.notice for checked in found)
    errors += [Unvalidated(notice, "its contacts are kept on the machine that ingested it") for notice in sorted(withheld)]
    errors += [Unvalidated(c.notice, c.error) for c in found if c.error is not None]
    errors += [EnginesDisagree(c.notice, c.disagreement) for c in found if c.disagreement is not None]
    return [checked.report for checked in found if checked.report is not None]


class Organisations:
    """The organisations described in a store, to be given with the notices that name them."""

    def __init__(self, store: NoticeStore) -> None:
        self._described: dict[str, list[str]] = {}
        for line in store.graph(f"{store.base}graph/organisations"):
            self._described.setdefault(line.split(None, 1)[0], []).append(line)
        self._iri = re.compile(f"<{re.escape(store.base)}organisation/[^<>]*>")

    def named_in(self, lines: Iterable[str]) -> list[str]:
        """The N-Triples lines that describe the organisations which the lines of a notice name, in order of IRI."""
        named = sorted(set(self._iri.findall("\n".join(lines))))
        return [line for iri in named for line in self._described.get(iri, ())]


def _tasks(store: NoticeStore, but: frozenset[str]) -> Iterator[Task]:
    """Each stored notice with its contacts and the organisations that it names: what `rdf` gives of a fresh one."""
    organisations = Organisations(store)
    for notice in store.notices():
        if notice in but:
            continue
        own = store.graph(notice)
        yield Task(notice, [*own, *store.graph(f"{notice}/contacts"), *organisations.named_in(own)])
