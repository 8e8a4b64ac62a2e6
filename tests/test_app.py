"""The server as clients meet it: a real one over a real store, with its query processes."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from urllib.parse import urlencode

import httpx
import pytest
from rdflib import Graph, URIRef
from server_fixture import BROWSER, build, served

from ontology.namespaces import ID_BASE
from server import settings
from server.app import create_app
from server.settings import Settings

NOTICE = f"{ID_BASE}notice/00000000000000aa"
ROWS = "SELECT ?n ?title { ?n a <https://w3id.org/dpv#PrivacyNotice> ; dct:title ?title } ORDER BY ?n"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return build(tmp_path_factory.mktemp("app") / "store")


@pytest.fixture(scope="module")
def server(store):
    with served(store) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    return server.client


@pytest.fixture(scope="module")
def tight(store):
    with served(store, query_timeout=0.6, max_rows=5, max_body=2000, workers=1) as running:
        yield running.client


def problem(response, status, name):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["type"] == f"https://w3id.org/seloste/problem/{name}"
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    return found


def test_get_and_both_posts_give_the_same(client):
    answers = [
        client.get("/sparql", params={"query": ROWS}),
        client.post("/sparql", data={"query": ROWS}),
        client.post("/sparql", content=ROWS, headers={"Content-Type": "application/sparql-query"}),
    ]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert len({one.content for one in answers}) == 1
    titles = [row["title"]["value"] for row in answers[0].json()["results"]["bindings"]]
    assert titles == ["Tietosuojaseloste", "Integritet <b>först</b>"]


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (ROWS, None, "application/sparql-results+json"),
        (ROWS, "*/*", "application/sparql-results+json"),
        (ROWS, "application/json", "application/json"),
        (ROWS, "text/csv", "text/csv; charset=utf-8"),
        (ROWS, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (ROWS, "application/sparql-results+xml", "application/sparql-results+xml"),
        (ROWS, "text/turtle, text/csv;q=0.5", "text/csv; charset=utf-8"),
        (ROWS, BROWSER, "text/html; charset=utf-8"),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s a ?o }", "*/*", "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE { ?s a ?o }", "application/n-triples", "application/n-triples"),
        ("CONSTRUCT WHERE { ?s a ?o }", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT WHERE { ?s a ?o }", "application/rdf+xml", "application/rdf+xml"),
        ("CONSTRUCT WHERE { ?s a ?o }", "application/trig", "application/trig"),
        (f"DESCRIBE <{NOTICE}>", "application/n-quads", "application/n-quads"),
    ],
)
def test_each_format(client, query, accept, media_type):
    response = client.get("/sparql", params={"query": query}, headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert "Accept" in response.headers["vary"]
    assert response.content


def test_format_by_name(client):
    response = client.get("/sparql", params={"query": ROWS, "format": "csv"}, headers={"Accept": BROWSER})
    assert response.text.splitlines()[0] == "n,title"


def test_nothing_acceptable(client):
    found = problem(client.get("/sparql", params={"query": ROWS}, headers={"Accept": "image/png"}), 406, "not-acceptable")
    assert "text/csv" in found["available"]
    # The kind of answer is known only when the query was read.
    found = problem(client.get("/sparql", params={"query": ROWS}, headers={"Accept": "text/turtle"}), 406, "not-acceptable")
    assert found["kind"] == "solutions"


def test_syntax_error_has_its_place(client):
    found = problem(client.get("/sparql", params={"query": "SELECT *\nWHERE { ?s ?p }"}), 400, "syntax")
    assert found["line"] == 2
    assert found["column"] > 1


def test_syntax_error_on_a_page_keeps_the_query(client):
    response = client.get("/sparql", params={"query": "SELECT <b> 1"}, headers={"Accept": BROWSER})
    assert response.status_code == 400
    assert "SELECT &lt;b&gt; 1</textarea>" in response.text


@pytest.mark.parametrize(
    ("query", "status", "name"),
    [
        ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", 403, "refused"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", 403, "refused"),
        ("SELECT * FROM <http://example.org/elsewhere> { ?s ?p ?o }", 403, "refused"),
        ("ASK {" * 600, 413, "too-large"),
    ],
)
def test_refused(client, query, status, name):
    problem(client.post("/sparql", data={"query": query}), status, name)


def test_protocol_errors(client):
    problem(client.get("/sparql?query=ASK+%7B%7D&query=ASK+%7B%7D"), 400, "bad-request")
    unread = client.post("/sparql", content=b"ASK {}", headers={"Content-Type": "text/plain"})
    problem(unread, 415, "unsupported-media-type")
    assert "application/sparql-query" in unread.headers["accept"]
    update = {"Content-Type": "application/sparql-update"}
    problem(client.post("/sparql", content=b"CLEAR ALL", headers=update), 403, "refused")
    refused = client.put("/sparql", content=b"x")
    problem(refused, 405, "method-not-allowed")
    assert set(refused.headers["allow"].split(", ")) >= {"GET", "POST"}


def test_dataset_of_the_protocol(client):
    query = "SELECT DISTINCT ?s { ?s a <https://w3id.org/dpv#PrivacyNotice> }"
    answer = client.get("/sparql", params={"query": query, "default-graph-uri": NOTICE}).json()
    assert [row["s"]["value"] for row in answer["results"]["bindings"]] == [NOTICE]
    named = {"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": NOTICE}
    assert [row["g"]["value"] for row in client.get("/sparql", params=named).json()["results"]["bindings"]] == [NOTICE]


def test_relative_iris_are_resolved_against_the_address_asked(client):
    answer = client.get("/sparql", params={"query": "SELECT (<x> AS ?x) {}"}).json()
    assert answer["results"]["bindings"][0]["x"]["value"] == str(client.base_url).rstrip("/") + "/x"


def test_service_description(client):
    response = client.get("/sparql")
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    described = Graph().parse(data=response.text, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert str(next(described.objects(predicate=URIRef(f"{sd}endpoint")))) == str(client.base_url).rstrip("/") + "/sparql"
    assert len(list(described.objects(predicate=URIRef(f"{sd}resultFormat")))) == 10
    assert client.get("/sparql", headers={"Accept": "application/ld+json"}).json()
    assert "<textarea" in client.get("/sparql", headers={"Accept": BROWSER}).text
    problem(client.get("/sparql", headers={"Accept": "text/csv"}), 406, "not-acceptable")


def test_service_description_takes_no_markup_from_the_host_header(client):
    response = client.get("/sparql", headers={"Host": 'a"><x'})
    assert '"><x' not in response.text


def test_head_has_the_headers_of_get_and_no_body(client):
    for path in (f"/sparql?{urlencode({'query': ROWS})}", "/sparql", "/questions", "/healthz", "/id/notice/00000000000000aa"):
        got, head = client.get(path), client.head(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["content-length"] == got.headers["content-length"]


def test_options_and_cors_without_credentials(client):
    response = client.options("/sparql", headers={"Origin": "https://other.example", "Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert "POST" in response.headers["allow"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" not in client.options("/questions").headers["allow"]
    response = client.get("/sparql", params={"query": "ASK {}"}, headers={"Origin": "https://other.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", ["/", "/sparql?query=ASK+%7B%7D", "/sparql?query=%7B", "/nowhere", "/static/style.css"])
def test_security_headers_on_every_response(client, path):
    headers = client.get(path, headers={"Accept": BROWSER}).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


def test_etag_of_the_snapshot(client):
    url = f"/sparql?{urlencode({'query': ROWS})}"
    first = client.get(url)
    tag = first.headers["etag"]
    assert first.headers["x-seloste-snapshot"] in tag
    again = client.get(url, headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304
    assert again.content == b""
    # Another format is another representation; what changes with the moment has no tag.
    assert client.get(url, headers={"If-None-Match": tag, "Accept": "text/csv"}).status_code == 200
    assert "etag" not in client.get("/sparql", params={"query": "SELECT (NOW() AS ?now) {}"}).headers


def test_cut_answers_say_so(tight):
    query = "SELECT ?s { ?s ?p ?o }"
    response = tight.get("/sparql", params={"query": query})
    assert response.headers["x-seloste-truncated"] == "true; rows=5"
    assert response.json()["truncated"] is True
    assert len(response.json()["results"]["bindings"]) == 5
    assert "x-seloste-truncated" not in tight.get("/sparql", params={"query": f"{query} LIMIT 5"}).headers
    page = tight.get("/sparql", params={"query": query, "lang": "fi"}, headers={"Accept": BROWSER})
    assert "Vastaus on katkaistu" in page.text


def test_timeout_is_told(tight):
    began = time.monotonic()
    found = problem(tight.get("/sparql", params={"query": HEAVY}), 504, "timeout")
    assert time.monotonic() - began < 5
    assert found["seconds"] == 0.6
    page = tight.get("/sparql", params={"query": HEAVY, "lang": "fi"}, headers={"Accept": BROWSER})
    assert page.status_code == 504
    assert "Kysely kesti liian kauan" in page.text
    assert tight.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


def test_long_bodies_are_not_read(tight):
    found = problem(tight.post("/sparql", content=b"query=" + b"x" * 3000, headers=FORM), 413, "too-large")
    assert found["limit"] == 2000
    chunks = (b"x" * 500 for _ in range(100))  # no Content-Length
    problem(tight.post("/sparql", content=chunks, headers=FORM), 413, "too-large")


def test_too_many_queries_are_sent_away(store):
    with served(store, query_timeout=1.0, workers=1) as running:
        running.app.state.service.evaluator.pool._size = running.app.state.service.evaluator.pool._size.__class__(
            workers=1, spare=0, burst=0, queue=1, wait=1.0, memory=1 << 30
        )

        async def rush():
            async with httpx.AsyncClient(base_url=running.address, timeout=30) as client:
                # Six different ones: the same one asked by six is evaluated once.
                asked = [client.get("/sparql", params={"query": f"{HEAVY} # {n}"}) for n in range(6)]
                return await asyncio.gather(*asked)

        answers = asyncio.run(rush())
    statuses = sorted(one.status_code for one in answers)
    assert set(statuses) <= {503, 504}
    busy = next(one for one in answers if one.status_code == 503)
    assert int(busy.headers["retry-after"]) >= 1
    assert busy.json()["retryAfter"] == int(busy.headers["retry-after"])


def test_query_ends_when_the_client_goes_away(store):
    with served(store, query_timeout=60, workers=1) as running:
        pool = running.app.state.service.evaluator.pool
        host, _, port = running.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f"GET /sparql?{urlencode({'query': HEAVY})} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            deadline = time.monotonic() + 10
            while not pool._busy and time.monotonic() < deadline:
                time.sleep(0.02)
            working = {worker.pid for worker in pool._busy}
        assert working
        deadline = time.monotonic() + 10
        while working & set(pool.processes) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not working & set(pool.processes)
        assert running.client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_contacts_are_never_seen(client):
    for query in (
        "SELECT ?o { ?s ?p ?o }",
        "SELECT ?o { GRAPH ?g { ?s ?p ?o } }",
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
        f"DESCRIBE <{NOTICE}>",
    ):
        response = client.get("/sparql", params={"query": query})
        assert response.status_code == 200
        assert "ammenterho" not in response.text
    asked = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }", "default-graph-uri": f"{NOTICE}/contacts"})
    problem(asked, 403, "refused")
    for path in ("", "/contacts", "/contact/1"):
        for accept in (BROWSER, "text/turtle"):
            response = client.get(f"/id/notice/00000000000000aa{path}", headers={"Accept": accept})
            assert "ammenterho" not in response.text
            assert response.status_code == (404 if path else 200)


def test_contacts_are_shown_with_the_setting(store):
    with served(store, contacts=True) as running:
        page = running.client.get("/id/notice/00000000000000aa", headers={"Accept": BROWSER})
        assert "Tuovi Tammenterho" in page.text


def test_health(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert int(response.json()["snapshot"]) > 0


def test_nothing_published_is_no_crash(tmp_path):
    with served(tmp_path / "none") as running:
        for path in ("/readyz", "/sparql?query=ASK+%7B%7D", "/", "/id/notice/x"):
            response = running.client.get(path)
            problem(response, 503, "no-data")
            assert str(tmp_path) not in response.text
            assert response.headers["retry-after"]
        page = running.client.get("/", headers={"Accept": BROWSER, "Accept-Language": "fi"})
        assert page.status_code == 503
        assert "Aineistoa ei ole vielä julkaistu" in page.text


def test_new_snapshot_is_served_without_a_restart(tmp_path):
    from ingest.store import Store

    path = build(tmp_path / "store")
    with served(path) as running:
        url = "/questions/no-controller?lang=fi"
        first = running.client.get(url)
        with Store.open(path) as writing:
            writing.remove(f"{ID_BASE}notice/00000000000000bb")
            writing.publish()
        second = running.client.get(url, headers={"If-None-Match": first.headers["etag"]})
        assert second.status_code == 200
        assert second.headers["x-seloste-snapshot"] != first.headers["x-seloste-snapshot"]
        assert running.client.get("/id/notice/00000000000000bb").status_code == 404


def test_own_mistakes_tell_nothing_and_keep_the_headers(store):
    app = create_app(Settings(store=store))
    app.state.service.questions = None

    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/questions")

    response = asyncio.run(ask())
    found = problem(response, 500, "internal")
    assert "NoneType" not in json.dumps(found)
    assert response.headers["content-security-policy"].startswith("default-src 'self'")


def test_settings_are_one_table():
    rows = settings.table()
    assert rows[0] == ("store", "", "The store that is served: a directory, or the address of a SPARQL server.")
    assert [name for name, _, _ in rows] == list(Settings.__dataclass_fields__)
    assert all(meaning.endswith(".") for _, _, meaning in rows)
