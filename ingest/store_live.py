"""The live copy of a store in Oxigraph: every public graph, and its triples once more, merged, in the default graph.

Merged physically, because Oxigraph's union of named graphs counts a triple once for each graph that holds it, and is
slow. Contacts graphs (data-model section 6) are never here: what is not in the files cannot be asked for.
The revision stands in a graph of its own and changes in the same transaction as the data.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox

from ingest.journal import Change, Journal, Lines, canonical
from ingest.store_errors import BadTriples, StoreLocked, StoreUnwritable

CONTACTS = "/contacts"
_VERSION = ox.NamedNode("http://www.w3.org/ns/dcat#version")
Spo = tuple[ox.NamedNode | ox.BlankNode | ox.Triple, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


class Live:
    """An open Oxigraph directory for writing; `close` by dropping it."""

    def __init__(self, path: Path, base: str) -> None:
        """Open or create the directory; raises OSError when it is damaged or cannot be written."""
        self._store = ox.Store(str(path))
        self._graph = ox.NamedNode(f"{base}graph/revision")
        self._dataset = ox.NamedNode(f"{base}dataset")

    @property
    def revision(self) -> int | None:
        """The revision of the data; None when this copy holds none."""
        return max(self._revisions(), default=None)

    def apply(self, changes: Sequence[Change], revision: int) -> None:
        """Bring the copy from the state before `changes` to the state after, in one transaction. Raises OSError."""
        if not any(change.before for change in changes):
            # Only new graphs, as in a first ingestion: three times faster than an update, and as whole. The new
            # revision stands beside the old one until the next backup.
            mark = ox.Quad(self._dataset, _VERSION, ox.Literal(str(revision)), self._graph)
            self._store.extend([*_quads(changes), mark])
        else:
            self._store.update(self._difference(changes, revision))

    def catch_up(self, journal: Journal) -> None:
        """Bring the copy from its own revision to the journal's. Raises OSError."""
        revision = self.revision
        if revision is not None and revision < journal.revision:
            self.apply(list(public(journal.since(revision))), journal.revision)

    def fill(self, changes: Iterable[Change], revision: int) -> None:
        """Load an empty copy; the revision is written last, so a broken load is seen and done again. Raises OSError."""
        self._store.bulk_extend(_quads(changes))
        self.apply((), revision)

    def backup(self, target: Path) -> None:
        """Write a checkpoint into `target`, which must not exist; hard links on one file system. Raises OSError."""
        revision = self.revision
        if revision is not None and len(self._revisions()) > 1:
            self._store.update(self._difference((), revision))
        self._store.flush()
        self._store.backup(str(target))

    def optimise(self) -> None:
        """Merge the engine's files, without what was deleted from them. Raises OSError."""
        self._store.optimize()

    def _revisions(self) -> list[int]:
        found = self._store.quads_for_pattern(self._dataset, _VERSION, None, self._graph)
        return [int(quad.object.value) for quad in found if isinstance(quad.object, ox.Literal)]

    def _difference(self, changes: Sequence[Change], revision: int) -> str:
        """One SPARQL update request, which the engine takes as one transaction."""
        removed: dict[str, list[str]] = {}
        added: dict[str, list[str]] = {}
        emptied: list[str] = []
        leaving: dict[Spo, set[str]] = {}
        for change in changes:
            gone = set(change.before) - set(change.after)
            come = set(change.after) - set(change.before)
            if any("^^" in line for line in gone):
                # The engine stores P12M and P1Y as one value: deleting one must not take the other along.
                come = set(change.after)
            old = list(triples(change.graph, sorted(gone)))
            new = list(triples(change.graph, sorted(come)))
            if not change.after and not change.part:
                emptied.append(change.graph)
            removed.setdefault(change.graph, []).extend(f"{triple} ." for triple in old)
            added.setdefault(change.graph, []).extend(f"{triple} ." for triple in new)
            for triple in old:
                leaving.setdefault((triple.subject, triple.predicate, triple.object), set()).add(change.graph)
        unheld = [f"{ox.Triple(*spo)} ." for spo, graphs in leaving.items() if not self._held(spo, graphs)]
        return " ;\n".join(
            (
                *(_data("DELETE", graph, lines) for graph, lines in removed.items() if lines),
                *([_data("DELETE", None, unheld)] if unheld else []),
                *(f"DROP SILENT GRAPH <{graph}>" for graph in emptied),
                *(_data("INSERT", graph, lines) for graph, lines in added.items() if lines),
                *(_data("INSERT", None, lines) for lines in added.values() if lines),
                f"DELETE WHERE {{ GRAPH {self._graph} {{ {self._dataset} {_VERSION} ?old }} }}",
                _data("INSERT", self._graph.value, [f'{self._dataset} {_VERSION} "{revision}" .']),
            )
        )

    def _held(self, spo: Spo, but: set[str]) -> bool:
        """Whether a named graph other than `but` holds the triple, which then stays in the default graph."""
        return any(
            isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in but
            for quad in self._store.quads_for_pattern(*spo, None)
        )


