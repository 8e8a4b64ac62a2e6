"""A document as it is sent to be stored: as the body itself, or as a file in a form. Nothing of it goes to a file here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from starlette.datastructures import UploadFile

from ingest.examination import Document
from ingest.media_types import DOCX, HTML, MARKDOWN, PDF, TEXT
from server.messages import LANGUAGES
from server.multipart import MULTIPART, parts
from server.protocol import BadRequest, ProtocolError

READ: Final = (TEXT, MARKDOWN, HTML, "application/xhtml+xml", PDF, DOCX, MULTIPART)
_NAME = re.compile(r"[^\x00-\x20\x7f/\\<>\"{}|^`](?:[^\x00-\x1f\x7f/\\<>\"{}|^`]{0,198})")
_URL = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]{1,1000}")
_LARGEST_FIELD: Final = 1 << 16


class NoDocument(ProtocolError):
    """The body is of a type that is not read."""

    status = 415

    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(f"The body is of type {given[:100] or 'unknown'}. Say in Content-Type which of {', '.join(READ)} it is.")


async def read(content_type: str, body: bytes, asked: Mapping[str, str]) -> Document:
    """The document in a body, its source a file name or URL, or empty; `asked` are the fields of the address.

    Raises BadRequest or NoDocument.
    """
    bare = content_type.partition(";")[0].strip().lower()
    if bare not in READ:
        raise NoDocument(content_type)
    language = asked.get("language") or None
    if language is not None and language not in LANGUAGES:
        raise BadRequest(f"'language' must be one of {', '.join(LANGUAGES)}, or left out.")
    source = asked.get("source", "")
    if source and not _NAME.fullmatch(source) and not _URL.fullmatch(source):
        raise BadRequest("'source' must be a file name without a path, or an http(s) URL.")
    if bare != MULTIPART:
        return Document(body, source, content_type, language)
    file = await _file(content_type, body)
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    # What a browser or curl calls so when it does not know.
    kind = None if file.content_type in (None, "application/octet-stream") else file.content_type
    return Document(await file.read(), source or (name if _NAME.fullmatch(name) else ""), kind, language)


async def _file(content_type: str, body: bytes) -> UploadFile:
    """The one file of a form."""
    form = await parts(content_type, body, max_files=1, max_fields=8, max_part_size=_LARGEST_FIELD, what="one file")
    for _, value in form.multi_items():
        if isinstance(value, UploadFile):
            return value
    raise BadRequest("The form has no file. Send the document as a file, under any name.")
