"""The check of a notice: pasted or uploaded, in every kind of file; refusals that say what to do; nothing run, nothing kept."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest
from make_documents import as_docx, as_html, as_pdf, parts
from rdflib import Graph
from server_fixture import BROWSER, SAMPLES, build, served, sound

from ingest import documents
from ingest.sections import Sectioner
from ontology import lexicon
from ontology.namespaces import SH
from server.submissions import PASTED
from shapes.reports import SUFFIXES

TEXT = (SAMPLES / "fi-verkkokauppa-havukka.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with served(build(tmp_path_factory.mktemp("check") / "store"), check_workers=1, max_document=3 << 20) as running:
        running.client.timeout = 180  # the first document waits until its process has loaded
        yield running.client


def check(client, language="fi", status=200, accept=BROWSER, **sent):
    response = client.post("/check", headers={"Accept": accept, "Accept-Language": language}, **sent)
    assert response.status_code == status, response.text[:500]
    assert response.headers["cache-control"] == "no-store"
    return response


def page(client, language="fi", status=200, **sent):
    return sound(check(client, language, status, **sent).text, language)


def test_a_pasted_text_comes_back_with_claims_and_findings(client):
    text = page(client, data={"text": TEXT, "language": ""})
    assert "Verkkokauppa Havukan tietosuojaseloste" in text
    assert 'class="mark mark-purpose' in text
    assert 'class="note finding violation"' in text
    assert "oona.lehtokaarre@havukka.example" in text  # it is the sender's own text
    assert 'href="/id/' not in text.split("<main")[1]  # nothing of it is in the store
    assert text.count("<button") == len(SUFFIXES)


@pytest.fixture(scope="module")
def content():
    return parts(documents.from_text(TEXT, "x.txt"), Sectioner(lexicon.load()["fi"]))


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_files_are_read(client, content, kind):
    made = {"html": lambda: as_html(content).encode(), "pdf": lambda: as_pdf(content), "docx": lambda: as_docx(content)}
    text = page(client, files={"file": (f"notice.{kind}", made[kind]())}, data={"text": "", "language": ""})
    assert "Havukka Oy" in text
    assert 'class="note finding violation"' in text
    assert f"notice.{kind}" in text


@pytest.mark.parametrize("form", SUFFIXES)
def test_the_report_is_downloaded_from_what_the_page_sends_again(client, form):
    shown = page(client, data={"text": TEXT, "language": ""})
    again = re.search(r'<textarea name="text" hidden>\n(.*?)</textarea>', shown, re.DOTALL)[1]
    unescaped = again.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
    # A browser sends lines with CR and LF.
    sent = {"text": unescaped.replace("\n", "\r\n"), "source": PASTED, "language": "", "format": form}
    response = check(client, data=sent)
    assert re.fullmatch(r'attachment; filename="seloste-[0-9a-f]{16}\.\w+"', response.headers["content-disposition"])
    if form == "json":
        assert response.json()["notice"].endswith(documents.from_text(TEXT, "x").iri.rpartition("/")[2])
    if form == "turtle":
        assert len(list(Graph().parse(data=response.text, format="turtle").subjects(SH.resultSeverity))) > 5
    assert len(response.content) > 500


def test_a_program_sends_the_document_itself(client):
    sent = {"content": TEXT.encode(), "params": {"language": "fi"}}
    response = client.post(
        "/check", headers={"Accept": "application/sarif+json", "Content-Type": "text/plain; charset=utf-8"}, **sent
    )  # fmt: skip
    assert response.headers["content-type"] == "application/sarif+json"
    assert json.loads(response.text)["version"] == "2.1.0"
    assert client.post("/check", headers={"Content-Type": "text/plain"}, **sent).json()["verdicts"]
    assert client.post("/check", headers={"Content-Type": "image/png"}, content=b"x").status_code == 415
    wrong = client.post("/check", headers={"Content-Type": "text/plain", "Accept": "image/png"}, content=b"x")
    assert wrong.status_code == 406


def test_markup_in_a_text_is_text(client):
    hostile = "Tietosuojaseloste\n\nKäsittelemme tietoja suoramarkkinointiin. <script>alert(1)</script> </textarea><b onclick=x>\n" + TEXT
    text = page(client, data={"text": hostile, "language": "fi", "source": '"><script>x</script>'})
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert text.count("</textarea>") == 1


GERMAN = "Wir verarbeiten Ihre personenbezogenen Daten, um Ihnen unsere Dienste anzubieten, und geben sie nicht weiter. " * 5


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"data": {"text": "  ", "language": ""}}, 422, "Tekstiä ei löytynyt"),
        ({"data": {"text": GERMAN, "language": ""}}, 422, "Kieltä ei tueta"),
        ({"files": {"file": ("a.pdf", b"%PDF-1.4 broken")}}, 422, "Tiedostoa ei voitu lukea"),
        ({"files": {"file": ("a.png", b"\x89PNG\r\n\x1a\n0000")}}, 415, "Tiedostomuotoa ei tueta"),
        ({"files": {"file": ("a.docx", b"PK\x03\x04 broken")}}, 422, "Tiedostoa ei voitu lukea"),
    ],
)  # fmt: skip
def test_refusals_say_what_to_do_and_keep_the_text(client, sent, status, said):
    text = page(client, status=status, **sent)
    assert said in text
    assert 'role="alert"' in text
    kept = sent.get("data", {}).get("text", "").strip()
    assert kept in text
    machine = check(client, status=status, accept="application/json", **sent)
    assert machine.headers["content-type"] == "application/problem+json"


def test_what_is_too_large_is_not_read(client):
    sent = {"data": {"text": "a" * (4 << 20), "language": "fi"}, "files": {"file": ("", b"")}}
    response = client.post("/check", headers={"Accept": BROWSER}, **sent)
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        ({"content": b"--x\r\nbroken"}, {"Content-Type": "multipart/form-data; boundary=y"}),
        ({"content": b"x"}, {"Content-Type": "multipart/form-data"}),
        ({"data": {"text": "x", "language": "de"}}, {}),
        ({"content": b"text=%ff"}, {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
)
def test_broken_forms_are_refused(client, sent, headers):
    assert client.post("/check", headers={"Accept": "application/json", **headers}, **sent).status_code in (400, 422)


def test_pages_are_answered_while_a_document_is_checked(client):
    long = "\n\n".join([TEXT] * 12)
    done = threading.Event()

    def send():
        client.post("/check", headers={"Accept": "application/json"}, data={"text": long, "language": "fi"})
        done.set()

    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(0.1)
    answered = 0
    while not done.is_set():
        answered += client.get("/healthz").status_code == 200
    thread.join()
    assert answered > 3
