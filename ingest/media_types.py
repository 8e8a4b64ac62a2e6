"""What kind of document bytes are: what they begin with says more than a file's name or a server's word (IANA media types)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from ingest.document_errors import UnsupportedDocument

TEXT, MARKDOWN, HTML, PDF = "text/plain", "text/markdown", "text/html", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BY_SUFFIX = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
}
LARGEST = {TEXT: 5 * 2**20, MARKDOWN: 5 * 2**20, HTML: 10 * 2**20, PDF: 20 * 2**20, DOCX: 20 * 2**20}
"""Bytes. The longest real notices are a few hundred kilobytes of text; pictures and fonts make the others larger."""
_ALIASES = {"application/xhtml+xml": HTML, "text/x-markdown": MARKDOWN, "application/x-pdf": PDF}
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Word (DOC) or other Office file", "Save it as DOCX, PDF or text."),
    (b"{\\rtf", "rich text (RTF)", "Save it as DOCX, PDF or text."),
    (b"\x89PNG", "a picture", "Recognise its text first (OCR) and save it as text."),
    (b"\xff\xd8\xff", "a picture", "Recognise its text first (OCR) and save it as text."),
    (b"GIF8", "a picture", "Recognise its text first (OCR) and save it as text."),
    (b"II*\0", "a picture", "Recognise its text first (OCR) and save it as text."),
    (b"\x1f\x8b", "compressed (gzip)", "Unpack it first."),
    (b"7z\xbc\xaf", "an archive", "Unpack it first."),
    (b"%!PS", "PostScript", "Save it as PDF."),
)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|main|article|section|div|h[1-6]|p|table|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(rb"<(?:p|br|div|h[1-6]|li|td|span|body|html)\b[^>]{0,500}>", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def recognise(data: bytes, source: str, named: str | None = None) -> str:
    """The media type of a document.

    Parameters:
        data: its bytes.
        source: its name; the suffix counts where the content does not tell.
        named: the media type that its sender names, parameters and all.

    Raises:
        UnsupportedDocument: when it is a kind that is not read.
    """
    for beginning, what, remedy in _FOREIGN:
        if data.startswith(beginning):
            raise UnsupportedDocument(source, f"it is {what}", remedy)
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return DOCX
    if _MARKUP.match(_narrow(data[:4096])):
        return HTML
    named = (named or "").partition(";")[0].strip().lower()
    kind = _ALIASES.get(named, named)
    by_name = kind if kind in LARGEST else by_suffix(source)
    if by_name == HTML:
        return HTML if _ANY_TAG.search(_narrow(data)) else TEXT
    if by_name in (PDF, DOCX):
        raise UnsupportedDocument(
            source,
            f"it is named as {by_name.rpartition('.')[2].rpartition('/')[2]}, but its content is not",
            "Save it anew.",
        )
    if by_name is None:
        raise UnsupportedDocument(
            source,
            f"files of kind {named or PurePosixPath(source).suffix} are not read",
            f"Save the notice as one of {', '.join(sorted(BY_SUFFIX))}.",
        )
    return by_name


def by_suffix(source: str) -> str | None:
    """The media type that a name promises: text for one without a suffix, None for one that is not known."""
    suffix = PurePosixPath(urlsplit(source).path if "://" in source else source).suffix.lower()
    return BY_SUFFIX.get(suffix) if suffix else TEXT


def _narrow(data: bytes) -> bytes:
    """Bytes in which markup can be seen: UTF-16 has a zero beside every letter of it."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:]
    return data[2:].replace(b"\0", b"") if data.startswith(_UTF16) else data
