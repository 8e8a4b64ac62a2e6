"""A copy of the journal in the engine's files, the live one or a snapshot's: does it hold what the journal says?

The engine stores some literals as another of the same value, so what the journal says is put through the engine before
it is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path

import pyoxigraph as ox

from ingest.journal import Change
from ingest.store_live import triples

_SAMPLED = 50
"""Of so many triples of the default graph, one is looked for in all of the engine's indexes."""
_VERSION = ox.NamedNode("http://www.w3.org/ns/dcat#version")

class CopyUnreadable(OSError):
    """The engine cannot open or read its files."""


class Copy:
    """An engine's directory opened for reading only; no writer may have it open."""

    def __init__(self, path: Path, base: str) -> None:
        """Open it. Raises CopyUnreadable."""
        try:
            self._store = ox.Store.read_only(str(path))
        except (OSError, RuntimeError) as error:
            raise CopyUnreadable(str(error)) from error
        self._revision = ox.NamedNode(f"{base}graph/revision")
        self._notice = f"{base}notice/"

    @property
    def revision(self) -> int | None:
        """The revision of its data; None when it holds none."""
        found = self._store.quads_for_pattern(None, _VERSION, None, self._revision)
        return max((int(quad.object.value) for quad in found if isinstance(quad.object, ox.Literal)), default=None)

    def notices(self) -> int:
        """How many notices it holds."""
        return sum(
            graph.value.startswith(self._notice) and "/" not in graph.value.removeprefix(self._notice)
            for graph in self._store.named_graphs()
            if isinstance(graph, ox.NamedNode)
        )

    def differences(self, said: Iterable[Change]) -> Iterator[str]:
        """The graphs that are not as `said`, in order of graph; then what is too much or missing in the merged graph.

        Raises CopyUnreadable.
        """
        known: set[str] = set()
        try:
            for graph, parts in groupby(said, lambda change: change.graph):
                known.add(graph)
                yield from self._graph(graph, [line for part in parts for line in part.after])
            for name in self._store.named_graphs():
                if name != self._revision and isinstance(name, ox.NamedNode) and name.value not in known:
                    yield f"<{name.value}> is there and should not be"
            yield from self._merged()
        except (OSError, RuntimeError) as error:
            raise CopyUnreadable(str(error)) from error

    def _graph(self, graph: str, lines: list[str]) -> Iterator[str]:
        name = ox.NamedNode(graph)
        found = {(q.subject, q.predicate, q.object) for q in self._store.quads_for_pattern(None, None, None, name)}
        wanted = {(t.subject, t.predicate, t.object) for t in triples(graph, lines)}
        if wanted != found:
            stored = ox.Store()
            stored.extend(ox.Quad(*spo) for spo in wanted)
            wanted = {(quad.subject, quad.predicate, quad.object) for quad in stored}
        if wanted != found:
            yield f"<{graph}> lacks {len(wanted - found)} triples and has {len(found - wanted)} too many"
        if found and not self._indexed(name):
            yield f"<{graph}> is not in all indexes of the engine"

    def _indexed(self, graph: ox.NamedNode) -> bool:
        """Whether one triple of a graph is found by way of each of the engine's orders, which are files of their own."""
        s, p, o, _ = next(iter(self._store.quads_for_pattern(None, None, None, graph)))
        ways = [
            self._store.quads_for_pattern(one, two, three, at)
            for one, two, three in ((s, p, None), (None, p, o), (s, None, o))
            for at in (graph, None)
        ]
        return all(any((quad.subject, quad.predicate, quad.object) == (s, p, o) for quad in way) for way in ways)

    def _merged(self) -> Iterator[str]:
        """The default graph is to hold what the others hold, and nothing else."""
        missing = self._count(f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != {self._revision} && NOT EXISTS {{ ?s ?p ?o }})")
        if missing:
            yield f"{missing} triples are missing in the default graph"
        unheld = self._count(
            f"?s ?p ?o FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != {self._revision}) }}"
        )
        if unheld:
            yield f"{unheld} triples of the default graph are in no other"
        merged = ox.DefaultGraph()
        for quad in islice(self._store.quads_for_pattern(None, None, None, merged), 0, None, _SAMPLED):
            s, p, o, _ = quad
            by_object = self._store.quads_for_pattern(None, p, o, merged), self._store.quads_for_pattern(s, None, o, merged)
            if not all(quad in found for found in by_object):
                yield "the default graph is not in all indexes of the engine"
                return

    def _count(self, pattern: str) -> int:
        answer = self._store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
        return sum(int(row["n"].value) for row in answer) if isinstance(answer, ox.QuerySolutions) else 0
