"""Reads documents: bytes to the stored text of a :class:`~ingest.notice.Notice`, or a clear refusal.

Text, Markdown, HTML, PDF and DOCX. The kind is told by content and name, sizes are bounded before anything is parsed, and
what strangers can make hostile is parsed in isolation. The stored text is NFC with LF line ends; the digest of the
original bytes is kept. Language: py3langid limited to Finnish, Swedish, English and a few neighbours that must be told
apart from them; a notice in another language is refused, not half understood.
"""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import media_types
from ingest.document_errors import (
    BinaryDocument,
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    ProtectedDocument,
    UnknownLanguage,
    Unreadable,
    UnsupportedDocument,
)
from ingest.encodings import declared_in_markup, decode
from ingest.format_markdown import markdown_text
from ingest.isolation import isolated
from ingest.languages import identify_language, passages
from ingest.media_types import DOCX, HTML, MARKDOWN, PDF, TEXT
from ingest.notice import Notice
from ontology.namespaces import ID_BASE

if TYPE_CHECKING:
    pass

__all__ = [
    "LARGEST",
    "SUFFIXES",
    "BinaryDocument",
    "DamagedDocument",
    "DocumentError",
    "DocumentTooLarge",
    "EmptyDocument",
    "ProtectedDocument",
    "UnknownLanguage",
    "Unreadable",
    "UnsupportedDocument",
    "content",
    "from_bytes",
    "from_text",
    "identify_language",
    "read",
]

SUFFIXES = frozenset(media_types.BY_SUFFIX)
LARGEST = media_types.LARGEST[TEXT]
"""Bytes of text, also of what a PDF, DOCX or web page gives."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def read(path: Path, *, base: str = ID_BASE, language: str | None = None) -> Notice:
    """Read one document.

    Parameters:
        path: a text, Markdown, HTML, PDF or DOCX file.
        base: the base of instance IRIs.
        language: fi, sv or en, when known; else it is identified.

    Raises:
        DocumentError: one of its subclasses, when the file is not a notice that can be read.
    """
    return from_bytes(content(path), path.name, base=base, language=language)


def content(path: Path) -> bytes:
    """The bytes of a document, no more of them than any notice has. Raises Unreadable or DocumentTooLarge."""
    source = path.name
    largest = media_types.LARGEST.get(media_types.by_suffix(source) or "", max(media_types.LARGEST.values()))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(source, "it is no file", "Give a file, or a folder of them to `seloste ingest`.")
        _check_size(status.st_size, largest, source)
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        raise Unreadable(
            source, f"cannot be read ({error.strerror or error})", "Check the path and its permissions."
        ) from error


def from_bytes(
    data: bytes, source: str, media_type: str | None = None, *, base: str = ID_BASE, language: str | None = None
) -> Notice:
    """A notice from the bytes of a document.

    Parameters:
        data: the bytes.
        source: its name or URL.
        media_type: what its sender says it is («text/html; charset=iso-8859-1»); its content has the last word.
        base: the base of instance IRIs.
        language: fi, sv or en, when known; else it is identified.

    Raises:
        DocumentError: one of its subclasses, when the bytes are not a notice that can be read.
    """
    _check_size(len(data), max(media_types.LARGEST.values()), source)
    kind = media_types.recognise(data, source, media_type)
    _check_size(len(data), media_types.LARGEST[kind], source)
    text = _text(data, source, kind, media_type)
    _check_size(len(text), LARGEST, source)
    return from_text(text, source, base=base, language=language, original=hashlib.sha256(data).hexdigest())


def from_text(raw: str, source: str, *, base: str = ID_BASE, language: str | None = None, original: str = "") -> Notice:
    """A notice from decoded text: normalised to NFC and LF, its language identified unless given."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise EmptyDocument(source, "the file is empty", "Give a file that contains the notice's text.")
    if language is not None:
        return Notice(text, language, source, original, base)
    main = identify_language(text, source)
    return Notice(text, main, source, original, base, passages(text, main))


def _text(data: bytes, source: str, kind: str, media_type: str | None) -> str:
    """The text of a document of a known kind."""
    if kind in (PDF, DOCX):
        return isolated("pdf" if kind == PDF else "docx", data, source)
    named = _CHARSET.search(media_type or "")
    declared = named.group(1) if named else None
    if kind != HTML:
        text = decode(data, source, declared)
        return markdown_text(text) if kind == MARKDOWN else text
    from ingest.format_html import html_text, is_costly

    markup = decode(data, source, declared or declared_in_markup(data))
    if is_costly(markup, source):
        return isolated("html", markup.encode("utf-8", "replace"), source)
    return html_text(markup, source)


def _check_size(size: int, largest: int, source: str) -> None:
    if size > largest:
        raise DocumentTooLarge(
            source, f"it has {size / 2**20:.1f} MiB", f"The limit is {largest // 2**20} MiB: give the notice alone."
        )
