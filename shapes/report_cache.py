"""Reports kept beside a store, so that validating it again touches only the notices whose report could have changed.

One SQLite file, safe to delete at any time. A row is the last report on a notice by one engine, under a key that covers
everything the report depends on: the notice's lines, the shapes and the vocabulary byte for byte, the engine's version
and the code between them. A row whose key or checksum does not match is not there; a file that cannot be read is not
there either, with a warning. Nothing is ever answered from a row that is in doubt.
"""
from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import TracebackType

import rdflib

import ontology
from ontology import vocabulary
from shapes.engines import Engine
from shapes.report_json import NoReport, decoded, encoded
from shapes.rules import HERE
from shapes.validation import Report

logger = logging.getLogger(__name__)

FILE = "validation-cache.sqlite"
_SCHEMA = """CREATE TABLE IF NOT EXISTS report (
    notice TEXT NOT NULL, engine TEXT NOT NULL, key BLOB NOT NULL, body TEXT NOT NULL, sum BLOB NOT NULL,
    PRIMARY KEY (notice, engine)) WITHOUT ROWID"""
_BATCH = 100
"""Reports written in one transaction: a run that is stopped keeps all but the last of them."""


@cache
def knowledge() -> bytes:
    """The digest of all that judges a notice, engine apart: shapes, vocabulary, and the code that reads and uses them."""
    own = [p for p in HERE.rglob("*") if p.suffix in {".ttl", ".py"}]
    files = [*own, *vocabulary.turtle_files(), *Path(ontology.__file__).parent.glob("*.py")]
    total = hashlib.sha256(rdflib.__version__.encode())
    for path in sorted(files):
        total.update(f"\0{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
    return total.digest()


def key(lines: Iterable[str], engine: Engine) -> bytes:
    """The digest that a report on a notice with these lines stands under."""
    total = hashlib.sha256(knowledge() + engine.name.encode() + b"\0")
    total.update("\n".join(lines).encode())
    return total.digest()


class ReportCache:
    """An open cache, a context manager; where the file cannot be used it keeps nothing and finds nothing."""

    def __init__(self, path: Path) -> None:
        """Open the cache at `path`, or begin one."""
        self._path = path
        self._waiting = 0
        self._db = self._opened()

    def __enter__(self) -> ReportCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._db is not None:
            self._commit()
            self._db.close()

    def find(self, notice: str, engine: Engine, under: bytes) -> Report | None:
        """Return the report kept under this key; None when there is none, or one that is damaged."""
        if self._db is None:
            return None
        try:
            row = self._db.execute(
                "SELECT key, body, sum FROM report WHERE notice = ? AND engine = ?", (notice, engine.name)).fetchone()
            if row is None or row[0] != under:
                return None
            if row[2] != _sum(under, row[1]):
                raise NoReport("its checksum does not match")
            return decoded(row[1])
        except sqlite3.Error as error:
            self._forsake(error)
        except (NoReport, AttributeError, TypeError) as error:  # SQLite keeps any type in any column
            logger.warning("the kept report on %s is damaged (%s); the notice is validated again", notice, error)
        return None

    def keep(self, report: Report, engine: Engine, under: bytes) -> None:
        """Keep a report in place of the one that was there."""
        if self._db is None:
            return
        body = encoded(report)
        try:
            self._db.execute(
                "INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?, ?)",
                (report.notice, engine.name, under, body, _sum(under, body)))
            self._waiting += 1
            if self._waiting >= _BATCH:
                self._commit()
        except sqlite3.Error as error:
            self._forsake(error)

    def retain(self, notices: Iterable[str]) -> None:
        """Forget the reports on notices that are not among these."""
        if self._db is None:
            return
        try:
            known = {notice for (notice,) in self._db.execute("SELECT DISTINCT notice FROM report")}
            self._db.executemany("DELETE FROM report WHERE notice = ?", [(n,) for n in known - set(notices)])
        except sqlite3.Error as error:
            self._forsake(error)

    def _commit(self) -> None:
        if self._db is not None:
            try:
                self._db.commit()
                self._waiting = 0
            except sqlite3.Error as error:
                self._forsake(error)

    def _opened(self) -> sqlite3.Connection | None:
        for again in (True, False):
            connection = None
            try:
                self._path.touch(mode=0o600)  # it quotes the notices, as the store does
                connection = sqlite3.connect(self._path, timeout=2)
                connection.execute(_SCHEMA)
                connection.execute("SELECT key, body, sum FROM report WHERE notice = '' AND engine = ''").fetchone()
                return connection
            except (sqlite3.Error, OSError) as error:
                if connection is not None:
                    connection.close()
                if not again or (isinstance(error, sqlite3.OperationalError) and "no such column" not in str(error)):
                    logger.warning("%s cannot be used (%s); every notice is validated anew", self._path, error)
                    return None
                logger.warning("%s is damaged (%s); it is begun anew", self._path, error)
                self._path.unlink(missing_ok=True)
        return None

    def _forsake(self, error: sqlite3.Error) -> None:
        logger.warning("%s failed (%s); the rest is validated without it. It can be deleted", self._path, error)
        if self._db is not None:
            self._db.close()
        self._db = None


def _sum(under: bytes, body: str) -> bytes:
    return hashlib.sha256(under + body.encode()).digest()
