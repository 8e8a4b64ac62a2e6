"""One query at a time, in a process that may be killed: `python -m queries.worker SOCKET MEMORY SNAPSHOT`.

The process confines itself (queries.sandbox) before it reads anything, opens the snapshot that a request names
read-only, and parses and evaluates there, on a thread with a stack that deep nesting does not exhaust at once. The
main thread waits for the parent to hang up, and then ends the process whatever the query is doing.

A frame, both ways: two lengths (4 bytes each, big-endian), a JSON header, a body of bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import select
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from queries import evaluation_results as results
from queries import formats, sandbox, screening, search_terms, worker_remote
from queries.text_search import IndexUnreadable, Search, TextIndex

STACK = 256 << 20
Frame = tuple[dict[str, Any], bytes]
_LENGTHS = struct.Struct("!II")
# What the parser would read and this endpoint refuses, or SPARQL 1.1 does not know.
_UNOFFERED = ("SERVICE", "LATERAL")
_POSITION = re.compile(r"(?:error )?at (\d+):(\d+): (.*)", re.DOTALL)


class _Snapshot:
    """The checkpoint that is open, if any."""

    def __init__(self) -> None:
        self._path = ""
        self._store: ox.Store | None = None
        self._lease: IO[bytes] | None = None

    def open(self, path: str) -> ox.Store:
        """The store at `path`, which stays open until another is asked for; raises OSError when it is gone."""
        if self._store is None or path != self._path:
            self._store = None
            if self._lease is not None:
                self._lease.close()
            self._lease = _lease(Path(path).parent / "lease")
            self._store = ox.Store.read_only(path)
            self._path = path
        return self._store


def main() -> None:
    """Confine this process, then answer frames on the inherited socket until it is closed."""
    descriptor, memory, first = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    confined = sandbox.confine()
    threading.stack_size(STACK)
    ready, go = threading.Event(), threading.Event()
    worker = threading.Thread(target=_serve, args=(descriptor, memory, first, ready, go), daemon=True)
    worker.start()
    ready.wait()
    # Above what the interpreter, the reserved stack and the open store take already: the bound is for queries.
    sandbox.limit(memory + sandbox.address_space())
    send(descriptor, {"confined": confined}, b"")
    go.set()
    hangup = select.poll()
    hangup.register(descriptor, 0)  # no event but the end of the other side, which is always told
    hangup.poll()
    os._exit(0)


def _serve(descriptor: int, memory: int, first: str, ready: threading.Event, go: threading.Event) -> None:
    snapshot = _Snapshot()
    if first:
        # So that the first query finds it open. When it is gone by now, that query names another.
        with contextlib.suppress(OSError, RuntimeError):
            snapshot.open(first)
    ready.set()
    go.wait()
    while True:
        frame = receive(descriptor)
        if frame is None:
            os._exit(0)
        header, body = frame
        try:
            reply, answer = evaluate(snapshot.open, header, body.decode())
        except MemoryError:
            os._exit(1)
        # A process that has grown is not given to the next query. Linux counts in kilobytes, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        reply["grown"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > memory // 2
        send(descriptor, reply, answer)


def evaluate(opened: Callable[[str], ox.Store], request: dict[str, Any], query: str) -> Frame:
    """The reply to one request: a header that says how it went, and the answer's bytes.

    `opened` gives the store of a snapshot's path. A request to `parse` is answered without one.
    """
    if "remote" in request:
        if request["remote"] == "read":
            return _told(lambda: worker_remote.read(request, query), query, request)
        return _told(lambda: worker_remote.write(request, query), "", request)
    if request.get("parse"):
        return _parsed(request, query), b""
    try:
        store = opened(request["snapshot"])
    except (OSError, RuntimeError) as error:
        return {"error": "snapshot", "message": str(error)}, b""
    missing = [iri for iri in request["graphs"] if not store.contains_named_graph(ox.NamedNode(iri))]
    if missing:
        return {"error": "refused", "message": f"There is no graph <{missing[0]}> here, and none is fetched."}, b""

    return _told(lambda: _evaluated(store, request, query), query, request)


def _evaluated(store: ox.Store, request: dict[str, Any], query: str) -> Frame:
    def hits(search: Search) -> list[str]:
        with contextlib.closing(TextIndex(Path(request["index"]))) as index:
            return index.hits(search)

    query = search_terms.expand(query, hits)
    dataset = request["dataset"]
    answer = store.query(
        query,
        base_iri=request["base"],
        prefixes=request["prefixes"],
        default_graph=None if dataset is None else [ox.NamedNode(iri) for iri in dataset[0]],
        named_graphs=None if dataset is None else [ox.NamedNode(iri) for iri in dataset[1]],
    )
    return _written(answer, request)


def _told(work: Callable[[], Frame], query: str, request: dict[str, Any]) -> Frame:
    """What the work gives, or how it failed; `query` is empty when it is not what is read."""
    try:
        return work()
    except SyntaxError as error:
        return _syntax(str(error), query, request["prefixes"]), b""
    except search_terms.BadSearch as error:
        return {"error": "refused", "message": str(error)}, b""
    except IndexUnreadable as error:
        return {"error": "failed", "message": str(error)}, b""
    except (OSError, RuntimeError, ValueError) as error:
        return {"error": "failed", "message": str(error)}, b""


def _parsed(request: dict[str, Any], query: str) -> dict[str, Any]:
    """Whether a query can be read: the engine parses it in order to evaluate it, and over nothing there is nothing to do."""
    try:
        search_terms.expand(query, lambda _: ())
        ox.Store().query(query, base_iri=request["base"], prefixes=request["prefixes"])
    except SyntaxError as error:
        return _syntax(str(error), query, request["prefixes"])
    except search_terms.BadSearch as error:
        return {"error": "refused", "message": str(error)}
    except (OSError, RuntimeError, ValueError) as error:
        return {"error": "failed", "message": str(error)}
    return {"kind": "boolean", "media_type": "", "rows": None, "truncated": False}


def _written(answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, request: dict[str, Any]) -> Frame:
    kind: formats.Kind
    if isinstance(answer, ox.QuerySolutions):
        kind = "solutions"
    elif isinstance(answer, ox.QueryBoolean):
        kind = "boolean"
    else:
        kind = "graph"
    media_type = formats.choose(kind, request["wanted"])
    if media_type is None:
        return {"error": "format", "kind": kind}, b""
    syntax = formats.MEDIA_TYPES[kind][media_type]
    bounds = results.Bounds(request["max_rows"], request["max_bytes"])
    if isinstance(answer, ox.QuerySolutions):
        written = results.solutions(answer, syntax, bounds)
    elif isinstance(answer, ox.QueryBoolean):
        written = results.boolean(bool(answer), syntax)
    else:
        written = results.graph(answer, syntax, bounds, request["prefixes"])
    header = {"kind": kind, "media_type": media_type, "rows": written.rows, "truncated": written.truncated}
    return header, written.body


def _syntax(message: str, query: str, prefixes: Mapping[str, str]) -> dict[str, Any]:
    match = _POSITION.match(message)
    line, column, detail = (int(match[1]), int(match[2]), match[3]) if match else (1, 1, message)
    told = _explained(detail)
    missing = screening.undeclared(query, prefixes)
    if missing is not None:
        before = query[: missing[1]]
        line, column = before.count("\n") + 1, missing[1] - before.rfind("\n")
        told = f"the prefix {missing[0]}: is not declared"
    return {"error": "syntax", "message": told, "line": line, "column": column}


def _explained(detail: str) -> str:
    """The parser's reason: its sentence where it has one, else what could stand there, without its character classes."""
    found, expected, rest = detail.partition("expected ")
    if not expected or found:
        return detail
    words = [word.strip() for word in rest.removeprefix("one of ").split(", ")]
    unreadable = ("[", "|", "'..=", "<unreported>")
    words = [word for word in words if word not in ("", *_UNOFFERED) and not any(mark in word for mark in unreadable)]
    sentences = [word for word in words if " " in word and not word.startswith('"')]
    if sentences:
        return sentences[0]
    could = f"; here could stand {', '.join(words[:12])}" if words else ""
    return f"the query cannot be read on from here{could}"


