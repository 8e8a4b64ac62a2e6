"""Parsing what strangers made: in a process of its own, with bounded memory and time.

PDF and DOCX are always read so, web pages when they nest more than pages do. A document that makes a parser crash, eat
memory or never end takes down that process alone, and its reader gets a clear error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from ingest import document_errors
from ingest.document_errors import DamagedDocument, DocumentError

MEMORY = 448 * 2**20
"""Bytes of address space."""
SECONDS = 15
GRACE = 5
"""Seconds by which the clock on the wall may run ahead of processor time."""
_ADVICE = "Save the notice anew, as text if need be."


def isolated(kind: str, data: bytes, source: str) -> str:
    """The text of a document, read in a process of its own.

    Parameters:
        kind: html, pdf or docx.
        data: its bytes; for html, UTF-8.
        source: what to call it in errors.

    Raises:
        DocumentError: as the format's reader raises; DamagedDocument when reading it takes too much or fails.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}
    command = [sys.executable, "-P", "-m", "ingest.isolation", kind, source]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and module, no shell
            command, input=data, capture_output=True, timeout=SECONDS + GRACE, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DamagedDocument(source, f"reading it took more than {SECONDS} seconds", _ADVICE) from error
    if done.returncode != 0:
        raise DamagedDocument(source, "it cannot be read: the reader gave up", _ADVICE)
    answer = json.loads(done.stdout)
    if "text" in answer:
        return str(answer["text"])
    raise _error(answer["error"])(source, answer["problem"], answer["remedy"])


def _error(name: str) -> type[DocumentError]:
    kind = getattr(document_errors, name, DocumentError)
    return kind if isinstance(kind, type) and issubclass(kind, DocumentError) else DocumentError


def _limit() -> None:
    """Bound the memory and processor time of this process, where the operating system can (POSIX)."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _text(kind: str, data: bytes, source: str) -> str:
    if kind == "pdf":
        from ingest.format_pdf import pdf_text

        return pdf_text(data, source)
    if kind == "docx":
        from ingest.format_docx import docx_text

        return docx_text(data, source)
    from ingest.format_html import html_text

    return html_text(data.decode("utf-8"), source)


def main(kind: str, source: str) -> None:
    """Read a document from standard input; write its text, or why there is none, to standard output as JSON."""
    _limit()
    try:
        answer = {"text": _text(kind, sys.stdin.buffer.read(), source)}
    except DocumentError as error:
        answer = {"error": type(error).__name__, "problem": error.problem, "remedy": error.remedy}
    except (MemoryError, RecursionError):
        answer = {
            "error": "DamagedDocument",
            "problem": "reading it takes more memory than any notice does",
            "remedy": _ADVICE,
        }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:3])
