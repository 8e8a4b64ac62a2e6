"""Requests as fast as they are answered: by wrk where it is installed, else by plain sockets in a process of their own.

    python -m tests.load ADDRESS CLIENTS SECONDS FILE

FILE has one path a line; each client asks them in turn. Printed are requests, seconds, failures and latencies as JSON.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httptools

ACCEPT = "application/sparql-results+json"
_WRK = """
local paths, asked = {}, 0
for path in io.lines("%(file)s") do paths[#paths + 1] = path end
function request()
  asked = asked + 1
  return wrk.format("GET", paths[(asked - 1) %% #paths + 1])
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%%d,"seconds":%%f,"failures":%%d,"p50":%%f,"p99":%%f}\\n', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


class Load(NamedTuple):
    """What was measured: requests a second, latencies in milliseconds, and requests that failed."""

    rate: float
    p50: float
    p99: float
    failures: int


def apply(address: str, paths: Sequence[str], clients: int, seconds: float) -> Load:
    """Ask `paths` of the server at `address` in turn, from `clients` connections at a time."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paths"
        file.write_text("".join(f"{path}\n" for path in paths))
        if shutil.which("wrk"):
            script = Path(folder) / "ask.lua"
            script.write_text(_WRK % {"file": file})
            command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "-s", str(script), "-H", f"Accept: {ACCEPT}", address]
        else:
            command = [sys.executable, "-m", "tests.load", address, str(clients), str(seconds), str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Load(found["requests"] / found["seconds"], found["p50"], found["p99"], found["failures"])


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is whole."""

    def __init__(self, requests: Sequence[bytes], until: float, done: asyncio.Future[None]) -> None:
        self.requests, self.until, self.done = requests, until, done
        self.asked = self.failures = 0
        self.spent: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.began = time.perf_counter()
        self.transport.write(self.requests[self.asked % len(self.requests)])
        self.asked += 1

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.spent.append((time.perf_counter() - self.began) * 1000)
        self.failures += self.parser.get_status_code() >= 400
        if time.perf_counter() < self.until:
            asyncio.get_running_loop().call_soon(self.ask)
        else:
            self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.failures += time.perf_counter() < self.until
        if not self.done.done():
            self.done.set_result(None)


async def _sockets(address: str, clients: int, seconds: float, paths: Sequence[str]) -> dict[str, float]:
    url = urlsplit(address)
    head = f"Host: {url.netloc}\r\nAccept: {ACCEPT}\r\n\r\n"
    requests = [f"GET {path} HTTP/1.1\r\n{head}".encode() for path in paths]
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(clients)]
    found = [_Client(requests[n:] + requests[:n], began + seconds, end) for n, end in enumerate(ends)]
    for one in found:
        await loop.create_connection(lambda one=one: one, url.hostname, url.port)
    await asyncio.gather(*ends)
    spent = sorted(spent for one in found for spent in one.spent)
    return {
        "requests": len(spent), "seconds": time.perf_counter() - began, "failures": sum(one.failures for one in found),
        "p50": spent[len(spent) // 2], "p99": spent[len(spent) * 99 // 100],
    }


if __name__ == "__main__":
    lines = Path(sys.argv[4]).read_text().split()
    print(json.dumps(asyncio.run(_sockets(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), lines))))
