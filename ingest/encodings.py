"""Bytes to characters: byte order mark, else strict UTF-8, else what the document declares, else Windows-1252.

Detectors that guess by frequency mistake Finnish Windows-1252 for other code pages, so nothing is guessed.
"""

from __future__ import annotations

import codecs
import re

from ingest.document_errors import BinaryDocument

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,80}encoding=[\"']([\w.-]{2,40})", re.I
)
# Pages that declare ISO-8859-1 hold Windows-1252, says the WHATWG Encoding Standard; the bytes 80-9F tell.
_SAME = {"iso8859-1": "cp1252", "ascii": "cp1252"}


def decode(data: bytes, source: str, declared: str | None = None) -> str:
    """The characters of a text.

    Parameters:
        data: the bytes.
        source: what to call the document in an error.
        declared: the character set that its sender or its markup names.

    Raises:
        BinaryDocument: when the bytes are no text, or not in the encoding of their byte order mark.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _plain(data.decode(encoding))
            except UnicodeDecodeError as error:
                raise BinaryDocument(
                    source, f"its byte order mark says {encoding}, its bytes do not", "Save it as UTF-8 text."
                ) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode(_known(declared), errors="replace")
    if len(_CONTROL.findall(text)) > len(text) / 200 or text.count("\ufffd") > len(text) / 100:
        raise BinaryDocument(source, "the file is binary, not text", "Save the notice as UTF-8 text.")
    return _plain(text)


def declared_in_markup(data: bytes) -> str | None:
    """The character set that an HTML document names in its first kilobytes."""
    match = _DECLARED.search(data[:4096])
    return (match.group(1) or match.group(2)).decode("ascii") if match else None


def _known(name: str | None) -> str:
    """The codec of a declared character set; Windows-1252 where there is none of that name, or one that is no text."""
    try:
        codec = codecs.lookup(name or "cp1252").name
        b"a".decode(codec)
    except (LookupError, ValueError):
        return "cp1252"
    return _SAME.get(codec, codec)


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)
