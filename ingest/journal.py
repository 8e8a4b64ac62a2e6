"""The record of a store: each version of each graph as N-Triples bytes, in SQLite, on disk before it is acknowledged.

RocksDB (under Oxigraph) does not sync each commit, so a power cut could take the last ones; SQLite with
`synchronous=FULL` syncs. Everything else in a store directory can be rebuilt from this file. It also holds the lock:
the connection keeps SQLite's exclusive lock for as long as it is open, and the system drops it when a process dies.

A row is one version of one part of a graph. The part is empty, or the organisation's IRI in the graph of organisations
(data-model section 6). `superseded` is the revision that replaced the row, NULL while it stands. Lines are zlib bytes;
NULL says that the graph was removed. A receipt says from which document, read by which program, a notice's graphs were
made (ingest.receipts); it goes in the same transaction as any of them changes.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.store_errors import StoreBaseMismatch, StoreDamaged, StoreError, StoreLocked, StoreUnwritable

FORMAT = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    graph TEXT NOT NULL, part TEXT NOT NULL, revision INTEGER NOT NULL, superseded INTEGER, lines BLOB);
CREATE UNIQUE INDEX entry_version ON entry (graph, part, revision);
CREATE INDEX entry_since ON entry (revision, graph, part);
CREATE INDEX entry_superseded ON entry (superseded) WHERE superseded IS NOT NULL;
"""
_RECEIPTS = "CREATE TABLE IF NOT EXISTS receipt (notice TEXT PRIMARY KEY, key BLOB NOT NULL UNIQUE) WITHOUT ROWID"
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One part of one graph before and after; `after` is empty when it is removed."""

    graph: str
    part: str
    before: Lines
    after: Lines


@dataclass(frozen=True, slots=True)
class Receipt:
    """From which document (its `key`) a notice's graphs were made."""

    notice: str
    key: bytes


