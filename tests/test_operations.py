"""Running the server: health, readiness, counts, logs that name nobody, settings, and its end."""
from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from server_fixture import build, served

from server import logs, settings
from server.settings import SettingError, Settings

ROOT = Path(__file__).parent.parent
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return build(tmp_path_factory.mktemp("operations") / "store")


def counted(client):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def test_alive_is_not_ready(tmp_path):
    with served(tmp_path / "none") as running:
        assert running.client.get("/healthz").json() == {"status": "ok", "snapshot": None, "waiting": 0}
        assert running.client.get("/readyz").status_code == 503
        assert counted(running.client)["seloste_snapshot_revision", ()] == 0
    path = build(tmp_path / "store")
    with served(path) as running:
        assert running.client.get("/readyz").json()["status"] == "ready"


def test_what_is_counted(store):
    with served(store, query_timeout=0.5, max_rows=5) as running:
        client = running.client
        assert client.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
        tag = client.get("/sparql", params={"query": "ASK {}"}).headers["etag"]
        client.get("/sparql", params={"query": "ASK {}"}, headers={"If-None-Match": tag})
        client.get("/sparql", params={"query": "ASK {}"}, headers={"If-None-Match": '"other"'})
        client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"})
        client.get("/sparql", params={"query": "SELECT"})
        client.get("/sparql", params={"query": "CLEAR ALL"})
        client.get("/sparql", params={"query": HEAVY})
        client.get("/id/organisation/tuovi-tammenterho")
        client.get("/nowhere/tuovi")
        found = counted(client)
        for _ in range(100):  # the worker that was killed at its deadline is being replaced
            if found["seloste_workers", (("state", "idle"),)] >= 2:
                break
            time.sleep(0.1)
            found = counted(client)
        text = client.get("/metrics").text
    queries = {dict(labels)["outcome"]: value for (name, labels), value in found.items() if name == "seloste_queries_total"}
    assert queries.pop("answered") >= 2
    assert queries == {"truncated": 1, "syntax": 1, "refused": 1, "timeout": 1}
    assert found["seloste_query_seconds_count", ()] >= 6
    assert found["seloste_cache_total", (("result", "hit"),)] == 1
    assert found["seloste_cache_total", (("result", "miss"),)] == 1
    assert found["seloste_workers", (("state", "idle"),)] >= 2
    assert 0 <= found["seloste_snapshot_age_seconds", ()] < 600
    assert found["seloste_http_requests_total", (("method", "GET"), ("route", "/sparql"), ("status", "504"))] == 1
    assert found["seloste_http_requests_total", (("method", "GET"), ("route", "other"), ("status", "404"))] == 1
    assert "tuovi" not in text.lower()


def record(**fields):
    made = logging.LogRecord("seloste.access", logging.INFO, "x.py", 1, "request", (), None)
    made.__dict__.update(fields)
    return made


def test_a_line_is_one_object_with_known_fields():
    line = json.loads(logs.JsonLines().format(record(route="/id/{path:path}", status=200, client="10.0.0.1", query="Tuovi")))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert line == {
        "level": "info", "logger": "seloste.access", "event": "request", "route": "/id/{path:path}", "status": 200,
    }  # fmt: skip


def test_an_error_is_told_without_its_words():
    try:
        raise ValueError("Tuovi Tammenterho")
    except ValueError as error:
        line = logs.JsonLines().format(record(exc_info=(ValueError, error, error.__traceback__)))
    assert "Tuovi" not in line
    assert json.loads(line)["error"] == "ValueError"
    assert json.loads(line)["at"]


def test_another_library_is_not_quoted():
    line = json.loads(logs.JsonLines().format(logging.LogRecord("asyncio", logging.ERROR, "x.py", 1, "Tuovi %s", ("T",), None)))
    assert (line["event"], line["at"]) == ("withheld", ["x:1"])


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@pytest.fixture
def process(store, tmp_path):
    """The server as it is started by hand, with its standard error in a file."""
    port = free_port()
    environment = os.environ | {"SELOSTE_QUERY_TIMEOUT": "3", "SELOSTE_GRACE": "8", "SELOSTE_PORT": str(port)}
    errors = tmp_path / "stderr"
    with errors.open("wb") as target:
        command = [sys.executable, "-m", "seloste", "serve", "--store", str(store)]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=target)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    client.get("/readyz")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield running, client, errors
    finally:
        running.kill()
        running.wait()


def test_a_process_logs_nobody_and_finishes_what_it_began(process):
    running, client, errors = process
    name = "Tammenterho"
    client.get(f"/id/organisation/{name}", headers={"User-Agent": f"agent {name}"})
    client.post("/sparql", data={"query": f"ASK {{ ?s ?p '{name}' }}"})
    client.get("/sparql", params={"query": f"SELECT '{name}' {{"})
    workers = children(running.pid)
    assert workers
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port)) as line:
        line.sendall(f"GET /sparql?query={HEAVY.replace(' ', '+').replace('#', '')} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        time.sleep(0.5)
        running.send_signal(signal.SIGTERM)
        line.settimeout(20)
        assert line.recv(4096).startswith(b"HTTP/1.1 504")  # the answer under way was given, at its own limit
    assert running.wait(20) in (0, -signal.SIGTERM)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    lines = [line for line in errors.read_text(encoding="utf-8").splitlines() if not line.startswith("Serving")]
    told = [json.loads(line) for line in lines]
    assert [one["route"] for one in told if one["event"] == "request"] == [
        "/id/{path:path}", "/sparql", "/sparql", "/sparql",
    ]  # fmt: skip
    assert not re.search(rf"{name}|127\.0\.0\.1:\d|agent|ASK", "\n".join(lines).replace(f"127.0.0.1:{port}", ""))


def children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] or [
        int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()
    ]


def test_settings_come_from_the_command_line_then_the_environment():
    found = settings.read({"SELOSTE_PORT": "9000", "SELOSTE_CONTACTS": "yes", "SELOSTE_STORE": "x", "SELOSTE_HOST": ""}, port=1)
    assert found == Settings(store=Path("x"), port=1, contacts=True)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("QUERY_TIMEOUT", "1 s"), ("CONTACTS", "maybe"), ("LOG_LEVEL", "loud")]
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingError, match=f"SELOSTE_{name}={value}: it must be"):
        settings.read({f"SELOSTE_{name}": value}, store=Path("x"))


def test_documents_print_the_table_as_it_stands():
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    for name, default, meaning in settings.table():
        assert f"| `{settings.variable(name)}` | {f'`{default}`' if default else 'must be given'} | {meaning} |" in text
    assert len(re.findall(r"^\| `SELOSTE_", text, re.MULTILINE)) == len(settings.table())


def test_documents_name_every_measure(store):
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    with served(store) as running:
        names = {family.name for family in text_string_to_metric_families(running.client.get("/metrics").text)}
    assert {name for name in names if f"`{name}" not in text} == set()
