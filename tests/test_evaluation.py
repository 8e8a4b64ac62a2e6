"""The evaluator: right answers in every format, and no query that brings it down, hangs it or gets out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from ingest.store import Store
from queries import evaluation_pool, screening
from queries.evaluation import (
    Answer,
    Evaluator,
    QueryBusy,
    QueryFailed,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    StoreMissing,
)
from queries.evaluation_once import evaluate_once

BASE = "https://w3id.org/seloste/id/"
NOTICE = f"{BASE}notice/00000000000000aa"
P = "http://example.org/p"
MAIL = "http://example.org/mail"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def put(path: Path, *values: str) -> None:
    body = [f'<{NOTICE}> <{P}> "{value}" .' for value in values]
    with Store.open(path) as store:
        store.replace({NOTICE: body, f"{NOTICE}/contacts": [f"<{NOTICE}> <{MAIL}> <mailto:a@example.org> ."]})
        store.publish()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one notice with 400 triples."""
    made = tmp_path_factory.mktemp("evaluation") / "store"
    put(made, *(f"value {number}" for number in range(400)))
    return made


def run(path: Path, work: Callable[[Evaluator], Coroutine[Any, Any, Any]], **settings: Any) -> Any:
    async def inside() -> Any:
        async with Evaluator(path, **{"timeout": 5.0, "workers": 1} | settings) as evaluator:
            return await work(evaluator)

    return asyncio.run(inside())


def ask(path: Path, *queries: str, **settings: Any) -> list[Answer | Exception]:
    """What one evaluator gives for each query in turn: an answer, or the error."""

    async def work(evaluator: Evaluator) -> list[Answer | Exception]:
        return [(await asyncio.gather(evaluator.evaluate(query), return_exceptions=True))[0] for query in queries]

    return run(path, work, **settings)


TERMS = (
    'SELECT * { VALUES (?a ?b ?c) { (<http://e/x?y&z> "tab\\t \\"q\\" , å\\n<&>"@fi 5) (UNDEF "\\u0001" 1.50) '
    '("" true "2018-05-24"^^<http://www.w3.org/2001/XMLSchema#date>) } }'
)


def test_solutions_in_each_format(path: Path) -> None:
    async def work(evaluator: Evaluator) -> dict[str, bytes]:
        results = "application/sparql-results"
        types = [f"{results}+json", f"{results}+xml", "text/csv", "text/tab-separated-values"]
        return {kind: (await evaluator.evaluate(TERMS, kind)).body for kind in types}

    found = run(path, work)
    given = json.loads(found["application/sparql-results+json"])
    assert given["head"] == {"vars": ["a", "b", "c"]}
    first, second, third = given["results"]["bindings"]
    assert first["a"] == {"type": "uri", "value": "http://e/x?y&z"}
    assert first["b"] == {"type": "literal", "value": 'tab\t "q" , å\n<&>', "xml:lang": "fi"}
    assert "a" not in second
    assert third["c"]["datatype"].endswith("#date")

    tree = ElementTree.fromstring(found["application/sparql-results+xml"])
    space = {"r": "http://www.w3.org/2005/sparql-results#"}
    assert [node.get("name") for node in tree.findall(".//r:variable", space)] == ["a", "b", "c"]
    literals = [node.text for node in tree.findall(".//r:literal", space)]
    assert literals[0] == 'tab\t "q" , å\n<&>'
    assert "\ufffd" in literals  # XML has no way to write the control character

    rows = list(csv.reader(io.StringIO(found["text/csv"].decode(), newline="")))
    assert rows[0] == ["a", "b", "c"]
    assert rows[1] == ["http://e/x?y&z", 'tab\t "q" , å\n<&>', "5"]
    assert found["text/csv"].count(b"\r\n") == 4

    tsv = found["text/tab-separated-values"].decode().splitlines()
    assert tsv[0] == "?a\t?b\t?c"
    assert tsv[1] == '<http://e/x?y&z>\t"tab\\t \\"q\\" , å\\n<&>"@fi\t5'

    back = [
        list(ox.parse_query_results(found[kind], format=form))
        for kind, form in (
            ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
            ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
        )
    ]
    assert [list(row) for row in back[0]] == [list(row) for row in back[1]]


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/n-quads", ox.RdfFormat.N_QUADS),
        ("application/trig", ox.RdfFormat.TRIG),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ],
)
def test_graphs_in_each_format(path: Path, media_type: str, form: ox.RdfFormat) -> None:
    answer = evaluate_once(path, f"CONSTRUCT {{ ?s <{P}> ?o }} {{ ?s <{P}> ?o }} LIMIT 7", media_type)
    assert (answer.kind, answer.media_type, answer.rows, answer.truncated) == ("graph", media_type, 7, False)
    triples = [quad.triple for quad in ox.parse(answer.body, format=form)]
    assert len(triples) == 7
    assert {triple.subject.value for triple in triples} == {NOTICE}


