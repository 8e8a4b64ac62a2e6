"""Run a command beside a real Apache Jena Fuseki: `python -m tests.fuseki JAR -- COMMAND…`; the command's exit code is ours.

Two datasets in memory: the command finds their addresses in SELOSTE_TEST_REMOTE and SELOSTE_TEST_SCRATCH.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.remote_fixture import free_port

STARTS = 120
"""Seconds in which the server comes up."""


def main(jar: str, command: list[str]) -> int:
    address = f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("wb") as log:
        process = subprocess.Popen(
            ["java", "-Xmx1g", "-jar", str(Path(jar).resolve()), "--localhost", "--port", address.rpartition(":")[2], "--mem", "--update", "/ds"],
            cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            if not _up(address, process):
                sys.stderr.write(Path(folder, "log").read_text(errors="replace"))
                return 1
            made = httpx.post(f"{address}/$/datasets", data={"dbName": "scratch", "dbType": "mem"})
            made.raise_for_status()
            named = {"SELOSTE_TEST_REMOTE": f"{address}/ds", "SELOSTE_TEST_SCRATCH": f"{address}/scratch"}
            return subprocess.run(command, env=os.environ | named, check=False).returncode
        finally:
            process.terminate()
            process.wait(30)


def _up(address: str, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + STARTS
    while time.monotonic() < end and process.poll() is None:
        try:
            return httpx.get(f"{address}/$/ping").is_success
        except httpx.TransportError:
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[3:]))
