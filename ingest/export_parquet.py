"""One table as a Parquet file, by pyarrow (Apache-2.0; `pip install 'seloste[parquet]'`). Imported only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.export_columns import Table
from ingest.export_records import Row

_TYPES: Final = {"integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32()}
_GROUP: Final = 2_000
"""Rows that are held before they are written as one row group."""


class ParquetSink:
    """One table; its schema carries the meaning of each column, and `about` the dataset that it is from."""

    def __init__(self, table: Table, path: Path, about: Mapping[str, str]) -> None:
        """Begin the file."""
        self._dates = [column.name for column in table.columns if column.kind == "date"]
        fields = [
            pa.field(
                column.name, _TYPES.get(column.kind, pa.string()), nullable=not column.required,
                metadata={"description": column.meaning},
            )
            for column in table.columns
        ]  # fmt: skip
        self._schema = pa.schema(fields, metadata={"description": table.row, **about})
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._writer.close()

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows; a date that is none is left out, since the column holds dates only."""
        for row in rows:
            self._held.append(row | {name: _day(row[name]) for name in self._dates})
        if len(self._held) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
            self._held = []


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
