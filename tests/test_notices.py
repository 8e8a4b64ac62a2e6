"""Writing over HTTP: who may, what may be sent, and that what is acknowledged is there for everybody at once."""
from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ingest import documents, store_check
from ingest.store import Store
from ontology.namespaces import ID_BASE
from server.authorisation import Gate, Unauthorised, WritesOff
from server.settings import SettingError, Settings
from tests.make_documents import Part, as_docx, as_pdf
from tests.server_fixture import build, served

TOKEN = "Zx9-kaarnikka.puolukka~8811"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
NOTICE = """Tietosuojaseloste

Rekisterinpitäjä
Kuusitupa {0} Oy

Yhteyshenkilö
Aino Virtanen, aino.virtanen@kuusitupa.example

Käsittelyn tarkoitus
Henkilötietoja käsitellään asiakassuhteen hoitamiseen.
"""


def paragraphs(name: str) -> list[Part]:
    return [Part("paragraph", (line,)) for line in NOTICE.format(name).splitlines() if line]


def iri(text: str) -> str:
    return documents.from_text(text, "").iri


def number(text: str) -> str:
    return iri(text).rpartition("/")[2]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return build(tmp_path_factory.mktemp("written") / "store")


@pytest.fixture(scope="module")
def server(store):
    with served(store, token=TOKEN, query_timeout=5.0) as running:
        yield ready(running)


def ready(running):
    """The server as soon as its writer has loaded what is known."""
    deadline = time.monotonic() + 120
    while not running.app.state.notices._writer._process.done():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return running


def stored(client: httpx.Client, notice: str) -> bool:
    answer = client.get("/sparql", params={"query": f"ASK {{ GRAPH <{notice}> {{ ?s ?p ?o }} }}"}, headers={"Accept": "application/sparql-results+json"})
    return answer.json()["boolean"]


def post(client: httpx.Client, text: str, **options):
    return client.post("/notices", content=text.encode(), headers={**AUTH, **TEXT}, timeout=180, **options)


def test_a_notice_is_there_for_readers_as_soon_as_it_is_acknowledged(server, store):
    client, text = server.client, NOTICE.format("Yksi")
    before = client.get("/healthz").json()["snapshot"]
    first = post(client, text, params={"source": "seloste 1.txt"})
    assert first.status_code == 201, first.text
    said = first.json()
    assert said["notice"] == iri(text)
    assert (said["created"], said["changed"]) == (True, True)
    assert said["findings"]["violation"] > 0
    assert first.headers["location"] == said["url"] == f"/id/notice/{number(text)}"
    assert int(first.headers["x-seloste-snapshot"]) == said["snapshot"] > int(before)
    assert client.get("/healthz").json()["snapshot"] == str(said["snapshot"])
    assert stored(client, iri(text))
    page = client.get(first.headers["location"], headers={"Accept": "text/turtle"})
    assert "Kuusitupa" in page.text
    assert "virtanen" not in page.text.lower()
    again = post(client, text, params={"source": "seloste 1.txt"})
    assert again.status_code == 200
    assert (again.json()["created"], again.json()["changed"], again.json()["snapshot"]) == (False, False, said["snapshot"])
    with Store.open(store) as opened:  # the server has let it go: the command line can write
        assert any("seloste%201.txt" in line for line in opened.graph(iri(text)))
        assert opened.graph(f"{iri(text)}/report")
        assert opened.graph(f"{ID_BASE}graph/dataset")


def test_put_stores_a_text_at_its_own_address_only(server):
    client, text, other = server.client, NOTICE.format("Kaksi"), NOTICE.format("Kolme")
    address = f"/id/notice/{number(text)}"
    wrong = client.put(address, content=other.encode(), headers={**AUTH, **TEXT})
    assert wrong.status_code == 409
    assert wrong.json()["notice"] == iri(other)
    assert not stored(client, iri(other))
    assert [client.put(address, content=text.encode(), headers={**AUTH, **TEXT}).status_code for _ in range(2)] == [201, 200]
    assert stored(client, iri(text))


