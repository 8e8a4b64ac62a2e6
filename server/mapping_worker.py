"""A process that maps and checks documents of strangers, one at a time, with the knowledge of language and law loaded.

    python -m server.mapping_worker MEMORY

It takes frames from standard input and answers on standard output: a length of four bytes, then JSON; behind a request
follow the document's bytes. `MEMORY` bounds what a document may take, in bytes, in addition to what is loaded. Nothing is
written anywhere. Whoever started it kills it when a document takes too long (server.mapping).
"""

from __future__ import annotations

import gc
import json
import signal
import struct
import sys
from typing import Any, BinaryIO

from ingest.document_errors import DocumentError
from ingest.examination import Document, Examined, Examiner
from ingest.pipeline import Pipeline
from shapes.reports import Written, written

LENGTH = struct.Struct(">I")
READY = b"{}"
_PAGE = 4096


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
        return {"error": "MemoryError", "problem": "", "remedy": ""}


def _limit(memory: int) -> None:
    """Bound the address space, where the operating system can (POSIX)."""
    if sys.platform != "win32":
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            taken = int(file.read().split()[0]) * _PAGE
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _write(stream: BinaryIO, frame: bytes) -> None:
    stream.write(LENGTH.pack(len(frame)))
    stream.write(frame)
    stream.flush()


def main(memory: int) -> None:
    """Load, say so, and answer until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    examiner = Examiner(Pipeline.load())
    for language, text in _SAMPLES.items():
        examiner.examine(Document(text.encode(), "sample.txt", language=language))
    gc.collect()
    gc.freeze()  # what is loaded stays: looking it through for garbage costs more than the work
    _limit(memory)
    _write(outgoing, READY)
    while True:
        try:
            request = json.loads(_read(incoming, LENGTH.unpack(_read(incoming, LENGTH.size))[0]))
            data = _read(incoming, request["length"])
        except EOFError:
            return
        _write(outgoing, json.dumps(answer(examiner, request, data), ensure_ascii=False).encode())


# The readers of a language are made when it is read for the first time: not while somebody waits.
_SAMPLES = {"fi": "Tietosuojaseloste", "sv": "Integritetspolicy", "en": "Privacy notice"}

if __name__ == "__main__":
    main(int(sys.argv[1]))
