"""Many notices: kept reports, several processes, two engines; and what each of them may never do to an answer."""
from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal

from ontology.namespaces import DPV, SEL
from shapes import engine_lines, engines, report_cache, rules
from shapes.background import default
from shapes.bulk import Checked, Task, validate_all
from shapes.crosscheck import difference, validate_twice
from shapes.engine_pyshacl import NothingChecked
from shapes.report_cache import FILE, ReportCache, key
from shapes.report_json import NoReport, decoded, encoded
from shapes.validation import Report, validate
from tests import golden
from tests.mutations import mutated, notice
from tests.test_shapes import cases
from tests.test_shapes import notice as fixture

ROOT = Path(__file__).parent.parent
PYSHACL, SHACL = engines.load("pyshacl"), engines.load("shacl")
GRAPHS = [notice(path) for path in golden.NOTICES]


def task(graph: Graph) -> Task:
    lines = sorted(engine_lines.written(graph).splitlines())
    return Task(validate(engine_lines.graph(lines)).notice, lines)


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    return [task(graph) for graph in GRAPHS[:6]]


@pytest.fixture(scope="module")
def expected(tasks: list[Task]) -> dict[str, Report]:
    return {t.notice: validate(engine_lines.graph(t.lines)) for t in tasks}


def reports(found: Iterator[Checked]) -> dict[str, Report]:
    checked = list(found)
    assert [c.error for c in checked if c.error] == []
    assert [c.disagreement for c in checked if c.disagreement] == []
    return {c.notice: c.report for c in checked if c.report}


def same(found: dict[str, Report], wanted: dict[str, Report]) -> bool:
    return found == wanted and all(found[name].lines == wanted[name].lines for name in wanted)


# Processes.

def test_processes_give_the_same_reports_as_one(tasks: list[Task], expected: dict[str, Report]) -> None:
    assert same(reports(validate_all(tasks, jobs=2)), expected)


def test_workers_killed_on_the_way_lose_nothing(tasks: list[Task], expected: dict[str, Report]) -> None:
    killed: list[int] = []

    def source() -> Iterator[Task]:
        for number, each in enumerate(tasks):
            if number == 4:
                for process in multiprocessing.active_children():
                    os.kill(process.pid or 0, signal.SIGKILL)
                    killed.append(process.pid or 0)
            yield each

    assert same(reports(validate_all(source(), jobs=2)), expected)
    assert killed


def test_a_bad_notice_is_named_and_the_others_are_validated(tasks: list[Task], expected: dict[str, Report]) -> None:
    bad = [Task("urn:empty", []), Task("urn:cut", ["<urn:a> <urn:b"]), Task("urn:two", [*tasks[0].lines, *tasks[1].lines])]
    for jobs in (1, 2):
        found = {c.notice: c for c in validate_all([bad[0], tasks[0], bad[1], bad[2], tasks[1]], jobs=jobs)}
        assert found[tasks[0].notice].report == expected[tasks[0].notice]
        assert found[tasks[1].notice].report == expected[tasks[1].notice]
        assert "0 privacy notices" in (found["urn:empty"].error or "")
        assert "N-Triples" in (found["urn:cut"].error or "")
        assert "2 privacy notices" in (found["urn:two"].error or "")


# Kept reports.

def test_kept_reports_are_the_ones_that_were_made(tmp_path: Path, tasks: list[Task], expected: dict[str, Report]) -> None:
    for _ in range(2):
        with ReportCache(tmp_path / FILE) as cache:
            assert same(reports(validate_all(tasks, cache)), expected)
    with ReportCache(tmp_path / FILE) as cache:
        for t in tasks:
            found = cache.find(t.notice, PYSHACL, key(t.lines, PYSHACL))
            assert found == expected[t.notice]
            assert found is not None
            assert set(found.graph) == set(expected[t.notice].graph)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0, "it quotes the notices"


def test_only_what_changed_is_validated_again(tmp_path: Path, tasks: list[Task]) -> None:
    def rows() -> dict[str, bytes]:
        db = sqlite3.connect(tmp_path / FILE)
        found = dict(db.execute("SELECT notice, key FROM report"))
        db.close()
        return found

    with ReportCache(tmp_path / FILE) as cache:
        reports(validate_all(tasks, cache))
    before = rows()
    # A report that nobody could have made is given back where the notice is as it was, and only there.
    with ReportCache(tmp_path / FILE) as cache:
        for t in tasks:
            kept = cache.find(t.notice, PYSHACL, before[t.notice])
            assert kept is not None
            cache.keep(replace(kept, title="from the cache"), PYSHACL, before[t.notice])
    changed = Task(tasks[2].notice, [line for line in tasks[2].lines if "hasRight" not in line])
    with ReportCache(tmp_path / FILE) as cache:
        found = reports(validate_all([*tasks[:2], changed, *tasks[3:]], cache))
    assert [n for n, report in found.items() if report.title != "from the cache"] == [changed.notice]
    assert {n for n, k in rows().items() if k != before[n]} == {changed.notice}


