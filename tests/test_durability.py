"""What is acknowledged is kept: `kill -9` while 500 notices are ingested, a full disk, a disk that is read-only."""
from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ingest import store_check, store_snapshots
from ingest.journal import Journal, Lines
from ingest.snapshots import Snapshots
from ingest.store import JOURNAL, Store
from ingest.store_copy import Copy
from ingest.store_live import CONTACTS
from ontology.namespaces import ID_BASE

ROOT = Path(__file__).parent.parent
NOTICES, FIRST, KILLS = 500, 10, 30
NOTICE = f"{ID_BASE}notice/"
TEXTS = (
    "Tietosuojaseloste\n\nRekisterinpitäjä\nKuusitupa {0} Oy\n\nYhteyshenkilö\nAino Virtanen, aino.virtanen@kuusitupa{0}.example\n\n"
    "Käsittelyn tarkoitus\nHenkilötietoja käsitellään asiakassuhteen hoitamiseen.\n",
    "Integritetspolicy\n\nPersonuppgiftsansvarig\nGranstugan {0} Ab\n\nÄndamål\nVi behandlar personuppgifter för att sköta kundrelationen.\n",
    "Privacy notice\n\nController\nSpruce Cabin {0} Ltd\n\nPurposes\nWe process personal data to manage our customer relationship.\n",
)


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory in memory where there is one: a process that is killed leaves what it wrote, on any disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as name:
        yield Path(name)


def written(folder: Path, numbers: range) -> Path:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number:03}.txt").write_text(TEXTS[number % 3].format(number), "utf-8")
    return folder


class Runs:
    """The command in a process that can be told when to kill it (tests.killable)."""

    def __init__(self, samples: Iterable[Path]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.killable", *map(str, samples)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PATH": "/usr/bin:/bin", "SELOSTE_STORE": "", "LANG": "C.UTF-8"},
        )  # fmt: skip
        assert self._heard() == "ready"

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ingest(self, folder: Path, store: Path, **when: Any) -> dict[str, Any]:
        return self._ask({"arguments": command(folder, store), **when})

    def start(self, folder: Path, store: Path) -> int:
        return self._ask({"start": command(folder, store)})

    def wait(self, process: int) -> int:
        return self._ask({"wait": process})

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with Runs(written(tmp_path_factory.mktemp("samples"), range(3)).iterdir()) as begun:
        yield begun


def command(folder: Path, store: Path) -> list[str]:
    return ["ingest", str(folder), "--store", str(store), "--format", "jsonl", "--quiet"]


class Witness:
    """Looks at a store after each kill: what the journal has, and that what is made of it agrees with it."""

    def __init__(self) -> None:
        self._seen: dict[Path, dict[str, bytes]] = {}

    def held(self, store: Path) -> tuple[dict[str, bytes], int]:
        """A digest of each graph of a notice, and the revision."""
        journal = Journal.open(store / JOURNAL, ID_BASE)
        try:
            now = _of_notices(journal, journal.revision)
            for directory in (store / "live", *(one.path / "public" for one in [Snapshots(store).current()] if one)):
                # A published checkpoint never changes: once is enough.
                if directory.name == "live" or directory not in self._seen:
                    revision = Copy(directory, ID_BASE).revision
                    assert revision is not None
                    self._compare(directory, now if revision == journal.revision else _of_notices(journal, revision))
            return _digests(now), journal.revision
        finally:
            journal.close()

    def _compare(self, directory: Path, said: dict[str, Lines]) -> None:
        """Graph by graph what was said; line by line what is new since the last time."""
        engine = ox.Store.read_only(str(directory))
        public = {graph: lines for graph, lines in said.items() if not graph.endswith(CONTACTS)}
        assert {g.value for g in engine.named_graphs() if isinstance(g, ox.NamedNode) and g.value.startswith(NOTICE)} == public.keys()
        digests, seen = _digests(public), self._seen.get(directory, {})
        for graph in (one for one in public if seen.get(one) != digests[one]):
            lines = {f"{q.subject} {q.predicate} {q.object} ." for q in engine.quads_for_pattern(None, None, None, ox.NamedNode(graph))}
            assert lines == set(public[graph]), graph
        self._seen[directory] = digests


def _of_notices(journal: Journal, revision: int) -> dict[str, Lines]:
    return {one.graph: one.after for one in journal.at(revision) if one.graph.startswith(NOTICE)}


def _digests(graphs: dict[str, Lines]) -> dict[str, bytes]:
    return {graph: sha256("\n".join(lines).encode()).digest() for graph, lines in graphs.items()}


