"""What the editor asks the server: whether a text is a query, where it is none, and the terms that a query can use."""
from __future__ import annotations

import asyncio
import gzip
import json

import pytest
from server_fixture import build, served

from ontology.namespaces import ID_BASE, PREFIXES
from queries.evaluation import Evaluator, QueryFailed, QuerySyntaxError
from queries.screening import undeclared
from server import editing
from server.service import Service
from server.settings import Settings

QUERY = {"Content-Type": "application/sparql-query"}


@pytest.fixture(scope="module")
def listed(sample_server):
    return sample_server.client.get("/sparql/completions").json()


def terms(listed):
    return {name: (kind, uses, labels) for name, kind, uses, *labels in listed["terms"]}


@pytest.mark.parametrize(("query", "found"), [
    ("SELECT * WHERE { ?s ?p ?o }", None),
    ("ASK { ?s a dpv:PrivacyNotice }", None),  # the usual prefixes are declared
    ("SELECT * WHERE { ?s <relative> ?o }", None),
    ("SELECT * WHERE { VALUES ?hit { <https://w3id.org/seloste/search?text=marketing> } }", None),
    ("SELECT *\nWHERE { ?s ?p }", ("syntax", 2, 16)),
    ("SELECT * WHERE {\n ?s foaf:name ?o ; a foaf:Person }", ("syntax", 2, 5)),
    ("", ("syntax", 1, 1)),
    ("SELECT * WHERE { SERVICE <http://x.example/> { ?s ?p ?o } }", ("refused", None, None)),
    ("DROP ALL", ("refused", None, None)),
    ("SELECT * WHERE { VALUES ?hit { <https://w3id.org/seloste/search?limit=many> } }", ("refused", None, None)),
    ("SELECT * WHERE { " + "{" * 600 + "}" * 600 + " }", ("too-large", None, None)),
])  # fmt: skip
def test_what_is_wrong_with_a_query(sample_server, query, found):
    response = sample_server.client.post("/sparql/lint", content=query.encode(), headers=QUERY)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert told["valid"] is (found is None)
    assert [(one["name"], one.get("line"), one.get("column")) for one in told["problems"]] == ([] if found is None else [found])
    assert all(one["message"] for one in told["problems"])


def test_a_check_evaluates_nothing(tmp_path):
    """It needs no store, and a query that would run for ever is checked at once."""
    endless = "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a = ?l && ?c = ?j && ?a != ?l) }"

    async def check() -> None:
        async with Evaluator(tmp_path / "none", workers=1, spare=0, burst=0, timeout=20) as evaluator:
            await evaluator.check(endless)
            with pytest.raises(QuerySyntaxError):
                await evaluator.check("SELECT * { ?s ?p }")

    asyncio.run(check())


@pytest.mark.parametrize(("query", "found"), [
    ("SELECT * { ?s x:y ?o }", ("x", 14)),
    ("SELECT * { ?s a :b . }", ("", 16)),
    ("PREFIX x: <http://x.example/> SELECT * { ?s x:y ?o ; z:y 1 }", ("z", 53)),
    ("SELECT * { ?s dpv:hasName 'x'^^u:v }", ("u", 31)),
    ("LOAD <http://x.example/> INTO GRAPH y:z", None),
    ("# x:y\nSELECT * { _:b dpv:hasName \"x:y\" , <x:y> }", None),
])  # fmt: skip
def test_a_prefix_that_nobody_declared_is_named(query, found):
    assert undeclared(query, PREFIXES) == found


