"""Real SPARQL servers for the tests of remote stores: Oxigraph's own, or the one that SELOSTE_TEST_REMOTE names.

`make test-remote` names Apache Jena Fuseki: SELOSTE_TEST_REMOTE is a dataset that is filled once, SELOSTE_TEST_SCRATCH one
that each test may empty. A gateway stands in front of a server where a test needs a door that is locked or falls shut.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

_OPERATIONS = re.compile(rb" ; (?=CREATE|DROP|LOAD)")
OTHER = os.environ.get("SELOSTE_TEST_REMOTE"), os.environ.get("SELOSTE_TEST_SCRATCH")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def oxigraph(*arguments: str) -> Iterator[str]:
    """Oxigraph's server in a process of its own, in memory; gives its address."""
    program = shutil.which("oxigraph", path=f"{Path(sysconfig.get_path('scripts'))}{os.pathsep}{os.environ['PATH']}")
    assert program, "the package oxigraph brings the server"
    port = free_port()
    process = subprocess.Popen([program, "serve", "--bind", f"127.0.0.1:{port}", *arguments], stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx.post(f"{address}/query", data={"query": "ASK {}"}).raise_for_status()
                break
            except httpx.TransportError:
                assert process.poll() is None
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


@contextmanager
def server(which: int) -> Iterator[str]:
    """The address of a server to fill (0) or to empty again (1)."""
    given = OTHER[which]
    if given is None:
        with oxigraph() as address:
            yield address
    else:
        yield given


def emptied(address: str) -> str:
    """The same address, with nothing behind it any more."""
    httpx.post(f"{address}/update", data={"update": "DROP ALL"}, timeout=60).raise_for_status()
    return address


class Gateway:
    """In front of a server: asks for a password, remembers, and does as other servers do.

    It can fail before or after it has passed an update on, carry its operations out one by one, and end answers early.
    """

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.authorization: str | None = None
        self.fail: str | None = None
        self.apart = False
        self.cap: int | None = None
        self.fields: list[str] = []
        self.address = ""


@contextmanager
def gateway(behind: str) -> Iterator[Gateway]:
    state = Gateway(behind)

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            state.fields.append(body.decode())
            updating = "update" in self.path
            if state.authorization is not None and self.headers.get("authorization") != state.authorization:
                return self._answer(401, b"who are you?")
            if updating and state.fail == "before" and body != b"INSERT DATA {}":
                return self._answer(500, b"no space left")
            passed = {name: self.headers[name] for name in ("content-type", "accept") if name in self.headers}
            for one in _OPERATIONS.split(body) if updating and state.apart else (body,):
                found = httpx.post(state.behind + self.path, content=one, headers=passed, timeout=60)
                if not found.is_success:
                    break
            if updating and state.fail == "after" and body != b"INSERT DATA {}":
                self.close_connection = True
                return None
            content = found.content
            if state.cap is not None and b'"bindings"' in content:
                document = json.loads(content)
                del document["results"]["bindings"][state.cap :]
                content = json.dumps(document).encode()
            return self._answer(found.status_code, content, found.headers.get("content-type", "text/plain"))

        def _answer(self, status: int, body: bytes, media_type: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        threading.Thread(target=door.serve_forever, daemon=True).start()
        state.address = f"http://127.0.0.1:{door.server_address[1]}"
        try:
            yield state
        finally:
            door.shutdown()


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing, after it has once answered what it is asked at the start."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
