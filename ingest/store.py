"""The store: where a notice's graphs go in whole or not at all, and from which readers get whole snapshots.

    <store>/journal.sqlite   the record: every graph as N-Triples, on disk before a call returns (ingest.journal)
    <store>/live/            Oxigraph, one transaction a notice (ingest.store_live); rebuilt from the journal when lost
    <store>/snapshots/, current   what readers open (ingest.snapshots), each with its text index (ingest.text_index)

A transaction goes to the journal first and to the live copy second. A process that dies between the two leaves a
live copy that is one revision behind: the next opening brings it up. The graphs are those of data-model section 6.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from ingest import store_live, text_index
from ingest.journal import Change, Journal, Lines, canonical
from ingest.snapshots import INDEX, Snapshot, Snapshots
from ingest.store_errors import (
    BadGraphName,
    BadTriples,
    StoreBaseMismatch,
    StoreDamaged,
    StoreError,
    StoreLocked,
    StorePathError,
    StoreUnwritable,
)
from ingest.store_live import Live
from ontology.namespaces import ID_BASE

__all__ = [
    "BadGraphName",
    "BadTriples",
    "Snapshot",
    "Store",
    "StoreBaseMismatch",
    "StoreDamaged",
    "StoreError",
    "StoreLocked",
    "StorePathError",
    "StoreUnwritable",
]

JOURNAL, LIVE = "journal.sqlite", "live"
CONTACTS = "/contacts"
_NOTICE_GRAPH = re.compile(r"notice/[0-9A-Za-z._~-]+(/contacts|/inferred|/report|/text)?")
_SHARED_GRAPH = re.compile(r"graph/[0-9A-Za-z._~-]+")
_NO_ORGANISATIONS: Mapping[str, Sequence[str]] = {}


class Store:
    """A store directory opened for writing, by one process at a time; a context manager."""

    def __init__(self, path: Path, base: str, journal: Journal, live: Live) -> None:
        """For `Store.open`."""
        self.path = path
        self.base = base
        self._journal = journal
        self._live: Live | None = live
        self._snapshots = Snapshots(path)
        self._organisations = f"{base}graph/organisations"

    @classmethod
    def open(cls, path: Path, *, base: str = ID_BASE) -> Store:
        """Open the store at `path`, or make one there.

        A live copy that is missing, damaged or behind is brought up from the journal first.
        Raises StorePathError, StoreLocked, StoreUnwritable, StoreDamaged or StoreBaseMismatch.
        """
        _prepare(path)
        journal = Journal.open(path / JOURNAL, base)
        try:
            live = _live(path, base, journal)
        except StoreError:
            journal.close()
            raise
        return cls(path, base, journal, live)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Release the directory. What was not published is kept, and readers see it after the next publication."""
        self._live = None
        self._journal.close()

    @property
    def revision(self) -> int:
        """The number of the last transaction."""
        return self._journal.revision

    def replace(
        self, graphs: Mapping[str, Sequence[str]], organisations: Mapping[str, Sequence[str]] = _NO_ORGANISATIONS
    ) -> bool:
        """Store a notice's graphs in one transaction; True when something changed.

        `graphs` maps graph IRIs of notices to N-Triples lines. When a notice's own graph is among them, they are all
        that the notice has: graphs of it that are stored but not given go. Without it only the graphs given change.
        `organisations` maps an organisation's IRI to its lines for the graph of organisations; one that is there
        already keeps its description. Raises BadGraphName, BadTriples or StoreUnwritable; then nothing is changed.
        """
        wanted: dict[str, Sequence[str]] = {}
        for graph, lines in graphs.items():
            kind = self._local(graph, _NOTICE_GRAPH, f"{self.base}notice/…")
            wanted[graph] = lines
            if not kind.group(1):
                wanted |= {old: () for old in self._graphs_of(graph) if old not in graphs}
        changes = [
            Change(self._organisations, iri, (), store_live.checked(self._organisations, lines, self.base))
            for iri, lines in organisations.items()
            if lines and not self._journal.lines(self._organisations, iri)
        ]
        return self._write([*(self._change(graph, "", lines) for graph, lines in wanted.items()), *changes])

    def remove(self, notice_iri: str) -> bool:
        """Take a notice with all its graphs out, in one transaction; True when it was there. Raises StoreUnwritable."""
        return self._write([self._change(graph, "", ()) for graph in self._graphs_of(notice_iri)])

    def load_shared(self, graph_iri: str, lines: Iterable[str]) -> bool:
        """Store a shared graph (`id:graph/vocabulary`, `id:graph/dataset`); True when it changed.

        In `id:graph/organisations` the lines are curated descriptions: each takes the place of what notices gave for
        that organisation, and organisations not among them stay. Raises BadGraphName, BadTriples or StoreUnwritable.
        """
        self._local(graph_iri, _SHARED_GRAPH, f"{self.base}graph/…")
        if graph_iri != self._organisations:
            return self._write([self._change(graph_iri, "", list(lines))])
        described: dict[str, list[str]] = {}
        for line in store_live.checked(graph_iri, lines, self.base):
            described.setdefault(line.split(None, 1)[0].strip("<>"), []).append(line)
        return self._write([self._change(graph_iri, iri, found) for iri, found in described.items()])

    def publish(self) -> Snapshot:
        """Give readers the present state; the same snapshot again when nothing changed, its text index mended.

        Raises StoreUnwritable.
        """
        live = self._caught_up()
        revision = self._journal.revision
        current = self._snapshots.current()
        earlier = current.path / INDEX if current is not None else None

        def index(target: Path) -> None:
            text_index.write(target, self._journal, self.base, earlier)

        try:
            if current is not None and current.revision == revision:
                if text_index.revision(current.path / INDEX) != revision:
                    index(current.path / INDEX)
                return current
            snapshot = self._snapshots.publish(revision, live.backup, index, self._contacts())
            self._journal.prune(self._snapshots.prune())
        except (OSError, RuntimeError) as error:
            raise self._failed(error) from error
        return snapshot

    def notices(self) -> list[str]:
        """The IRIs of the notices stored, in order."""
        prefix = f"{self.base}notice/"
        return [graph for graph in self._journal.graphs(prefix) if "/" not in graph.removeprefix(prefix)]

    def graphs(self) -> list[str]:
        """The IRIs of all graphs stored, contacts included, in order."""
        return self._journal.graphs()

    def graph(self, iri: str) -> Lines:
        """The N-Triples lines of one graph as they were given, sorted; empty when there is no such graph."""
        return self._journal.graph(iri)

    def _graphs_of(self, notice_iri: str) -> list[str]:
        return [iri for iri in self._journal.graphs(notice_iri) if iri == notice_iri or iri[len(notice_iri)] == "/"]

    def _local(self, graph: str, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        match = pattern.fullmatch(graph.removeprefix(self.base)) if graph.startswith(self.base) else None
        if match is None:
            raise BadGraphName(graph, expected)
        return match

    def _change(self, graph: str, part: str, lines: Sequence[str]) -> Change:
        before = self._journal.lines(graph, part)
        # The same lines again need no proof that they are N-Triples: the usual case when a folder is ingested twice.
        after = before if canonical(lines) == before else store_live.checked(graph, lines, self.base)
        return Change(graph, part, before, after)

    def _write(self, changes: Sequence[Change]) -> bool:
        effective = [change for change in changes if change.before != change.after]
        if not effective:
            return False
        live = self._caught_up()
        revision = self._journal.commit(effective)
        try:
            live.apply(list(_public(effective)), revision)
        except (OSError, RuntimeError) as error:
            raise self._failed(error) from error
        return True

    def _caught_up(self) -> Live:
        """The live copy at the journal's revision; an earlier write may have failed half way, on a full disk."""
        if self._live is None:
            raise StorePathError(self.path, "it was closed")
        try:
            _catch_up(self._live, self._journal)
        except (OSError, RuntimeError) as error:
            raise self._failed(error) from error
        return self._live

    def _failed(self, error: OSError | RuntimeError) -> StoreUnwritable:
        if isinstance(error, RuntimeError):
            # The engine reports damage in its files: they are rebuilt from the journal at the next opening.
            self._live = None
            shutil.rmtree(self.path / LIVE, ignore_errors=True)
        return StoreUnwritable(self.path, error)

    def _contacts(self) -> Iterable[str]:
        for graph in self._journal.graphs(f"{self.base}notice/"):
            if graph.endswith(CONTACTS):
                yield from store_live.nquads(graph, self._journal.lines(graph))


def _prepare(path: Path) -> None:
    """Make the directory, or see that what is there can be a store."""
    if path.exists() and not path.is_dir():
        raise StorePathError(path, "it is a file")
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not (path / JOURNAL).exists() and any(path.iterdir()):
            raise StorePathError(path, f"the directory is not empty and has no {JOURNAL}")
    except FileExistsError as error:
        raise StorePathError(path, "it is a file") from error
    except NotADirectoryError as error:
        raise StorePathError(path, "a part of the path is a file") from error
    except OSError as error:
        raise StoreUnwritable(path, error) from error


def _live(path: Path, base: str, journal: Journal) -> Live:
    directory = path / LIVE
    try:
        try:
            live = Live(directory, base)
        except (OSError, RuntimeError) as error:  # damage comes as either
            if "lock" in str(error).lower():
                raise StoreLocked(path) from error
            live = store_live.fresh(directory, base)
        revision = live.revision
        if revision is None or not journal.horizon <= revision <= journal.revision:
            del live  # its files are about to go
            live = store_live.fresh(directory, base)
            live.fill(_public(journal.everything()), journal.revision)
        else:
            _catch_up(live, journal)
    except OSError as error:
        raise StoreUnwritable(path, error) from error
    return live


def _catch_up(live: Live, journal: Journal) -> None:
    revision = live.revision
    if revision is not None and revision < journal.revision:
        live.apply(list(_public(journal.since(revision))), journal.revision)


def _public(changes: Iterable[Change]) -> Iterator[Change]:
    return (change for change in changes if not change.graph.endswith(CONTACTS))