def test_delete_takes_a_notice_out_once(server):
    client, text = server.client, NOTICE.format("Neljä")
    assert post(client, text).status_code == 201
    address = f"/id/notice/{number(text)}"
    gone = client.delete(address, headers=AUTH)
    assert (gone.status_code, gone.content) == (204, b"")
    assert not stored(client, iri(text))
    assert client.get(address, headers={"Accept": "text/turtle"}).status_code == 404
    assert client.delete(address, headers=AUTH).status_code == 404
    assert post(client, text).status_code == 201  # and can come back


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", f"<html><body><h1>Tietosuojaseloste</h1><p>{NOTICE.format('Viisi')}</p></body></html>".encode()),
        ("text/markdown", f"# Tietosuojaseloste\n\n{NOTICE.format('Kuusi')}".encode()),
        ("application/pdf", as_pdf(paragraphs("Seitsemän"))),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_docx(paragraphs("Kahdeksan"))),
    ],
    ids=["html", "markdown", "pdf", "docx"],
)
def test_documents_of_every_kind_are_taken(server, kind, body):
    answer = server.client.post("/notices", content=body, headers={**AUTH, "Content-Type": kind})
    assert answer.status_code == 201, answer.text
    assert stored(server.client, answer.json()["notice"])


def test_a_file_in_a_form_is_taken_with_its_name(server, store):
    text = NOTICE.format("Yhdeksän")
    answer = server.client.post("/notices", params={"language": "fi"}, headers=AUTH, files={"file": ("C:\\omat\\seloste.txt", text.encode(), "text/plain")})
    assert answer.status_code == 201, answer.text
    with Store.open(store) as opened:
        assert any("<urn:file:seloste.txt>" in line for line in opened.graph(iri(text)))


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer  x", "Basic Zm9v", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer ää"])
def test_nobody_writes_without_the_token(server, given):
    headers = {} if given is None else {"Authorization": given.encode()}
    text = NOTICE.format("Luvaton")
    for method, path in (("POST", "/notices"), ("PUT", f"/id/notice/{number(text)}"), ("DELETE", f"/id/notice/{number(text)}")):
        answer = server.client.request(method, path, content=text.encode(), headers={**TEXT, **headers})
        assert answer.status_code == 401, method
        assert answer.headers["www-authenticate"].startswith('Bearer realm="seloste"')
        assert answer.headers["content-type"] == "application/problem+json"
        assert TOKEN not in answer.text
    assert not stored(server.client, iri(text))


def test_writing_is_off_unless_a_token_is_set(store):
    with served(store) as running:
        for method, path in (("POST", "/notices"), ("PUT", "/id/notice/0123456789abcdef"), ("DELETE", "/id/notice/0123456789abcdef")):
            answer = running.client.request(method, path, headers=AUTH)
            assert answer.status_code == 403
            assert "SELOSTE_TOKEN" in answer.json()["detail"]
        assert not running.app.state.notices._writer._process  # nothing is loaded for nobody


@pytest.mark.parametrize(
    ("headers", "params", "body", "status"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, {}, b"a=b", 415),
        ({"Content-Type": "image/png"}, {}, b"\x89PNG\r\n", 415),
        (TEXT, {}, b"\x89PNG\r\n\x1a\n" + bytes(100), 415),  # what it is counts, not what it is called
        (TEXT, {}, b"", 422),
        (TEXT, {}, b"   \n", 422),
        (TEXT, {}, "Der Verantwortliche verarbeitet personenbezogene Daten der Kunden gemäß der Verordnung.".encode(), 422),
        ({"Content-Type": "application/pdf"}, {}, b"%PDF-1.7\nbroken", 422),
        (TEXT, {"language": "de"}, b"text", 400),
        (TEXT, {"source": "../../etc/passwd"}, b"text", 400),
        (TEXT, {"source": "a> <b"}, b"text", 400),
        (TEXT, {"source": "a\nb"}, b"text", 400),
        ({"Content-Type": "multipart/form-data"}, {}, b"--x", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, {}, b"--x\r\nrubbish", 400),
    ],
)
def test_what_cannot_be_stored_is_refused_and_says_why(server, headers, params, body, status):
    before = server.client.get("/healthz").json()["snapshot"]
    answer = server.client.post("/notices", params=params, content=body, headers={**AUTH, **headers})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert server.client.get("/healthz").json()["snapshot"] == before


