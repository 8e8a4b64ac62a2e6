"""Reading documents: encodings are understood, everything that is no notice is refused with what to do."""
from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from ingest import documents, media_types
from ingest.documents import (
    BinaryDocument,
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    UnknownLanguage,
    Unreadable,
    UnsupportedDocument,
)

FINNISH = "Tietosuojaseloste\n\nRekisterinpitäjä on Esimerkkiyhdistys ry. Käsittelemme jäsenten henkilötietoja jäsenasioiden hoitamiseksi.\n"


@pytest.mark.parametrize(("encoding", "prefix"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp1252", b""), ("utf-16", b"")])
def test_encodings_give_the_same_notice(tmp_path: Path, encoding: str, prefix: bytes) -> None:
    file = tmp_path / "seloste.txt"
    file.write_bytes(prefix + FINNISH.replace("\n", "\r\n").encode(encoding))
    notice = documents.read(file)
    assert notice.text == FINNISH
    assert notice.language == "fi"
    assert notice.iri.endswith("/" + notice.sha256[:16])


def test_text_is_stored_composed(tmp_path: Path) -> None:
    decomposed = FINNISH.replace("ä", "a\u0308")
    assert documents.from_bytes(decomposed.encode(), "x.txt").iri == documents.from_bytes(FINNISH.encode(), "x.txt").iri


@pytest.mark.parametrize(("name", "content", "error"), [
    ("empty.txt", b"", EmptyDocument),
    ("blank.txt", b" \n\n ", EmptyDocument),
    ("binary.txt", bytes(range(256)) * 40, BinaryDocument),
    ("large.txt", b"a" * (documents.LARGEST + 1), DocumentTooLarge),
    ("picture.png", b"\x89PNG", UnsupportedDocument),
    ("short.txt", b"Tietosuojaseloste", UnknownLanguage),
    ("german.txt", "Der Verantwortliche verarbeitet personenbezogene Daten der Kunden gemäß der Datenschutz-Grundverordnung.".encode(), UnknownLanguage),
    ("estonian.txt", "Vastutav töötleja töötleb klientide isikuandmeid kooskõlas isikuandmete kaitse üldmääruse nõuetega.".encode(), UnknownLanguage),
])
def test_what_is_no_notice_is_refused(tmp_path: Path, name: str, content: bytes, error: type[DocumentError]) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(error) as raised:
        documents.read(file)
    assert raised.value.source == name
    assert raised.value.remedy, "the error says what to do"


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(Unreadable):
            documents.read(path)


def test_the_language_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text("Tietosuojaseloste", "utf-8")
    assert documents.read(file, language="fi").language == "fi"


def package(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(("data", "source", "named", "kind"), [
    (b"%PDF-1.7", "x.txt", None, media_types.PDF),
    (b"\n\n%PDF-1.4", "x", None, media_types.PDF),
    (package("word/document.xml"), "x.html", None, media_types.DOCX),
    (b"<!DOCTYPE html><p>a", "x.txt", None, media_types.HTML),
    (b"\xef\xbb\xbf <html><body>", "x.txt", None, media_types.HTML),
    ("<!doctype html>".encode("utf-16"), "x.txt", None, media_types.HTML),
    (b"<?xml version='1.0'?>\n<!-- x --><html xmlns='x'>", "x.xhtml", None, media_types.HTML),
    (b"<h1>Seloste</h1>", "x.aspx", None, media_types.HTML),
    (b"Seloste ilman merkkausta", "x.html", None, media_types.TEXT),
    (b"Seloste <br> x", "x.html", None, media_types.HTML),
    (b"Seloste <br> x", "https://x.example/tietosuoja?v=1.2", "text/html; charset=utf-8", media_types.HTML),
    (b"# Seloste", "https://x.example/seloste.md", None, media_types.MARKDOWN),
    (b"Seloste", "https://x.example/seloste", None, media_types.TEXT),
    (b"# Seloste", "x.txt", "text/markdown", media_types.MARKDOWN),
    (b"<nimi> on x", "x.txt", None, media_types.TEXT),
])
def test_the_kind_is_told_by_content_before_name(data: bytes, source: str, named: str | None, kind: str) -> None:
    assert media_types.recognise(data, source, named) == kind


@pytest.mark.parametrize(("data", "source", "advice"), [
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "x.doc", "DOCX"),
    (b"{\\rtf1 a}", "x.txt", "DOCX"),
    (b"\x89PNG\r\n", "x.txt", "OCR"),
    (b"\xff\xd8\xff\xe0", "x.pdf", "OCR"),
    (b"\x1f\x8b\x08", "x.txt", "Unpack"),
    (b"not a PDF", "x.pdf", "anew"),
    (b"text", "x.odt", ".docx"),
])
def test_other_kinds_are_refused_with_advice(data: bytes, source: str, advice: str) -> None:
    with pytest.raises(UnsupportedDocument) as raised:
        documents.from_bytes(data, source)
    assert advice in raised.value.remedy


@pytest.mark.parametrize(("head", "named", "encoding"), [
    ("", None, "utf-8"),
    ("", None, "cp1252"),
    ("<meta charset=iso-8859-1>", None, "cp1252"),
    ("<meta http-equiv=Content-Type content='text/html; charset=ISO-8859-15'>", None, "iso8859-15"),
    ("", "text/html; charset=mac-roman", "mac-roman"),
    ("<meta charset=nonsense>", None, "cp1252"),
    ("<meta charset=iso-8859-1>", None, "utf-8"),
    ("<meta charset=base64>", None, "cp1252"),
])
def test_pages_are_decoded_as_they_declare_unless_they_are_utf_8(head: str, named: str | None, encoding: str) -> None:
    page = f"<html><head>{head}</head><body><p>Yhdistys käsittelee jäsentensä henkilötietoja – niin on sovittu.</p></body></html>"
    notice = documents.from_bytes(page.replace("–", "-").encode(encoding), "x.html", named, language="fi")
    assert notice.text == "Yhdistys käsittelee jäsentensä henkilötietoja - niin on sovittu.\n"


def test_the_digests_of_original_and_text_are_kept_apart() -> None:
    data = f"<p>{FINNISH}</p>".encode()
    notice = documents.from_bytes(data, "x.html")
    assert notice.original_sha256 == hashlib.sha256(data).hexdigest()
    assert notice.sha256 == hashlib.sha256(notice.text.encode()).hexdigest()
    assert notice.sha256 != notice.original_sha256


def test_front_matter_is_taken_off_markdown_only() -> None:
    raw = f"---\ntitle: x\n---\n{FINNISH}".encode()
    assert documents.from_bytes(raw, "x.md").text == FINNISH
    assert documents.from_bytes(raw, "x.txt").text.startswith("---")


def test_text_of_pages_is_composed() -> None:
    page = f"<p>{FINNISH}</p>".replace("ä", "a\u0308")
    assert "Käsittelemme" in documents.from_bytes(page.encode(), "x.html").text


@pytest.mark.parametrize(("name", "limit"), [("x.txt", "5 MiB"), ("x.html", "10 MiB"), ("x.pdf", "20 MiB"), ("x.docx", "20 MiB")])
def test_files_of_200_megabytes_are_refused_unread(tmp_path: Path, name: str, limit: str) -> None:
    file = tmp_path / name
    with file.open("wb") as opened:
        opened.truncate(200 * 2**20)
    with pytest.raises(DocumentTooLarge, match=limit):
        documents.read(file)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (Path("/dev/zero"), tmp_path / "pipe.txt"):
        with pytest.raises(Unreadable, match="no file"):
            documents.read(path)


def test_a_broken_pdf_is_refused_through_the_process_that_read_it() -> None:
    with pytest.raises(DamagedDocument) as raised:
        documents.from_bytes(b"%PDF-1.7 broken", "rikki.pdf")
    assert raised.value.source == "rikki.pdf"
    assert raised.value.remedy
