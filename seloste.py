"""The command line: one short function a verb; arguments in, output out, nothing else.

Exit codes: 0 done, 1 findings at or above --fail-on, 2 wrong usage, 3 input that cannot be read, 4 a broken installation
or store, 5 a limit was reached. What people read while they wait goes to standard error, and only to a terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import store_commands
from explanations import explained, stop
from remote.location import Location, located

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

StoreOption = Annotated[
    str, typer.Option("--store", help="The store's directory, or its SPARQL server's address.", envvar="SELOSTE_STORE")
]
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

    with explained():
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

    with explained():
        chosen = list(batch.sources(paths))
        if not chosen:
            stop(3, f"no notices in {', '.join(map(str, paths))}. Give text files, or folders that hold some.")
        lines = sys.stdout if format == "jsonl" else None
        try:
            done = ingestion.run(chosen, located(store), _pipeline(), language=language, quiet=quiet, lines=lines)
        except ingestion.Stopped as stopped:
            stop(130, str(stopped))
    if not quiet:
        told = f"{done.stored} notices stored in {store} ({done.changed} changed), {done.refused} refused"
        typer.echo(f"{told}; snapshot {done.snapshot}.", err=True)
    if done.refused:
        raise typer.Exit(3)


@app.command()
def validate(
    files: Annotated[list[Path] | None, typer.Argument()] = None,
    store: Annotated[str | None, typer.Option("--store", help="As of ingest: all its notices.")] = None,
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
        raise typer.BadParameter("give either files or --store")
    errors: list[DocumentError] = []
    with explained():
        where = located(store) if store is not None else None
        if isinstance(where, Path) and not where.exists():
            stop(3, f"there is no store at {store}. Make one with: seloste ingest FILES --store {store}")
        before = inspection.earlier_reports(against) if against else ()
        if where is not None:
            dossiers = list(inspection.of_store(where, errors, engine=engine, jobs=jobs))
            if not dossiers and not errors:
                stop(3, f"the store {store} holds no notices. Put some in with: seloste ingest FILES --store {store}")
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

    with explained():
        question = catalogue.load().get(name)
        if question is None:
            stop(2, f"there is no question «{name}». List them with: seloste questions")
        values = dict(_pair(text) for text in param or [])
        _rows(question.bind(values), located(store), format, timeout, question.titles[lang])


@app.command()
def query(
    file: Annotated[str, typer.Argument(help="A file with SPARQL, or - for standard input.")],
    store: StoreOption,
    format: Annotated[RowFormat | None, typer.Option("--format", "-f")] = None,
    timeout: float = 30.0,
) -> None:
    """Answer a SPARQL query from a store."""
    with explained():
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        _rows(text, located(store), format, timeout, None)


@app.command()
def serve(
    store: StoreOption,
    host: str | None = None, port: int | None = None,
    query_timeout: Annotated[float | None, typer.Option(help="Seconds a query may run.")] = None,
    max_rows: Annotated[int | None, typer.Option(help="Rows after which an answer is cut.")] = None,
) -> None:
    """Serve the SPARQL endpoint, the questions and the linked data of a store over HTTP (settings: docs/deploy.md)."""
    from server import running, settings

    with explained():
        chosen = settings.read(store=located(store), host=host, port=port, query_timeout=query_timeout, max_rows=max_rows)
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

    with explained():
        exports.export(located(store), format or (), output, sys.stdout.buffer)


def _rows(text: str, where: Location, format: RowFormat | None, timeout: float, title: str | None) -> None:
    """Evaluate and write: rows as asked, an answer that is a graph as Turtle."""
    from queries import asking

    chosen = format or ("table" if sys.stdout.isatty() else "csv")
    media = "text/csv" if chosen == "csv" else "application/sparql-results+json"
    answer = asking.once(where, _index(where), text, (media, "application/sparql-results+json", "text/turtle"), timeout=timeout)
    if chosen == "table" and answer.kind != "graph":
        from queries.tables import to_table

        sys.stdout.write(to_table(answer, title, get_terminal_size().columns))
    else:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.flush()
    if answer.truncated:
        typer.echo(f"The answer was cut after {answer.rows} rows.", err=True)
        raise typer.Exit(5)


def _index(where: Location) -> Callable[[], Path]:
    """What brings the text index of a remote store up; of a directory it was published."""

    def brought_up() -> Path:
        from ingest import remote_index

        return where if isinstance(where, Path) else remote_index.brought_up(where)

    return brought_up


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        stop(2, f"--param {text}: write it as NAME=VALUE")
    return name, value


def _pipeline() -> Pipeline:
    from ingest.pipeline import Pipeline

    return Pipeline.load()




def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
