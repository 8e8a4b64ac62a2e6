"""Forms with files (multipart/form-data, RFC 7578), read in memory: no part of what strangers send goes to a temporary file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from server.protocol import BadRequest

MULTIPART: Final = "multipart/form-data"


async def parts(
    content_type: str, body: bytes, *, max_files: int, max_fields: int, max_part_size: int, what: str
) -> FormData:
    """The fields and files of a form, whose parts without a file name take at most `max_part_size` bytes each.

    Raises BadRequest, which asks the sender to send `what` with a boundary.
    """

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        Headers({"content-type": content_type}), stream(),
        max_files=max_files, max_fields=max_fields, max_part_size=max_part_size,
    )  # fmt: skip
    parser.spool_max_size = len(body) + 1  # in memory, whatever its size
    try:
        return await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise BadRequest(f"The form cannot be read. Send {what} as {MULTIPART} with a boundary.") from error
