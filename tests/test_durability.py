"""What is acknowledged is kept: `kill -9` while 500 notices are ingested, a full disk, a disk that is read-only."""
from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ingest import store_check
from ingest.journal import Journal
from ingest.snapshots import Snapshots
from ingest.store import JOURNAL
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

    def __init__(self, samples: Sequence[Path]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.killable", *map(str, samples)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PATH": "/usr/bin:/bin", "SELOSTE_STORE": "", "LANG": "C.UTF-8"},
        )  # fmt: skip
        self._apart: dict[str, Any] | None = None
        assert self._heard() == "ready"

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ingest(self, folder: Path, store: Path, **when: Any) -> dict[str, Any]:
        self._say(folder, store, **when)
        while (heard := self._heard())["apart"]:
            self._apart = heard
        return heard

    def begin_apart(self, folder: Path, store: Path) -> None:
        self._say(folder, store, apart=True)

    def end_apart(self) -> dict[str, Any]:
        return self._apart or self._heard()

    def _say(self, folder: Path, store: Path, **when: Any) -> None:
        assert self._process.stdin is not None
        arguments = ["ingest", str(folder), "--store", str(store), "--format", "jsonl", "--quiet"]
        self._process.stdin.write(json.dumps({"arguments": arguments, **when}) + "\n")
        self._process.stdin.flush()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


class Witness:
    """Looks at a store after each kill: what the journal has, and that what is made of it agrees with it."""

    def __init__(self) -> None:
        self._seen: dict[Path, dict[str, bytes]] = {}

    def held(self, store: Path) -> tuple[dict[str, bytes], int]:
        """A digest of each graph of a notice, and the revision."""
        journal = Journal.open(store / JOURNAL, ID_BASE)
        try:
            assert journal.damage() == []
            for directory in (store / "live", *(one.path / "public" for one in [Snapshots(store).current()] if one)):
                if (directory / "CURRENT").exists():
                    self._compare(directory, journal)
            return _digests((graph, journal.graph(graph)) for graph in journal.graphs(NOTICE)), journal.revision
        finally:
            journal.close()

    def _compare(self, directory: Path, journal: Journal) -> None:
        """Graph by graph as the journal was at the copy's revision; line by line those that are new since the last time."""
        copy = Copy(directory, ID_BASE)
        assert copy.revision is not None
        said = {one.graph: one.after for one in journal.at(copy.revision) if one.graph.startswith(NOTICE) and not one.graph.endswith(CONTACTS)}
        engine = ox.Store.read_only(str(directory))
        assert {g.value for g in engine.named_graphs() if isinstance(g, ox.NamedNode) and g.value.startswith(NOTICE)} == said.keys()
        digests, seen = _digests(said.items()), self._seen.get(directory, {})
        for graph in (one for one in said if seen.get(one) != digests[one]):
            lines = {f"{q.subject} {q.predicate} {q.object} ." for q in engine.quads_for_pattern(None, None, None, ox.NamedNode(graph))}
            assert lines == set(said[graph]), graph
        self._seen[directory] = digests


def _digests(graphs: Iterable[tuple[str, Sequence[str]]]) -> dict[str, bytes]:
    return {graph: sha256("\n".join(lines).encode()).digest() for graph, lines in graphs}


def test_killed_thirty_times_while_500_notices_are_ingested(memory: Path) -> None:
    store, undisturbed = memory / "store", memory / "undisturbed"
    folder, few = written(memory / "notices", range(NOTICES)), written(memory / "few", range(FIRST))
    chance = random.Random(7)
    # While it makes the store and opens it, while it stores notices, while it publishes them.
    opening = [{"told": 0, "delay": chance.uniform(0, 0.3)} for _ in range(6)]
    storing = [{"new": (NOTICES - FIRST) // 16, "delay": chance.uniform(0, 0.05)} for _ in range(16)]
    publishing = [{"told": NOTICES, "delay": chance.uniform(0, 0.6)} for _ in range(8)]
    acknowledged: set[str] = set()
    witness = Witness()
    states: list[dict[str, bytes]] = []
    with Runs(sorted(few.iterdir())[:3]) as runs:
        runs.begin_apart(folder, undisturbed)
        for when in opening[:4]:
            runs.ingest(few, store, **when)
        assert runs.ingest(few, store)["code"] == 0
        first = Snapshots(store).current()
        kills = 4
        for when in [*opening[4:], *storing, *publishing]:
            run = runs.ingest(folder, store, **when)
            kills += 1
            acknowledged |= {one["notice"] for one in run["said"]}
            state, revision = witness.held(store)
            assert acknowledged <= {graph for graph in state if "/" not in graph.removeprefix(NOTICE)}
            current = Snapshots(store).current()
            assert current is not None
            assert current.revision in (first.revision if first else 0, revision)
            states.append(state)
        assert kills == KILLS
        assert len(acknowledged) == NOTICES
        last = runs.ingest(folder, store)
        assert (last["code"], [one for one in last["said"] if one["changed"]]) == (0, [])
        assert runs.end_apart()["code"] == 0
    wanted, _ = witness.held(undisturbed)
    for state in states:
        assert {graph: digest for graph, digest in state.items() if wanted.get(graph) != digest} == {}
        notices = {graph.removeprefix(NOTICE)[:16] for graph in state}
        whole = {graph for graph in wanted if graph.removeprefix(NOTICE)[:16] in notices}
        assert state.keys() == whole
    assert states[-1].keys() == wanted.keys()
    assert store_check.check(store).whole
