"""What the endpoint gives beside queries: graphs by name, examples for editors, spreadsheets, and what it says of itself."""
from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from server_fixture import BROWSER, build, served

from ontology.namespaces import ID_BASE, PREFIXES, SH
from queries import catalogue, formats
from server import graph_store
from server.protocol import BadRequest

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
NOTICE = f"{ID_BASE}notice/00000000000000aa"
ROWS = "SELECT ?n ?title { ?n a <https://w3id.org/dpv#PrivacyNotice> ; dct:title ?title } ORDER BY ?n"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return build(tmp_path_factory.mktemp("endpoint") / "store")


@pytest.fixture(scope="module")
def client(store):
    with served(store) as running:
        yield running.client


def rows(client, query):
    return client.get("/sparql", params={"query": query}).json()["results"]["bindings"]


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("default", graph_store.GraphRequest(None)),
        ("default=", graph_store.GraphRequest(None)),
        ("graph=urn%3Aa", graph_store.GraphRequest("urn:a")),
        ("graph=http://x/%2531&format=nt", graph_store.GraphRequest("http://x/%31", "nt")),
    ],
)
def test_graphs_are_named_in_the_query_string(query_string, expected):
    assert graph_store.parse(query_string) == expected


@pytest.mark.parametrize(
    "query_string", ["", "format=nt", "graph=urn:a&default", "graph=urn:a&graph=urn:b", "default&default", "graph=a", "graph=",
                     "graph=urn:a%3E%7D%20%23", "graph=urn:a%0Ab", "graph=%FF"],
)  # fmt: skip
def test_no_or_two_graphs_are_no_request(query_string):
    with pytest.raises(BadRequest):
        graph_store.parse(query_string)


