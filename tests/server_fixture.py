"""A real store for the tests of the server, built from `fixtures/server/notices.trig` through the writer."""

from __future__ import annotations

import html
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from rdflib import Dataset, URIRef

from ingest import batch
from ingest.pipeline import Pipeline
from ingest.store import Store
from ontology import vocabulary
from ontology.namespaces import ID_BASE
from queries import executables
from server.app import create_app
from server.running import BoundedHttp
from server.settings import Settings

FIXTURE = Path(__file__).parent / "fixtures" / "server" / "notices.trig"
SAMPLES = Path(__file__).parent.parent / "examples" / "notices"
ORGANISATIONS = f"{ID_BASE}graph/organisations"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with a client for it."""

    client: httpx.Client
    app: FastAPI
    address: str


def build(path: Path) -> Path:
    """Write the notices of the fixture, with the vocabulary, into a new store at `path` and publish it."""
    dataset = Dataset()
    dataset.parse(FIXTURE, format="trig")
    graphs = {
        str(graph.identifier): [f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in graph]
        for graph in dataset.graphs()
        if isinstance(graph.identifier, URIRef) and len(graph)
    }
    described = graphs.pop(ORGANISATIONS)
    with Store.open(path) as store:
        store.load_shared(f"{ID_BASE}graph/vocabulary", vocabulary.load().n_triples())
        store.load_shared(ORGANISATIONS, described)
        store.load_shared(f"{ID_BASE}graph/questions", executables.lines(ID_BASE))
        for notice in sorted({iri for iri in graphs if iri.removeprefix(f"{ID_BASE}notice/").isalnum()}):
            store.replace({iri: lines for iri, lines in graphs.items() if iri == notice or iri.startswith(f"{notice}/")})
        store.publish()
    return path


def ingested(path: Path, pipeline: Pipeline, *names: str) -> Path:
    """A published store at `path` with sample notices as they are ingested: texts, reports and all."""
    with Store.open(path) as store:
        outcomes = list(batch.ingest([SAMPLES / f"{name}.txt" for name in names], store, pipeline))
        assert [one.error for one in outcomes if one.error] == []
        store.publish()
    return path


def browse(client: httpx.Client, path: str, language: str = "fi", status: int = 200, **fields: Any) -> str:
    """A page as a browser gets it: in the language asked for, with no inline script, handler or style."""
    response = client.get(path, headers={"Accept": BROWSER, "Accept-Language": language}, params=fields or None)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == language
    return sound(response.text, language)


def sound(text: str, language: str) -> str:
    """A page that keeps what the Content-Security-Policy asks, whose ids are unique and whose anchors lead somewhere."""
    assert f'<html lang="{language}">' in text
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in attributes or (attributes == ' type="application/ld+json"' and json.loads(content)), attributes
    assert not re.search(r"<[a-z][^>]*\s(on\w+|style)\s*=|javascript:", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))
    assert {html.unescape(one) for one in re.findall(r'href="#([^"]+)"', text)} <= {html.unescape(one) for one in ids}
    return text


@contextmanager
def served(store: Path, **settings: Any) -> Iterator[Server]:
    """A real server over `store` on a free port, in a thread of its own, with its query processes.

    The process that checks documents takes seconds to load: here it starts when it is needed.
    """
    app = create_app(Settings(store=store, **{"check_workers": 0, "warm": False, **settings}))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", http=BoundedHttp))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with httpx.Client(base_url=address, timeout=30) as client:
                yield Server(client, app, address)
        finally:
            server.should_exit = True
            thread.join(20)
