"""Our endpoint beside Oxigraph's own server and rdflib-endpoint, on the same notices, in one run. No test.

    python -m tests.bench_endpoint STORE [SECONDS]

Three small questions are asked by 1 and by 8 clients at a time: of our server as it evaluates them (cold: nothing is
kept) and as it gives them again (cached), of Oxigraph's server over the same checkpoint, and of rdflib-endpoint, which
keeps all in memory and so gets a part of the notices only. Then each stored question is asked of our server, as a page
and as JSON, and of Oxigraph's. All share the machine with who asks: compare within a run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pyoxigraph as ox

from ontology.namespaces import ID_BASE
from queries.catalogue import Question, load
from server.question_pages import PAGE_ROWS
from tests import load as requests
from tests.processes import BIN, Running, free_port, running, seloste

LIMIT, TIMES, CLIENTS = 300, 2, (1, 8)
PART = 100
"""Notices that rdflib-endpoint gets."""
RDFLIB_ENDPOINT = "rdflib-endpoint[cli]==0.6.3"  # MIT
_PREFIXES = """PREFIX dpv: <https://w3id.org/dpv#> PREFIX sel: <https://w3id.org/seloste/ns#>
PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
SMALL = {
    "transfers of a notice, with quotes": """SELECT ?modality ?country ?quote WHERE { GRAPH <%s> {
      ?claim a sel:Transfer ; sel:modality ?modality ; prov:wasDerivedFrom ?span . ?span oa:exact ?quote
      OPTIONAL { ?claim dpv:hasThirdCountry ?country } } }""",
    "retention periods of a notice": """SELECT ?kind ?modality ?period ?words WHERE { GRAPH <%s> {
      ?claim sel:retentionKind ?kind ; sel:modality ?modality
      OPTIONAL { ?claim sel:retentionPeriod ?period } OPTIONAL { ?claim sel:retentionText ?words } } }""",
    "purposes of a notice, with their names": """SELECT DISTINCT ?purpose ?label WHERE {
      GRAPH <%s> { ?process dpv:hasPurpose ?claim . ?claim skos:broader ?purpose }
      GRAPH <https://w3id.org/seloste/id/graph/vocabulary> { ?purpose skos:prefLabel ?label } }""",
}
Rates = dict[tuple[str, str, int], float]


def paths(server: str, question: str, notices: list[str]) -> list[str]:
    where = {"oxigraph": "/query", "rdflib-endpoint": "/"}.get(server, "/sparql")
    return [f"{where}?query={quote(_PREFIXES + SMALL[question] % notice, safe='')}" for notice in notices]


def small(server: str, at: Running, notices: list[str], seconds: float, rates: Rates) -> None:
    for question in SMALL:
        asked = paths(server, question, notices)
        with httpx.Client(base_url=at.address, timeout=60) as client:
            for path in asked[: 10 if server == "rdflib-endpoint" else None]:  # so that what is measured is the usual case: open files, and cached means cached
                client.get(path, headers={"Accept": requests.ACCEPT}).raise_for_status()
        for clients in CLIENTS:
            found = requests.apply(at.address, asked, clients, seconds)
            rates[server, question, clients] = found.rate
            failed = f"  {found.failures} FAILED" if found.failures else ""
            print(f"{server:16} {clients} {found.rate:9.0f} {found.p50:8.2f} {found.p99:8.2f}  {question}{failed}", flush=True)


def compare(rates: Rates) -> None:
    print("\nrequests a second, as a share of Oxigraph's server")
    for server in sorted({server for server, _, _ in rates} - {"oxigraph"}):
        for clients in CLIENTS:
            shares = [rates[server, one, clients] / rates["oxigraph", one, clients] for one in SMALL]
            print(f"{server:16} {clients}  {'  '.join(f'{share:6.3f}' for share in shares)}")


def timed(client: httpx.Client, path: str, accept: str, times: int = TIMES) -> tuple[list[float], httpx.Response]:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        response = client.get(path, headers={"Accept": accept})
        spent.append((time.perf_counter() - began) * 1000)
        response.raise_for_status()
    return spent, response


