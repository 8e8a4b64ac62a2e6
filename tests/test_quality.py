"""Measured quality as data: only what was measured, the same again for the same, and nothing else of the dataset touched."""
from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from ingest import quality
from ingest.dataset import dataset_lines
from ingest.quality import FailedScore, QualityError, UnreadableScore, main, measurements, others, read_score
from ingest.store import Store
from ontology import vocabulary
from ontology.namespaces import DCTERMS, ID_BASE, SEL

DQV = Namespace(quality.DQV)
DATASET = URIRef(f"{ID_BASE}dataset")
GRAPH = f"{ID_BASE}graph/dataset"
DAY = date(2026, 1, 2)


def score(notices: int = 3, failed: tuple[str, ...] = (), **facets: tuple[float, float, list[int]]) -> dict[str, object]:
    return {"f1": 0.5, "notices": notices, "failed": list(failed),
            "facets": {name: {"p": p, "r": r, "f1": 0.1, "counts": counts} for name, (p, r, counts) in facets.items()}}


@pytest.fixture
def written(tmp_path: Path):
    def write(name: str, content: object) -> Path:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return file
    return write


FI = score(purpose=(0.9321, 0.88, [93, 7, 13]), transfer=(1.0, 0.75, [6, 0, 2]))
SV = score(notices=1, purpose=(0.5, 1.0, [1, 1, 0]), right=(1.0, 1.0, [0, 0, 0]), retention=(1.0, 0.0, [0, 0, 2]))


def graph(lines: list[str] | tuple[str, ...]) -> Graph:
    return Graph().parse(data="\n".join(lines), format="nt")


def test_each_number_with_what_it_rests_on(written) -> None:
    found = graph(measurements([read_score(written("fi", FI), "fi"), read_score(written("sv", SV), "sv")], DAY, ID_BASE))
    rows = set()
    for node in found.subjects(RDF.type, DQV.QualityMeasurement):
        metric = found.value(node, DQV.isMeasurementOf)
        assert (metric, RDF.type, DQV.Metric) in found
        assert found.value(node, DQV.computedOn) == DATASET
        assert (DATASET, DQV.hasQualityMeasurement, node) in found
        assert found.value(node, DCTERMS.date) == Literal(DAY)
        assert found.value(node, DQV.value).datatype == URIRef("http://www.w3.org/2001/XMLSchema#decimal")
        rows.add((str(found.value(node, DCTERMS.language)), str(found.value(metric, SEL.facet)).rpartition("#")[2],
                  str(found.value(metric, DQV.inDimension)).rpartition("#")[2], str(found.value(node, DQV.value)),
                  int(found.value(node, SEL.annotatedNotices))))
    assert rows == {
        ("fi", "PurposeFacet", "Precision", "0.9321", 3), ("fi", "PurposeFacet", "Recall", "0.88", 3),
        ("fi", "TransferFacet", "Precision", "1.0", 3), ("fi", "TransferFacet", "Recall", "0.75", 3),
        ("sv", "PurposeFacet", "Precision", "0.5", 1), ("sv", "PurposeFacet", "Recall", "1.0", 1),
        # Nothing extracted: no precision. Nothing extracted and nothing annotated (right): nothing measured.
        ("sv", "RetentionFacet", "Recall", "0.0", 1)}


def test_the_terms_are_declared() -> None:
    words = vocabulary.load().graph
    assert {SEL.Precision, SEL.Recall, SEL.annotatedNotices} <= set(words.subjects())
    facets = {str(f).rpartition("#")[2] for f in words.subjects(RDF.type, SEL.Facet)}
    assert {f for f in quality.FACETS.values() if f} <= facets


@pytest.mark.parametrize("value", ["0.9321", "1.0", "0", "0.10", "1E-4"])
def test_a_number_stays_the_number_it_is(written, value: str) -> None:
    content = json.dumps(FI).replace("0.9321", value)
    (one,) = (f for f in read_score(written("fi", content), "fi").facets if f.facet == "purpose")
    assert one.precision == Decimal(value)
    literals = [o for _, p, o in graph(measurements([read_score(written("fi", content), "fi")], DAY, ID_BASE)) if p == DQV.value]
    assert Decimal(value) in [Decimal(str(o)) for o in literals]
    assert all("E" not in str(o) and "." in str(o) for o in literals)