def test_a_body_that_is_too_large_is_not_read(store):
    with served(store, token=TOKEN, max_document=10_000) as running:
        declared = running.client.post("/notices", content=b"a" * 200_000, headers={**AUTH, **TEXT})
        assert declared.status_code == 413

        def pieces():
            yield from (b"a" * 10_000 for _ in range(50))

        assert running.client.post("/notices", content=pieces(), headers={**AUTH, **TEXT}).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/id/notice/..%2F..%2Fjournal.sqlite", "/id/notice/%2e%2e", "/id/notice/..", "/id/notice/.", "/id/notice/a%2Fcontacts",
        "/id/notice/%2Fetc%2Fpasswd", "/id/notice/x%3E%20%3Cy", "/id/notice/x%00y", "/id/notice/x%0Ay", "/id/graph/vocabulary",
        "/id/notice/../graph/vocabulary", "/id/notice/0123456789abcdef/contacts", "/id/notice/" + "a" * 5000, "/id/notice/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_no_address_leads_out_of_the_notices(server, store, method, path):
    host = server.client.base_url
    line = http.client.HTTPConnection(host.host, host.port, timeout=30)  # sends the path as it stands
    line.putrequest(method, path, skip_accept_encoding=True)
    for name, value in ({**AUTH, **TEXT} | {"Content-Length": "0"}).items():
        line.putheader(name, value)
    line.endheaders()
    assert line.getresponse().status in (400, 404, 405)
    line.close()
    assert server.client.get("/graphs", params={"graph": f"{ID_BASE}graph/vocabulary"}).status_code == 200
    assert sorted(one.name for one in store.parent.iterdir()) == ["store"]


