"""The store directory: whole notices or none, once, kept when killed, clear about what is wrong."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingest.journal import Journal
from ingest.snapshots import Snapshots
from ingest.store import (
    BadGraphName,
    BadTriples,
    Store,
    StoreBaseMismatch,
    StoreDamaged,
    StoreLocked,
    StorePathError,
    StoreUnwritable,
)

BASE = "https://w3id.org/seloste/id/"
NOTICE = f"{BASE}notice/00000000000000aa"
ORGANISATIONS = f"{BASE}graph/organisations"
VOCABULARY = f"{BASE}graph/vocabulary"
P = "http://example.org/p"


def lines(subject: str, *values: str) -> list[str]:
    return [f'<{subject}> <{P}> "{value}" .' for value in values]


def quads(directory: Path) -> set[str]:
    """What readers of a checkpoint see, but for the revision."""
    store = ox.Store.read_only(str(directory))
    return {str(quad) for quad in store if "graph/revision" not in str(quad.graph_name) and "dcat#" not in str(quad)}


def published(store: Store) -> set[str]:
    return quads(store.publish().path / "public")


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "store") as opened:
        yield opened


def test_same_graphs_again_write_nothing(store: Store) -> None:
    graphs = {NOTICE: lines(NOTICE, "b", "a"), f"{NOTICE}/report": lines(f"{NOTICE}/report", "r")}
    assert store.replace(graphs) is True
    assert store.revision == 1
    assert store.replace({iri: list(reversed(found)) for iri, found in graphs.items()}) is False
    assert store.revision == 1
    assert store.graph(NOTICE) == tuple(lines(NOTICE, "a", "b"))
    assert store.notices() == [NOTICE]


def test_replacing_changes_the_graph_and_the_default_graph(store: Store) -> None:
    store.replace({NOTICE: lines(NOTICE, "old", "kept")})
    store.replace({NOTICE: lines(NOTICE, "new", "kept")})
    subject, predicate, graph = ox.NamedNode(NOTICE), ox.NamedNode(P), ox.NamedNode(NOTICE)
    assert published(store) == {
        str(ox.Quad(subject, predicate, ox.Literal(value), where))
        for value in ("new", "kept")
        for where in (graph, ox.DefaultGraph())
    }


def test_graphs_not_given_again_go_with_the_notice(store: Store) -> None:
    inferred, contacts = f"{NOTICE}/inferred", f"{NOTICE}/contacts"
    store.replace({NOTICE: lines(NOTICE, "a"), inferred: lines(NOTICE, "i"), contacts: lines(NOTICE, "c")})
    store.replace({NOTICE: lines(NOTICE, "a"), inferred: lines(NOTICE, "i")})
    assert store.graph(contacts) == ()
    store.replace({f"{NOTICE}/report": lines(NOTICE, "r")})  # the report alone leaves the rest
    assert store.graphs() == [NOTICE, inferred, f"{NOTICE}/report"]


def test_a_triple_stays_in_the_default_graph_while_another_graph_holds_it(store: Store) -> None:
    store.replace({NOTICE: lines(NOTICE, "shared"), f"{NOTICE}/inferred": lines(NOTICE, "shared")})
    store.replace({NOTICE: lines(NOTICE, "other"), f"{NOTICE}/inferred": lines(NOTICE, "shared")})
    readable = ox.Store.read_only(str(store.publish().path / "public"))
    in_default = readable.quads_for_pattern(None, ox.NamedNode(P), None, ox.DefaultGraph())
    assert sorted(quad.object.value for quad in in_default) == ["other", "shared"]


def test_values_that_the_engine_takes_for_one_are_told_apart(store: Store) -> None:
    year, months = (f'<{NOTICE}> <{P}> "{v}"^^<http://www.w3.org/2001/XMLSchema#duration> .' for v in ("P1Y", "P12M"))
    store.replace({NOTICE: [year, months]})
    store.replace({NOTICE: [year]})
    assert store.graph(NOTICE) == (year,)
    assert len(published(store)) == 2


def test_removing_a_notice_takes_all_its_graphs(store: Store) -> None:
    other = f"{NOTICE}b"  # an IRI that begins like the notice's is another notice
    store.replace({NOTICE: lines(NOTICE, "a"), f"{NOTICE}/contacts": lines(NOTICE, "c")})
    store.replace({other: lines(other, "a")})
    assert store.remove(NOTICE) is True
    assert store.remove(NOTICE) is False
    assert store.notices() == [other]
    assert not any(NOTICE + ">" in quad for quad in published(store))
    assert list(ox.Store.read_only(str(store.publish().path / "public")).named_graphs()) != []


def test_organisations_are_written_once_and_curated_ones_win(store: Store) -> None:
    here, there = f"{BASE}organisation/here", f"{BASE}organisation/there"
    store.replace({NOTICE: lines(NOTICE, "a")}, {here: lines(here, "from a notice"), there: lines(there, "t")})
    assert store.replace({NOTICE: lines(NOTICE, "a")}, {here: lines(here, "from another")}) is False
    assert store.graph(ORGANISATIONS) == tuple(sorted(lines(here, "from a notice") + lines(there, "t")))
    assert store.load_shared(ORGANISATIONS, lines(here, "curated", "twice")) is True
    assert store.load_shared(ORGANISATIONS, lines(here, "curated", "twice")) is False
    assert store.graph(ORGANISATIONS) == tuple(sorted(lines(here, "curated", "twice") + lines(there, "t")))
    assert not any("from a notice" in quad for quad in published(store))


def test_blank_nodes_get_names_that_last(store: Store) -> None:
    first = [f"_:a <{P}> _:b .", f'_:b <{P}> "x" .']
    again = [f"_:n1 <{P}> _:n2 .", f'_:n2 <{P}> "x" .']
    assert store.load_shared(VOCABULARY, first) is True
    assert store.load_shared(VOCABULARY, again) is False
    assert all(line.startswith(f"<{BASE}.well-known/genid/") for line in store.graph(VOCABULARY))


def test_contacts_are_nowhere_in_what_is_public(store: Store) -> None:
    secret = "mailto:somebody@example.org"
    contacts = [f"<{NOTICE}> <{P}> <{secret}> ."]
    store.replace({NOTICE: lines(NOTICE, "a"), f"{NOTICE}/contacts": contacts})
    snapshot = store.publish()
    for folder in (snapshot.path / "public", store.path / "live"):
        for file in folder.iterdir():
            assert secret.encode() not in file.read_bytes(), file
    assert snapshot.path.joinpath("contacts.nq").read_text() == f"<{NOTICE}> <{P}> <{secret}> <{NOTICE}/contacts> .\n"
    for file in (snapshot.path / "contacts.nq", store.path / "journal.sqlite"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_publishing_points_readers_at_a_whole_state(store: Store) -> None:
    store.replace({NOTICE: lines(NOTICE, "a")})
    first = store.publish()
    assert store.publish() == first
    store.replace({NOTICE: lines(NOTICE, "b")})
    assert any('"a"' in quad for quad in quads(first.path / "public"))
    second = store.publish()
    assert (store.path / "current").read_text() == f"{second.revision}\n"
    assert any('"b"' in quad for quad in quads(second.path / "public"))
    revisions = ox.Store.read_only(str(second.path / "public")).query(
        f"SELECT ?v {{ GRAPH <{BASE}graph/revision> {{ ?d <http://www.w3.org/ns/dcat#version> ?v }} }}"
    )
    assert isinstance(revisions, ox.QuerySolutions)
    assert [row["v"].value for row in revisions] == [str(second.revision)]


def test_old_snapshots_go_but_not_one_that_is_read(store: Store) -> None:
    import fcntl

    store.replace({NOTICE: lines(NOTICE, "a")})
    paths = [store.publish().path]
    with open(paths[0] / "lease", "rb") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        for value in "bcd":
            store.replace({NOTICE: lines(NOTICE, value)})
            paths.append(store.publish().path)
        assert [path.is_dir() for path in paths] == [True, False, True, True]
    store.replace({NOTICE: lines(NOTICE, "e")})
    store.publish()
    assert [path.is_dir() for path in paths] == [False, False, False, True]


def test_a_broken_graph_changes_nothing(store: Store) -> None:
    store.replace({NOTICE: lines(NOTICE, "a")})
    with pytest.raises(BadTriples) as raised:
        store.replace({NOTICE: lines(NOTICE, "b"), f"{NOTICE}/report": ["no triple"]})
    assert raised.value.graph == f"{NOTICE}/report"
    assert store.graph(NOTICE) == tuple(lines(NOTICE, "a"))
    assert store.revision == 1


@pytest.mark.parametrize(
    "graph",
    ["http://example.org/notice/1", f"{BASE}notice/1/secret", f"{BASE}graph/vocabulary", f"{BASE}notice/../x", BASE],
)
def test_only_graphs_of_notices_are_replaced(store: Store, graph: str) -> None:
    with pytest.raises(BadGraphName):
        store.replace({graph: lines(NOTICE, "a")})


def fill(path: Path) -> None:
    with Store.open(path) as store:
        store.load_shared(VOCABULARY, lines(f"{BASE}v", "v"))
        store.replace({NOTICE: lines(NOTICE, "a"), f"{NOTICE}/contacts": lines(NOTICE, "c")})
        store.replace({NOTICE: lines(NOTICE, "b", "å\\n\\\"")})
        store.publish()


@pytest.mark.parametrize("damage", ["lost", "rubbish", "emptied"])
def test_the_live_copy_is_rebuilt_from_the_journal(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "store"
    fill(path)
    before = quads(path / "snapshots" / "3" / "public")
    shutil.rmtree(path / "live")
    if damage == "rubbish":
        (path / "live").mkdir()
        for name in ("CURRENT", "MANIFEST-000001"):
            (path / "live" / name).write_bytes(b"rubbish\n")
    if damage == "emptied":
        ox.Store(str(path / "live"))
    with Store.open(path) as store:
        store.replace({f"{NOTICE}1": lines(NOTICE, "1")})
        assert before < published(store)


def test_a_live_copy_that_is_behind_catches_up(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Store.open(path) as store:
        store.replace({NOTICE: lines(NOTICE, "a"), f"{NOTICE}/report": lines(NOTICE, "r")})
    shutil.copytree(path / "live", tmp_path / "older")
    with Store.open(path) as store:
        store.replace({NOTICE: lines(NOTICE, "b")})  # the report goes
        store.replace({NOTICE: lines(NOTICE, "b", "c")})
        expected = published(store)
    shutil.rmtree(path / "live")
    shutil.rmtree(path / "snapshots")
    shutil.copytree(tmp_path / "older", path / "live")
    with Store.open(path) as store:
        assert published(store) == expected


def test_the_journal_forgets_what_no_snapshot_needs(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Store.open(path) as store:
        for value in map(str, range(6)):
            store.replace({NOTICE: lines(NOTICE, value)})
            store.publish()
        store.remove(NOTICE)
        for value in map(str, range(3)):
            store.replace({f"{NOTICE}1": lines(NOTICE, value)})
            store.publish()
    journal = Journal.open(path / "journal.sqlite", BASE)
    count = journal._db.execute("SELECT count(*) FROM entry").fetchone()[0]
    assert journal.horizon == min(int(p.name) for p in (path / "snapshots").iterdir())
    assert count == 2  # the version that stands and the one of the snapshot before
    journal.close()


CHILD = """
import sys
from pathlib import Path
from ingest.store import Store
base, path, first = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
with Store.open(path) as store:
    print("open", flush=True)
    for number in range(first, first + 10_000):
        notice = f"{base}notice/{number:016x}"
        body = [f'<{notice}/{i}> <http://example.org/p> "{number} {i}" .' for i in range(40)]
        store.replace({notice: body, f"{notice}/report": [f'<{notice}> <http://example.org/r> "r" .']})
        if number % 7 == 0:
            store.publish()
        print(number, flush=True)
