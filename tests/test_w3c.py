"""The W3C SPARQL test suites (w3c/rdf-tests), where they lie beside the checkout: queries, formats, protocols, description.

Their manifests are the tests: every one that they list for reading is run. Exceptions stand in fixtures/w3c/exceptions.tsv by the
test's IRI below the suites' folder, with the reason; an exception that passes fails here. docs/conformance.md has the figures.
"""
from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from server_fixture import served

from queries import formats
from tests import w3c_http, w3c_sparql
from tests.conftest import REFERENCE, ROOT
from tests.w3c_http import Exchange, Written
from tests.w3c_sparql import Case, Manifest

SUITE = REFERENCE / "w3c" / "sparql"
pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C SPARQL suites do not lie beside this checkout (../shared/w3c/sparql)")

QUERIES = {
    "SPARQL 1.0 query evaluation": "sparql10/manifest-evaluation.ttl",
    "SPARQL 1.0 syntax": "sparql10/manifest-syntax.ttl",
    "SPARQL 1.1 query evaluation and syntax": "sparql11/manifest-sparql11-query.ttl",
    "SPARQL 1.1 results in CSV, TSV and JSON": "sparql11/manifest-sparql11-results.ttl",
    "SPARQL 1.2 query evaluation and syntax": "sparql12/manifest.ttl",
}
PROTOCOL, GRAPH_STORE, DESCRIPTION = "sparql11/protocol", "sparql11/graph-store-protocol", "sparql11/service-description"
NAMES = {PROTOCOL: "SPARQL 1.1 protocol", GRAPH_STORE: "SPARQL 1.1 graph store protocol", DESCRIPTION: "SPARQL 1.1 service description"}
with (Path(__file__).parent / "fixtures" / "w3c" / "exceptions.tsv").open(encoding="utf-8", newline="") as rows:
    EXCEPTIONS = {row["test"]: row["reason"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)}
CASES = [case for manifest in QUERIES.values() if SUITE.is_dir() for case in w3c_sparql.cases(SUITE / manifest)]


def exchanges(folder: str) -> list[Exchange]:
    return list(w3c_http.exchanges(SUITE / folder / "manifest.ttl")) if SUITE.is_dir() else []


def as_told(iri: str, passed: bool) -> None:
    assert passed is (iri not in EXCEPTIONS), EXCEPTIONS.get(iri, "not as the suite expects")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.iri)
def test_query(case: Case) -> None:
    as_told(case.iri, w3c_sparql.passes(case))


@pytest.mark.parametrize("case", [case for case in CASES if case.iri in EXCEPTIONS], ids=lambda case: case.iri)
def test_what_fails_fails_in_the_engine_alone(case: Case) -> None:
    assert not w3c_sparql.passes(case, w3c_sparql.engine)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    store = Written(tmp_path_factory.mktemp("w3c") / "store")
    for exchange in exchanges(PROTOCOL):
        for iri, path in exchange.data:
            store.load(iri, path)
    # Several tests name this graph and ask nothing of it; the suite has no file for it. Here a graph has to be there to be named.
    store.load("http://kasei.us/2009/09/sparql/data/data0.rdf")
    store.publish()
    with served(store.path) as running:
        yield running.client


@pytest.mark.parametrize("exchange", exchanges(PROTOCOL), ids=lambda one: one.iri)
def test_protocol(exchange: Exchange, endpoint) -> None:
    passed = True
    for request in exchange.requests:
        response = endpoint.request(
            request.method, request.path.replace("/sparql/", "/sparql", 1), headers=list(request.headers), content=request.body,
        )  # fmt: skip
        media_type = response.headers["content-type"].partition(";")[0]
        passed &= w3c_http.expected(request.statuses, response.status_code)
        if request.boolean and passed:
            passed &= response.json()["boolean"] is True
        kind = {"boolean": "boolean", "tabular": "solutions", "RDF": "graph"}.get(request.format)
        if kind and passed:
            passed &= media_type in formats.MEDIA_TYPES[kind]  # type: ignore[index]
    as_told(exchange.iri, passed)


@pytest.mark.parametrize("exchange", exchanges(GRAPH_STORE), ids=lambda one: one.iri)
def test_graph_store(exchange: Exchange, tmp_path) -> None:
    if exchange.iri in EXCEPTIONS:
        assert "/gsp?" not in exchange.requests[0].path  # only what needs graphs named by the path, or made without a name
        return
    store = Written(tmp_path / "store")
    store.publish()
    with served(store.path, workers=1) as running:
        for request in exchange.requests:
            if request.method not in ("GET", "HEAD"):
                store.write(request)
                continue
            response = running.client.request(request.method, request.path.replace("/gsp", "/graphs", 1), headers=list(request.headers))
            assert w3c_http.expected(request.statuses, response.status_code)
            assert response.headers["content-type"] == request.media_type or not request.media_type
            if request.graph:
                assert same(response.content, request.graph.encode())