def test_killed_thirty_times_while_500_notices_are_ingested(runs: Runs, memory: Path) -> None:
    store, undisturbed = memory / "store", memory / "undisturbed"
    folder, few = written(memory / "notices", range(NOTICES)), written(memory / "few", range(FIRST))
    chance = random.Random(7)
    # While it makes the store and opens it, while it stores notices, while it publishes them.
    opening = [{"told": 0, "delay": chance.uniform(0, 0.3)} for _ in range(6)]
    storing = [{"new": (NOTICES - FIRST) // 16, "delay": chance.uniform(0, 0.05)} for _ in range(16)]
    publishing = [{"told": NOTICES, "delay": chance.uniform(0, 0.25)} for _ in range(8)]
    acknowledged: set[str] = set()
    witness = Witness()
    states: list[dict[str, bytes]] = []
    whole_run = runs.start(folder, undisturbed)
    for when in opening[:4]:
        runs.ingest(few, store, **when)
    assert runs.ingest(few, store)["code"] == 0
    first = Snapshots(store).current()
    codes = []
    for when in [*opening[4:], *storing, *publishing]:
        run = runs.ingest(folder, store, **when)
        codes.append(run["code"])
        acknowledged |= {one["notice"] for one in run["said"]}
        state, revision = witness.held(store)
        assert acknowledged <= {graph for graph in state if "/" not in graph.removeprefix(NOTICE)}
        current = Snapshots(store).current()
        assert current is not None
        assert current.revision in (first.revision if first else 0, revision)
        states.append(state)
    assert len(opening[:4]) + len(codes) == KILLS
    assert codes.count(-9) >= KILLS - 10  # a publication may be over before it is killed
    assert len(acknowledged) == NOTICES
    last = runs.ingest(folder, store)
    assert (last["code"], [one for one in last["said"] if one["changed"]]) == (0, [])
    assert runs.wait(whole_run) == 0
    wanted, _ = witness.held(undisturbed)
    for state in states:
        assert {graph: digest for graph, digest in state.items() if wanted.get(graph) != digest} == {}
        notices = {graph.removeprefix(NOTICE)[:16] for graph in state}
        whole = {graph for graph in wanted if graph.removeprefix(NOTICE)[:16] in notices}
        assert state.keys() == whole
    assert states[-1].keys() == wanted.keys()


def test_a_run_that_is_stopped_says_so_and_goes_on_or_is_given_up(runs: Runs, memory: Path) -> None:
    folder, store = written(memory / "notices", range(30)), memory / "store"
    stopped = runs.ingest(folder, store, told=5, number=signal.SIGINT)
    kept = len(stopped["said"])
    assert (stopped["code"], 5 <= kept < 30) == (130, True)
    with Store.open(store) as opened:
        assert kept <= len(opened.notices()) <= kept + 1
    assert Snapshots(store).current() is None
    went_on = runs.ingest(folder, store)
    assert [one["changed"] for one in went_on["said"]].count(False) >= kept
    assert (went_on["code"], Copy(Snapshots(store).kept()[0].path / "public", ID_BASE).notices()) == (0, 30)
    written(folder, range(30, 60))
    runs.ingest(folder, store, told=35, number=signal.SIGKILL)
    given_up = store_snapshots.rollback(store, store_snapshots.CURRENT)
    assert (given_up.changed, given_up.notices) == (True, 30)
    assert store_check.check(store).whole


def on_a_small_disk(directory: Path, kind: str) -> subprocess.CompletedProcess[str] | None:
    """Run tests.full_disk on a file system of 40 MB that nobody else sees; None where none can be mounted."""
    mount = 'mount -t tmpfs -o size=40m tmpfs "$0" && exec "$@"'
    for apart in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        if shutil.which("unshare") is None or subprocess.run([*apart, "sh", "-c", mount, str(directory), "true"], capture_output=True).returncode:
            continue
        command = [*apart, "sh", "-c", mount, str(directory), sys.executable, "-m", "tests.full_disk", str(directory), kind]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    return None


def test_a_full_disk_is_told_and_leaves_a_whole_store(tmp_path: Path) -> None:
    done = on_a_small_disk(tmp_path, "full")
    if done is None:  # the system refuses to let files grow instead
        command = [sys.executable, "-m", "tests.full_disk", str(tmp_path), "limit"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(said["errors"]) >= 5
    assert all("cannot be written" in error and "free space" in error and "is kept" in error for error in said["errors"])
    assert (said["sound"], said["whole"]) == (True, True)
    assert said["acknowledged"] > 10


def test_a_read_only_disk_is_told_and_can_be_read(tmp_path: Path) -> None:
    done = on_a_small_disk(tmp_path, "read-only")
    if done is None:
        pytest.skip("no file system can be mounted here, as it takes the superuser or user namespaces")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "Check permissions and free space" in said["errors"][0]
    assert (said["readers"], said["whole"], said["later"], said["sound"]) == (1, True, 2, True)
    assert said["command"][0] == 4
    assert "cannot be written" in said["command"][1]
    assert "Traceback" not in said["command"][1]
