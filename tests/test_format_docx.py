"""Word documents: headings, lists, tables, content controls and tracked changes; packages made to do harm are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from ingest.document_errors import DamagedDocument, DocumentTooLarge, EmptyDocument, UnsupportedDocument
from ingest.format_docx import docx_text


def word(fill: Callable[[Any], object]) -> bytes:
    document = Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(data: bytes, name: str, content: bytes) -> bytes:
    """The package with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


def body(markup: str) -> bytes:
    """A document with this WordprocessingML in its body."""
    whole = f"<w:document {nsdecls('w')}><w:body>{markup}</w:body></w:document>"
    return changed(word(lambda d: None), "word/document.xml", whole.encode())


def p(words: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{words}</w:t></w:r></w:p>"


def test_headings_paragraphs_and_lists_keep_their_layout() -> None:
    def fill(document: Any) -> None:
        document.add_heading("Tietosuojaseloste", 1)
        document.add_heading("Tiedot", 2)
        document.add_paragraph("Keräämme:")
        document.add_paragraph("nimi", style="List Bullet")
        document.add_paragraph("osoite", style="List Number")
        document.add_paragraph("Kuoro ry").runs[0].add_break()

    assert docx_text(word(fill), "x") == "# Tietosuojaseloste\n\n## Tiedot\n\nKeräämme:\n- nimi\n- osoite\n\nKuoro ry\n"


def test_a_form_gives_headings_and_a_table_of_fields_gives_lines() -> None:
    def fill(document: Any) -> None:
        form = document.add_table(2, 2)
        form.cell(0, 0).text, form.cell(0, 1).text = "Tarkoitus", "Laskutus.\nTiedotus."
        form.cell(1, 0).text, form.cell(1, 1).text = "Suostumus", ""
        document.add_paragraph("")
        fields = document.add_table(2, 2)
        fields.cell(0, 0).text, fields.cell(0, 1).text = "Nimi", "Kuoro ry"
        fields.cell(1, 0).text, fields.cell(1, 1).text = "Puhelin", "09 123"

    text = "## Tarkoitus\n\nLaskutus.\nTiedotus.\n\n## Suostumus\n\nNimi: Kuoro ry\n\nPuhelin: 09 123\n"
    assert docx_text(word(fill), "x") == text


def test_merged_and_nested_tables() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(2, 2)
        table.cell(0, 0).merge(table.cell(1, 0)).text = "Tiedot"
        table.cell(0, 1).text, table.cell(1, 1).text = "nimi\nosoite", "ääniala"
        outer = document.add_table(1, 1).cell(0, 0)
        outer.text = "Laatikossa"
        outer.add_table(1, 1).cell(0, 0).text = "sisempi"

    assert docx_text(word(fill), "x") == "## Tiedot\n\nnimi\nosoite\n\nääniala\n\nLaatikossa\n\nsisempi\n"


@pytest.mark.parametrize(
    ("what", "markup", "text"),
    [
        ("content controls", f"<w:sdt><w:sdtContent>{p('Kuoro ry')}</w:sdtContent></w:sdt>", "Kuoro ry\n"),
        (
            "insertions are read, deletions are not",
            "<w:p><w:r><w:t>a </w:t></w:r><w:ins><w:r><w:t>b</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>c</w:delText></w:r></w:del></w:p>",
            "a b\n",
        ),
        (
            "tabs and line ends",
            "<w:p><w:r><w:t>Nimi:</w:t><w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t></w:r></w:p>",
            "Nimi: x\ny\n",
        ),
        ("outline levels", p("Tiedot", '<w:outlineLvl w:val="1"/>') + p("a"), "## Tiedot\n\na\n"),
        ("bold labels", p("Tiedot", run="<w:b/>") + p("a") + p("Ei.", run="<w:b/>"), "## Tiedot\n\na\n\nEi.\n"),
        ("bold switched off", p("Tiedot", run='<w:b w:val="0"/>'), "Tiedot\n"),
        ("numbered items", p("a", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr>'), "  - a\n"),
        ("a list level that is none", p("a", '<w:numPr><w:ilvl w:val="x"/><w:numId w:val="3"/></w:numPr>'), "- a\n"),
        ("fields", "<w:p><w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:t>1.1.2024</w:t></w:r></w:p>", "1.1.2024\n"),
        (
            "a row over all columns",
            f"<w:tbl><w:tr><w:tc>{p('Otsikko')}</w:tc></w:tr><w:tr><w:tc>{p('a')}</w:tc><w:tc>{p('b')}</w:tc></w:tr></w:tbl>",
            "Otsikko\n\na: b\n",
        ),
        (
            "a column that spans a million",
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="9999999"/></w:tcPr>{p("a")}</w:tc>'
            f"<w:tc>{p('b')}</w:tc></w:tr></w:tbl>",
            "a: b\n",
        ),
    ],
)
def test_what_word_shows_is_read(what: str, markup: str, text: str) -> None:
    assert docx_text(body(markup), "x") == text


def test_a_document_without_text_is_empty() -> None:
    with pytest.raises(EmptyDocument):
        docx_text(word(lambda d: None), "x")


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{("&a" + str(n - 1) + ";") * 10}">' for n in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels"])
def test_entities_are_refused_in_every_part(part: str, encoding: str) -> None:
    data = changed(word(lambda d: d.add_paragraph("a")), part, (LAUGHS + "<x>&a9;</x>").encode(encoding))
    with pytest.raises(DamagedDocument, match="entities"):
        docx_text(data, "x")


def test_a_zip_bomb_is_refused_unopened() -> None:
    data = word(lambda d: d.add_paragraph("a"))
    with pytest.raises(DamagedDocument, match="fold"):
        docx_text(changed(data, "word/document.xml", b" " * (10 * 2**20)), "x")
    with pytest.raises(DocumentTooLarge, match="MiB"):
        docx_text(changed(data, "word/media/a.bin", b"\0" * (70 * 2**20)), "x")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"PK\x03\x04 broken", DamagedDocument),
        (changed(word(lambda d: None), "word/document.xml", b"<w:document"), DamagedDocument),
        (changed(word(lambda d: None), "[Content_Types].xml", b"<Types/>"), DamagedDocument),
    ],
)
def test_broken_documents_are_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        docx_text(data, "x")


def test_another_zip_is_no_word_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("content.xml", "<x/>")
    with pytest.raises(UnsupportedDocument, match="not a Word document"):
        docx_text(out.getvalue(), "x")


def test_text_boxes_are_read() -> None:
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('Laatikon teksti')}</w:txbxContent></w:pict></w:r></w:p>"
    assert parse_xml(f"<w:x {nsdecls('w')}>{box}</w:x>") is not None
    assert docx_text(body(p("a") + box), "x") == "a\n\nLaatikon teksti\n"
