"""What is kept of answers: within its bytes, by what was asked, for one state of the data, and evaluated once for all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ingest.store import Store
from queries.byte_cache import ByteCache
from queries.errors import QueryError
from queries.evaluation import Evaluator
from queries.evaluation_cache import CachedEvaluator
from queries.screening import volatile

NOTICE = "https://w3id.org/seloste/id/notice/00000000000000aa"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(?c != ?f) }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CSV = "text/csv"


def put(path: Path, values: int) -> None:
    with Store.open(path) as store:
        store.replace({NOTICE: [f'<{NOTICE}> <http://example.org/p> "{n}" .' for n in range(values)]})
        store.publish()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cache") / "store"
    put(made, 1000)
    return made


def run(path, work, limit=1 << 20, **settings):
    """`work` with a cached evaluator; what it gives, how each query was answered, and the cache."""
    seen: list[str] = []
    cache = ByteCache(limit)

    async def inside():
        async with Evaluator(path, workers=1, spare=0, **settings) as evaluator:
            return await work(CachedEvaluator(evaluator, cache, evaluator.snapshot, seen.append))

    return asyncio.run(inside()), seen, cache


def test_the_least_recently_used_goes_first():
    cache = ByteCache(4 * 1000)
    for key in "abc":
        cache.get(1, key)
        cache.put(1, key, key, 488)  # with what an entry takes beside its content: 1000
    assert cache.get(1, "a") == "a"
    for key in "de":
        cache.put(1, key, key, 488)
    assert [cache.get(1, key) for key in "abcde"] == ["a", None, "c", "d", "e"]
    assert (cache.bytes, len(cache), cache.evictions) == (4000, 4, 1)
    cache.put(1, "e", "E", 400)
    assert (cache.get(1, "e"), cache.bytes, len(cache)) == ("E", 3912, 4)


def test_one_long_answer_does_not_drive_out_the_others():
    cache = ByteCache(4000)
    cache.get(1, "a")
    cache.put(1, "a", "a", 100)
    cache.put(1, "long", "long", 1000)
    assert cache.get(1, "long") is None
    assert cache.get(1, "a") == "a"


def test_another_state_of_the_data_has_nothing_of_the_one_before():
    cache = ByteCache(4000)
    cache.get(1, "a")
    cache.put(1, "a", "old", 10)
    assert cache.get(2, "a") is None
    cache.put(1, "a", "late", 10)
    assert cache.get(2, "a") is None
    assert (cache.bytes, len(cache)) == (0, 0)


def test_the_same_is_evaluated_once(path):
    async def work(cached):
        return [await cached.evaluate(COUNT, CSV) for _ in range(3)]

    answers, seen, _ = run(path, work)
    assert {one.body for one in answers} == {b"n\r\n1000\r\n"}
    assert [one.cached for one in answers] == [False, True, True]
    assert seen == ["miss", "hit", "hit"]


@pytest.mark.parametrize(
    "other",
    [
        {"query": COUNT + " "}, {"media_type": "application/sparql-results+json"}, {"base": "http://example.org/"},
        {"default_graphs": [NOTICE]}, {"named_graphs": [NOTICE]}, {"media_type": ("application/json", CSV)},
    ],
)  # fmt: skip
def test_another_question_is_another_answer(path, other):
    async def work(cached):
        await cached.evaluate(COUNT, CSV)
        await cached.evaluate(**{"query": COUNT, "media_type": CSV, **other})

    assert run(path, work)[1] == ["miss", "miss"]


def test_whoever_prefers_the_same_format_is_given_the_same(path):
    async def work(cached):
        formats = (CSV, (CSV, "application/json"), "text/*", ("text/turtle", CSV))
        return [await cached.evaluate(COUNT, one) for one in formats]

    answers, seen, _ = run(path, work)
    assert len({one.body for one in answers}) == 1
    assert seen == ["miss", "hit", "hit", "hit"]


def test_what_is_published_is_asked_anew(tmp_path):
    put(tmp_path / "store", 3)

    async def work(cached):
        first = await cached.evaluate(COUNT, CSV)
        put(tmp_path / "store", 4)
        return first, await cached.evaluate(COUNT, CSV)

    (first, second), seen, cache = run(tmp_path / "store", work)
    assert (first.body, second.body) == (b"n\r\n3\r\n", b"n\r\n4\r\n")
    assert seen == ["miss", "miss"]
    assert len(cache) == 1


def test_ten_at_once_are_one_evaluation_and_one_that_leaves_takes_it_from_nobody(path):
    async def work(cached):
        asked = [asyncio.create_task(cached.evaluate(SLOW, CSV)) for _ in range(10)]
        await asyncio.sleep(0.05)
        asked[0].cancel()  # whose query it was
        return await asyncio.gather(*asked, return_exceptions=True)

    answers, seen, _ = run(path, work, timeout=60)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert len({one.body for one in answers[1:]}) == 1
    assert seen == ["miss"] + ["shared"] * 9


def test_the_query_ends_when_nobody_waits_for_it_any_more(path):
    async def work(cached):
        asked = [asyncio.create_task(cached.evaluate(ENDLESS, CSV)) for _ in range(3)]
        await asyncio.sleep(0.3)
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        async with asyncio.timeout(20):  # the only worker is free again
            return await cached.evaluate(COUNT, CSV)

    assert run(path, work, timeout=60)[0].body == b"n\r\n1000\r\n"


def test_errors_are_not_kept(path):
    async def work(cached):
        for _ in range(2):
            with pytest.raises(QueryError):  # it took too long, or no process came free in that time
                await cached.evaluate(ENDLESS, CSV)

    assert run(path, work, timeout=0.3)[1] == ["miss", "miss"]


def test_an_answer_that_was_cut_says_so_again(path):
    async def work(cached):
        return [await cached.evaluate("SELECT * { ?s ?p ?o }", CSV) for _ in range(2)]

    answers, seen, _ = run(path, work, max_rows=5)
    assert [(one.truncated, one.rows) for one in answers] == [(True, 5)] * 2
    assert seen == ["miss", "hit"]


def test_nothing_is_kept_when_there_is_no_room(path):
    async def work(cached):
        return [await cached.evaluate(COUNT, CSV) for _ in range(2)]

    assert run(path, work, limit=0)[1] == ["uncached", "uncached"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT (NOW() AS ?n) {}", True), ("SELECT (rand ( ) AS ?n) {}", True), ("SELECT (UUID() AS ?n) {}", True),
        ("SELECT (STRUUID\n() AS ?n) {}", True), ("SELECT (BNODE() AS ?n) {}", True),
        ("SELECT (NOW # it is\n () AS ?n) {}", True), (r"SELECT (\u004eOW() AS ?n) {}", True),
        ("SELECT ?now { ?now ?rand ?uuid }", False), ("SELECT * { ?s <http://example.org/now> 'know(n)' }", False),
    ],
)  # fmt: skip
def test_what_differs_from_one_asking_to_the_next_is_known(query, expected):
    assert volatile(query) is expected


