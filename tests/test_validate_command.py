"""`seloste validate --store` in good and bad situations: what it prints, how it ends, and that nothing is lost."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.store import Store
from shapes.report_cache import FILE

ROOT = Path(__file__).parent.parent
NOTICES = [ROOT / "examples" / "notices" / name for name in ("fi-verkkokauppa-havukka.txt", "sv-webbutik-ullvide.txt", "en-game-pipwick.txt")]


def run(*arguments: object, project: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
    return subprocess.run([sys.executable, "-m", "seloste", *map(str, arguments)], capture_output=True, text=True, cwd=project, env=environment, timeout=180)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("validate") / "store"
    assert run("ingest", *NOTICES, "--store", path).returncode == 0
    return path


@pytest.fixture
def store(ingested: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ingested, tmp_path / "store")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project whose files a test may break."""
    folder = tmp_path / "project"
    for name in ("ontology", "ingest", "shapes", "queries", "server"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "seloste.py", folder)
    return folder


def test_the_same_reports_however_they_are_come_by(store: Path) -> None:
    fresh = run("validate", "--store", store, "--format", "json")
    assert (fresh.returncode, fresh.stderr) == (0, "")
    assert len(json.loads(fresh.stdout)) == 3
    assert (store / FILE).exists()
    kept = run("validate", "--store", store, "--format", "json")
    (store / FILE).unlink()
    shared = run("validate", "--store", store, "--format", "json", "--jobs", "2")
    (store / FILE).write_text("damaged")
    damaged = run("validate", "--store", store, "--format", "json")
    assert {kept.stdout, shared.stdout, damaged.stdout} == {fresh.stdout}
    assert kept.stderr == shared.stderr == ""
    assert "is damaged" in damaged.stderr
    assert [d.returncode for d in (kept, shared, damaged)] == [0, 0, 0]


def test_a_stored_notice_gets_the_report_of_its_file(store: Path) -> None:
    stored = {r["notice"]: r for r in json.loads(run("validate", "--store", store, "--format", "json").stdout)}
    given = {r["notice"]: r for r in json.loads(run("validate", *NOTICES, "--format", "json").stdout)}
    # The sections that were read are known of a file only.
    told = [{n: (_verdicts(r), r["findings"]) for n, r in each.items()} for each in (stored, given)]
    assert told[0] == told[1]


def _verdicts(report: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    return [(v["item"], v["verdict"]) for v in report["verdicts"]]


@pytest.mark.parametrize("where", ["store", "files"])
def test_the_fast_lane_is_named_in_the_report(store: Path, where: str) -> None:
    arguments = ["--store", store] if where == "store" else NOTICES
    told = {engine: run("validate", *arguments, "--engine", engine) for engine in ("pyshacl", "shacl")}
    assert [d.returncode for d in told.values()] == [0, 0], told
    assert "pyshacl 0." in told["pyshacl"].stdout
    assert told["shacl"].stdout.count("shacl 0.") == 3
    assert "pyshacl" not in told["shacl"].stdout


def test_an_empty_store_is_no_clean_bill(tmp_path: Path) -> None:
    Store.open(tmp_path / "store").close()
    done = run("validate", "--store", tmp_path / "store")
    assert done.returncode == 3
    assert "holds no notices. Put some in with: seloste ingest" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(("file", "before", "after", "told"), [
    ("shapes/consistency.ttl", "rule:notice-undated a", "rule:notice-undated x a", "consistency.ttl: is not Turtle"),
    ("shapes/completeness/transfers.ttl", "    sh:path ( [ sh:zeroOrMorePath dpv:hasProcess ] sel:hasTransferStatement ) ;\n", "", "sh:path"),
    ("shapes/consistency.ttl", "SELECT DISTINCT $this ?value ?number", "SELEKT DISTINCT $this ?value ?number", "not SPARQL"),
    ("shapes/consistency.ttl", "$this sel:cites ?value", "$this unknown:cites ?value", "prefix unknown is not declared"),
])
@pytest.mark.parametrize("jobs", [1, 2])
def test_broken_shapes_stop_the_run_and_name_themselves(
    store: Path, project: Path, file: str, before: str, after: str, told: str, jobs: int
) -> None:
    text = (project / file).read_text("utf-8")
    assert before in text
    (project / file).write_text(text.replace(before, after), "utf-8")
    done = run("validate", "--store", store, "--jobs", jobs, project=project)
    assert done.returncode == 4, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert run("validate", "--store", store).returncode == 0, "the store is as it was"


def test_other_shapes_give_other_reports_from_the_same_cache(store: Path, project: Path) -> None:
    before = run("validate", "--store", store, "--format", "json", project=project).stdout
    file = project / "shapes" / "consistency.ttl"
    file.write_text(file.read_text("utf-8").replace("sh:path dct:modified ;\n    sh:minCount 1", "sh:path dct:modified ;\n    sh:minCount 2"), "utf-8")
    after = run("validate", "--store", store, "--format", "json", project=project).stdout
    assert before.count("#notice-undated") < after.count("#notice-undated") == 3
    assert run("validate", "--store", store, "--format", "json").stdout == before


def test_a_notice_that_breaks_well_formedness_is_refused_alone(project: Path, tmp_path: Path) -> None:
    file = project / "shapes" / "wellformedness.ttl"
    file.write_text(file.read_text("utf-8") + """
rule:no-swedish a sel:Rule , sh:PropertyShape ; sh:targetClass dpv:PrivacyNotice ; sh:path dct:language ;
    sh:in ( "fi" "en" ) ; sh:severity sh:Violation ; sh:message "ei"@fi , "nej"@sv , "no"@en ; sel:item "graph" .
""", "utf-8")
    done = run("ingest", *NOTICES, "--store", tmp_path / "new", project=project)
    assert done.returncode == 3
    assert "sv-webbutik-ullvide.txt: its graph breaks no-swedish. It was not stored" in done.stderr
    assert "2 notices stored" in done.stderr
    assert len(json.loads(run("validate", "--store", tmp_path / "new", "--format", "json").stdout)) == 2


def test_a_stored_graph_that_is_no_notice_is_named_and_the_others_are_validated(store: Path) -> None:
    with Store.open(store) as opened:
        bad = f"{opened.base}notice/ffffffffffffffff"
        opened.replace({bad: [f"<{bad}> <http://purl.org/dc/terms/title> \"no notice\" ."]})
    for jobs in (1, 2):
        done = run("validate", "--store", store, "--format", "json", "--jobs", jobs)
        assert done.returncode == 3
        assert f"<{bad}>: 0 privacy notices in the graph" in done.stderr
        assert len(json.loads(done.stdout)) == 3


def _children(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                yield int(entry.name)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers in /proc")
def test_a_worker_that_is_killed_loses_nothing(store: Path) -> None:
    whole = run("validate", "--store", store, "--format", "json").stdout
    (store / FILE).unlink()
    process = subprocess.Popen([sys.executable, "-m", "seloste", "validate", "--store", str(store), "--format", "json", "--jobs", "2"],
                               cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    killed = None
    while killed is None and process.poll() is None:
        workers = [worker for child in _children(process.pid) for worker in _children(child)]
        if workers:
            os.kill(workers[0], signal.SIGKILL)
            killed = workers[0]
        time.sleep(0.01)
    out, err = process.communicate(timeout=120)
    assert killed is not None
    assert (process.returncode, err) == (0, "")
    assert out == whole


def test_jobs_has_to_be_a_number_of_processes(store: Path) -> None:
    assert run("validate", "--store", store, "--jobs", "0").returncode == 2
    assert run("validate", "--store", store, "--engine", "jena").returncode == 2