def test_booleans_and_the_first_format_that_fits(path: Path) -> None:
    async def work(evaluator: Evaluator) -> list[Answer]:
        return [
            await evaluator.evaluate("ASK {}", "application/sparql-results+json"),
            await evaluator.evaluate("ASK { ?s <http://e/none> ?o }", "text/xml"),
            await evaluator.evaluate("ASK {}", "text/csv"),
            await evaluator.evaluate("DESCRIBE <http://e/none>", ["text/csv", "application/ld+json", "text/turtle"]),
            await evaluator.evaluate("SELECT * {}", "*/*"),
        ]

    yes, no, plain, described, empty = run(path, work)
    assert json.loads(yes.body) == {"head": {}, "boolean": True}
    assert b"<boolean>false</boolean>" in no.body
    assert plain.body == b"true\n"
    assert (described.media_type, described.rows) == ("application/ld+json", 0)
    assert json.loads(empty.body) == {"head": {"vars": []}, "results": {"bindings": [{}]}}


def test_a_format_that_cannot_carry_the_answer(path: Path) -> None:
    with pytest.raises(QueryNotAcceptable) as raised:
        evaluate_once(path, "SELECT * {}", "text/turtle")
    assert raised.value.kind == "solutions"
    assert "text/csv" in raised.value.available


