"""The command line: one short function a verb; arguments in, output out, nothing else.

Exit codes: 0 done, 1 findings at or above --fail-on, 2 wrong usage, 3 input that cannot be read, 4 a broken installation
or store, 5 a limit was reached. What people read while they wait goes to standard error, and only to a terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

import store_commands

if TYPE_CHECKING:
    from ingest.documents import DocumentError
    from ingest.pipeline import Pipeline

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="A knowledge graph of privacy notices: map, check, store, ask, serve.",
)

app.add_typer(store_commands.app, name="store")

GraphFormat = Literal["trig", "turtle", "nquads", "jsonld"]
EXPORT_FORMATS = "nquads (when none is given), trig, turtle, jsonld, csv, parquet, tilt; more than one into a folder."
ReportFormat = Literal["text", "markdown", "html", "json", "turtle", "jsonld", "csv", "junit", "sarif"]
EngineName = Literal["pyshacl", "shacl"]
RowFormat = Literal["table", "csv", "json"]
Severity = Literal["violation", "warning", "info"]

StoreOption = Annotated[Path, typer.Option("--store", help="The store's directory.", envvar="SELOSTE_STORE")]
LanguageOption = Annotated[str | None, typer.Option("--language", help="fi, sv or en, when it is known.")]
LangOption = Annotated[str, typer.Option("--lang", help="Language of messages: fi, sv or en.", envvar="SELOSTE_LANG")]


@app.command("map")
def map_(
    file: Path,
    format: Annotated[GraphFormat, typer.Option("--format", "-f")] = "trig",
    language: LanguageOption = None,
) -> None:
    """Map one notice to RDF on standard output: its own graphs and the organisations it names; nothing is stored."""
    from ingest import documents
    from ingest.serialization import serialized

    with _explained():
        sys.stdout.write(serialized(_pipeline().map(documents.read(file, language=language)), format))


@app.command()
def ingest(
    paths: list[Path],
    store: StoreOption,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
    language: LanguageOption = None,
    format: Annotated[Literal["text", "jsonl"], typer.Option("--format", "-f", help="jsonl: a line a document.")] = "text",
) -> None:
    """Put notices (files, or folders of them) into a store, check each, and publish what changed."""
    import ingestion
    from ingest import batch

    with _explained():
        chosen = list(batch.sources(paths))
        if not chosen:
            _stop(3, f"no notices in {', '.join(map(str, paths))}. Give text files, or folders that hold some.")
        lines = sys.stdout if format == "jsonl" else None
        try:
            done = ingestion.run(chosen, store, _pipeline(), language=language, quiet=quiet, lines=lines)
        except ingestion.Stopped as stopped:
            _stop(130, str(stopped))
    if not quiet:
        told = f"{done.stored} notices stored in {store} ({done.changed} changed), {done.refused} refused"
        typer.echo(f"{told}; snapshot {done.snapshot}.", err=True)
    if done.refused:
        raise typer.Exit(3)


@app.command()
def validate(
    files: Annotated[list[Path] | None, typer.Argument()] = None,
    store: Annotated[Path | None, typer.Option("--store")] = None,
    format: Annotated[ReportFormat, typer.Option("--format", "-f")] = "text",
    lang: LangOption = "en",
    summary: Annotated[bool, typer.Option("--summary", help="Only the counts over all notices.")] = False,
    fail_on: Annotated[Severity | None, typer.Option("--fail-on", help="Exit 1 on findings this severe or worse.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File, or folder for a file a notice.")] = None,
    against: Annotated[Path | None, typer.Option("--against", help="Earlier JSON report: new, fixed, unchanged?")] = None,
    engine: Annotated[EngineName, typer.Option("--engine", help="pyshacl, or shacl: faster, if installed.")] = "pyshacl",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that share a store's notices.")] = 1,
    language: LanguageOption = None,
) -> None:
    """Report what notices lack under GDPR Articles 13 and 14: of files, or of all notices in a store."""
    import inspection
    from ingest import batch
    from shapes.deltas import compared
    from shapes.reports import Written, fails

    if bool(files) == (store is not None):
        raise typer.BadParameter("give either files or --store DIR")
    errors: list[DocumentError] = []
    with _explained():
        if store is not None and not store.exists():
            _stop(3, f"there is no store at {store}. Make one with: seloste ingest FILES --store {store}")
        before = inspection.earlier_reports(against) if against else ()
        if store is not None:
            dossiers = list(inspection.of_store(store, errors, engine=engine, jobs=jobs))
            if not dossiers and not errors:
                _stop(3, f"the store {store} holds no notices. Put some in with: seloste ingest FILES --store {store}")
        else:
            chosen = batch.sources(files or [])
            dossiers = list(inspection.of_files(chosen, _pipeline, errors, language, engine=engine))
        for error in errors:
            typer.echo(f"error: {error}", err=True)
        asked = Written(dossiers, lang, compared(dossiers, before), fail_on or "warning", summary)
        inspection.write(asked, format, output, sys.stdout)
    if errors:
        raise typer.Exit(4 if any(isinstance(error, batch.EnginesDisagree) for error in errors) else 3)
    if fail_on is not None and fails(dossiers, fail_on):
        raise typer.Exit(1)


@app.command()
def questions(lang: LangOption = "en", format: Annotated[RowFormat, typer.Option("--format", "-f")] = "table") -> None:
    """List the stored questions with their parameters."""
    from queries import catalogue

    found = catalogue.load().values()
    if format == "json":
        listed = [{"name": q.name, "title": dict(q.titles), "parameters": {p.name: p.type for p in q.parameters}} for q in found]
        sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return
    for question in found:
        parameters = " ".join(f"--param {p.name}={p.example}" for p in question.parameters)
        sys.stdout.write(f"{question.name}\t{question.titles[lang]}\t{parameters}\n")


@app.command()
def ask(
    name: str,
    store: StoreOption,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="NAME=VALUE")] = None,
    format: Annotated[RowFormat | None, typer.Option("--format", "-f")] = None,
    lang: LangOption = "en",
    timeout: float = 30.0,
) -> None:
    """Answer a stored question from a store: a table on a terminal, CSV when piped."""
    from queries import catalogue

    with _explained():
        question = catalogue.load().get(name)
        if question is None:
            _stop(2, f"there is no question «{name}». List them with: seloste questions")
        values = dict(_pair(text) for text in param or [])
        _rows(question.bind(values), store, format, timeout, question.titles[lang])


@app.command()
def query(
    file: Annotated[str, typer.Argument(help="A file with SPARQL, or - for standard input.")],
    store: StoreOption,
    format: Annotated[RowFormat | None, typer.Option("--format", "-f")] = None,
    timeout: float = 30.0,
) -> None:
    """Answer a SPARQL query from a store."""
    with _explained():
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        _rows(text, store, format, timeout, None)


@app.command()
def serve(
    store: StoreOption,
    host: str | None = None, port: int | None = None,
    query_timeout: Annotated[float | None, typer.Option(help="Seconds a query may run.")] = None,
    max_rows: Annotated[int | None, typer.Option(help="Rows after which an answer is cut.")] = None,
) -> None:
    """Serve the SPARQL endpoint, the questions and the linked data of a store over HTTP (settings: docs/deploy.md)."""
    from server import running, settings

    with _explained():
        chosen = settings.read(store=store, host=host, port=port, query_timeout=query_timeout, max_rows=max_rows)
        typer.echo(f"Serving {store} on http://{chosen.host}:{chosen.port} (stop with Ctrl-C)", err=True)
        running.serve(chosen)


@app.command()
def export(
    store: StoreOption,
    format: Annotated[list[str] | None, typer.Option("--format", "-f", help=EXPORT_FORMATS)] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file, or a folder for more.")] = None,
) -> None:
    """Write the published snapshot for others to use: graphs, tables or TILT; no contacts, same store same bytes."""
    from ingest import exports

    with _explained():
        exports.export(store, format or (), output, sys.stdout.buffer)


def _rows(text: str, store: Path, format: RowFormat | None, timeout: float, title: str | None) -> None:
    """Evaluate and write: rows as asked, an answer that is a graph as Turtle."""
    from queries.evaluation import evaluate_once

    chosen = format or ("table" if sys.stdout.isatty() else "csv")
    media = "text/csv" if chosen == "csv" else "application/sparql-results+json"
    answer = evaluate_once(store, text, (media, "application/sparql-results+json", "text/turtle"), timeout=timeout)
    if chosen == "table" and answer.kind != "graph":
        from queries.tables import to_table

        sys.stdout.write(to_table(answer, title, get_terminal_size().columns))
    else:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.flush()
    if answer.truncated:
        typer.echo(f"The answer was cut after {answer.rows} rows.", err=True)
        raise typer.Exit(5)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        _stop(2, f"--param {text}: write it as NAME=VALUE")
    return name, value


def _pipeline() -> Pipeline:
    from ingest.pipeline import Pipeline

    return Pipeline.load()


def _stop(code: int, message: str) -> NoReturn:
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn the errors that people can do something about into one line and an exit code."""
    from ingest.documents import DocumentError
    from ingest.exports import BadExport
    from ingest.store import StoreError
    from ontology.lexicon import LexiconError
    from ontology.reference_records import ReferenceDataError
    from ontology.vocabulary import VocabularyError
    from queries import errors
    from queries.catalogue import BadQuestion, ParameterError
    from server.settings import SettingError
    from shapes.deltas import EarlierReportError
    from shapes.engines import EngineMissing
    from shapes.pool import PoolBroken
    from shapes.rules import ShapesError
    from shapes.wording import UnknownLanguageError

    try:
        yield
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
    except (DocumentError, errors.StoreMissing, EarlierReportError, OSError) as error:
        _stop(3, str(error))
    except (BadExport, EngineMissing, ParameterError, SettingError, UnknownLanguageError) as error:
        _stop(2, str(error))
    except errors.QueryError as error:
        _stop(2 if isinstance(error, errors.QuerySyntaxError | errors.QueryRefused) else 5, str(error))
    except (StoreError, LexiconError, ReferenceDataError, VocabularyError, BadQuestion, ShapesError, PoolBroken) as error:
        _stop(4, str(error))


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