def same(ours: bytes, theirs: bytes) -> bool:
    both = [ox.Dataset(ox.parse(text, format=ox.RdfFormat.TURTLE)) for text in (ours, theirs)]
    for one in both:
        one.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return both[0] == both[1]


def description(endpoint, test: str) -> bool:
    response = endpoint.get("/sparql")
    found = ox.Store()
    found.load(response.content, format=ox.RdfFormat.TURTLE)
    sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>"
    address = f"{str(endpoint.base_url).rstrip('/')}/sparql"
    return {
        "returns-rdf": response.status_code == 200 and response.headers["content-type"].startswith("text/turtle") and len(found) > 0,
        "has-endpoint-triple": bool(found.query(f"{sd} ASK {{ ?s a sd:Service ; sd:endpoint <{address}> }}")),
        # The vocabulary's ranges and its demand that a service has one endpoint and a dataset one default graph at most.
        "conforms-to-schema": not found.query(f"""{sd} ASK {{
            {{ ?s sd:endpoint ?a, ?b FILTER(?a != ?b) }} UNION {{ ?d sd:defaultGraph ?a, ?b FILTER(?a != ?b) }}
            UNION {{ ?s sd:endpoint|sd:feature|sd:resultFormat|sd:inputFormat|sd:supportedLanguage|sd:defaultEntailmentRegime ?o FILTER(!isIRI(?o)) }}
            UNION {{ ?s sd:endpoint ?o FILTER NOT EXISTS {{ ?s a sd:Service }} }}
            UNION {{ ?s sd:defaultDataset ?d FILTER NOT EXISTS {{ ?d a sd:Dataset }} }}
            UNION {{ ?d sd:defaultGraph ?g FILTER NOT EXISTS {{ ?g a sd:Graph }} }} }}"""),
    }[test]  # fmt: skip


@pytest.mark.parametrize("test", ["returns-rdf", "has-endpoint-triple", "conforms-to-schema"])
def test_service_description(test: str, endpoint) -> None:
    assert description(endpoint, test)


def test_each_test_of_the_description_is_run() -> None:
    listed = {one.value.rpartition("#")[2] for one in Manifest(SUITE / DESCRIPTION / "manifest.ttl").entries() if isinstance(one, ox.NamedNode)}
    assert listed == {"returns-rdf", "has-endpoint-triple", "conforms-to-schema"}


def figures() -> dict[str, tuple[int, int]]:
    """How many tests each suite has, and how many of them are exceptions."""
    found = {name: [case.iri for case in w3c_sparql.cases(SUITE / manifest)] for name, manifest in QUERIES.items()}
    found |= {NAMES[folder]: [one.iri for one in exchanges(folder)] for folder in (PROTOCOL, GRAPH_STORE)}
    counts = {name: (len(iris), sum(iri in EXCEPTIONS for iri in iris)) for name, iris in found.items()}
    return counts | {NAMES[DESCRIPTION]: (3, 0)}


def test_documents_have_the_figures_and_every_exception() -> None:
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    for name, (tests, excepted) in figures().items():
        assert f"| {name} | {tests} | {tests - excepted} | {excepted} |" in text
    told = {line.split("`")[1]: line.split("|")[2].strip() for line in text.splitlines() if line.startswith("| `sparql1")}
    assert told == EXCEPTIONS
    every = [case.iri for case in CASES] + [one.iri for folder in (PROTOCOL, GRAPH_STORE) for one in exchanges(folder)]
    assert set(EXCEPTIONS) <= set(every)
    assert [iri for iri, times in Counter(every).items() if times > 1] == []


@pytest.mark.parametrize("iri", ["sparql10/sort#dawg-sort-1", "sparql11/csv-tsv-res#tsv01", "sparql11/construct#constructwhere01"])
def test_an_answer_cut_by_one_is_told(iri: str) -> None:
    """The comparison itself: an answer that lacks rows does not pass."""
    (case,) = [case for case in CASES if case.iri == iri]

    def altered(limit: str) -> w3c_sparql.Way:
        def ask(case: Case, store: ox.Store, wanted: Sequence[str]) -> w3c_sparql.Reply:
            path = case.query.read_text(encoding="utf-8") + limit
            answer = store.query(path, base_iri=case.query.as_uri())
            syntax = ox.RdfFormat.TURTLE if isinstance(answer, ox.QueryTriples) else ox.QueryResultsFormat.from_media_type(wanted[0])
            return {}, answer.serialize(format=syntax)

        return ask

    assert w3c_sparql.passes(case, altered(" LIMIT 1000"))
    assert not w3c_sparql.passes(case, altered(" LIMIT 2"))
    assert not w3c_sparql.passes(case, altered(" OFFSET 1"))
