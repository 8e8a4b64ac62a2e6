"""A process that has the knowledge of language and law loaded, and maps documents of strangers in children of its own.

    python -m server.mapping_worker

It takes frames from standard input and answers on standard output: a length of four bytes, then JSON; behind a request
follow the document's bytes. Each document is read in a process forked for it, with the time and memory that the request
allows: what a document does to that process, it does to nobody else, and the loaded one is there for the next. Nothing is
written anywhere. `server.mapping` is the other end.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import struct
import sys
from contextlib import suppress
from time import monotonic
from typing import Any, BinaryIO, NoReturn

from ingest.document_errors import DocumentError
from ingest.examination import Document, Examined, Examiner
from ingest.pipeline import Pipeline
from queries import sandbox
from shapes.reports import Written, written
from shapes.rules import LANGUAGES

LENGTH = struct.Struct(">I")
READY = b"{}"
TOO_LONG, TOO_LARGE = "too-long", "too-large"
"""What is told as the error of a document that took more time or memory than it may."""
_PIECE = 1 << 20
_NICE = 5


def examined(found: Examined, form: str | None, language: str) -> dict[str, Any]:
    """What is told of a document: its graphs as N-Triples with its report, and the report written in a format."""
    return {
        "iri": found.notice.iri,
        "language": found.notice.language,
        "text": found.notice.text,
        "graphs": {**found.mapped.graphs, f"{found.notice.iri}/report": found.report.lines},
        "organisations": dict(found.mapped.organisations),
        "written": written(Written([found.dossier], language), form) if form else None,
    }


def answer(examiner: Examiner, request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """The answer to one request: what is known of the document, or why it cannot be read."""
    document = Document(data, request["source"], request["mediaType"], request["language"])
    try:
        return examined(examiner.examine(document), request["form"], request["reportLanguage"])
    except DocumentError as error:
        return {"error": type(error).__name__, "problem": error.problem, "remedy": error.remedy}
    except (MemoryError, RecursionError):
        return {"error": TOO_LARGE}


def apart(examiner: Examiner, request: dict[str, Any], data: bytes) -> bytes:
    """The answer as JSON, from a process forked for it; where processes cannot be forked, from this one."""
    if not hasattr(os, "fork"):
        return _encoded(answer(examiner, request, data))
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(examiner, request, data, incoming, outgoing)
    os.close(outgoing)
    try:
        frame, in_time = _received(incoming, monotonic() + request["seconds"])
    finally:
        os.close(incoming)
        with suppress(ProcessLookupError, PermissionError):  # with what it started
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not in_time:
        return _encoded({"error": TOO_LONG})
    return frame or _encoded({"error": TOO_LARGE})


def _child(examiner: Examiner, request: dict[str, Any], data: bytes, incoming: int, outgoing: int) -> NoReturn:
    """Answer and end; whatever happens, the loop of the parent is not run again here."""
    try:
        os.close(incoming)
        os.setsid()
        os.nice(_NICE)
        _limit(request["memory"])
        with os.fdopen(outgoing, "wb") as pipe:
            pipe.write(_encoded(answer(examiner, request, data)))
    finally:
        os._exit(0)


def _received(incoming: int, deadline: float) -> tuple[bytes, bool]:
    """What a child writes until it closes the pipe, and whether it did so in time."""
    parts: list[bytes] = []
    while True:
        readable, _, _ = select.select([incoming], [], [], max(deadline - monotonic(), 0))
        if not readable:
            return b"", False
        part = os.read(incoming, _PIECE)
        if not part:
            return b"".join(parts), True
        parts.append(part)


def _limit(memory: int) -> None:
    """Bound the address space to what is loaded and `memory` bytes, where the operating system tells both (Linux)."""
    import resource

    taken = sandbox.address_space()
    if not taken:
        return
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _read(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _write(stream: BinaryIO, frame: bytes) -> None:
    stream.write(LENGTH.pack(len(frame)))
    stream.write(frame)
    stream.flush()


def main() -> None:
    """Load, say so, and answer until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    examiner = Examiner(Pipeline.load())
    for language in LANGUAGES:  # its readers are made when it is read for the first time: not while somebody waits
        examiner.examine(Document(b".", "nothing.txt", language=language))
    gc.collect()
    gc.freeze()  # what is loaded stays: looking it through would cost time, and copy it into every child
    _write(outgoing, READY)
    while True:
        try:
            request = json.loads(_read(incoming, LENGTH.unpack(_read(incoming, LENGTH.size))[0]))
            data = _read(incoming, request["length"])
        except EOFError:
            return
        _write(outgoing, apart(examiner, request, data))


if __name__ == "__main__":
    main()
