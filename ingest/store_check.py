"""Is a store whole? The journal against itself, and everything that is made of it against the journal.

Nothing is written and nothing is mended: the next opening for writing mends the live copy, the next publication the
text index; what neither can mend says what to do. The store is locked while it is checked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest import text_index
from ingest.journal import Change, Journal
from ingest.snapshots import INDEX, Kept, Snapshots
from ingest.store import JOURNAL, LIVE
from ingest.store_copy import Copy, CopyUnreadable
from ingest.store_errors import StoreDamaged, StorePathError, StoreUnwritable
from ingest.store_live import CONTACTS, nquads
from ontology.namespaces import ID_BASE

SHOWN = 5
"""Differences of one part that are told one by one."""
_MENDED = "Delete {0}: it is made anew from the journal the next time that notices are ingested."
_REMADE = "Delete {0}; if it was the current one, run seloste store compact: it is made anew."


@dataclass(frozen=True, slots=True)
class Checked:
    """One part of a store: what it is, what was found wrong, what to do about it, and what is worth knowing."""

    part: str
    problems: Sequence[str] = ()
    remedy: str = ""
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about a store, part by part."""

    path: Path
    revision: int
    notices: int
    parts: Sequence[Checked] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong anywhere."""
        return all(part.whole for part in self.parts)


def check(path: Path, *, base: str = ID_BASE) -> Findings:
    """Look through the store at `path`.

    Raises StorePathError when there is none, StoreLocked, StoreUnwritable or StoreBaseMismatch. A journal that cannot be
    read at all is a finding.
    """
    if not (path / JOURNAL).is_file():
        raise StorePathError(path, f"it has no {JOURNAL}")
    try:
        try:
            journal = Journal.open(path / JOURNAL, base)
        except StoreUnwritable:
            journal = Journal.opened_read_only(path / JOURNAL, base)
    except StoreDamaged as error:
        return Findings(path, 0, 0, [Checked("journal", [str(error)], _lost(path))])
    try:
        damage = journal.damage()
        if damage:
            return Findings(path, 0, 0, [Checked("journal", damage, _lost(path))])
        prefix = f"{base}notice/"
        notices = sum("/" not in graph.removeprefix(prefix) for graph in journal.graphs(prefix))
        parts = [Checked("journal", note=f"revision {journal.revision}"), _live(path / LIVE, journal, base)]
        parts += _snapshots(Snapshots(path), journal, base)
        return Findings(path, journal.revision, notices, parts)
    finally:
        journal.close()


def _lost(path: Path) -> str:
    return (
        f"Restore {path / JOURNAL} from a backup (docs/deploy.md). Readers still have the published snapshot: "
        "seloste export writes its public graphs."
    )


def _live(directory: Path, journal: Journal, base: str) -> Checked:
    if not directory.is_dir():
        return Checked("live copy", note="not there; made from the journal at the next ingestion")
    return _compared("live copy", directory, journal, base, None, _MENDED.format(directory))


def _compared(
    part: str, directory: Path, journal: Journal, base: str, expected: int | None, remedy: str
) -> Checked:
    """A copy in the engine's files against the journal, at the copy's own revision."""
    try:
        copy = Copy(directory, base)
        revision = copy.revision
        if expected is not None and revision != expected:
            return Checked(part, [f"its data are of revision {revision}"], remedy)
        if revision is None or revision > journal.revision:
            return Checked(part, [f"its revision is {revision}, the journal's {journal.revision}"], remedy)
        if revision < journal.horizon:
            return Checked(part, note=f"revision {revision}, older than what the journal can tell: not compared")
        problems = _cut(list(copy.differences(c for c in journal.at(revision) if not c.graph.endswith(CONTACTS))))
    except CopyUnreadable as error:
        return Checked(part, [f"it cannot be read ({error})"], remedy)
    behind = "" if revision == journal.revision else f", the journal's is {journal.revision}"
    return Checked(part, problems, remedy, f"revision {revision}{behind}")


def _snapshots(snapshots: Snapshots, journal: Journal, base: str) -> Iterator[Checked]:
    kept = snapshots.kept()
    if not any(one.current for one in kept):
        problems = ["no whole snapshot is published, though some lie there"] if kept else []
        yield Checked("snapshots", problems, "Run seloste store compact: it publishes one.", "nothing is published yet")
    for one in kept:
        name = f"snapshot {one.revision}" + (" (current)" if one.current else "")
        remedy = _REMADE.format(one.path)
        yield _compared(name, one.path / "public", journal, base, one.revision, remedy)
        if one.revision >= journal.horizon:
            yield _index(f"{name}: text index", one, journal, base)
            yield _contacts(f"{name}: contacts", one, journal, remedy)


def _index(part: str, one: Kept, journal: Journal, base: str) -> Checked:
    remedy = f"Delete {one.path / INDEX}, then run seloste ingest: the index is made anew."
    try:
        if text_index.revision(one.path / INDEX) != one.revision:
            return Checked(part, ["it is missing, damaged or of another version of Seloste"], remedy)
        said = ((change.graph, change.after) for change in journal.at(one.revision))
        return Checked(part, _cut(list(text_index.differences(one.path / INDEX, said, base))), remedy)
    except sqlite3.Error as error:
        return Checked(part, [f"it cannot be read ({error})"], remedy)


def _contacts(part: str, one: Kept, journal: Journal, remedy: str) -> Checked:
    """The contacts graphs beside a snapshot. They are compared, and nothing of them is told."""
    wanted = _lines(journal.at(one.revision), lambda graph: graph.endswith(CONTACTS))
    try:
        found = (one.path / "contacts.nq").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return Checked(part, [f"they cannot be read ({type(error).__name__})"], remedy)
    same = sorted(found) == sorted(wanted)
    return Checked(part, [] if same else ["they are not those of the journal"], remedy)


def _lines(changes: Iterator[Change], chosen: Callable[[str], bool]) -> list[str]:
    return [line for change in changes if chosen(change.graph) for line in nquads(change.graph, change.after)]


def _cut(problems: list[str]) -> list[str]:
    """The first few, and how many more there are."""
    more = len(problems) - SHOWN
    return [*problems[:SHOWN], *([f"and {more} more"] if more > 0 else [])]