def test_the_store_is_whole_when_the_client_or_the_process_goes_away(server, store):
    host = server.client.base_url
    texts = [NOTICE.format(f"Katko {n}") for n in range(6)]
    for n, text in enumerate(texts):
        body = text.encode()
        with socket.create_connection((host.host, host.port)) as line:
            head = f"POST /notices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
            line.sendall(head.encode() + (body if n % 2 else body[: len(body) // 2]))
            time.sleep(0.02 * n)
    writer = server.app.state.notices._writer
    assert post(server.client, NOTICE.format("Katkon jälkeen")).status_code == 201
    assert not any(stored(server.client, iri(text)) for text in texts[::2])  # half a text is no notice
    def kill():
        while not writer._process.done():  # one that was spent is being replaced
            time.sleep(0.01)
        os.kill(writer._process.result().pid, signal.SIGKILL)

    killer = threading.Timer(0.05, kill)
    killer.start()
    killed = post(server.client, NOTICE.format("Tapettu"))
    killer.join()
    assert killed.status_code in (201, 422, 500)
    assert post(server.client, NOTICE.format("Tapon jälkeen")).status_code == 201
    found = store_check.check(store)
    assert found.whole, found
    assert stored(server.client, iri(NOTICE.format("Tapon jälkeen")))


def test_a_document_that_takes_too_long_or_too_much_is_refused(server, monkeypatch):
    monkeypatch.setattr("server.writer.SECONDS", 0.001)
    late = post(server.client, NOTICE.format("Hidas") * 200)
    assert late.status_code == 422
    assert "seconds" in late.json()["detail"]
    monkeypatch.undo()
    assert post(server.client, NOTICE.format("Ripeä")).status_code == 201


def test_a_store_that_another_process_writes_is_told_and_a_queue_that_is_full(store):
    with served(store, token=TOKEN, write_queue=1) as running:
        ready(running)
        with Store.open(store):
            waiting = [threading.Thread(target=post, args=(running.client, NOTICE.format(f"Jono {n}"))) for n in range(2)]
            for one in waiting:
                one.start()
                time.sleep(0.2)
            full = post(running.client, NOTICE.format("Liikaa"))
            assert (full.status_code, full.json()["type"].rpartition("/")[2]) == (503, "busy")
            for one in waiting:
                one.join()
            taken = post(running.client, NOTICE.format("Varattu"))
            assert (taken.status_code, taken.json()["type"].rpartition("/")[2]) == (503, "locked")
            assert int(taken.headers["retry-after"]) > 0
        assert post(running.client, NOTICE.format("Varattu")).status_code == 201
        aside = store.rename(store.with_name("aside"))
        store.write_text("no directory")
        broken = post(running.client, NOTICE.format("Rikki"))
        assert (broken.status_code, broken.json()["type"].rpartition("/")[2]) == (500, "unwritable")
        assert "Nothing was changed" in broken.json()["detail"]
        assert str(store) not in broken.text
        store.unlink()
        aside.rename(store)
        families = text_string_to_metric_families(running.client.get("/metrics").text)
        counted = {s.labels["outcome"]: s.value for f in families if f.name == "seloste_writes" for s in f.samples if s.name.endswith("total")}
        assert counted == {"busy": 1, "locked": 3, "created": 1, "failed": 1}


def test_answers_go_on_while_notices_are_written(server):
    """Each answer is of one whole snapshot: a notice has its claims and its report, or is not there at all."""
    query = """SELECT ?n (COUNT(DISTINCT ?c) AS ?claims) (COUNT(DISTINCT ?r) AS ?reports) {
      GRAPH ?n { ?n a <https://w3id.org/dpv#PrivacyNotice> ; <https://w3id.org/seloste/ns#hasClaim> ?c ; <http://purl.org/dc/terms/source> <urn:file:rinnan.txt> }
      OPTIONAL { GRAPH ?g { ?r a <http://www.w3.org/ns/shacl#ValidationReport> } FILTER(?g = IRI(CONCAT(STR(?n), "/report"))) } } GROUP BY ?n"""
    statuses: list[int] = []
    writing = threading.Thread(
        target=lambda: statuses.extend(post(server.client, NOTICE.format(f"Rinnan {n}"), params={"source": "rinnan.txt"}).status_code for n in range(12))
    )
    writing.start()
    seen: set[int] = set()
    claims: set[tuple[str, str]] = set()
    while writing.is_alive():
        answer = server.client.get("/sparql", params={"query": query}, headers={"Accept": "application/sparql-results+json"})
        assert answer.status_code == 200, answer.text
        rows = answer.json()["results"]["bindings"]
        seen.add(len(rows))
        claims |= {(row["claims"]["value"], row["reports"]["value"]) for row in rows}
    assert statuses == [201] * 12
    assert len(claims) == 1
    assert claims.pop()[1] == "1"
    assert len(seen) > 2


def test_logs_and_options_tell_of_writing_without_telling_what(server, caplog):
    options = server.client.options("/notices")
    assert "POST" in options.headers["allow"]
    assert "DELETE" in server.client.options("/id/notice/0123456789abcdef").headers["allow"]
    assert "PUT" not in server.client.options("/id/notice/0123456789abcdef").headers["access-control-allow-methods"]
    with caplog.at_level("DEBUG", logger="seloste"):
        post(server.client, NOTICE.format("Loki"), params={"source": "salainen.txt"})
    told = " ".join(json.dumps(vars(record), default=str) for record in caplog.records)
    assert '"route": "/notices"' in told
    assert not any(word in told for word in ("salainen", "Kuusitupa", "Virtanen", TOKEN))


@pytest.mark.parametrize("token", ["short", "with space in the middle", "ääkkösiä-ja-muita-merkkejä", "x" * 15])
def test_a_token_that_cannot_be_used_is_refused_and_not_repeated(tmp_path, token):
    with pytest.raises(SettingError) as raised:
        Gate(Settings(store=tmp_path, token=token))
    assert token not in str(raised.value)
    assert token not in repr(Settings(store=tmp_path, token=token))


def test_a_token_can_stand_in_a_file(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    gate = Gate(Settings(store=tmp_path, token_file=str(file)))
    gate.admit(f"Bearer {TOKEN}")
    gate.admit(f"bearer  {TOKEN}")
    with pytest.raises(Unauthorised):
        gate.admit(None)
    for wrong in (Settings(store=tmp_path, token_file=str(tmp_path / "none")), Settings(store=tmp_path, token_file=str(file), token=TOKEN)):
        with pytest.raises(SettingError, match="SELOSTE_TOKEN_FILE"):
            Gate(wrong)
    with pytest.raises(WritesOff):
        Gate(Settings(store=tmp_path)).admit(f"Bearer {TOKEN}")
