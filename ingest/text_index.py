"""The text index of a snapshot: the quotes and titles of its notices in SQLite FTS5, beside the checkpoint.

It is written at publication from the journal and never changes afterwards. The public graphs of notices go in, contacts
never. A quote stands in the column of its language as it is printed; which printed forms belong to one word is in a
table of its own (ontology.stems), and the form table goes along, so that a reader needs this file and nothing else:

    graphs (id, iri)                a notice's graph, which is its IRI
    items (id, graph, rest)         a quote's selector or the notice itself: what its IRI has behind the graph's
    texts (fi, sv, en, marks)       FTS5 by id; marks are `quote` or `title`, classes of the claims and their modality
    terms (language, key, form)     every form that is printed, by the keys of its word
    paradigms, endings              the Finnish form table: beginning, endings, lemma

`queries.text_search` reads it.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from rdflib import RDF

from ingest.journal import Change, Lines
from ontology import stems
from ontology.namespaces import DCTERMS, DPV, OA, PROV, SEL

FORMAT = 2
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE graphs (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE);
CREATE TABLE items (id INTEGER PRIMARY KEY, graph INTEGER NOT NULL, rest TEXT NOT NULL);
CREATE INDEX items_graph ON items (graph);
CREATE VIRTUAL TABLE texts USING fts5 (fi, sv, en, marks, tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (texts, 'col');
CREATE TABLE terms (language TEXT, key TEXT, form TEXT, PRIMARY KEY (language, key, form)) WITHOUT ROWID;
CREATE INDEX terms_form ON terms (language, form);
CREATE TABLE endings (id INTEGER PRIMARY KEY, list TEXT NOT NULL);
CREATE TABLE paradigms (beginning TEXT, endings INTEGER, lemma TEXT);
CREATE INDEX paradigms_beginning ON paradigms (beginning);
"""
_LINE = re.compile(r'<([^>]*)> <([^>]*)> (?:<([^>]*)>|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]+))?.*) \.')
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([tbnrf"\'\\]))')
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Text(NamedTuple):
    """A quote or a title: its IRI, its language, its words and its marks."""

    iri: str
    language: str
    words: str
    marks: frozenset[str]


class Versions(Protocol):
    """A store's states as they are told one after the other: its journal, or what a server says."""

    @property
    def revision(self) -> int:
        """The present one."""

    @property
    def horizon(self) -> int:
        """The oldest one that `since` can begin from."""

    def since(self, revision: int) -> Iterable[Change]:
        """What changed after a revision."""

    def everything(self) -> Iterable[Change]:
        """All that stands."""


def write(target: Path, journal: Versions, base: str, earlier: Path | None) -> None:
    """Make the index of the present state at `target`, out of an `earlier` one if it is whole.

    Raises OSError.
    """
    temporary = target.with_suffix(".new")
    notices = re.compile(re.escape(f"{base}notice/") + "[^/]+")
    try:
        known = revision(earlier) if earlier is not None else None
        if earlier is not None and known is not None and journal.horizon <= known <= journal.revision:
            shutil.copyfile(earlier, temporary)
            changes = ((c.graph, c.after) for c in journal.since(known) if notices.fullmatch(c.graph))
        else:
            temporary.unlink(missing_ok=True)
            changes = ((c.graph, c.after) for c in journal.everything() if notices.fullmatch(c.graph))
        with closing(sqlite3.connect(temporary, isolation_level=None)) as db:
            # It is synced with the snapshot, and thrown away when this process ends before that.
            db.execute("PRAGMA synchronous=OFF")
            db.execute("PRAGMA journal_mode=MEMORY")
            if db.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                _create(db)
            db.execute("BEGIN")
            _replace(db, changes)
            _learn(db)
            db.execute("REPLACE INTO meta VALUES ('revision', ?)", (str(journal.revision),))
            db.execute("COMMIT")
        temporary.replace(target)
    except sqlite3.Error as error:
        raise OSError(f"the text index {target.name}: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def revision(path: Path) -> int | None:
    """The revision that a whole index tells of; None when it is missing, damaged or of another form table."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            meta = dict(db.execute("SELECT key, value FROM meta"))
            whole = db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            current = db.execute("PRAGMA user_version").fetchone()[0] == FORMAT and meta["forms"] == _digest()
            db.execute("SELECT count(*) FROM texts WHERE texts MATCH 'quote'").fetchone()
    except (sqlite3.Error, KeyError):
        return None
    return int(meta["revision"]) if whole and current else None


def differences(path: Path, said: Iterable[tuple[str, Lines]], base: str) -> Iterator[str]:
    """The notices whose quotes and titles in the index are not those of their graphs as `said`. Raises sqlite3.Error."""
    notices = re.compile(re.escape(f"{base}notice/") + "[^/]+")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        left = {iri for (iri,) in db.execute("SELECT iri FROM graphs WHERE id IN (SELECT graph FROM items)")}
        for graph, lines in said:
            if not notices.fullmatch(graph):
                continue
            rows = db.execute(
                "SELECT rest, fi, sv, en, marks FROM graphs JOIN items ON items.graph = graphs.id"
                " JOIN texts ON texts.rowid = items.id WHERE graphs.iri = ?",
                (graph,),
            )
            if sorted(rows) != sorted(_row(graph, text) for text in texts(lines) if text.iri.startswith(graph)):
                yield f"the texts of <{graph}> are not those of its graph"
            left.discard(graph)
    yield from (f"<{graph}> is indexed and is no notice here" for graph in sorted(left))


def texts(lines: Lines) -> Iterator[Text]:
    """The quotes and the title in a notice's graph."""
    found: dict[str, tuple[str, str]] = {}
    classes: dict[str, set[str]] = defaultdict(set)
    derived: list[tuple[str, str]] = []
    titles: dict[str, tuple[str, str]] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        subject, predicate, iri, text, language = match.groups()
        if predicate == str(OA.exact):
            found[subject] = (_unescaped(text), language or "")
        elif predicate == str(DCTERMS.title):
            titles[subject] = (_unescaped(text), language or "")
        elif predicate == str(PROV.wasDerivedFrom) and iri:
            derived.append((subject, iri))
        elif iri and predicate in (str(RDF.type), str(SEL.modality)):
            classes[subject].add(re.split("[#/]", iri)[-1].lower())
    marks: dict[str, set[str]] = defaultdict(set)
    for claim, span in derived:
        marks[span] |= classes[claim]
    for span, (words, language) in found.items():
        yield Text(span, language, words, frozenset(marks[span] | {"quote"}))
    notice = str(DPV.PrivacyNotice).rpartition("#")[2].lower()
    for subject, (words, language) in titles.items():
        if notice in classes[subject]:
            yield Text(subject, language, words, frozenset({"title"}))


def _create(db: sqlite3.Connection) -> None:
    db.executescript(_SCHEMA)
    db.execute("INSERT INTO meta VALUES ('forms', ?)", (_digest(),))
    sets = {forms.endings for _, forms in stems.table()}
    numbers = {endings: number for number, endings in enumerate(sorted(sets, key=sorted))}
    listed = ((number, json.dumps(sorted(endings), ensure_ascii=False)) for endings, number in numbers.items())
    rows = [(forms.beginning, numbers[forms.endings], lemma.lower()) for lemma, forms in stems.table()]
    db.execute("BEGIN")
    db.executemany("INSERT INTO endings VALUES (?, ?)", listed)
    db.executemany("INSERT INTO paradigms VALUES (?, ?, ?)", rows)
    db.execute(f"PRAGMA user_version = {FORMAT}")
    db.execute("COMMIT")


def _replace(db: sqlite3.Connection, changes: Iterable[tuple[str, Lines]]) -> None:
    """Put the texts of each graph in the place of those that it had."""
    for graph, lines in changes:
        db.execute("INSERT OR IGNORE INTO graphs (iri) VALUES (?)", (graph,))
        (home,) = db.execute("SELECT id FROM graphs WHERE iri = ?", (graph,)).fetchone()
        db.execute("DELETE FROM texts WHERE rowid IN (SELECT id FROM items WHERE graph = ?)", (home,))
        db.execute("DELETE FROM items WHERE graph = ?", (home,))
        for text in texts(lines):
            if not text.iri.startswith(graph):
                continue  # a quote out of another notice has no place in this one
            rest, *columns = _row(graph, text)
            number = db.execute("INSERT INTO items (graph, rest) VALUES (?, ?)", (home, rest)).lastrowid
            db.execute("INSERT INTO texts (rowid, fi, sv, en, marks) VALUES (?, ?, ?, ?, ?)", (number, *columns))


def _row(graph: str, text: Text) -> tuple[str, ...]:
    """What its IRI has behind the graph's, its words in the column of their language, and its marks."""
    # Words in a language that is not known here, or not given, are looked for as English ones.
    columns = [text.words if text.language == language else "" for language in stems.LANGUAGES]
    columns[-1] = columns[-1] if any(columns) else text.words
    return (text.iri.removeprefix(graph), *columns, " ".join(sorted(text.marks)))


def _learn(db: sqlite3.Connection) -> None:
    """Keep the keys of every form that is printed and was not before."""
    lemmas = stems.TableLemmas(stems.table())
    new = db.execute(
        "SELECT DISTINCT col, term FROM vocabulary WHERE col <> 'marks'"
        " AND NOT EXISTS (SELECT 1 FROM terms WHERE language = col AND form = term)"
    ).fetchall()
    for language, form in new:
        rows = [(language, key, form) for key in sorted(stems.keys(form, language, lemmas))]
        db.executemany("INSERT OR IGNORE INTO terms VALUES (?, ?, ?)", rows)


def _digest() -> str:
    return sha256(stems.TABLE.read_bytes()).hexdigest()


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])

    return _ESCAPE.sub(character, text) if "\\" in text else text
