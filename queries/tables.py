"""Answers as tables for a terminal: what a person at the command line reads."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table

from queries.evaluation import Answer


def to_table(answer: Answer, title: str | None, width: int) -> str:
    """The rows of an answer in SPARQL results JSON as a table, or its truth value.

    Parameters: `title` stands above the table; `width` is that of the terminal, in characters.
    """
    data: dict[str, Any] = json.loads(answer.body)
    if "boolean" in data:
        return f"{str(data['boolean']).lower()}\n"
    names = data["head"]["vars"]
    rows = data["results"]["bindings"]
    table = Table(*names, title=title, show_lines=True)
    for row in rows:
        table.add_row(*(row.get(name, {}).get("value", "") for name in names))
    out = StringIO()
    Console(file=out, width=width).print(table)
    return f"{out.getvalue()}{len(rows)} rows, snapshot {answer.snapshot}\n"