def test_the_key_covers_notice_engine_and_knowledge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tasks: list[Task]) -> None:
    lines = tasks[0].lines
    keys = {key(lines, PYSHACL), key(lines[1:], PYSHACL), key([*lines, "<urn:a> <urn:b> <urn:c> ."], PYSHACL), key(lines, SHACL)}
    assert len(keys) == 4
    for name, text in (("items.ttl", "# another rule"), ("verdicts.py", "# another verdict")):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(report_cache, "HERE", tmp_path)
        report_cache.knowledge.cache_clear()
        keys.add(key(lines, PYSHACL))
    monkeypatch.undo()
    report_cache.knowledge.cache_clear()
    assert len(keys) == 6


@pytest.mark.parametrize("damage", [
    "UPDATE report SET body = substr(body, 1, length(body) / 2)",
    "UPDATE report SET body = replace(body, 'missing', 'met')",
    "UPDATE report SET body = '{}', sum = x'00'",
    "UPDATE report SET body = 7, sum = 7",
    "UPDATE report SET body = x'ff00'",
    "DROP TABLE report",
    "DROP TABLE report; CREATE TABLE report (something TEXT)",
])
def test_a_damaged_row_is_not_answered_from(tmp_path: Path, tasks: list[Task], expected: dict[str, Report], damage: str) -> None:
    with ReportCache(tmp_path / FILE) as cache:
        reports(validate_all(tasks[:2], cache))
    db = sqlite3.connect(tmp_path / FILE)
    db.executescript(damage)
    db.close()
    for _ in range(2):
        with ReportCache(tmp_path / FILE) as cache:
            found = reports(validate_all(tasks[:2], cache))
        assert same(found, {t.notice: expected[t.notice] for t in tasks[:2]})


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[3000:9000] = os.urandom(6000)
    path.write_bytes(bytes(content))


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [_garbage, _cut_short, _overwritten, _a_folder])
def test_a_damaged_file_is_told_of_and_never_answered_from(
    tmp_path: Path, tasks: list[Task], expected: dict[str, Report], damage, caplog: pytest.LogCaptureFixture
) -> None:
    with ReportCache(tmp_path / FILE) as cache:
        reports(validate_all(tasks[:3], cache))
    damage(tmp_path / FILE)
    with caplog.at_level(logging.WARNING), ReportCache(tmp_path / FILE) as cache:
        found = reports(validate_all(tasks[:3], cache))
    assert same(found, {t.notice: expected[t.notice] for t in tasks[:3]})
    assert FILE in caplog.text or "damaged" in caplog.text


def test_an_empty_or_missing_file_is_a_new_cache(tmp_path: Path, tasks: list[Task]) -> None:
    (tmp_path / FILE).touch()
    with ReportCache(tmp_path / FILE) as cache:
        reports(validate_all(tasks[:1], cache))
    with ReportCache(tmp_path / FILE) as cache:
        assert cache.find(tasks[0].notice, PYSHACL, key(tasks[0].lines, PYSHACL)) is not None
        cache.retain([])
    with ReportCache(tmp_path / FILE) as cache:
        assert cache.find(tasks[0].notice, PYSHACL, key(tasks[0].lines, PYSHACL)) is None


def test_a_run_that_stops_keeps_what_it_had_committed_and_no_half_row(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from shapes import engine_lines, engines
from shapes.report_cache import ReportCache, key
from shapes.validation import validate
from tests import golden
from tests.mutations import notice
lines = engine_lines.written(notice(golden.NOTICES[0])).splitlines()
report, engine = validate(engine_lines.graph(lines)), engines.load("pyshacl")
cache = ReportCache(Path({str(tmp_path / FILE)!r}))
for number in range(150):
    from dataclasses import replace
    cache.keep(replace(report, notice=f"urn:n:{{number}}"), engine, key(lines, engine))
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=120)
    assert done.returncode == 9
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("SELECT COUNT(*) FROM report").fetchone() == (100,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"notice": 1}'])
def test_text_that_is_no_report_is_an_error(text: str) -> None:
    with pytest.raises(NoReport):
        decoded(text)


