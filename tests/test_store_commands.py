"""`seloste store …` as people meet it: what is wrong with a store, what is published in it, back to an earlier state, less space."""
from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

import seloste
from ingest import receipts
from ingest.snapshots import Snapshots
from ingest.store import Store
from ingest.store_snapshots import size
from ontology.namespaces import ID_BASE

NOTICE = f"{ID_BASE}notice/"
EXACT = "http://www.w3.org/ns/oa#exact"
P = "http://example.org/p"


def graphs(name: str, *words: str) -> dict[str, list[str]]:
    iri = f"{NOTICE}{name}"
    return {
        iri: [f'<{iri}/text#char={n},9> <{EXACT}> "{word}"@fi .' for n, word in enumerate(words)],
        f"{iri}/contacts": [f'<{iri}> <{P}> "somebody {name}" .'],
        f"{iri}/report": [f'<{iri}/report> <{P}> "report {name}" .'],
    }


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    with Store.open(path) as opened:
        opened.load_shared(f"{ID_BASE}graph/vocabulary", [f'<{ID_BASE}v> <{P}> "v" .'])
        opened.replace(graphs("a", "sana", "toinen"), receipt=b"a")
        opened.replace(graphs("b", "kolmas"))
        opened.publish()
        opened.replace(graphs("a", "sana", "muuttunut"), receipt=b"a2")
        opened.remove(f"{NOTICE}b")
        opened.replace(graphs("c", "uusi"))
        opened.publish()
    return path


def run(*arguments: object) -> tuple[int, Any, str]:
    done = CliRunner().invoke(seloste.app, ["store", *map(str, arguments)])
    return done.exit_code, json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout, done.stderr


def words(path: Path) -> set[str]:
    """The quotes that readers see."""
    current = Snapshots(path).current()
    assert current is not None
    found = ox.Store.read_only(str(current.path / "public")).quads_for_pattern(None, ox.NamedNode(EXACT), None, ox.DefaultGraph())
    return {quad.object.value for quad in found if isinstance(quad.object, ox.Literal)}


def test_a_whole_store_is_told_so(store: Path) -> None:
    code, said, _ = run("check", "--store", store)
    assert (code, said["whole"], said["notices"], said["revision"]) == (0, True, 2, 6)
    assert [one["part"] for one in said["parts"]] == [
        "journal", "live copy", "snapshot 3", "snapshot 3: text index", "snapshot 3: contacts",
        "snapshot 6 (current)", "snapshot 6 (current): text index", "snapshot 6 (current): contacts",
    ]  # fmt: skip
    code, text, _ = run("check", "--store", store, "--format", "text")
    assert (code, "is whole: 2 notices, revision 6" in text) == (0, True)


def engine(change: Callable[[ox.Store], None], *below: str) -> Callable[[Path], None]:
    return lambda path: change(ox.Store(str(path.joinpath(*below))))


def first_of_a(store: ox.Store) -> ox.Quad:
    return next(iter(store.quads_for_pattern(None, None, None, ox.NamedNode(f"{NOTICE}a"))))


def search(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path / "snapshots" / "6" / "search.sqlite") as db:
            db.execute(statement)

    return change


