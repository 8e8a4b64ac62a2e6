"""The check of notices as the command line asks for it: documents or a store in, dossiers and their files out.

Validation judges a graph; here it meets the text: the sections that were read, and what is inferred of the notice, which
validation leaves aside because the notice does not say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from ingest import batch, documents
from ingest.documents import DocumentError
from ingest.examination import Examiner
from ingest.pipeline import Pipeline
from ingest.stores import opened
from remote.location import Location
from shapes import engine_lines, engines
from shapes.deltas import Earlier, earlier
from shapes.dossiers import Dossier, compile_dossier
from shapes.engines import EngineName
from shapes.reports import Written, files, written


def of_files(
    paths: Iterable[Path],
    loaded: Callable[[], Pipeline],
    errors: list[DocumentError],
    language: str | None = None,
    *,
    engine: EngineName = "pyshacl",
) -> Iterator[Dossier]:
    """The dossier of each document that can be read; `errors` takes those that cannot. Nothing is stored.

    Raises:
        LexiconError: when the lexicon is broken.
        EngineMissing: when the engine asked for is not installed.
    """
    examiner = Examiner(loaded(), engines.load(engine))
    for path in paths:
        try:
            yield examiner.of(documents.read(path, language=language)).dossier
        except DocumentError as error:
            errors.append(error)


def of_store(
    where: Location, errors: list[DocumentError], *, engine: EngineName = "pyshacl", jobs: int = 1
) -> Iterator[Dossier]:
    """The dossier of each notice in a store, by the rules as they are now. Their sections are not stored.

    Raises:
        StoreError: when there is no store that can be opened there.
        ShapesError, EngineMissing: when nothing can be validated.
    """
    reports = batch.stored_reports(where, errors, engine=engine, jobs=jobs)
    with opened(where) as store:
        organisations = batch.Organisations(store)
        for report in reports:
            own = (report.notice, f"{report.notice}/contacts", f"{report.notice}/inferred")
            lines = [line for graph in own for line in store.graph(graph)]
            yield compile_dossier(engine_lines.graph([*lines, *organisations.named_in(lines)]), report)


def earlier_reports(path: Path) -> tuple[Earlier, ...]:
    """The earlier reports in a JSON file.

    Raises:
        EarlierReportError: when it holds none.
        OSError: when it cannot be read.
    """
    return earlier(path.read_text("utf-8", errors="replace"), path.name)


def write(asked: Written, form: str, output: Path | None, stream: TextIO) -> None:
    """Write the reports to a file, to a folder (one file for each notice, and the overview), or else to a stream.

    Raises:
        OSError: when they cannot be written.
    """
    if output is None:
        stream.write(written(asked, form))
    elif output.is_dir():
        for name, content in files(asked, form):
            (output / name).write_text(content, "utf-8", newline="")
    else:
        output.write_text(written(asked, form), "utf-8", newline="")
