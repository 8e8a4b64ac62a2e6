"""A process that reads documents of strangers and stores them, one at a time.

    python -m server.writer_worker SOCKET MEMORY WHERE

What is known of language and law is loaded once. A document is first read, in bounded memory (and its parent kills the
process when it takes too long); it is stored when the parent says so. The store is open, and locked, only meanwhile: the
command line can write to it as well. The process may be killed at any moment, and the store is whole.

Frames are those of `queries.worker`; WHERE is JSON with the store's place and the base of instance IRIs.
"""

from __future__ import annotations

import gc
import json
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from ingest import batch, documents
from ingest.document_errors import DocumentError
from ingest.graph import NoticeGraphs
from ingest.pipeline import Pipeline
from ingest.store_errors import StoreError, StoreLocked
from ingest.stores import NoticeStore, opened
from queries import executables, sandbox
from queries.worker import receive, send
from remote.location import Location, located
from shapes.validation import Report

PATIENCE = 2.0
"""Seconds that a store which somebody else writes is waited for."""
_SAMPLES = {"fi": "Tietosuojaseloste", "sv": "Integritetspolicy", "en": "Privacy notice"}
"""A language's readers are made when it is read for the first time: not while somebody waits."""
Reply = dict[str, Any]


class Desk:
    """What has been read last, and the store that it goes into."""

    def __init__(self, store: Location, base: str, pipeline: Pipeline) -> None:
        self._where, self._base, self._pipeline = store, base, pipeline
        self._read: tuple[NoticeGraphs, Report] | None = None
        self._last: int | None = None

    def read(self, header: dict[str, Any], data: bytes) -> Reply:
        """Read a document: its IRI and findings, or why it is no notice."""
        self._read = None
        try:
            notice = documents.from_bytes(
                data, header["source"], header["media_type"], base=self._base, language=header["language"]
            )
            self._read = batch.check(notice, self._pipeline, self._pipeline.background)
        except DocumentError as error:
            return {"error": "document", "kind": type(error).__name__, "message": f"{error.problem}. {error.remedy}"}
        except (MemoryError, RecursionError):
            return {"error": "exhausted"}
        mapped, report = self._read
        return {"notice": mapped.iri, "findings": dict(Counter(finding.severity for finding in report.findings))}

    def store(self) -> Reply:
        """Store what was read last, and publish it."""
        if self._read is None:
            return {"error": "failed", "kind": "NothingRead", "kept": False}
        mapped, report = self._read

        def put(store: NoticeStore) -> Reply:
            created = not store.graph(mapped.iri)
            changed = batch.put(store, mapped, report)
            if self._last != store.revision - changed:  # somebody else has written: what notices refer to may be gone
                batch.share(store, self._pipeline)
                store.load_shared(f"{store.base}graph/questions", executables.lines(store.base))
            self._last = store.revision
            return {"created": created, "changed": changed}

        return self._written(put)

    def remove(self, notice: str) -> Reply:
        """Take a notice out, and publish."""

        def take(store: NoticeStore) -> Reply:
            removed = store.remove(notice)
            if self._last == store.revision - removed:
                self._last = store.revision
            return {"removed": removed}

        return self._written(take)

    def _written(self, work: Callable[[NoticeStore], Reply]) -> Reply:
        kept = False
        try:
            with self._opened() as store:
                before = store.revision
                try:
                    reply = work(store)
                    return {**reply, "snapshot": store.publish().revision}
                finally:
                    kept = store.revision > before
        except StoreLocked:
            return {"error": "locked"}
        except StoreError as error:
            return {"error": "failed", "kind": type(error).__name__, "kept": kept}

    def _opened(self) -> NoticeStore:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return opened(self._where, base=self._base)
            except StoreLocked:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def main() -> None:
    """Load, say so, and answer until the other end hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    descriptor, memory, where = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    pipeline = Pipeline.load()
    desk = Desk(located(where["store"]), where["base"], pipeline)
    for language, text in _SAMPLES.items():
        batch.check(documents.from_text(text, "", base=where["base"], language=language), pipeline, pipeline.background)
    gc.collect()
    gc.freeze()  # what is loaded stays: looking it through for garbage costs more than the work
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    send(descriptor, {"confined": False}, b"")
    while (frame := receive(descriptor)) is not None:
        header, body = frame
        match header["op"]:
            case "read":
                _bound(memory)
                reply = desk.read(header, body)
                _bound(None)
            case "store":
                reply = desk.store()
            case _:
                reply = desk.remove(header["notice"])
        # Linux counts in kilobytes, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        reply["grown"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > 2 * memory
        send(descriptor, reply, b"")


def _bound(memory: int | None) -> None:
    """Bound the address space to what is taken and `memory` bytes more, where the platform can; None takes that back."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = sandbox.address_space()
    soft = taken + memory if memory is not None and taken else hard
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ValueError, OSError):  # macOS has no such bound; the time limit still holds
        return


if __name__ == "__main__":
    main()