def _lease(path: Path) -> IO[bytes] | None:
    """Tell the publisher, by a shared lock, that the checkpoint is in use."""
    try:
        import fcntl

        file = path.open("rb")
        fcntl.flock(file, fcntl.LOCK_SH)
    except (ImportError, OSError):
        return None
    return file


def send(descriptor: int, header: dict[str, Any], body: bytes) -> None:
    """Write one frame."""
    head = json.dumps(header).encode()
    data = memoryview(_LENGTHS.pack(len(head), len(body)) + head + body)
    while data:
        data = data[os.write(descriptor, data) :]


def receive(descriptor: int) -> Frame | None:
    """The next frame, most often by one reading: nothing comes after it before it is answered."""
    parts = bytearray()
    size, rest, whole = 0, 0, _LENGTHS.size
    while len(parts) < whole:
        part = os.read(descriptor, 1 << 16)
        if not part:
            return None
        parts += part
        if not size and len(parts) >= _LENGTHS.size:
            size, rest = _LENGTHS.unpack_from(parts)
            whole = _LENGTHS.size + size + rest
    head = bytes(parts[_LENGTHS.size : _LENGTHS.size + size])
    return json.loads(head), bytes(parts[_LENGTHS.size + size :])


if __name__ == "__main__":
    main()