class Journal:
    """An open journal, locked for this process. Not shared by threads that write at once."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._db = connection

    @classmethod
    def open(cls, path: Path, base: str) -> Journal:
        """Open or create the journal at `path` and lock it.

        Raises StoreLocked, StoreUnwritable, StoreDamaged or StoreBaseMismatch.
        """
        connection: sqlite3.Connection | None = None
        try:
            path.touch(mode=0o600)  # it holds the contacts graphs too
            connection = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN EXCLUSIVE")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                _create(connection, base)
            connection.execute(_RECEIPTS)
            connection.execute("COMMIT")
            journal = cls(path, connection)
            journal._check(base)
        except (OSError, sqlite3.Error, StoreError) as error:
            if connection is not None:
                connection.close()
            raise _explained(path, error) from error
        return journal

    @classmethod
    def opened_read_only(cls, path: Path, base: str) -> Journal:
        """The journal on a disk that nobody can write to: no lock is taken, and none is needed.

        Raises StoreUnwritable when a run ended there that has left something to be brought in, StoreDamaged or
        StoreBaseMismatch.
        """
        waiting = path.with_name(f"{path.name}-wal")
        if waiting.exists() and waiting.stat().st_size:
            raise StoreUnwritable(path.parent, OSError(f"{waiting.name} is to be brought in first"))
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None)
            journal = cls(path, connection)
            journal._check(base)
        except sqlite3.Error as error:
            raise _explained(path, error) from error
        return journal

    def close(self) -> None:
        """Release the lock."""
        self._db.close()

    @property
    def revision(self) -> int:
        """The number of the last transaction; 0 for a new store."""
        return int(self._meta("revision"))

    @property
    def horizon(self) -> int:
        """The oldest revision whose state can still be told: a copy older than this is rebuilt, not caught up."""
        return int(self._meta("horizon"))

    def lines(self, graph: str, part: str = "") -> Lines:
        """The lines that stand for one part of a graph; empty when there are none."""
        row = self._db.execute(
            "SELECT lines FROM entry WHERE graph = ? AND part = ? AND superseded IS NULL", (graph, part)
        ).fetchone()
        return _unpack(row[0] if row else None)

    def graph(self, graph: str) -> Lines:
        """The lines of a whole graph, all parts, sorted."""
        rows = self._db.execute("SELECT lines FROM entry WHERE graph = ? AND superseded IS NULL", (graph,))
        return tuple(sorted({line for (blob,) in rows for line in _unpack(blob)}))

    def graphs(self, prefix: str = "") -> list[str]:
        """The graphs that stand, whose IRI begins with `prefix`, in order."""
        rows = self._db.execute(
            "SELECT DISTINCT graph FROM entry WHERE superseded IS NULL AND lines IS NOT NULL"
            " AND graph >= ? AND graph < ? ORDER BY graph",
            (prefix, prefix + "\U0010ffff"),
        )
        return [graph for (graph,) in rows]

    def receipt(self, key: bytes) -> str | None:
        """The notice that stands as it was made from the document with this key; None when none does."""
        row = self._db.execute("SELECT notice FROM receipt WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def commit(self, changes: Sequence[Change], receipt: Receipt | None = None, *, advance: bool = False) -> int:
        """Write `changes` as one transaction, on disk when this returns; returns its revision.

        Without changes the revision stays, unless it is to `advance`.
        """
        revision = self.revision + (1 if changes or advance else 0)
        with self._transaction():
            for change in changes:
                key = (change.graph, change.part)
                self._db.execute(
                    "DELETE FROM receipt WHERE notice IN (?, ?)", (change.graph, change.graph.rpartition("/")[0])
                )
                self._db.execute(
                    "UPDATE entry SET superseded = ? WHERE graph = ? AND part = ? AND superseded IS NULL",
                    (revision, *key),
                )
                self._db.execute(
                    "INSERT INTO entry (graph, part, revision, lines) VALUES (?, ?, ?, ?)",
                    (*key, revision, _pack(change.after)),
                )
            self._db.execute("UPDATE meta SET value = ? WHERE key = 'revision'", (str(revision),))
            if receipt is not None:
                self._db.execute("REPLACE INTO receipt VALUES (?, ?)", (receipt.notice, receipt.key))
        return revision

    def everything(self) -> Iterator[Change]:
        """All that stands, as changes from nothing: what a lost store is rebuilt from."""
        rows = self._db.execute(
            "SELECT graph, part, lines FROM entry WHERE superseded IS NULL AND lines IS NOT NULL ORDER BY graph, part"
        )
        return (Change(graph, part, (), _unpack(blob)) for graph, part, blob in rows)

    def at(self, revision: int) -> Iterator[Change]:
        """All that stood at a revision from `horizon` on, as changes from nothing, in order of graph and part."""
        rows = self._db.execute(
            "SELECT graph, part, lines FROM entry WHERE revision <= ? AND (superseded IS NULL OR superseded > ?)"
            " AND lines IS NOT NULL ORDER BY graph, part",
            (revision, revision),
        )
        return (Change(graph, part, (), _unpack(blob)) for graph, part, blob in rows)

    def since(self, revision: int) -> list[Change]:
        """What changed after `revision`, one change a part, from its state then to its state now."""
        rows = self._db.execute(
            "SELECT graph, part, lines FROM entry WHERE revision > ? AND superseded IS NULL ORDER BY graph, part",
            (revision,),
        ).fetchall()
        return [Change(graph, part, self._at(graph, part, revision), _unpack(blob)) for graph, part, blob in rows]

    def prune(self, horizon: int) -> None:
        """Forget versions that were replaced, and removals that were made, up to `horizon`."""
        if horizon <= self.horizon:
            return
        with self._transaction():
            self._db.execute("DELETE FROM entry WHERE superseded <= ?", (horizon,))
            self._db.execute(
                "DELETE FROM entry WHERE lines IS NULL AND superseded IS NULL AND revision > ? AND revision <= ?",
                (self.horizon, horizon),
            )
            self._db.execute("UPDATE meta SET value = ? WHERE key = 'horizon'", (str(horizon),))

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file (PRAGMA integrity_check), and rows that cannot be unpacked."""
        try:
            found = [row[0] for row in self._db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            for graph, blob in self._db.execute("SELECT graph, lines FROM entry"):
                try:
                    _unpack(blob)
                except (zlib.error, UnicodeDecodeError) as error:
                    found.append(f"a version of <{graph}> cannot be unpacked ({error})")
        except sqlite3.Error as error:
            return [str(error)]
        return found

    def compact(self) -> None:
        """Give back the space of what was forgotten. Raises StoreUnwritable: it needs as much room as the journal has."""
        try:
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise _explained(self._path, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of the block or nothing of it, on disk at its end."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _explained(self._path, error) from error

    def _at(self, graph: str, part: str, revision: int) -> Lines:
        row = self._db.execute(
            "SELECT lines FROM entry WHERE graph = ? AND part = ? AND revision <= ? ORDER BY revision DESC LIMIT 1",
            (graph, part, revision),
        ).fetchone()
        return _unpack(row[0] if row else None)

    def _meta(self, key: str) -> str:
        return str(self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def _check(self, base: str) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            raise StoreDamaged(self._path, f"format {version}, this program reads {FORMAT}")
        if self._meta("base") != base:
            raise StoreBaseMismatch(self._path.parent, self._meta("base"), base)


def _create(connection: sqlite3.Connection, base: str) -> None:
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    values = (("base", base), ("revision", "0"), ("horizon", "0"))
    connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def _explained(path: Path, error: Exception) -> StoreError:
    """The store's own error for what SQLite reports."""
    if isinstance(error, StoreError):
        return error
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreLocked(path.parent)
    if "not a database" in text or "malformed" in text or "no such table" in text:
        return StoreDamaged(path, error)
    return StoreUnwritable(path.parent, error)


def canonical(lines: Iterable[str]) -> Lines:
    """Lines without line ends, sorted, each once: the form in which graphs are kept and compared."""
    return tuple(sorted({line.rstrip("\r\n") for line in lines} - {""}))


def _pack(lines: Lines) -> bytes | None:
    return zlib.compress("\n".join(lines).encode(), 6) if lines else None


def _unpack(blob: bytes | None) -> Lines:
    return tuple(zlib.decompress(blob).decode().split("\n")) if blob else ()