"""


def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "store"
    chance = random.Random(7)
    acknowledged: list[int] = []
    for _ in range(4):
        first = (acknowledged[-1] + 1) if acknowledged else 0
        command = [sys.executable, "-c", CHILD, BASE, str(path), str(first)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0.1, 0.6))
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().split("\n")[:-1]]
        process.wait()
        with Store.open(path) as store:
            stored = store.notices()
            assert {f"{BASE}notice/{number:016x}" for number in acknowledged} <= set(stored)
            assert len(stored) <= len(acknowledged) + 4  # whole though not yet acknowledged
            found = ox.Store.read_only(str(store.publish().path / "public"))
        counts = found.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s <http://example.org/p> ?o } } GROUP BY ?g")
        assert isinstance(counts, ox.QuerySolutions)
        assert {(row["g"].value, int(row["n"].value)) for row in counts} == {(iri, 40) for iri in stored}
        acknowledged = [int(iri[-16:], 16) for iri in stored]
    assert len(acknowledged) > 8


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Store.open(path), pytest.raises(StoreLocked, match="another process"):
        Store.open(path)
    with Store.open(path):  # free again
        pass


def test_a_path_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text")
    for path in (file, file / "below"):
        with pytest.raises(StorePathError, match="file"):
            Store.open(path)
    assert file.read_text() == "text"


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("text")
    with pytest.raises(StorePathError, match=r"not empty and has no journal\.sqlite"):
        Store.open(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a place where nobody may write")
def test_a_place_that_cannot_be_written() -> None:
    with pytest.raises(StoreUnwritable, match="Check permissions and free space"):
        Store.open(Path("/proc/seloste-store"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_store_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "store"
    fill(path)
    (path / "journal.sqlite").chmod(0o400)
    path.chmod(0o500)
    try:
        with pytest.raises(StoreUnwritable):
            Store.open(path)
    finally:
        path.chmod(0o700)


def test_a_full_disk_leaves_a_whole_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store"
    with Store.open(path) as store:
        store.replace({NOTICE: lines(NOTICE, "a")})

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("ingest.store_live.Live.apply", full)
            with pytest.raises(StoreUnwritable, match="No space left"):
                store.replace({NOTICE: lines(NOTICE, "b")})
        # Room again: what reached the journal reaches the live copy before anything else does.
        store.replace({f"{NOTICE}1": lines(NOTICE, "1")})
        assert {'"b"', '"1"'} == {q.split()[2] for q in published(store)}


def test_a_journal_that_is_none_and_one_of_another_base(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "journal.sqlite").write_bytes(b"this is no database, and long enough to be read as one" * 20)
    with pytest.raises(StoreDamaged, match="backup"):
        Store.open(tmp_path / "bad")
    Store.open(tmp_path / "mine", base="https://example.org/id/").close()
    with pytest.raises(StoreBaseMismatch, match=r"example\.org"):
        Store.open(tmp_path / "mine")


def test_no_snapshot_is_no_error(tmp_path: Path) -> None:
    assert Snapshots(tmp_path).current() is None
    (tmp_path / "current").write_text("../../etc\n")
    assert Snapshots(tmp_path).current() is None
