"""Answers for Excel: umlauts, separators, formulas and types."""
from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest

from server import spreadsheets
from server.results import Table, Term

XSD = "http://www.w3.org/2001/XMLSchema#"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def literal(value, datatype=""):
    return Term("literal", value, "", f"{XSD}{datatype}" if datatype else "")


TABLE = Table(
    ("nimi", "määrä"),
    (
        {"nimi": Term("literal", "Säilyttäjä; «ö»", "fi"), "määrä": literal("3", "integer")},
        {"nimi": literal('=HYPERLINK("http://x")'), "määrä": literal("-1.5", "decimal")},
        {"nimi": Term("uri", "urn:a")},
    ),
)


def test_csv_for_excel():
    body = spreadsheets.excel_csv(TABLE)
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.decode("utf-8-sig").split("\r\n") == [
        "nimi;määrä", '"Säilyttäjä; «ö»";3', "\"'=HYPERLINK(\"\"http://x\"\")\";-1,5", "urn:a;", "",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+358 40 123", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_is_text(text):
    body = spreadsheets.excel_csv(Table(("x",), ({"x": literal(text)},))).decode("utf-8-sig")
    assert body.split("\r\n", 1)[1].lstrip('"').startswith("'")


def cells(body, sheet="sheet1"):
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        shared = [
            "".join(text.text or "" for text in item.iter(f"{MAIN}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        rows = ElementTree.fromstring(book.read(f"xl/worksheets/{sheet}.xml")).iter(f"{MAIN}row")
        return [
            [shared[int(c.findtext(f"{MAIN}v"))] if c.get("t") == "s" else (c.get("t"), c.findtext(f"{MAIN}v")) for c in row]
            for row in rows
        ]


def test_workbook_has_types_and_no_formulas():
    row = {
        "text": Term("literal", "=1+1", "sv"), "n": literal("12", "integer"), "day": literal("2020-03-09", "date"),
        "true": literal("true", "boolean"), "id": literal("12345678901234567890", "integer"), "b": Term("bnode", "b0"),
        "zoned": literal("2020-03-09Z", "date"), "old": literal("0001-01-01", "date"), "long": literal("ä" * 40_000),
    }  # fmt: skip
    body = spreadsheets.xlsx(Table(tuple(row), (row,)), "snapshot 7\nComplete.")
    assert cells(body)[0] == list(row)
    found = dict(zip(row, cells(body)[1], strict=True))
    assert found.pop("long") == "ä" * 32_766 + "…"
    assert found == {
        "text": "=1+1", "n": (None, "12"), "day": (None, "43899"), "true": ("b", "1"), "id": "12345678901234567890",
        "b": "_:b0", "zoned": "2020-03-09Z", "old": "0001-01-01",
    }  # fmt: skip
    assert cells(body, "sheet2") == [["snapshot 7"], ["Complete."]]
    assert spreadsheets.xlsx(Table(tuple(row), (row,)), "snapshot 7\nComplete.") == body


def test_truth_is_one_cell():
    assert spreadsheets.excel_csv(Table((), (), True)).decode("utf-8-sig") == "boolean\r\ntrue\r\n"
    assert cells(spreadsheets.xlsx(Table((), (), False), "x")) == [["boolean"], [("b", "0")]]