def stored(cold: Running, cached: Running, oxigraph: Running) -> None:
    """Milliseconds of the page (its first rows), evaluated and given again; of all rows as JSON; of Oxigraph for the page's."""
    print(f"\n{'page':>6} {'first':>6} {'cached':>7} {'JSON':>6} {'rows':>6} {'Oxigraph':>9}  stored question, ms")
    slow = []
    with (
        httpx.Client(base_url=cold.address, timeout=60) as ours, httpx.Client(base_url=cached.address, timeout=60) as again,
        httpx.Client(base_url=oxigraph.address, timeout=120) as other,
    ):
        for name, question in load().items():
            values = given(question)
            path = f"/questions/{name}?{urlencode(values)}"
            spent, _ = timed(ours, path, "text/html")
            kept, _ = timed(again, path, "text/html")
            whole, answer = timed(ours, path, requests.ACCEPT, 1)
            rows = f"{len(answer.json()['results']['bindings'])}{'+' if 'x-seloste-truncated' in answer.headers else ''}"
            query, theirs = question.bind(values, PAGE_ROWS + 1), "-"
            if "/search?" not in query:
                theirs = f"{timed(other, '/query?' + urlencode({'query': query}), requests.ACCEPT, 1)[0][0]:.0f}"
            best = min(spent)
            print(f"{best:6.0f} {spent[0]:6.0f} {min(kept):7.1f} {whole[0]:6.0f} {rows:>6} {theirs:>9}  {name}", flush=True)
            slow += [name] if best > LIMIT else []
    print(f"{len(slow)} of {len(load())} pages above {LIMIT} ms when they are evaluated: {', '.join(slow) or '-'}")


def given(question: Question) -> dict[str, str]:
    return {one.name: one.example for one in question.parameters if one.default is None}


@contextmanager
def oxigraph_server(checkpoint: Path) -> Iterator[Running]:
    port = free_port()
    command = [str(BIN / "oxigraph"), "serve-read-only", "--location", str(checkpoint), "--bind", f"127.0.0.1:{port}"]
    with running(command, port, "/query?query=ASK%7B%7D") as found:
        yield found


@contextmanager
def rdflib_endpoint(checkpoint: Path, notices: list[str]) -> Iterator[Running]:
    """In an environment of its own, which is made at the first run: it wants other versions of what we use."""
    environment = BIN.parent / "rdflib-endpoint"
    if not (environment / "bin" / "rdflib-endpoint").exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(environment / "bin" / "pip"), "install", "--quiet", RDFLIB_ENDPOINT], check=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "notices.nq"
        store = ox.Store.read_only(str(checkpoint))
        graphs = [*notices, f"{ID_BASE}graph/vocabulary", f"{ID_BASE}graph/organisations"]
        quads = (quad for graph in graphs for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
        ox.serialize(quads, str(file), format=ox.RdfFormat.N_QUADS)
        port = free_port()
        command = [str(environment / "bin" / "rdflib-endpoint"), "serve", str(file), "--port", str(port), "--host", "127.0.0.1"]
        with running(command, port, f"/?query={quote('ASK { <a:b> a <a:c> }')}", seconds=600) as found:
            yield found


def main(store: Path, seconds: float) -> None:
    checkpoint = store / "snapshots" / (store / "current").read_text().strip() / "public"
    opened = ox.Store.read_only(str(checkpoint))
    query = "SELECT ?n WHERE { GRAPH ?n { ?n a <https://w3id.org/dpv#PrivacyNotice> } }"
    notices = sorted(row[0].value for row in opened.query(query))  # type: ignore[union-attr, index]
    del opened
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{len(notices)} notices; {os.cpu_count()} cores, {memory:.0f} GB; rdflib-endpoint has {PART} of the notices")
    print(f"\n{'server':16} {'c':1} {'req/s':>9} {'p50 ms':>8} {'p99 ms':>8}  question")
    rates: Rates = {}
    some = notices[:PART]
    ours = {"query_timeout": 60, "warm": False}  # long, so that everything is measured on a busy machine too
    with (
        oxigraph_server(checkpoint) as other, seloste(store, cache=0, **ours) as cold, seloste(store, **ours) as cached,
    ):  # fmt: skip
        for server, at in (("oxigraph", other), ("seloste, cold", cold), ("seloste, cached", cached)):
            small(server, at, some, seconds, rates)
        with rdflib_endpoint(checkpoint, some) as peer:
            small("rdflib-endpoint", peer, some, seconds, rates)
        compare(rates)
        stored(cold, cached, other)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if sys.argv[2:] else 5)