def test_a_report_comes_back_whole(expected: dict[str, Report]) -> None:
    for report in expected.values():
        again = decoded(encoded(report))
        assert again == report
        assert again.lines == report.lines


# The fast lane.

@pytest.mark.parametrize("patch", [None, *cases("conforming"), *cases("violating")], ids=lambda p: f"{p.parent.name}/{p.stem}" if p else "base")
def test_the_fast_lane_says_the_same_of_every_fixture(patch: Path | None) -> None:
    report, told = validate_twice(fixture(patch), default(), SHACL)
    assert told is None
    assert report.engine.startswith("shacl 0.")
    stated = set(report.graph.objects(None, SEL.engine))
    assert stated == {Literal(report.engine)}, "the stored report names its engine"


@pytest.mark.parametrize("number", range(len(GRAPHS)))
def test_the_fast_lane_says_the_same_of_mutated_notices(number: int) -> None:
    changed = [mutated(GRAPHS[number], seed) for seed in range(1000 + number * 8, 1008 + number * 8)]
    single = [graph for graph in changed if len(set(graph.subjects(RDF.type, DPV.PrivacyNotice))) == 1]
    assert len(single) >= 5
    assert [told for graph in single if (told := validate_twice(graph, default(), SHACL)[1])] == []


def test_engines_that_disagree_are_named_and_the_engine_of_record_stands(tasks: list[Task]) -> None:
    class Lenient:
        """A real engine with a fault: it forgets one rule."""

        name = "lenient 1"

        def run(self, data, shapes, *, vacuous=False):
            fewer = Graph()
            for triple in shapes:
                if not str(triple[0]).endswith("#13-2-b-access"):
                    fewer.add(triple)
            return PYSHACL.run(data, fewer, vacuous=vacuous)

    graph = engine_lines.graph(line for line in tasks[0].lines if "#hasRight>" not in line)
    report, told = validate_twice(graph, default(), Lenient())
    assert told == f"lenient 1 and {PYSHACL.name} disagree on {report.notice}: 13-2-b-access"
    assert report.engine == PYSHACL.name
    assert difference(report, report) is None


def test_every_so_many_notices_are_checked_by_both(tasks: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    found = reports(validate_all(tasks, engine="shacl", every=2))
    assert {report.engine for report in found.values()} == {SHACL.name}
    twice: list[str] = []

    def counted(graph, background, engine):
        twice.append("once more")
        return validate_twice(graph, background, engine)

    monkeypatch.setattr("shapes.bulk.validate_twice", counted)
    list(validate_all(tasks, engine="shacl", every=2))
    assert len(twice) == 3
    list(validate_all(tasks, engine="pyshacl", every=2))
    assert len(twice) == 3, "the engine of record needs no second"


def test_the_fast_lane_does_not_pass_what_it_did_not_look_at() -> None:
    catalogue = rules.completeness_catalogue()
    with pytest.raises(NothingChecked):
        SHACL.run(engine_lines.graph(["<urn:a> <urn:b> <urn:c> ."]), catalogue.shapes)


@pytest.mark.parametrize("text", [
    "rule:s a sh:PropertyShape ; sh:targetClass dpv:PrivacyNotice ; sh:minCount 1 .",
    'rule:s a sh:NodeShape ; sh:targetClass dpv:PrivacyNotice ; sh:sparql [ sh:select "SELECT $this { VALUES ?x { 1 } $this ?p ?x }" ] .',
])
def test_the_fast_lane_refuses_the_shapes_that_the_engine_of_record_refuses(text: str) -> None:
    shapes = Graph().parse(format="turtle", data="@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dpv: <https://w3id.org/dpv#> . @prefix rule: <urn:x:> .\n" + text)
    data = engine_lines.graph(["<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/dpv#PrivacyNotice> ."])
    with pytest.raises(rules.ShapesError):
        SHACL.run(data, shapes)


def test_without_the_package_the_fast_lane_says_how_to_get_it() -> None:
    script = 'import sys; sys.modules["shacl"] = None\nfrom shapes import engines\nengines.load("pyshacl")\nengines.load("shacl")'
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "EngineMissing: the engine shacl is not installed; run: pip install 'seloste[shacl]'" in done.stderr
