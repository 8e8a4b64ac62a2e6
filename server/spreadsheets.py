"""Answers as people open them in a spreadsheet: CSV as Excel reads it, and XLSX (ECMA-376).

Pure CSV (SPARQL 1.1 Query Results CSV) is for machines. Excel takes it for the encoding of the computer, so ä and ö are
lost, splits it at the separator of the country, and runs what begins like a formula. This CSV therefore opens with a
byte order mark, has semicolons and decimal commas as in Finland and Sweden, and keeps formulas from being any.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from server.results import Table, Term

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(f"{_XSD}{name}" for name in ("integer", "int", "long", "short", "nonNegativeInteger"))
_DECIMALS = frozenset(f"{_XSD}{name}" for name in ("decimal", "double", "float"))
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_LONGEST = 32_767
"""Characters that a cell of Excel holds."""
_EXACT = 15
"""Digits of a number that Excel keeps; with more it is an identifier, and stays text."""
_WIDEST, _MARGIN = 60, 2
_FIRST = date(1900, 3, 1)
_CREATED = datetime(2000, 1, 1)


def excel_csv(table: Table) -> bytes:
    """The table for Excel, as text: byte order mark, semicolons, CRLF, no formulas."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, delimiter=";", lineterminator="\r\n")
    writer.writerow(_columns(table))
    for row in _rows(table):
        writer.writerow(["" if term is None else _text(term) for term in row])
    return output.getvalue().encode("utf-8-sig")


def xlsx(table: Table, about: str) -> bytes:
    """The table as a workbook: numbers, dates and truth values as such; a second sheet says `about` the answer."""
    output = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(output, options) as book:
        book.set_properties({"title": "Seloste", "created": _CREATED})
        sheet = book.add_worksheet("answer")
        day, head = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        columns = _columns(table)
        widths = [len(name) for name in columns]
        sheet.write_row(0, 0, columns, head)
        for place, row in enumerate(_rows(table), 1):
            for column, term in enumerate(row):
                if term is not None:
                    widths[column] = max(widths[column], len(term.value))
                    _write(sheet, place, column, term, day)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + _MARGIN, _WIDEST))
        sheet.freeze_panes(1, 0)
        for place, line in enumerate(about.splitlines()):
            (book.get_worksheet_by_name("about") or book.add_worksheet("about")).write_string(place, 0, line)
    return output.getvalue()


def _columns(table: Table) -> tuple[str, ...]:
    return ("boolean",) if table.boolean is not None else table.columns


def _rows(table: Table) -> list[list[Term | None]]:
    if table.boolean is not None:
        return [[Term("literal", "true" if table.boolean else "false", "", f"{_XSD}boolean")]]
    return [[row.get(name) for name in table.columns] for row in table.rows]


def _text(term: Term) -> str:
    if _number(term) is not None:
        return term.value.replace(".", ",")
    text = f"_:{term.value}" if term.kind == "bnode" else term.value
    # Excel runs what begins so; an apostrophe before it makes it text (CWE-1236).
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _number(term: Term) -> float | None:
    known = term.datatype in _INTEGERS or term.datatype in _DECIMALS
    if not known or not _NUMBER.fullmatch(term.value) or sum(map(str.isdigit, term.value)) > _EXACT:
        return None
    return float(term.value)


def _date(written: str) -> date | None:
    """A date that Excel has: without a time zone, and after its invented 29 February 1900."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if found >= _FIRST else None


def _write(sheet: Worksheet, row: int, column: int, term: Term, day: object) -> None:
    number = _number(term)
    if number is not None:
        sheet.write_number(row, column, number)
        return
    if term.datatype == f"{_XSD}boolean":
        sheet.write_boolean(row, column, term.value in ("true", "1"))
        return
    if term.datatype == f"{_XSD}date":
        known = _date(term.value)
        if known is not None:
            sheet.write_datetime(row, column, known, day)
            return
    text = f"_:{term.value}" if term.kind == "bnode" else term.value
    sheet.write_string(row, column, text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