def opened(store: Path, name: str, base: str, journal: Journal) -> Live:
    """The copy in the directory `name` of a store, brought up from the journal when it is missing, damaged or behind.

    Raises StoreLocked or StoreUnwritable.
    """
    directory = store / name
    for told in directory.glob("LOG.old.*"):  # what the engine noted at each earlier opening; it keeps a thousand
        told.unlink(missing_ok=True)
    try:
        try:
            live = Live(directory, base)
        except (OSError, RuntimeError) as error:  # damage comes as either
            if "lock" in str(error).lower():
                raise StoreLocked(store) from error
            live = _fresh(directory, base)
        revision = live.revision
        if revision is None or not journal.horizon <= revision <= journal.revision:
            del live  # its files are about to go
            live = _fresh(directory, base)
            live.fill(public(journal.everything()), journal.revision)
        else:
            live.catch_up(journal)
    except OSError as error:
        raise StoreUnwritable(store, error) from error
    return live


def public(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes but for those of contacts graphs."""
    return (change for change in changes if not change.graph.endswith(CONTACTS))


def _fresh(path: Path, base: str) -> Live:
    """An empty copy at `path`, in place of whatever is there."""
    shutil.rmtree(path, ignore_errors=True)
    return Live(path, base)


def triples(graph: str, lines: Sequence[str]) -> Iterator[ox.Triple]:
    """The triples of N-Triples lines; raises BadTriples naming `graph`."""
    try:
        for quad in ox.parse("\n".join(lines), format=ox.RdfFormat.N_TRIPLES):
            yield quad.triple
    except SyntaxError as error:
        raise BadTriples(graph, str(error)) from error


def checked(graph: str, lines: Iterable[str], base: str) -> Lines:
    """Lines in canonical order, proven to be N-Triples, with IRIs for blank nodes.

    A blank node has no name that lasts, so no difference between two versions could be told: each gets an IRI from the
    graph's canonical form (RDFC-1.0) under `base`. Raises BadTriples.
    """
    given = canonical(lines)
    if not any(line.startswith("_:") or " _:" in line for line in given):
        for _ in triples(graph, given):
            pass
        return given
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples(graph, given))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    scope = sha256(graph.encode()).hexdigest()[:12]

    def named(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
        return f"<{base}.well-known/genid/{scope}-{term.value}>" if isinstance(term, ox.BlankNode) else str(term)

    return canonical(f"{named(quad.subject)} {quad.predicate} {named(quad.object)} ." for quad in dataset)


def nquads(graph: str, lines: Iterable[str]) -> Iterator[str]:
    """N-Triples lines as N-Quads lines of `graph`."""
    return (f"{line.rstrip().removesuffix('.').rstrip()} <{graph}> ." for line in lines)


def _quads(changes: Iterable[Change]) -> Iterator[ox.Quad]:
    for change in changes:
        graph = ox.NamedNode(change.graph)
        for triple in triples(change.graph, change.after):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
            yield ox.Quad(triple.subject, triple.predicate, triple.object)


def _data(verb: str, graph: str | None, lines: Sequence[str]) -> str:
    body = "\n".join(lines)
    return f"{verb} DATA {{ GRAPH <{graph}> {{\n{body}\n}} }}" if graph else f"{verb} DATA {{\n{body}\n}}"
