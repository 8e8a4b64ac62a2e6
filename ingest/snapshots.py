"""Published states of a store: checkpoints that readers open, and the pointer that says which one is current.

    <store>/snapshots/<revision>/public/       an Oxigraph checkpoint (hard links), without contacts
    <store>/snapshots/<revision>/contacts.nq   the contacts graphs as N-Quads, for those who were given the setting
    <store>/snapshots/<revision>/search.sqlite the text index of its quotes and titles, without contacts
    <store>/snapshots/<revision>/lease         readers hold a shared lock on it while they have the checkpoint open
    <store>/current                            the revision to read, replaced in one step

Readers (`queries.evaluation`) know these five names and nothing else of a store.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such locks on this platform: the two newest checkpoints are kept all the same
    fcntl = None  # type: ignore[assignment,unused-ignore]

KEEP = 2
INDEX = "search.sqlite"
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published state: its revision and its directory."""

    revision: int
    path: Path


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot as it lies there: since when, whether readers are pointed at it, and whether one has it open.

    `size` are the bytes of its files; `own` those that no other snapshot and not the live copy shares.
    """

    revision: int
    path: Path
    published: float
    current: bool
    in_use: bool
    size: int
    own: int


class Snapshots:
    """The checkpoints of one store directory."""

    def __init__(self, store: Path) -> None:
        self._pointer = store / "current"
        self._root = store / "snapshots"

    def current(self) -> Snapshot | None:
        """The snapshot that readers open now; None when nothing whole was published."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        path = self._root / name
        return Snapshot(int(name), path) if name.isdecimal() and (path / "public").is_dir() else None

    def publish(
        self, revision: int, backup: Callable[[Path], None], index: Callable[[Path], None], contacts: Iterable[str]
    ) -> Snapshot:
        """Make the checkpoint of `revision` and point readers at it. Nothing is visible before it is whole.

        `backup` writes a checkpoint into the directory given, `index` the text index into the file given; `contacts`
        are N-Quads lines. Raises OSError.
        """
        target = self._root / str(revision)
        if not target.is_dir():
            unfinished = self._root / f"{_UNFINISHED}{revision}"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            backup(unfinished / "public")
            index(unfinished / INDEX)
            # Named people's addresses: for the owner of the store only.
            with open(unfinished / "contacts.nq", "x", encoding="utf-8", opener=_private) as file:
                file.writelines(line + "\n" for line in contacts)
            (unfinished / "lease").touch()
            _sync(unfinished)
            unfinished.rename(target)
            _sync_directory(self._root)
        temporary = self._pointer.with_suffix(".new")
        with open(temporary, "w", encoding="ascii") as file:
            file.write(f"{revision}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._pointer)
        _sync_directory(self._pointer.parent)
        return Snapshot(revision, target)

    def kept(self) -> list[Kept]:
        """What lies there, oldest first. Raises OSError."""
        if not self._root.is_dir():
            return []
        current = self.current()
        found = []
        for revision in sorted(int(entry.name) for entry in self._root.iterdir() if entry.name.isdecimal()):
            path = self._root / str(revision)
            files = [file.stat() for file in path.rglob("*") if file.is_file()]
            found.append(
                Kept(
                    revision, path, (path / "lease").stat().st_mtime,
                    current is not None and revision == current.revision, _in_use(path / "lease"),
                    sum(one.st_size for one in files), sum(one.st_size for one in files if one.st_nlink == 1),
                )
            )  # fmt: skip
        return found

    def prune(self, keep: int = KEEP) -> int:
        """Delete all but the `keep` newest, the current one and those still open; returns the oldest that is left."""
        if not self._root.is_dir():
            return 0
        found = sorted(int(entry.name) for entry in self._root.iterdir() if entry.name.isdecimal())
        current = self.current()
        for revision in found[:-keep]:
            path = self._root / str(revision)
            if not (current and revision == current.revision) and not _in_use(path / "lease"):
                # Out of the way first: a half deleted checkpoint must not look like a whole one.
                doomed = path.rename(self._root / f"{_UNFINISHED}{revision}")
                shutil.rmtree(doomed, ignore_errors=True)
        for leftover in self._root.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        left = [int(entry.name) for entry in self._root.iterdir() if entry.name.isdecimal()]
        return min(left, default=0)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _in_use(lease: Path) -> bool:
    if fcntl is None or not lease.is_file():
        return False
    with open(lease, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _sync(directory: Path) -> None:
    """Bring a checkpoint to the disk; its tables (.sst) were synced when RocksDB wrote them."""
    for folder, _, names in os.walk(directory):
        for name in names:
            if not name.endswith(".sst"):
                with open(os.path.join(folder, name), "rb") as file:
                    os.fsync(file.fileno())
        _sync_directory(Path(folder))


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