def test_project_prefixes_need_no_declaration(path: Path) -> None:
    answer = evaluate_once(path, "CONSTRUCT { <http://e/a> a dpv:Purpose } {}", "text/turtle")
    assert b"@prefix dpv: <https://w3id.org/dpv#>" in answer.body


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * WHERE { ?s ?p }", 1, 25),
        ("SELECT *\nWHERE {\n  ?s ?p ?o FILTER(STRLEN(1, 2)) }", 3, 29),
        ("", 1, 1),
        ("SELECT * { ?s nope:p ?o }", 1, 15),
    ],
)
def test_syntax_errors_say_where(path: Path, query: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        evaluate_once(path, query)
    assert raised.value.line == line
    assert abs(raised.value.column - column) <= 5
    assert len(raised.value.message) < 300


def test_a_heavy_query_is_cut_and_the_next_one_answered(path: Path) -> None:
    async def work(evaluator: Evaluator) -> tuple[float, float, int]:
        before = set(evaluator.pool.processes)
        start = time.monotonic()
        with pytest.raises(QueryTimeout) as raised:
            await evaluator.evaluate(HEAVY)
        assert raised.value.seconds == 0.7
        cut = time.monotonic() - start
        assert (await evaluator.evaluate("ASK {}")).body
        again = time.monotonic() - start - cut
        while len(evaluator.pool.processes) < 2:
            await asyncio.sleep(0.02)
        return cut, again, len(before - set(evaluator.pool.processes))

    cut, again, gone = run(path, work, timeout=0.7)
    assert 0.7 <= cut < 5  # the limit, and what a busy machine adds
    assert again < 5
    assert gone >= 1  # the process that ran it was killed and replaced


def test_light_queries_are_answered_while_heavy_ones_run(path: Path) -> None:
    async def work(evaluator: Evaluator) -> float:
        heavy = [asyncio.ensure_future(evaluator.evaluate(HEAVY)) for _ in range(4)]
        await asyncio.sleep(0.1)
        start = time.monotonic()
        await evaluator.evaluate("ASK {}")
        waited = time.monotonic() - start
        results = await asyncio.gather(*heavy, return_exceptions=True)
        assert all(isinstance(result, QueryTimeout) for result in results)
        return waited

    assert run(path, work, workers=2, timeout=6.0) < 5.0


def test_the_query_dies_with_who_asked(path: Path) -> None:
    async def work(evaluator: Evaluator) -> None:
        busy = asyncio.ensure_future(evaluator.evaluate(HEAVY))
        await asyncio.sleep(0.3)
        victim = evaluator.pool.processes[0]
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy
        for _ in range(100):
            if not Path(f"/proc/{victim}").exists():
                break
            await asyncio.sleep(0.02)
        assert not Path(f"/proc/{victim}").exists() or not Path("/proc/self").exists()

    run(path, work, timeout=20.0)


def test_deep_nesting_gives_a_clean_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nested = "SELECT * " + "{" * 3000 + "}" * 3000
    refused, after = ask(path, nested, "ASK {}")
    assert isinstance(refused, QueryTooLarge)
    assert "3,000" in refused.reason
    assert isinstance(after, Answer)
    # And without that bound: 60,000 levels overflow a small stack, and end the worker alone.
    monkeypatch.setattr(screening, "MAX_DEPTH", 10**9)
    deep = "SELECT * " + "{" * 120_000 + "}" * 120_000
    died, after = ask(path, deep, "ASK {}", max_query=1 << 20, timeout=20.0)
    assert isinstance(died, QueryTooLarge | QueryTimeout)
    assert isinstance(after, Answer)


def test_a_memory_bomb_dies_alone(path: Path) -> None:
    bomb = (
        "SELECT (GROUP_CONCAT(CONCAT(?c, ?f, ?i, ?c, ?f, ?i, ?c, ?f, ?i, ?c, ?f, ?i)) AS ?x) "
        "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    )
    died, after = ask(path, bomb, "ASK {}", memory=128 << 20, timeout=30.0)
    assert isinstance(died, QueryTooLarge)
    assert isinstance(after, Answer)


def test_a_cut_answer_says_so_and_is_whole(path: Path) -> None:
    async def work(evaluator: Evaluator) -> list[Answer]:
        types = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
        found = [await evaluator.evaluate("SELECT ?o { ?s ?p ?o }", kind) for kind in types]
        graph = await evaluator.evaluate("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples")
        exact = await evaluator.evaluate("SELECT ?o { ?s ?p ?o } LIMIT 50")
        return [*found, graph, exact]

    answers = run(path, work, max_rows=50)
    assert [(answer.rows, answer.truncated) for answer in answers] == [(50, True)] * 4 + [(50, False)]
    as_json = json.loads(answers[0].body)
    assert as_json["truncated"] is True
    assert len(as_json["results"]["bindings"]) == 50
    assert len(ElementTree.fromstring(answers[1].body)[1]) == 50
    assert len(list(ox.parse(answers[3].body, format=ox.RdfFormat.N_TRIPLES))) == 50

    small = ask(path, "SELECT ?o { ?s ?p ?o }", max_bytes=1000)[0]
    assert isinstance(small, Answer)
    assert small.truncated
    assert len(small.body) < 2000
    assert json.loads(small.body)["truncated"] is True


@pytest.fixture
def listener():
    """A port on this machine, and the connections it has seen."""
    seen: list[object] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.1)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                seen.append(address)
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], seen
        done.set()
        thread.join()


def test_no_query_opens_a_connection(
    path: Path, listener: tuple[int, list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, seen = listener
    url = f"http://127.0.0.1:{port}/sparql"
    plain = [
        f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ service silent <{url}> {{ ?s ?p ?o }} }}",
        f"PREFIX : <{url}> SELECT * {{ SERVICE:x {{ ?s ?p ?o }} }}",
        f"SELECT * {{ VALUES ?u {{ <{url}> }} \\u0053ERVICE ?u {{ ?s ?p ?o }} }}",
        f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        f"PREFIX u: <{url}> SELECT * FROM NAMED u: {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        f"LOAD <{url}>",
        "PREFIX ex: <http://e/> # SELECT\n INSERT DATA { ex:a ex:b ex:c }",
    ]
    for query, result in zip(plain, ask(path, *plain), strict=True):
        assert isinstance(result, QueryRefused), query
    # Nor does one that the screening does not see: the process has no way out.
    monkeypatch.setattr("queries.evaluation.screen", lambda *_, **__: screening.Screened(()))
    results = ask(path, *plain[:3], plain[7], "ASK {}")
    assert not seen
    assert isinstance(results[0], QueryFailed)
    assert "not permitted" in results[0].reason
    assert isinstance(results[1], Answer)  # SILENT: nothing, silently
    assert isinstance(results[3], QuerySyntaxError)
    assert isinstance(results[4], Answer)


