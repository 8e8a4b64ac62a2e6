"""Responses given again without the work behind them are the same responses, to the same question, of the same data."""

from __future__ import annotations

import contextlib
import shutil
import socket
import time
from itertools import count as count_up

import pytest
from server_fixture import BROWSER, build, served

from ingest.store import Store
from ontology.namespaces import ID_BASE
from server import warming

ROWS = "SELECT ?n ?title { ?n a <https://w3id.org/dpv#PrivacyNotice> ; dct:title ?title } ORDER BY ?n"
CSV = {"Accept": "text/csv"}
NUMBERS = count_up()
CHANGING = ("date", "server-timing")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return build(tmp_path_factory.mktemp("responses") / "store")


@pytest.fixture(scope="module")
def server(store):
    with served(store) as running:
        yield running


@pytest.fixture
def rows():
    """A query that no other test asks."""
    return f"{ROWS} # {next(NUMBERS)}"


def count(server, measure):
    lines = server.client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(measure))


def stable(response):
    return {name: value for name, value in response.headers.multi_items() if name not in CHANGING}


def hit(response):
    """Whether the whole response was there: then the application adds no time of its own."""
    timing = response.headers.get_list("server-timing")
    return len(timing) == 1 and timing[0].startswith("cache;desc=hit, total;dur=")


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "/sparql", {"params": {"query": ROWS}, "headers": CSV}),
        ("POST", "/sparql", {"data": {"query": ROWS}}),
        ("POST", "/sparql", {"content": ROWS, "headers": {"Content-Type": "application/sparql-query"}}),
        ("GET", "/questions/no-controller", {"headers": CSV}),
        ("GET", "/questions/no-controller?format=xlsx", {}),
        ("GET", "/questions/no-controller", {"headers": {"Accept": BROWSER, "Accept-Language": "sv"}}),
        ("GET", "/graphs", {"params": {"graph": f"{ID_BASE}graph/organisations"}}),
        ("GET", "/id/notice/00000000000000aa", {"headers": {"Accept": "text/turtle"}}),
    ],
)
def test_the_second_response_is_the_first_one(server, method, path, more):
    first, second = (server.client.request(method, path, **more) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert (hit(first), hit(second)) == (False, True)
    assert first.content == second.content
    assert stable(first) == stable(second)
    assert "content-security-policy" in second.headers


def test_head_and_get_are_one_question(server, rows):
    asked = {"params": {"query": rows}, "headers": CSV}
    assert not hit(server.client.head("/sparql", **asked))
    whole = server.client.get("/sparql", **asked)
    head = server.client.head("/sparql", **asked)
    assert hit(head)
    assert head.content == b""
    assert int(head.headers["content-length"]) == len(whole.content)


def test_a_client_that_has_it_already_is_told_so(server, rows):
    asked = {"query": rows}
    tag = server.client.get("/sparql", params=asked, headers=CSV).headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = server.client.get("/sparql", params=asked, headers={**CSV, "If-None-Match": known})
        assert (again.status_code, again.content, hit(again)) == (304, b"", True)
        assert again.headers["etag"] == tag
        assert "content-type" not in again.headers
    assert server.client.get("/sparql", params=asked, headers={**CSV, "If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "headers"),
    [
        ({}, {"Accept": "text/tab-separated-values"}), ({"format": "csv"}, {}), ({}, {"Accept-Language": "fi"}),
        ({}, {"Host": "example.org"}), ({}, {"Authorization": "Bearer x"}),
        ({"default-graph-uri": f"{ID_BASE}graph/organisations"}, {}),
    ],
)  # fmt: skip
def test_another_request_is_another_response(server, rows, parameters, headers):
    asked = {"query": rows}
    server.client.get("/sparql", params=asked, headers=CSV)
    other = server.client.get("/sparql", params={**asked, **parameters}, headers={**CSV, **headers})
    assert not hit(other)
    assert hit(server.client.get("/sparql", params=asked, headers=CSV))


@pytest.mark.parametrize("query", ["SELECT (RAND() AS ?r) {}", "SELECT ("])
def test_what_changes_and_what_is_wrong_is_not_kept(server, query):
    answers = [server.client.get("/sparql", params={"query": query}) for _ in range(2)]
    assert [hit(one) for one in answers] == [False, False]


def test_a_publication_is_seen_at_once(store, tmp_path):
    path = shutil.copytree(store, tmp_path / "store")
    with served(path) as running:
        published(running, path)


def published(server, path):
    ask = {"query": "SELECT (COUNT(DISTINCT ?n) AS ?c) { ?n a <https://w3id.org/dpv#PrivacyNotice> }"}
    before = [server.client.get("/sparql", params=ask, headers=CSV) for _ in range(2)]
    assert hit(before[1])
    with Store.open(path) as store:
        store.remove(f"{ID_BASE}notice/00000000000000aa")
        store.publish()
    after = server.client.get("/sparql", params=ask, headers=CSV)
    assert not hit(after)
    assert int(after.text.split()[1]) == int(before[1].text.split()[1]) - 1
    assert after.headers["x-seloste-snapshot"] != before[1].headers["x-seloste-snapshot"]


def test_hits_are_counted_as_requests(server, rows):
    measures = ('seloste_http_requests_total{method="GET",route="/sparql",status="200"}',
                'seloste_answer_cache_total{result="hit"}', 'seloste_answer_cache_total{result="miss"}')  # fmt: skip
    before = [count(server, one) for one in measures]
    for _ in range(3):
        server.client.get("/sparql", params={"query": rows}, headers=CSV)
    assert [count(server, one) - old for one, old in zip(measures, before, strict=True)] == [3, 2, 1]
    assert count(server, "seloste_answer_cache_bytes") > 0


def test_a_long_body_is_asked_whole(server, rows):
    query = rows + " # " + "x" * 50_000
    answers = [server.client.post("/sparql", data={"query": query}, headers=CSV) for _ in range(2)]
    assert answers[0].content == answers[1].content == server.client.get("/sparql", params={"query": ROWS}, headers=CSV).content


def test_stored_questions_are_answered_before_anybody_asks(store, monkeypatch):
    for name in ("SETTLED", "_LOOK", "_REST"):
        monkeypatch.setattr(warming, name, 0.01)
    with served(store, warm=True) as running:
        until = time.monotonic() + 60
        while len(running.app.state.service.cache) < 8 and time.monotonic() < until:
            time.sleep(0.05)
        pages = [running.client.get("/questions/activities-of-notices", headers={"Accept": BROWSER, "Accept-Language": one})
                 for one in ("fi", "sv", "en")]  # fmt: skip
    assert [one.status_code for one in pages] == [200, 200, 200]
    assert all("cache;desc=hit" in one.headers["server-timing"] for one in pages)


def test_a_head_without_end_is_not_read_on_for_ever(server):
    host, _, port = server.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        with contextlib.suppress(OSError):  # the other side may close while this is being sent
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
            for _ in range(40):
                line.sendall(b"y" * 8192)
        with contextlib.suppress(ConnectionResetError):
            answer = line.recv(1000)
            assert answer.startswith(b"HTTP/1.1 400") or not answer
    assert server.client.get("/sparql", params={"query": "ASK {}"}, headers={"X-Long": "y" * 30_000}).status_code == 200
