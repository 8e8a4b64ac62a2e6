"""What can go wrong with a store directory, drawn as a tree; each error says what to do about it.

StoreError
├── StorePathError      the path is a file, or a directory that holds something else
├── StoreLocked         another process writes this store
├── StoreUnwritable     no permission, read-only or full disk
├── StoreDamaged        the journal itself cannot be read
├── StoreBaseMismatch   the store was made for another base of instance IRIs
├── NoSuchSnapshot      a revision that is not, or no more, published
├── BadGraphName        a graph that has no place in a store
└── BadTriples          lines that are not N-Triples
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class StoreError(Exception):
    """The store cannot do what was asked; nothing of the transaction was written."""


class StorePathError(StoreError):
    """The path cannot be a store directory."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"{path} is not a store: {why}. Give a new or empty directory, or one that Seloste made.")


class StoreLocked(StoreError):
    """A second writer: one process writes a store at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is being written by another process. Wait until it ends, or stop it; reading needs no lock."
        )


class StoreUnwritable(StoreError):
    """The disk refuses: permission, read-only file system, no space."""

    def __init__(self, path: Path, cause: BaseException) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be written ({cause}). Check permissions and free space, then run the same command again: "
            "what was acknowledged before is kept."
        )


class StoreDamaged(StoreError):
    """The journal, the record from which all else is rebuilt, cannot be read."""

    def __init__(self, path: Path, cause: BaseException | str) -> None:
        self.path = path
        super().__init__(
            f"The journal {path} cannot be read ({cause}). Restore it from a backup, or ingest into a new directory."
        )


class StoreBaseMismatch(StoreError):
    """The store's instance IRIs begin otherwise than this run's."""

    def __init__(self, path: Path, theirs: str, ours: str) -> None:
        self.path, self.theirs, self.ours = path, theirs, ours
        super().__init__(
            f"{path} was made with base {theirs}, this run has {ours}. Use that base, or another directory."
        )


class NoSuchSnapshot(StoreError):
    """The store cannot be brought back to a revision: it was never published, or its snapshot is gone."""

    def __init__(self, path: Path, revision: int | str | None, published: Sequence[int]) -> None:
        self.path, self.revision = path, revision
        known = ", ".join(map(str, published)) or "none"
        what = "earlier than the current one" if revision is None else str(revision)
        super().__init__(f"{path} has no snapshot {what}. Published are: {known}. See: seloste store snapshots")


class BadGraphName(StoreError):
    """A graph IRI outside the ones data-model section 6 names."""

    def __init__(self, graph: str, expected: str) -> None:
        self.graph = graph
        super().__init__(f"<{graph}> cannot be stored here: expected {expected}.")


class BadTriples(StoreError):
    """The lines of a graph are not N-Triples."""

    def __init__(self, graph: str, detail: str) -> None:
        self.graph, self.detail = graph, detail
        super().__init__(f"The triples for <{graph}> are not N-Triples ({detail}). Nothing of it was stored.")