def test_graph_by_name(client):
    response = client.get("/graphs", params={"graph": NOTICE})
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    assert (URIRef(NOTICE), RDF.type, URIRef("https://w3id.org/dpv#PrivacyNotice")) in Graph().parse(data=response.text)
    for media_type in formats.MEDIA_TYPES["graph"]:
        given = client.get("/graphs", params={"graph": NOTICE}, headers={"Accept": media_type})
        assert given.headers["content-type"].split(";")[0] == media_type
    head = client.head("/graphs", params={"graph": NOTICE})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]
    again = client.get("/graphs", params={"graph": NOTICE}, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    everything = client.get("/graphs?default&format=nt")
    assert everything.headers["x-seloste-snapshot"]
    assert len(everything.text.splitlines()) > len(Graph().parse(data=response.text))


def test_graphs_that_are_not_there(client, store):
    for iri in (f"{ID_BASE}notice/ffffffffffffffff", "urn:none", f"{NOTICE}/contacts"):
        for method in ("GET", "HEAD"):
            assert client.request(method, "/graphs", params={"graph": iri}).status_code == 404
    assert client.get("/graphs?graph=relative").json()["type"].endswith("/bad-request")
    assert client.get("/graphs?default", headers={"Accept": "text/csv"}).status_code == 406
    with served(store, contacts=True) as shown:  # not even with the setting
        assert shown.client.get("/graphs", params={"graph": f"{NOTICE}/contacts"}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_graphs_are_not_written(client, method):
    response = client.request(method, "/graphs", params={"graph": "urn:a"}, content=b"<urn:a> <urn:b> <urn:c> .")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert "POST" not in client.options("/graphs").headers["allow"]


def test_editors_find_examples_and_prefixes_in_the_data(client):
    declared = rows(client, "SELECT DISTINCT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }")
    found = {row["prefix"]["value"]: row["namespace"]["value"] for row in declared}
    assert PREFIXES.items() <= found.items()
    examples = rows(client, """
        SELECT DISTINCT ?sq ?comment ?query WHERE {
          ?sq a sh:SPARQLExecutable ; rdfs:label|rdfs:comment ?comment ;
              sh:select|sh:ask|sh:construct|sh:describe ?query . FILTER(LANG(?comment) = "fi") }""")
    questions = catalogue.load()
    assert {row["sq"]["value"].removeprefix(f"{ID_BASE}question/") for row in examples} == set(questions)
    for query in {row["query"]["value"] for row in examples}:
        assert client.get("/sparql", params={"query": query}).status_code == 200, query


def test_examples_over_http(client):
    response = client.get("/questions", headers={"Accept": "text/turtle"})
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    graph = Graph().parse(data=response.text)
    assert len(set(graph.subjects(RDF.type, SH.SPARQLExecutable))) == len(catalogue.load())
    assert client.get("/questions?format=json").json()["questions"]
    one = client.get("/id/question/transfers-to-country", headers={"Accept": "text/turtle"})
    assert "SPARQLSelectExecutable" in one.text


@pytest.mark.parametrize("path", ["/sparql?" + urlencode({"query": ROWS}), "/questions/transfers-to-country?country=RU"])
def test_spreadsheets(client, path):
    pure = client.get(f"{path}&format=csv")
    assert not pure.content.startswith(b"\xef\xbb\xbf")
    excel = client.get(f"{path}&format=csv-excel", headers={"Accept": BROWSER})
    assert excel.headers["content-type"] == "text/csv; charset=utf-8"
    assert excel.content.startswith(b"\xef\xbb\xbf")
    assert excel.text.lstrip("\ufeff").splitlines()[0] == pure.text.splitlines()[0].replace(",", ";")
    book = client.get(f"{path}&format=xlsx")
    assert book.headers["content-type"].endswith("spreadsheetml.sheet")
    assert book.content.startswith(b"PK")
    by_accept = client.get(path, headers={"Accept": book.headers["content-type"]})
    assert by_accept.content == book.content
    assert len({one.headers["etag"] for one in (pure, excel, book)}) == 3


def test_a_graph_is_no_spreadsheet(client):
    for name in ("xlsx", "csv-excel"):
        response = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s a ?o }", "format": name})
        assert response.status_code == 406
    assert client.get(f"/id/notice/00000000000000aa?{urlencode({'format': 'csv-excel'})}").status_code == 406


def test_answers_tell_their_time_and_age(client):
    response = client.get("/sparql", params={"query": f"{ROWS} # asked for the first time"})
    timing = ", ".join(response.headers.get_list("server-timing"))
    assert re.fullmatch(r"wait;dur=[\d.]+, query;dur=[\d.]+, total;dur=[\d.]+", timing)
    assert parsedate_to_datetime(response.headers["last-modified"]).tzinfo is not None
    assert "Server-Timing" in response.headers["access-control-expose-headers"]
    assert "total;dur" in client.get("/nowhere").headers["server-timing"]


# What the service description says, and a query that shows it to be so.
SHOWN = {
    SD.feature: {
        # All graphs of data, that is: the store keeps its own revision in a graph beside them.
        SD.UnionDefaultGraph: "ASK { FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } FILTER(?g != <https://w3id.org/seloste/id/graph/revision>)"
            " FILTER NOT EXISTS { ?s ?p ?o } } }",
    },
    SD.supportedLanguage: {SD.SPARQL11Query: "ASK { VALUES ?x { 1 } BIND(?x + 1 AS ?y) FILTER(?y = 2) }"},
    SD.defaultEntailmentRegime: {
        URIRef("http://www.w3.org/ns/entailment/Simple"):
            "ASK { FILTER NOT EXISTS { rdf:type a rdf:Property } }",
    },
}  # fmt: skip


def test_description_says_what_is_so(client):
    described = Graph().parse(data=client.get("/sparql").text)
    for predicate, known in SHOWN.items():
        said = set(described.objects(None, predicate))
        assert said == set(known)
        assert all(client.get("/sparql", params={"query": query}).json()["boolean"] for query in known.values())
    assert not client.get("/sparql", params={"query": "ASK { GRAPH ?g { ?s ?p 'Tuovi Tammenterho' } }"}).json()["boolean"]


def test_description_lists_each_format_once(client):
    described = Graph().parse(data=client.get("/sparql").text)
    services = list(described.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    assert len(set(described.objects(services[0], SD.resultFormat))) == 10
    limits = str(next(described.objects(services[0], URIRef("http://purl.org/dc/terms/description"))))
    assert "10 s" in limits
    assert "10,000 rows" in limits
    assert (None, SD.languageExtension, None) not in described
    assert Literal("x") not in set(described.objects())