def test_words_that_only_look_like_federation(path: Path) -> None:
    queries = [
        'SELECT ?service { ?service ?p "SERVICE <http://e/>" } # SERVICE <http://e/>',
        "PREFIX service: <http://e/> ASK { service:x <http://e/SERVICE> 'LOAD' }",
        "PREFIX insert: <http://e/> ASK { insert:x ?delete 1 . FILTER(?delete < 3 && 4 > 2) }",
        f"ASK FROM <{NOTICE}> {{ ?s ?p ?o }}",
        f"PREFIX n: <{BASE}notice/> ASK FROM NAMED n:00000000000000aa {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ]
    assert [type(result) for result in ask(path, *queries)] == [Answer] * len(queries)


def test_where_nothing_holds_a_worker_back_the_word_is_refused(path: Path) -> None:
    with pytest.raises(QueryRefused, match="no connections"):
        screening.screen("SELECT ?service {}", prefixes={}, max_length=1000, strict=True)


@pytest.mark.parametrize(
    "text", ['"""\\' * 9000, "<a" * 40_000, "a." * 40_000, "'" * 80_001, "\\u0041" * 12_000, ":" * 90_000]
)
def test_screening_takes_linear_time(text: str) -> None:
    start = time.monotonic()
    screening.screen(text, prefixes={}, max_length=1 << 20, strict=False)
    assert time.monotonic() - start < 10


def test_a_long_query_is_refused(path: Path) -> None:
    result = ask(path, "ASK {}" + " " * 200_000)[0]
    assert isinstance(result, QueryTooLarge)
    assert "131,072" in result.reason


def test_the_dataset_of_the_protocol(path: Path) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    async def work(evaluator: Evaluator) -> list[bytes]:
        given = [((NOTICE,), ()), ((), (NOTICE,))]
        found = [(await evaluator.evaluate(q, "text/csv", *graphs)).body for q in (count, named) for graphs in given]
        for bad in ("http://e/none", "relative", "http://e/> {} #"):
            with pytest.raises(QueryRefused):
                await evaluator.evaluate(count, "text/csv", (bad,))
        return found

    assert run(path, work) == [b"n\r\n400\r\n", b"n\r\n0\r\n", b"n\r\n0\r\n", b"n\r\n400\r\n"]


def test_contacts_only_with_the_setting(path: Path) -> None:
    queries = [
        f"SELECT ?m {{ GRAPH ?g {{ ?s <{MAIL}> ?m }} }}",
        f"SELECT ?m {{ ?s <{MAIL}> ?m }}",
        f"SELECT ?m {{ GRAPH <{NOTICE}/contacts> {{ ?s ?p ?m }} }}",
        f"SELECT ?m FROM <{NOTICE}/contacts> {{ ?s ?p ?m }}",
        "DESCRIBE <mailto:a@example.org>",
        "SELECT ?m { GRAPH ?m {} FILTER(CONTAINS(STR(?m), 'contacts')) }",
    ]
    without = ask(path, *queries)
    assert [result.rows if isinstance(result, Answer) else type(result) for result in without] == [
        0, 0, 0, QueryRefused, 0, 0,
    ]  # fmt: skip

    async def work(evaluator: Evaluator) -> None:
        assert [(await evaluator.evaluate(query)).rows for query in queries] == [1, 0, 1, 1, 0, 1]
        (made,) = path.glob("snapshots/*/complete-*")
        assert made.stat().st_mode & 0o077 == 0

    run(path, work, contacts=True)
    assert not list(path.glob("snapshots/*/complete-*"))


def test_a_new_snapshot_is_read_at_once(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "one")
    query = f"SELECT ?o {{ ?s <{P}> ?o }}"

    async def work(evaluator: Evaluator) -> None:
        seen = []
        for number in range(4):
            answers = await asyncio.gather(*(evaluator.evaluate(query, "text/csv") for _ in range(3)))
            seen.append({(answer.snapshot, answer.body) for answer in answers})
            await asyncio.to_thread(put, store, f"next {number}")
        assert seen == [{("1", b"o\r\none\r\n")}] + [{(str(n + 2), f"o\r\nnext {n}\r\n".encode())} for n in range(3)]

    run(store, work, workers=2)


def test_answers_while_a_writer_publishes_are_of_the_snapshot_they_name(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "0")
    query = f"SELECT ?o ?v {{ ?s <{P}> ?o . GRAPH <{BASE}graph/revision> {{ ?d ?w ?v }} }}"
    done = threading.Event()

    def write() -> None:
        with Store.open(store) as opened:
            for number in range(1, 26):
                opened.replace({NOTICE: [f'<{NOTICE}> <{P}> "{number}" .']})
                opened.publish()
        done.set()

    async def work(evaluator: Evaluator) -> set[tuple[str, bytes]]:
        thread = threading.Thread(target=write)
        thread.start()
        seen = set()
        while not done.is_set():
            answer = await evaluator.evaluate(query, "text/csv")
            seen.add((answer.snapshot, answer.body))
        thread.join()
        return seen

    for snapshot, body in run(store, work, workers=2):
        assert body == f"o,v\r\n{int(snapshot) - 1},{snapshot}\r\n".encode()


def test_a_full_queue_says_when_to_come_back(path: Path) -> None:
    async def work(evaluator: Evaluator) -> None:
        running = [asyncio.ensure_future(evaluator.evaluate(HEAVY)) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        with pytest.raises(QueryBusy) as raised:
            await evaluator.evaluate("ASK {}")
        assert raised.value.retry_after >= 1
        await asyncio.gather(*running, return_exceptions=True)
        assert (await evaluator.evaluate("ASK {}")).body

    run(path, work, workers=1, burst=0, spare=0, queue=2, timeout=0.5)


def test_a_worker_killed_from_outside_is_replaced(path: Path) -> None:
    async def work(evaluator: Evaluator) -> None:
        for process in evaluator.pool.processes:
            os.kill(process, 9)
        await asyncio.sleep(0.05)
        results = await asyncio.gather(*(evaluator.evaluate("ASK {}") for _ in range(4)), return_exceptions=True)
        assert all(isinstance(result, Answer | QueryTooLarge) for result in results)
        assert (await evaluator.evaluate("ASK {}")).body

    run(path, work)


def test_no_process_is_left_behind(path: Path) -> None:
    async def work(evaluator: Evaluator) -> tuple[int, ...]:
        await asyncio.gather(*(evaluator.evaluate(HEAVY) for _ in range(2)), return_exceptions=True)
        return evaluator.pool.processes

    seen = run(path, work, timeout=0.4)
    for process in seen:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_no_store(tmp_path: Path) -> None:
    for store in (tmp_path / "none", tmp_path):
        with pytest.raises(StoreMissing, match="seloste ingest"):
            evaluate_once(store, "ASK {}")


def test_a_snapshot_that_is_gone(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "a")
    shutil.rmtree(store / "snapshots")
    with pytest.raises(StoreMissing):
        evaluate_once(store, "ASK {}")


def test_patience_is_short_against_the_promise() -> None:
    assert evaluation_pool.PATIENCE < 0.5


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("expected one of The SELECT contains a variable that is unbound, [_] ", "The SELECT contains a variable that is unbound"),
        ('expected one of "$", IF, [\'0\' ..= \'9\' | \'a\'], Prefix not found', "Prefix not found"),
        ("expected one of GRAPH, LATERAL, SERVICE, [_] ", "the query cannot be read on from here; here could stand GRAPH"),
        ("expected one of LATERAL, SERVICE", "the query cannot be read on from here"),
        ("expected [_]", "the query cannot be read on from here"),
        ("expected <unreported>", "the query cannot be read on from here"),
        ("something else", "something else"),
    ],
)
def test_the_reason_of_a_syntax_error_is_a_sentence(detail, told):
    from queries import worker

    reply = worker._syntax(f"error at 2:7: {detail}", "", {})
    assert (reply["line"], reply["column"], reply["message"]) == (2, 7, told)