@pytest.mark.parametrize("content", [
    "", "[]", "{}", json.dumps(score(notices=0)), json.dumps(score(colour=(1.0, 1.0, [1, 0, 0]))),
    json.dumps(score(purpose=(1.2, 1.0, [1, 0, 0]))), json.dumps(score(purpose=(1.0, 1.0, [1, 0]))),
    json.dumps(score(purpose=(1.0, 1.0, "123"))), json.dumps(FI).replace("0.9321", "NaN"),
    json.dumps(FI).replace("0.9321", '"high"')])
def test_what_is_no_score_is_refused(written, content: str) -> None:
    with pytest.raises(UnreadableScore) as caught:
        read_score(written("bad.json", content), "fi")
    assert caught.value.file.name == "bad.json"
    assert "Run the scorer again" in str(caught.value)


def test_a_score_of_failed_notices_is_refused(written) -> None:
    with pytest.raises(FailedScore, match="007: exit 4") as caught:
        read_score(written("fi", score(failed=("007: exit 4",))), "fi")
    assert caught.value.failed == ("007: exit 4",)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QualityError):
        read_score(tmp_path / "none.json", "fi")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    with Store.open(path) as opened:
        opened.load_shared(GRAPH, dataset_lines(f"{ID_BASE}run/1", ID_BASE))
    return path


def stored(path: Path) -> tuple[int, tuple[str, ...]]:
    with Store.open(path) as opened:
        return opened.revision, opened.graph(GRAPH)


def run(store: Path, day: str, *scores: str) -> int:
    return main(["--store", str(store), "--date", day, *(part for one in scores for part in ("--score-json", one))])


def test_written_beside_the_rest_and_once(store: Path, written) -> None:
    fi, sv = written("fi.json", FI), written("sv.json", SV)
    before = stored(store)[1]
    assert run(store, "2026-01-02", f"fi={fi}", f"sv={sv}") == 0
    revision, lines = stored(store)
    assert set(before) <= set(lines)
    assert sorted(others(lines, ID_BASE)) == sorted(before)
    assert set(lines) - set(before) == set(measurements([read_score(fi, "fi"), read_score(sv, "sv")], DAY, ID_BASE))
    assert run(store, "2026-01-02", f"sv={sv}", f"fi={fi}") == 0
    assert stored(store) == (revision, lines), "the same again changes nothing"


def test_new_measurements_take_the_place_of_the_old(store: Path, written) -> None:
    before = stored(store)[1]
    assert run(store, "2026-01-02", f"fi={written('fi.json', FI)}", f"sv={written('sv.json', SV)}") == 0
    assert run(store, "2026-02-03", f"fi={written('new.json', score(purpose=(0.95, 0.9, [9, 1, 1])))}") == 0
    lines = stored(store)[1]
    assert set(before) <= set(lines)
    found = graph(lines)
    assert {str(o) for o in found.objects(None, DQV.value)} == {"0.95", "0.9"}
    assert {str(o) for o in found.objects(None, DCTERMS.date)} == {"2026-02-03"}


def test_readers_see_it(store: Path, written, capsys) -> None:
    assert run(store, "2026-01-02", f"fi={written('fi.json', FI)}") == 0
    with Store.open(store) as opened:
        assert opened.publish().revision == opened.revision
    said = capsys.readouterr()
    assert said.out == ""
    assert "fi: 3 annotated notices" in said.err


def test_an_unreadable_score_changes_nothing(store: Path, written, capsys) -> None:
    before = stored(store)
    assert run(store, "2026-01-02", f"fi={written('fi.json', FI)}", f"sv={written('sv.json', '{}')}") == 3
    assert stored(store) == before
    assert "sv.json" in capsys.readouterr().err


def test_without_a_store_none_is_made(tmp_path: Path, written, capsys) -> None:
    assert run(tmp_path / "none", "2026-01-02", f"fi={written('fi.json', FI)}") == 3
    assert not (tmp_path / "none").exists()
    assert "seloste ingest" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["xx=a.json"], ["a.json"], ["fi=a.json", "fi=b.json"]])
def test_wrong_usage_is_said(store: Path, wrong: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        run(store, "2026-01-02", *wrong)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_store_in_use_is_said(store: Path, written, capsys) -> None:
    with Store.open(store):
        assert run(store, "2026-01-02", f"fi={written('fi.json', FI)}") == 4
    assert "error:" in capsys.readouterr().err
