"""Servers as processes of their own, for what measures them: started on a free port, ready, and ended afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


class Running(NamedTuple):
    """A server that answers: its process id and its address."""

    pid: int
    address: str


@contextmanager
def running(command: Sequence[str], port: int, ready: str, environment: Mapping[str, str] | None = None,
            seconds: float = 120) -> Iterator[Running]:  # fmt: skip
    """A process that serves on `port`, once `ready` (a path) answers with less than 500."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + seconds
        while not _answers(address + ready):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} did not start (exit code {process.poll()})")
            time.sleep(0.1)
        yield Running(process.pid, address)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def seloste(store: Path, **settings: object) -> Iterator[Running]:
    """Our server over `store`, as `seloste serve` starts it."""
    port = free_port()
    environment = {f"SELOSTE_{name.upper()}": str(value) for name, value in settings.items()}
    command = [str(BIN / "seloste"), "serve", "--store", str(store), "--port", str(port)]
    with running(command, port, "/readyz", environment) as found:
        yield found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
