"""A real store for the tests of the server, built from `fixtures/server/notices.trig` through the writer."""

from __future__ import annotations

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

from ingest.store import Store
from ontology import vocabulary
from ontology.namespaces import ID_BASE
from queries import executables
from server.app import create_app
from server.running import BoundedHttp
from server.settings import Settings

FIXTURE = Path(__file__).parent / "fixtures" / "server" / "notices.trig"
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


@contextmanager
def served(store: Path, **settings: Any) -> Iterator[Server]:
    """A real server over `store` on a free port, in a thread of its own, with its query processes."""
    app = create_app(Settings(store=store, **{"warm": False, **settings}))
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
