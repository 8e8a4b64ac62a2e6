"""The W3C tests of protocols as they lie beside the checkout: requests with what is expected of each, and a store to answer them.

The server only reads. So what a test writes by PUT, POST or DELETE is done here, in the store, and published as ingestion
does; what it reads goes over HTTP.
"""
from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from tests.w3c_sparql import MF, RDFS, UT, Manifest, Term, file

HT, CNT = "http://www.w3.org/2011/http#", "http://www.w3.org/2011/content#"
_STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


@dataclass(frozen=True)
class Request:
    """A request of a test; `statuses` are those expected, as numbers or as classes like "2xx"."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: tuple[str, ...]
    boolean: bool
    format: str
    media_type: str
    graph: str


@dataclass(frozen=True)
class Exchange:
    """A test of a protocol."""

    iri: str
    requests: tuple[Request, ...]
    data: tuple[tuple[str, Path], ...]


@cache
def exchanges(path: Path) -> tuple[Exchange, ...]:
    """The tests of a manifest, in its order."""
    return tuple(_exchanges(Manifest(path)))


def _exchanges(manifest: Manifest) -> Iterator[Exchange]:
    for included in manifest.included():
        yield from exchanges(included)
    for test in manifest.entries():
        assert isinstance(test, ox.NamedNode)
        action = manifest.one(test, f"{MF}action")
        requests = manifest.items(manifest.one(action, f"{HT}requests"))
        data = [
            (_text(manifest, one, f"{RDFS}label"), file(manifest.one(one, f"{UT}graph"))) for one in manifest.all(test, f"{UT}graphData")
        ]
        name = f"{manifest.path.parent.parent.name}/{manifest.path.parent.name}#{test.value.rpartition('#')[2]}"
        yield Exchange(name, tuple(_request(manifest, one) for one in requests), tuple(data))


def _request(manifest: Manifest, node: Term) -> Request:
    body, response = manifest.one(node, f"{HT}body"), manifest.one(node, f"{HT}resp")
    assert response is not None
    encoding = _text(manifest, body, f"{CNT}characterEncoding") or "utf-8"
    given = dict(_headers(manifest, response))
    return Request(
        _text(manifest, node, f"{HT}methodName"), _text(manifest, node, f"{HT}absolutePath"), tuple(_headers(manifest, node)),
        _text(manifest, body, f"{CNT}chars").encode(encoding),
        tuple(one.value.rpartition("#")[2].removeprefix("StatusCode") for one in manifest.all(response, f"{MF}expectedStatus") if isinstance(one, ox.NamedNode)),
        _text(manifest, response, f"{MF}expectedBoolean") == "true", _text(manifest, response, f"{MF}expectedFormat"),
        given.get("content-type", ""), _text(manifest, manifest.one(response, f"{HT}body"), f"{CNT}chars"),
    )  # fmt: skip


def _headers(manifest: Manifest, node: Term) -> Iterator[tuple[str, str]]:
    for one in manifest.items(manifest.one(node, f"{HT}headers")):
        yield _text(manifest, one, f"{HT}fieldName").lower(), _text(manifest, one, f"{HT}fieldValue")


def _text(manifest: Manifest, node: Term | None, predicate: str) -> str:
    found = manifest.one(node, predicate)
    return "" if found is None or isinstance(found, ox.Triple) else found.value


def expected(statuses: tuple[str, ...], status: int) -> bool:
    """Whether a status is one of those expected."""
    return any(f"{status // 100}xx" == one if one.endswith("xx") else status == _STATUS[one] for one in statuses)


def bodies(request: Request) -> list[bytes]:
    """The documents of a request: one, or the parts of a form."""
    media_type = dict(request.headers)["content-type"]
    message = email.message_from_bytes(f"Content-Type: {media_type}\r\n\r\n".encode() + request.body)
    return [part.get_payload(decode=True) for part in message.get_payload()] if message.is_multipart() else [request.body]


class Written:
    """A store of graphs with any names, published as readers find it (ingest.snapshots)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._revision = 0
        path.mkdir(parents=True)
        self._live = ox.Store(str(path / "live"))

    def publish(self) -> None:
        self._revision += 1
        snapshot = self.path / "snapshots" / str(self._revision)
        snapshot.mkdir(parents=True)
        self._live.backup(str(snapshot / "public"))
        (snapshot / "lease").touch()
        (self.path / "current").write_text(str(self._revision))

    def load(self, iri: str, path: Path | None = None) -> None:
        """A graph from a file, or an empty one."""
        self._live.add_graph(ox.NamedNode(iri))
        if path is not None:
            self._live.load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(iri))

    def write(self, request: Request) -> None:
        """What a Graph Store Protocol server would do with a PUT, POST or DELETE."""
        query = parse_qs(urlsplit(request.path).query, keep_blank_values=True)
        graph = ox.DefaultGraph() if "default" in query else ox.NamedNode(query["graph"][0])
        if request.method in ("PUT", "DELETE"):
            self._live.clear_graph(graph)
        for body in bodies(request) if request.method != "DELETE" else ():
            self._live.load(body, format=ox.RdfFormat.TURTLE, to_graph=graph, base_iri="http://www.example/gsp/")
        self.publish()