def test_lint_takes_what_the_endpoint_takes(sample_server):
    assert sample_server.client.post("/sparql/lint", data={"query": "ASK {}"}).json() == {"valid": True, "problems": []}
    assert sample_server.client.post("/sparql/lint", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert sample_server.client.get("/sparql/lint").status_code == 405
    options = sample_server.client.options("/sparql/lint")
    assert "POST" in options.headers["allow"]


def test_terms_have_kind_uses_and_labels_in_three_languages(listed):
    assert listed["base"] == ID_BASE
    assert listed["prefixes"] == PREFIXES
    assert listed["languages"] == ["fi", "sv", "en"]
    found = terms(listed)
    assert found["pd:Location"] == ("concept", 0, ["sijaintitiedot", "lokaliseringsuppgifter", "location data"])
    assert found["loc:RU"][:2] == ("concept", 1)
    assert found["loc:RU"][2] == ["Venäjä", "Ryssland", "Russia"]
    assert found["dpv:PrivacyNotice"][:2] == ("class", 2)
    assert found["dpv:hasThirdCountry"][:2] == ("property", 1)
    assert found["sel:modality"][0] == "property"
    assert found["rdf:type"][0] == "property"
    assert not [name for name in found if name.startswith(("id:", "http", "<"))]


def test_the_most_used_terms_come_first(listed):
    uses = [uses for _name, _kind, uses, *_labels in listed["terms"]]
    assert uses == sorted(uses, reverse=True)
    assert uses[0] > 10


def test_a_sample_is_no_count(sample_server, monkeypatch):
    """In a store with more triples than are counted, the order is that of the sample and no number is told."""
    for name, pattern in (("_PROPERTIES_USED", "?s ?term ?o"), ("_CLASSES_USED", "?s a ?term")):
        monkeypatch.setattr(editing, name, editing._COUNT.format(pattern, 500))
    monkeypatch.setattr(editing, "_SAMPLE", 500)
    made = asyncio.run(_completions(sample_server.app.state.service.settings.store))
    found = terms(made)
    assert found["rdf:type"][:2] == ("property", None)
    assert [name for name, *_ in made["terms"]].index("rdf:type") < 20
    assert found["loc:RU"][:2] == ("concept", 1)  # the vocabulary's terms are counted one by one


async def _completions(store):
    service = Service(Settings(store=store))
    async with service.evaluator:
        reply = await editing.Editing(service).completions(service.visit("", "/sparql/completions", {}, {}), "")
    return json.loads(reply.body)


def test_terms_are_kept_until_the_data_change(sample_server):
    client = sample_server.client
    response = client.get("/sparql/completions", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(response.content)) < 60_000
    tag = response.headers["etag"]
    assert client.get("/sparql/completions", headers={"If-None-Match": tag}).status_code == 304
    plain = client.get("/sparql/completions", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == response.json()


def test_terms_without_counts_where_counting_takes_too_long(tmp_path):
    with served(build(tmp_path / "store"), query_timeout=0.0001) as running:
        found = terms(running.client.get("/sparql/completions").json())
    assert found["loc:RU"] == ("concept", None, ["Venäjä", "Ryssland", "Russia"])


def test_no_terms_before_anything_is_published(tmp_path):
    with served(tmp_path / "nothing") as running:
        assert running.client.get("/sparql/completions").status_code == 503


def test_examples_come_with_their_query(sample_server):
    questions = {one["name"]: one for one in sample_server.client.get("/questions?format=json").json()["questions"]}
    query = questions["transfers-to-country"]["sparql"]
    assert "dpv:hasThirdCountry" in query
    assert "$country" not in query
    for one in questions.values():
        assert sample_server.client.post("/sparql/lint", content=one["sparql"].encode(), headers=QUERY).json()["valid"], one["name"]


def test_the_check_is_no_query_in_the_counts(sample_server):
    def counted() -> int:
        lines = sample_server.client.get("/metrics").text.splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith("seloste_queries_total"))

    before = counted()
    sample_server.client.post("/sparql/lint", data={"query": "ASK {}"})
    assert counted() == before


def test_a_broken_check_is_no_verdict(sample_server, monkeypatch):
    async def failing(query, *, base=None):
        raise QueryFailed("out of order")

    monkeypatch.setattr(sample_server.app.state.service.evaluator, "check", failing)
    assert sample_server.client.post("/sparql/lint", data={"query": "ASK {}"}).status_code == 500
