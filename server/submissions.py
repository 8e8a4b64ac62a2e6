"""What is sent to be checked: a form with a text or a file (multipart/form-data), or a document as the body itself.

Everything is kept in memory and forgotten with the request: no part of it goes to a temporary file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile

from ingest.examination import Document
from ingest.media_types import LARGEST
from server.messages import LANGUAGES
from server.multipart import MULTIPART, parts
from server.protocol import FORM, BadRequest, UnsupportedMediaType

_NAME: Final = 200
PASTED: Final = "text.txt"
"""What a pasted text is called in its report."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A document with what is wanted: the format of the report, empty for a page. `pasted` is the text of the form."""

    document: Document
    form: str
    pasted: str


async def read(media_type: str, body: bytes, asked: Mapping[str, str]) -> Submission:
    """What was sent. `media_type` is the Content-Type, `asked` are the fields of the address.

    Raises BadRequest or UnsupportedMediaType.
    """
    bare = media_type.partition(";")[0].strip().lower()
    if bare == MULTIPART:
        fields, file = await _multipart(media_type, body)
    elif bare == FORM:
        fields, file = _form(body), None
    elif bare in LARGEST or bare == "application/xhtml+xml":
        language = _language(asked.get("language", ""))
        return Submission(Document(body, "document", media_type, language), asked.get("format", ""), "")
    else:
        raise UnsupportedMediaType(media_type)
    language, form = _language(fields.get("language", "")), fields.get("format", "") or asked.get("format", "")
    if file is not None:
        return Submission(Document(file[1], file[0], file[2], language), form, "")
    text = fields.get("text", "")
    source = fields.get("source", "")[:_NAME] or PASTED
    return Submission(Document(text.encode("utf-8", "replace"), source, "text/plain; charset=utf-8", language), form, text)


async def _multipart(media_type: str, body: bytes) -> tuple[dict[str, str], tuple[str, bytes, str | None] | None]:
    found = await parts(media_type, body, max_files=2, max_fields=20, max_part_size=len(body) + 1, what="it")
    fields, file = {}, None
    for name, value in found.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            if data:
                file = (value.filename or "document")[:_NAME], data, value.content_type
        else:
            fields[name] = value
    return fields, file


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError as error:
        raise BadRequest("The form cannot be read. Send its fields in UTF-8.") from error


def _language(given: str) -> str | None:
    if given and given not in LANGUAGES:
        raise BadRequest(f"'language' must be one of {', '.join(LANGUAGES)}, or empty.")
    return given or None
