"""Documents made to do harm: each is refused or survived within 512 MB and 30 s, in a process that has no more."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

MEMORY = 512 * 2**20
SECONDS = 30
READ = """
import sys
from pathlib import Path
from ingest import documents
try:
    notice = documents.read(Path(sys.argv[1]), language="fi")
    print("read", len(notice.text), notice.text[:200])
except documents.DocumentError as error:
    print(type(error).__name__, error)
"""


def nested_tables() -> bytes:
    return b"<html><body>" + b"<table><tr><td>" * 100_000


def unclosed_formatting() -> bytes:
    """Each paragraph opens every unclosed element anew: the tree would have a hundred million nodes."""
    return b"<html><body>" + b"".join(b"<font size=%d>" % n for n in range(3_000)) + b"<p>a" * 40_000


def unclosed_blocks() -> bytes:
    """Each paragraph searches the whole stack of open elements."""
    return b"<html><body>" + b"<div>" * 400_000 + b"<p>a" * 400_000


def million_items() -> bytes:
    return b"<html><body><ul>" + b"<li>a" * 1_000_000


def one_long_line() -> bytes:
    return b"<html><body><p>" + b"<br> x" * 800_000


def attributes() -> bytes:
    return b"<html><body><p " + b"".join(b"a%d=1 " % n for n in range(500_000)) + b">a</p>"


def _package(document: bytes) -> bytes:
    plain, out = io.BytesIO(), io.BytesIO()
    Document().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, document if name == "word/document.xml" else old.read(name))
    return out.getvalue()


_W = b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>"


def billion_laughs() -> bytes:
    entities = b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    return _package(b"<!DOCTYPE x [<!ENTITY a0 'ha'>" + entities + b"]>" + _W + b"&a11;")


def zip_bomb() -> bytes:
    return _package(_W + b" " * (400 * 2**20))


def zip_that_lies() -> bytes:
    """The directory says that the document has few bytes; it has many."""
    data = bytearray(_package(_W + b" " * (100 * 2**20)))
    size = (len(_W) + 100 * 2**20).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def nested_word_tables() -> bytes:
    return _package(_W + b"<w:tbl><w:tr><w:tc>" * 20_000)


def million_word_paragraphs() -> bytes:
    return _package(_W + b"<w:p><w:r><w:t>a%</w:t></w:r></w:p>" * 350_000 + b"</w:body></w:document>")


def _pdf(*objects: bytes) -> bytes:
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj %s endobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)


def _one_page(content: bytes, entries: bytes) -> bytes:
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F << /Type /Font "
        b"/Subtype /Type1 /BaseFont /Helvetica >> >> /XObject << /X 5 0 R >> >> >>",
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content),
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 6 >>\n"
        b"stream\n/X Do \nendstream",
    )


def ten_thousand_pages() -> bytes:
    kids = b" ".join([b"3 0 R"] * 10_000)
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 10000 /Kids [%s] >>" % kids,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
    )


def inflating_pdf() -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(2_000)) + packer.flush()
    return _one_page(packed, b"/Filter /FlateDecode")


def endless_text() -> bytes:
    content = b"BT /F 9 Tf 50 800 Td " + b"".join(b"0 -30 Td (%d abcdefghijklmnop) Tj " % n for n in range(60_000))
    return _one_page(zlib.compress(content), b"/Filter /FlateDecode")


def form_in_itself() -> bytes:
    return _one_page(b"/X Do BT /F 9 Tf 50 50 Td (Seloste) Tj ET", b"")


def pages_in_a_ring() -> bytes:
    return _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R 2 0 R] /Parent 2 0 R >>")


CASES: list[tuple[str, Callable[[], bytes], str]] = [
    ("html", nested_tables, "DamagedDocument"),
    ("html", unclosed_formatting, "DamagedDocument"),
    ("html", unclosed_blocks, "DamagedDocument"),
    ("html", million_items, "read|DamagedDocument|DocumentTooLarge"),
    ("html", one_long_line, "read"),
    ("html", attributes, "DamagedDocument"),
    ("docx", billion_laughs, "DamagedDocument"),
    ("docx", zip_bomb, "DocumentTooLarge"),
    ("docx", zip_that_lies, "DamagedDocument"),
    ("docx", nested_word_tables, "DamagedDocument"),
    ("docx", million_word_paragraphs, "read|DamagedDocument|DocumentTooLarge"),
    ("pdf", ten_thousand_pages, "DocumentTooLarge"),
    ("pdf", inflating_pdf, "DamagedDocument|EmptyDocument"),
    ("pdf", endless_text, "DocumentTooLarge|DamagedDocument"),
    ("pdf", form_in_itself, "read"),
    ("pdf", pages_in_a_ring, "DamagedDocument|EmptyDocument"),
]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize(("kind", "make", "outcome"), CASES, ids=[case[1].__name__ for case in CASES])
def test_hostile_documents_are_refused_or_survived(kind: str, make: Callable[[], bytes], outcome: str, tmp_path: Path) -> None:
    file = tmp_path / f"hostile.{kind}"
    file.write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", READ, str(file)], capture_output=True, text=True, timeout=SECONDS, check=False, preexec_fn=_limit
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[0] in outcome.split("|"), done.stdout[:300]


def test_script_never_runs_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "script.html"
    file.write_text(
        "<html><body onload='x()'><p>Yhdistys käsittelee tietoja.</p><script>document.write('x-x')</script>"
        "<svg onload=alert(1)><script>x-x</script></svg><img src=x onerror=alert('x-x')><a href='javascript:x()'>linkki</a>"
    )
    done = subprocess.run([sys.executable, "-c", READ, str(file)], capture_output=True, text=True, timeout=SECONDS, check=True)
    assert done.stdout.split("\n")[0].endswith("Yhdistys käsittelee tietoja.")
    assert "x-x" not in done.stdout
