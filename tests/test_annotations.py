"""The claims of a notice as Web Annotations: every target's offsets give its quote, in pages that hold all of them."""

from __future__ import annotations

import json

import pytest
from server_fixture import ingested, served

from ontology.namespaces import ID_BASE
from server import annotations


@pytest.fixture(scope="module")
def client(tmp_path_factory, pipeline):
    with served(ingested(tmp_path_factory.mktemp("annotations") / "store", pipeline, "en-saas-tallygrove")) as running:
        yield running.client


@pytest.fixture(scope="module")
def notice(client):
    query = "SELECT ?n WHERE { ?n a dpv:PrivacyNotice }"
    return client.get("/sparql", params={"query": query}).json()["results"]["bindings"][0]["n"]["value"]


def test_offsets_and_words_agree_with_the_text(client, notice):
    path = notice.removeprefix(ID_BASE)
    response = client.get(f"/id/{path}/annotations")
    assert response.headers["content-type"].startswith("application/ld+json")
    found = response.json()
    assert found["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert found["type"] == "AnnotationCollection"
    items = found["first"]["items"]
    assert len(items) == annotations.PAGE
    assert found["first"]["next"].endswith("/annotations?page=2")
    items += client.get(f"/id/{path}/annotations?page=2").json()["items"]
    assert found["total"] == len(items)
    text = client.get(f"/id/{path}/text", headers={"Accept": "text/plain"}).text
    for one in items:
        assert one["type"] == "Annotation"
        assert any(body["purpose"] == "assessing" for body in one["body"])
        for target in one["target"]:
            assert target["source"] == f"{notice}/text"
            position, quote = target["selector"]
            assert (position["type"], quote["type"]) == ("TextPositionSelector", "TextQuoteSelector")
            start, end = position["start"], position["end"]
            assert text[start:end] == quote["exact"]
            assert text[:start].endswith(quote["prefix"])
            assert text[end:].startswith(quote["suffix"])


def test_a_single_annotation_has_its_own_address(client, notice):
    path = notice.removeprefix(ID_BASE)
    one = client.get(f"/id/{path}/annotations").json()["first"]["items"][3]
    alone = client.get(f"/id/{one['id'].removeprefix(ID_BASE)}").json()
    assert {**one, "@context": annotations.CONTEXT} == alone
    for wrong in ("annotations/none", "annotations?page=9", "annotations?page=x"):
        assert client.get(f"/id/{path}/{wrong}").status_code == 404
    assert client.get("/id/notice/none/annotations").status_code == 404


def test_pages_hold_all_in_order():
    made = [{"id": str(number)} for number in range(annotations.PAGE * 2 + 5)]
    pages = [annotations.page("urn:x", made, number) for number in (1, 2, 3)]
    assert [one["id"] for page in pages for one in page["items"]] == [one["id"] for one in made]
    assert pages[0]["next"] == "urn:x?page=2"
    assert "prev" not in pages[0]
    assert "next" not in pages[2]
    assert pages[2]["startIndex"] == annotations.PAGE * 2
    assert annotations.page("urn:x", made, 4) is None
    assert annotations.page("urn:x", [], 1) is None
    assert json.dumps(pages)
