"""The package of a DOCX file (ECMA-376 Part 2): what must hold before any of it is parsed.

A package is a zip of XML parts. Sizes are summed from its directory, so that a zip bomb is refused unopened; parts with a
document type are refused, since OOXML forbids them and entities that multiply are defined there.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from ingest.document_errors import DamagedDocument, DocumentTooLarge, ProtectedDocument, UnsupportedDocument

DOCUMENT = "word/document.xml"
MOST_PARTS = 2_000
LARGEST_EXPANDED = 64 * 2**20
LARGEST_PART = 12 * 2**20
"""Bytes of one XML part. A long notice has a few hundred kilobytes; the tree takes some ten times as much memory."""
LARGEST_RATIO = 300
_ADVICE = "Save the notice anew as DOCX, PDF or text."


def check(data: bytes, source: str) -> None:
    """See that a DOCX file can be opened without harm.

    Raises:
        DamagedDocument: it is no whole zip, expands out of measure, or defines entities.
        DocumentTooLarge: its parts together are larger than any notice.
        ProtectedDocument: its parts are encrypted.
        UnsupportedDocument: it is a package of something else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            _check_sizes(parts, source)
            if DOCUMENT not in {part.filename for part in parts}:
                raise UnsupportedDocument(source, "it is a zip, but not a Word document", _ADVICE)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    _check_markup(package.read(part), source)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise DamagedDocument(source, f"the DOCX file is broken ({error})", _ADVICE) from error


def _check_sizes(parts: list[zipfile.ZipInfo], source: str) -> None:
    expanded = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or expanded > LARGEST_EXPANDED:
        raise DocumentTooLarge(
            source,
            f"it expands to {len(parts)} parts of {expanded / 2**20:.0f} MiB",
            f"The limit is {LARGEST_EXPANDED // 2**20} MiB: give the notice alone, without pictures.",
        )
    for part in parts:
        if part.flag_bits & 1:
            raise ProtectedDocument(source, "it is encrypted", "Save it without a password.")
        if part.file_size > 2**20 and part.file_size > LARGEST_RATIO * max(part.compress_size, 1):
            raise DamagedDocument(
                source, f"its part {part.filename} expands {part.file_size // max(part.compress_size, 1)}-fold", _ADVICE
            )
        if part.file_size > LARGEST_PART and part.filename.lower().endswith((".xml", ".rels")):
            raise DocumentTooLarge(
                source,
                f"its part {part.filename} has {part.file_size / 2**20:.0f} MiB",
                f"The limit is {LARGEST_PART // 2**20} MiB: give the notice alone.",
            )


def _check_markup(part: bytes, source: str) -> None:
    """OOXML parts have no document type (ECMA-376 Part 2, 8.1.1); in UTF-16 one could hide from a search of bytes."""
    plain = part.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise DamagedDocument(source, "its XML defines entities, which no Word document does", _ADVICE)