def lost(number: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        tables = sorted((path / "snapshots" / "6" / "public").glob("*.sst"))
        tables[number % len(tables)].unlink()

    return change


DAMAGES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a triple lost": (engine(lambda s: s.remove(first_of_a(s)), "live"), "live copy", "lacks 1 triples and has 0 too many"),
    "a triple too many": (
        engine(lambda s: s.add(ox.Quad(ox.NamedNode(P), ox.NamedNode(P), ox.Literal("x"), ox.NamedNode(f"{NOTICE}c"))), "live"),
        "live copy", "lacks 0 triples and has 1 too many"),
    "a graph too many": (
        engine(lambda s: s.add(ox.Quad(ox.NamedNode(P), ox.NamedNode(P), ox.Literal("x"), ox.NamedNode(f"{NOTICE}z"))), "live"),
        "live copy", "is there and should not be"),
    "contacts among what is public": (
        engine(lambda s: s.add(ox.Quad(ox.NamedNode(P), ox.NamedNode(P), ox.Literal("x"), ox.NamedNode(f"{NOTICE}a/contacts"))), "live"),
        "live copy", "a/contacts> is there and should not be"),
    "not merged": (
        engine(lambda s: s.remove(ox.Quad(*list(first_of_a(s))[:3])), "live"), "live copy", "1 triples are missing in the default graph"),
    "merged from nowhere": (
        engine(lambda s: s.add(ox.Quad(ox.NamedNode(P), ox.NamedNode(P), ox.Literal("x"))), "live"),
        "live copy", "1 triples of the default graph are in no other"),
    **{f"file {n} of a snapshot lost": (lost(n), "snapshot 6 (current)", "cannot be read") for n in range(0, 20, 3)},
    "a snapshot changed": (
        engine(lambda s: s.remove(first_of_a(s)), "snapshots", "6", "public"), "snapshot 6 (current)", "lacks 1 triples"),
    "an index lost": (
        lambda path: (path / "snapshots" / "6" / "search.sqlite").unlink(), "snapshot 6 (current): text index", "missing, damaged"),
    "an index row lost": (search("DELETE FROM items WHERE id = (SELECT max(id) FROM items)"), "snapshot 6 (current): text index", "are not those of its graph"),
    "an index of a notice that is gone": (
        search("INSERT INTO items (graph, rest) SELECT id, '/x' FROM graphs WHERE iri LIKE '%/b'"),
        "snapshot 6 (current): text index", "b> is indexed and is no notice here"),
    "contacts changed": (
        lambda path: (path / "snapshots" / "6" / "contacts.nq").write_text(""), "snapshot 6 (current): contacts", "not those of the journal"),
    "the journal overwritten": (
        lambda path: (path / "journal.sqlite").write_bytes(b"no database" * 1000), "journal", "cannot be read"),
    "a page of the journal overwritten": (lambda path: overwrite(path / "journal.sqlite"), "journal", ""),
    "the pointer lost": (lambda path: (path / "current").unlink(), "snapshots", "no whole snapshot is published"),
}  # fmt: skip


