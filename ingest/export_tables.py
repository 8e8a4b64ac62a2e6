"""The tables for researchers as files: CSV (RFC 4180, UTF-8), and Parquet where pyarrow is installed.

A notice's rows are written before the next notice is read, so memory does not grow with the store.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol, Self

from ingest.export_columns import TABLES, Table, csv_on_the_web, dictionary
from ingest.export_records import Records, Row, Value


class Sink(AbstractContextManager["Sink"], Protocol):
    """A table that rows are written to."""

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows, in the order given."""


class CsvSink:
    """One table as a CSV file; nothing is an empty field, truth is «true» or «false»."""

    def __init__(self, table: Table, path: Path) -> None:
        """Begin the file with its header."""
        self._names = [column.name for column in table.columns]
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(self._names)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        self._writer.writerows([_field(row[name]) for name in self._names] for row in rows)


def write_csv(records: Records, folder: Path, about: Mapping[str, object]) -> None:
    """All tables as CSV, with csv-metadata.json (CSV on the Web) and the data dictionary beside them."""
    _write(records, folder, ".csv", CsvSink)
    metadata = json.dumps(csv_on_the_web(about), ensure_ascii=False, indent=1)
    (folder / "csv-metadata.json").write_text(f"{metadata}\n", encoding="utf-8")
    _describe(folder)


def write_parquet(records: Records, folder: Path, about: Mapping[str, object]) -> None:
    """All tables as Parquet, their columns described in the files and in the data dictionary. Raises ImportError."""
    from ingest.export_parquet import ParquetSink  # pyarrow is large, and only this needs it

    said = {name: value for name, value in about.items() if isinstance(value, str)}
    _write(records, folder, ".parquet", lambda table, path: ParquetSink(table, path, said))
    _describe(folder)


def _write(records: Records, folder: Path, suffix: str, sink: Callable[[Table, Path], Sink]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        sinks = {t.name: stack.enter_context(sink(t, folder / f"{t.name}{suffix}")) for t in TABLES}
        for dossier in records.dossiers():
            for name, rows in records.rows(dossier).items():
                sinks[name].write(rows)


def _describe(folder: Path) -> None:
    (folder / "data-dictionary.md").write_text(f"# Data dictionary\n\n{dictionary()}", encoding="utf-8")


def _field(value: Value) -> str | int:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value
