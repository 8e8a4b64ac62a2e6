"""Exports over HTTP: a real server, real files, and nothing left behind."""
from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rdflib import Dataset, Graph, Namespace, URIRef
from server_fixture import build, served

from ingest import exports
from ingest.store import Store
from ontology.namespaces import ID_BASE
from server.export_jobs import ExportJobs

DCAT, VOID = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://rdfs.org/ns/void#")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("export-routes") / "store")


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[httpx.Client]:
    with served(store, contacts=True) as running:
        yield running.client


def test_the_list_names_every_format_with_its_address(client: httpx.Client) -> None:
    found = client.get("/export")
    assert found.headers["content-type"] == "application/json"
    listed = found.json()
    assert [one["name"] for one in listed["formats"]] == list(exports.FORMATS)
    assert listed["licence"].startswith("https://")
    assert listed["snapshot"] == found.headers["x-seloste-snapshot"]


@pytest.mark.parametrize("name", list(exports.FORMATS))
def test_each_format_is_what_the_command_line_writes(client: httpx.Client, store: Path, tmp_path: Path, name: str) -> None:
    found = client.get(f"/export/{name}")
    assert found.status_code == 200
    assert found.headers["content-type"].split(";")[0] == exports.FORMATS[name].media_type
    assert exports.FORMATS[name].suffix in found.headers["content-disposition"]
    (written,) = exports.export(store, (name,), tmp_path / f"it{exports.FORMATS[name].suffix}", io.BytesIO())
    digest = hashlib.sha256(found.content)
    assert written.sha256 == digest.hexdigest()
    assert found.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert int(found.headers["content-length"]) == written.size
    again = client.get(f"/export/{name}", headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = client.get(f"/export/{name}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, found.content[:10])
    assert client.head(f"/export/{name}").headers["content-length"] == str(written.size)
    listed = {one["name"]: one for one in client.get("/export").json()["formats"]}
    assert (listed[name]["byteSize"], listed[name]["sha256"]) == (written.size, written.sha256)


def test_contacts_are_not_in_it_though_the_server_may_show_them(client: httpx.Client, store: Path) -> None:
    with Store.open(store) as opened:
        assert any(graph.endswith("/contacts") for graph in opened.graphs())
    assert client.get("/sparql", params={"query": "ASK { GRAPH ?g { ?s <http://www.w3.org/2006/vcard/ns#hasEmail> ?o } }", "format": "json"}).json()["boolean"]
    dataset = Dataset().parse(data=client.get("/export/nquads").text, format="nquads")
    assert not [graph for graph in dataset.graphs() if str(graph.identifier).endswith("/contacts")]
    with zipfile.ZipFile(io.BytesIO(client.get("/export/csv").content)) as tables:
        assert "tammenterho" not in "".join(tables.read(name).decode() for name in tables.namelist()).lower()


def test_the_description_is_void_and_dcat(client: httpx.Client) -> None:
    size = len(client.get("/export/nquads").content)
    found = client.get("/export", headers={"Accept": "text/turtle"})
    assert found.headers["content-type"].startswith("text/turtle")
    described = Graph().parse(data=found.text, format="turtle", publicID="http://example.org/export")
    dataset = URIRef(f"{ID_BASE}dataset")
    assert described.value(dataset, VOID.triples).toPython() > 100
    assert list(described.objects(dataset, VOID.classPartition))
    sizes = {str(described.value(one, DCAT.downloadURL)): described.value(one, DCAT.byteSize) for one in described.objects(dataset, DCAT.distribution)}
    assert set(sizes) == {f"http://example.org/export/{name}" for name in exports.FORMATS}
    assert sizes["http://example.org/export/nquads"].toPython() == size


@pytest.mark.parametrize("path", ["/export/hdt", "/export/..%2f..%2fetc", "/export/figures"])
def test_other_names_are_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"Accept": "application/json"}).status_code == 404


def test_formats_of_the_list_that_are_not_there_are_refused(client: httpx.Client) -> None:
    assert client.get("/export", headers={"Accept": "image/png"}).status_code == 406


def test_an_empty_store_is_answered_with_503(tmp_path: Path) -> None:
    with served(tmp_path) as running:
        assert running.client.get("/export/nquads", headers={"Accept": "application/json"}).status_code == 503


def test_what_takes_long_is_asked_for_again_and_what_fails_says_so(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExportJobs.__init__, "__defaults__", (0.0,))
    with served(store) as running:
        waiting = running.client.get("/export/trig")
        assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "30")
        assert waiting.json()["type"].endswith("/busy")
    monkeypatch.setattr(ExportJobs.__init__, "__defaults__", (25.0,))
    with served(store) as running:
        monkeypatch.setattr("server.export_jobs.environment", lambda *_: {"PYTHONPATH": "nowhere"})
        monkeypatch.setattr("server.export_jobs.sys.executable", "/bin/false")
        failed = running.client.get("/export/trig")
        assert failed.status_code == 500
        assert failed.json()["type"].endswith("/failed")


def test_a_new_snapshot_is_a_new_export_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = build(tmp_path / "store")
    with served(path) as running:
        first = running.client.get("/export/nquads")
        with Store.open(path) as opened:
            opened.load_shared(f"{ID_BASE}graph/dataset", [f'<{ID_BASE}dataset> <http://purl.org/dc/terms/title> "New" .'])
            opened.publish()
        second = running.client.get("/export/nquads")
        assert second.headers["x-seloste-snapshot"] != first.headers["x-seloste-snapshot"]
        assert second.headers["etag"] != first.headers["etag"]
        assert '"New"' in second.text
        assert list(path.glob("snapshots/*/exports-*"))
    assert not list(path.glob("snapshots/*/exports-*"))


def test_the_process_says_what_it_made(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exports.main([str(store), "csv", str(tmp_path), ID_BASE]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (tmp_path / said["address"]).stat().st_size == said["size"]
    assert exports.main([str(tmp_path), "csv", str(tmp_path), ID_BASE]) == 1
    assert "seloste ingest" in capsys.readouterr().err
