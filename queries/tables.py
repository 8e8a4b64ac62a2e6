"""Answers for a terminal: a table where the rows fit side by side, else each row as a block of its own."""

from __future__ import annotations

import json
from io import StringIO
from textwrap import fill
from typing import Any

from rich.console import Console
from rich.table import Table

from ontology.namespaces import PREFIXES
from queries.evaluation import Answer

NARROWEST = 24
"""Characters that a column needs for its words to be read."""


def to_table(answer: Answer, title: str | None, width: int) -> str:
    """The rows of an answer in SPARQL results JSON, or its truth value.

    Parameters: `title` stands above the rows; `width` is that of the terminal, in characters.
    """
    data: dict[str, Any] = json.loads(answer.body)
    if "boolean" in data:
        return f"{str(data['boolean']).lower()}\n"
    names: list[str] = data["head"]["vars"]
    rows = [[(name, compact(row[name])) for name in names if name in row] for row in data["results"]["bindings"]]
    written = _table(names, rows, title, width) if width >= NARROWEST * len(names) else _blocks(rows, title, width)
    return f"{written}{len(rows)} {'row' if len(rows) == 1 else 'rows'}, snapshot {answer.snapshot}\n"


def compact(term: dict[str, str]) -> str:
    """A term as people read it: an IRI of a known vocabulary by its prefix, anything else as it is."""
    value = term["value"]
    if term["type"] != "uri":
        return value
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace) and "#" not in value[len(namespace) :]:
            return f"{prefix}:{value[len(namespace) :]}"
    return value


def _table(names: list[str], rows: list[list[tuple[str, str]]], title: str | None, width: int) -> str:
    table = Table(*names, title=title, show_lines=True)
    for row in rows:
        values = dict(row)
        table.add_row(*(values.get(name, "") for name in names))
    out = StringIO()
    Console(file=out, width=width).print(table)
    return out.getvalue()


def _blocks(rows: list[list[tuple[str, str]]], title: str | None, width: int) -> str:
    """One block a row, one line a value, long values wrapped under their beginning."""
    margin = max((len(name) for row in rows for name, _ in row), default=0) + 2
    lines = [title, ""] if title else []
    for row in rows:
        for name, value in row:
            flat = " ".join(value.split())
            lines.append(fill(f"{name:<{margin}}{flat}", width, subsequent_indent=" " * margin, break_long_words=False))
        lines.append("")
    return "\n".join(lines) + ("\n" if lines else "")