def overwrite(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(4096 * 2)
        stream.write(b"\xff" * 4096)


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_wrong_is_found_and_what_to_do_helps(store: Path, name: str) -> None:
    damage, part, told = DAMAGES[name]
    damage(store)
    code, said, _ = run("check", "--store", store)
    wrong = {one["part"]: one for one in said["parts"] if not one["whole"]}
    assert (code, said["whole"]) == (3, False)
    assert part in wrong
    assert told in " ".join(wrong[part]["problems"])
    assert "somebody" not in json.dumps(said), "contacts are not told"
    assert wrong[part]["remedy"]
    if part == "journal":
        assert "backup" in wrong[part]["remedy"]
        return
    for one in wrong.values():  # as the remedies say
        for place in (store / "live", store / "snapshots" / "6", store / "snapshots" / "6" / "search.sqlite"):
            if f"Delete {place}" in one["remedy"]:
                shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    with Store.open(store) as opened:
        opened.publish()
    assert run("check", "--store", store)[0] == 0
    assert words(store) == {"sana", "muuttunut", "uusi"}


def test_a_store_that_is_none_or_is_being_written(store: Path, tmp_path: Path) -> None:
    for command in ("check", "snapshots", "rollback", "compact"):
        code, _, errors = run(command, "--store", tmp_path / "nothing")
        assert (code, "is not a store" in errors) == (3, True)
    assert not (tmp_path / "nothing").exists()
    with Store.open(store):
        code, _, errors = run("check", "--store", store)
        assert (code, "being written by another process" in errors) == (4, True)
        assert run("snapshots", "--store", store)[0] == 0


def test_snapshots_are_listed(store: Path) -> None:
    _, said, _ = run("snapshots", "--store", store)
    assert [(one["revision"], one["notices"], one["current"], one["in_use"]) for one in said] == [(3, 2, False, False), (6, 2, True, False)]
    assert all(one["bytes"] >= one["own_bytes"] > 0 for one in said)
    _, text, _ = run("snapshots", "--store", store, "--format", "text")
    assert [line.split()[0] for line in text.splitlines()] == ["3", "6"]
    assert "current" in text.splitlines()[1]


def test_a_rollback_brings_an_earlier_state_back_and_can_be_rolled_back(store: Path) -> None:
    code, said, _ = run("rollback", "--store", store)
    assert (code, said) == (0, {"restored": 3, "changed": True, "notices": 2, "snapshot": 7})
    assert words(store) == {"sana", "toinen", "kolmas"}
    with Store.open(store) as opened:
        assert opened.notices() == [f"{NOTICE}a", f"{NOTICE}b"]
        assert opened.graph(f"{NOTICE}b/contacts")
    assert run("check", "--store", store)[0] == 0
    assert run("rollback", 3, "--store", store)[0] == 2  # it has gone, as the third one came
    assert run("rollback", "--store", store)[1]["restored"] == 6
    assert words(store) == {"sana", "muuttunut", "uusi"}
    assert run("check", "--store", store)[0] == 0


def test_what_a_rollback_took_out_is_stored_when_it_comes_again(store: Path) -> None:
    run("rollback", 3, "--store", store)
    with Store.open(store) as opened:
        assert opened.received(b"a2") is None
        assert opened.replace(graphs("c", "uusi")) is True
        opened.publish()
    assert words(store) == {"sana", "toinen", "kolmas", "uusi"}


def test_what_was_not_published_can_be_given_up(store: Path) -> None:
    with Store.open(store) as opened:
        opened.replace(graphs("d", "kesken"))
    code, said, _ = run("rollback", "CURRENT", "--store", store)
    assert (code, said["restored"], said["changed"], said["notices"]) == (0, 6, True, 2)
    assert words(store) == {"sana", "muuttunut", "uusi"}
    assert run("rollback", "CURRENT", "--store", store)[1]["changed"] is False


@pytest.mark.parametrize("revision", ["5", "99", "-1", "latest", "../6", "0x6"])
def test_only_what_is_published_can_be_gone_back_to(store: Path, revision: str) -> None:
    code, _, errors = run("rollback", "--store", store, "--", revision)
    assert (code, "Published are: 3, 6" in errors) == (2, True)
    assert words(store) == {"sana", "muuttunut", "uusi"}


def test_compacting_gives_back_space_and_changes_nothing_else(store: Path) -> None:
    with Store.open(store) as opened:
        for number in range(30):
            opened.replace(graphs("a", *(f"sana{number} {n}" for n in range(100))))
        opened.replace(graphs("a", "sana", "muuttunut"))
        opened.publish()
        before = {graph: opened.graph(graph) for graph in opened.graphs()}
    measured = size(store)
    code, said, _ = run("compact", "--store", store)
    assert code == 0
    assert said["bytes_before"] == measured
    assert said["bytes_after"] == size(store) < measured
    assert [path.name for path in (store / "snapshots").iterdir()] == [str(said["snapshot"])]
    with Store.open(store) as opened:
        assert {graph: opened.graph(graph) for graph in opened.graphs()} == before
    assert words(store) == {"sana", "muuttunut", "uusi"}
    assert run("check", "--store", store)[0] == 0


def test_the_journal_alone_is_a_backup(store: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.copy(store / "journal.sqlite", restored)
    assert run("compact", "--store", restored)[0] == 0
    assert words(restored) == {"sana", "muuttunut", "uusi"}
    assert run("check", "--store", restored)[0] == 0
    assert (Snapshots(restored).kept()[-1].path / "contacts.nq").read_text() == (store / "snapshots" / "6" / "contacts.nq").read_text()


def test_a_receipt_holds_until_anything_of_its_notice_changes(store: Path) -> None:
    with Store.open(store) as opened:
        assert opened.received(b"a") is None
        assert opened.received(b"a2") == f"{NOTICE}a"
        assert opened.replace(graphs("a", "sana", "muuttunut"), receipt=b"a3") is False
        assert (opened.received(b"a2"), opened.received(b"a3")) == (None, f"{NOTICE}a")
        opened.replace({f"{NOTICE}a/report": []})
        assert opened.received(b"a3") is None
        opened.replace(graphs("c", "uusi"), receipt=b"c")
        opened.remove(f"{NOTICE}c")
        assert opened.received(b"c") is None


def test_a_receipt_is_of_one_document_and_one_program() -> None:
    keys = {receipts.key(b"text", "a.txt", None, ID_BASE), receipts.key(b"text", "b.txt", None, ID_BASE), receipts.key(b"text", "a.txt", "fi", ID_BASE),
            receipts.key(b"other", "a.txt", None, ID_BASE), receipts.key(b"text", "a.txt", None, "https://example.org/")}
    assert len(keys) == 5
    assert receipts.key(b"text", "a.txt", None, ID_BASE) in keys
