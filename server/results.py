"""Answers as tables: SPARQL 1.1 Query Results JSON read back for pages, and written as Turtle for downloads.

The Turtle is the W3C result-set vocabulary, as other tools read and write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term; `kind` is uri, literal or bnode (or triple, whose value is its JSON text)."""

    kind: str
    value: str
    language: str = ""
    datatype: str = ""


Row = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a SELECT; of an ASK, no columns and its answer in `boolean`."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    boolean: bool | None = None


def read(document: bytes) -> Table:
    """The table in a SPARQL results JSON document. Raises ValueError when it is none."""
    found = json.loads(document)
    if "boolean" in found:
        return Table((), (), bool(found["boolean"]))
    rows = tuple({name: _term(term) for name, term in row.items()} for row in found["results"]["bindings"])
    return Table(tuple(found["head"]["vars"]), rows)


def turtle(table: Table) -> str:
    """The table as a result set in Turtle."""
    return "".join(_turtle(table))


def _term(found: Mapping[str, object]) -> Term:
    value = found["value"]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Term(str(found["type"]), text, str(found.get("xml:lang", "")), str(found.get("datatype", "")))


def _turtle(table: Table) -> Iterator[str]:
    yield f"@prefix rs: <{_RS}> .\n\n[] a rs:ResultSet"
    for column in table.columns:
        yield f" ;\n  rs:resultVariable {_literal(column)}"
    for row in table.rows:
        bindings = [f"[ rs:variable {_literal(name)} ; rs:value {_written(term)} ]" for name, term in row.items()]
        yield " ;\n  rs:solution [ a rs:ResultSolution"
        yield f" ; rs:binding {', '.join(bindings)} ]" if bindings else " ]"
    yield " .\n"


def _written(term: Term) -> str:
    match term.kind:
        case "uri":
            return f"<{term.value}>"
        case "bnode":
            return f"_:{term.value}"
    if term.language:
        return f"{_literal(term.value)}@{term.language}"
    return f"{_literal(term.value)}^^<{term.datatype}>" if term.datatype else _literal(term.value)


def _literal(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
