"""What can be done with the published states of a store: list them, go back to one, and give back space.

Going back is a transaction like any other: the journal's next revision says again what the earlier one
said, so the record, the live copy and what readers see agree, and revisions only ever grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.snapshots import Kept, Snapshots
from ingest.store import JOURNAL, Store
from ingest.store_copy import Copy, CopyUnreadable
from ingest.store_errors import NoSuchSnapshot, StorePathError
from ontology.namespaces import ID_BASE

CURRENT = "CURRENT"


@dataclass(frozen=True, slots=True)
class Listed:
    """A snapshot with the number of its notices; None when it cannot be read."""

    kept: Kept
    notices: int | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A store brought back: to which revision, whether that changed anything, its notices, and what is published now."""

    restored: int
    changed: bool
    notices: int
    snapshot: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """The bytes of all files of a store before and after, and what is published now."""

    before: int
    after: int
    snapshot: int


def listed(path: Path, *, base: str = ID_BASE) -> Iterator[Listed]:
    """The snapshots of a store, oldest first; it may be written meanwhile. Raises StorePathError or OSError."""
    _existing(path)
    for kept in Snapshots(path).kept():
        try:
            notices: int | None = Copy(kept.path / "public", base).notices()
        except CopyUnreadable:
            notices = None
        yield Listed(kept, notices)


def rollback(path: Path, revision: str | None = None, *, base: str = ID_BASE) -> Restored:
    """Bring a store back to a published revision: the one given, CURRENT, or the one before the current one.

    Raises NoSuchSnapshot, or what `Store.open` raises.
    """
    _existing(path)
    with Store.open(path, base=base) as store:
        wanted = _wanted(path, revision)
        changed = store.revert(wanted)
        snapshot = store.publish()
        return Restored(wanted, changed, len(store.notices()), snapshot.revision)


def compact(path: Path, *, base: str = ID_BASE) -> Compacted:
    """Give back the space that a store does not need. Raises what `Store.open` and `Store.compact` raise."""
    _existing(path)
    before = size(path)
    with Store.open(path, base=base) as store:
        snapshot = store.compact()
    return Compacted(before, size(path), snapshot.revision)


def size(path: Path) -> int:
    """The bytes of all files below a path; one with several names counts once."""
    found = {}
    for file in path.rglob("*"):
        if file.is_file():
            status = file.stat()
            found[status.st_dev, status.st_ino] = status.st_size
    return sum(found.values())


def _existing(path: Path) -> None:
    if not (path / JOURNAL).is_file():
        raise StorePathError(path, f"it has no {JOURNAL}")


def _wanted(path: Path, revision: str | None) -> int:
    snapshots = Snapshots(path)
    current = snapshots.current()
    published = [one.revision for one in snapshots.kept()]
    if current is not None and revision == CURRENT:
        return current.revision
    earlier = [one for one in published if current is None or one < current.revision]
    if revision is None and earlier:
        return earlier[-1]
    if revision is None or not revision.isdecimal():
        raise NoSuchSnapshot(path, revision, published)
    return int(revision)
