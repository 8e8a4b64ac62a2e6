"""The W3C SPARQL test suites as they lie beside the checkout: their tests, and when an answer is the one they expect.

Each query goes the way of a served one, but for the process: screened, then parsed, evaluated and written by the function
that a query process runs (queries.worker.evaluate), over a store in memory.
"""
from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ontology.namespaces import PREFIXES
from queries import formats, worker
from queries.errors import QueryError
from queries.screening import screen

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
XSD = "http://www.w3.org/2001/XMLSchema#"
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
LIMIT = 1 << 30
_RESULTS = {
    ".srx": ox.QueryResultsFormat.XML, ".srj": ox.QueryResultsFormat.JSON, ".csv": ox.QueryResultsFormat.CSV, ".tsv": ox.QueryResultsFormat.TSV,
}  # fmt: skip
_GRAPHS = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML, ".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS}
_WANTED = {".srj": formats.JSON, ".csv": formats.CSV, ".tsv": formats.TSV}


class Manifest:
    """The triples of a manifest file, asked by subject and predicate."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._triples: dict[tuple[Term, str], list[Term]] = {}
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()):
            self._triples.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def all(self, subject: Term, predicate: str) -> list[Term]:
        return self._triples.get((subject, predicate), [])

    def one(self, subject: Term | None, predicate: str) -> Term | None:
        return next(iter(self.all(subject, predicate)), None) if subject is not None else None

    def subjects(self, predicate: str) -> list[Term]:
        return [subject for subject, found in self._triples if found == predicate]

    def items(self, head: Term | None) -> Iterator[Term]:
        """The members of a list."""
        while head is not None and not (isinstance(head, ox.NamedNode) and head.value == f"{RDF}nil"):
            first = self.one(head, f"{RDF}first")
            if first is not None:
                yield first
            head = self.one(head, f"{RDF}rest")

    def entries(self) -> Iterator[Term]:
        for manifest in self.subjects(f"{MF}entries"):
            for head in self.all(manifest, f"{MF}entries"):
                yield from self.items(head)

    def included(self) -> Iterator[Path]:
        for manifest in self.subjects(f"{MF}include"):
            for head in self.all(manifest, f"{MF}include"):
                yield from (file(one) for one in self.items(head))

    def types(self, test: Term) -> set[str]:
        return {one.value.removeprefix(MF) for one in self.all(test, f"{RDF}type") if isinstance(one, ox.NamedNode)}


def file(iri: Term | None) -> Path:
    assert isinstance(iri, ox.NamedNode), iri
    return Path(iri.value.removeprefix("file://"))


@dataclass(frozen=True)
class Case:
    """One test of queries: evaluation when there is a result, else of syntax."""

    iri: str
    kind: str
    query: Path
    data: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path | None
    lax: bool = False

    @property
    def evaluated(self) -> bool:
        return self.kind in ("QueryEvaluationTest", "CSVResultFormatTest")


Reply = tuple[dict[str, Any], bytes]
Way = Callable[[Case, ox.Store, Sequence[str]], Reply]


@cache
def cases(manifest: Path) -> tuple[Case, ...]:
    """The tests of queries that a manifest and those it includes list, in their order."""
    return tuple(_cases(Manifest(manifest)))


def _cases(manifest: Manifest) -> Iterator[Case]:
    for included in manifest.included():
        yield from cases(included)
    for test in manifest.entries():
        kind = next((one for one in sorted(manifest.types(test)) if "Query" in one or "Syntax" in one or "CSV" in one), "")
        if not kind or "Update" in kind:
            continue
        action = manifest.one(test, f"{MF}action")
        query = manifest.one(action, f"{QT}query") or action
        result = manifest.one(test, f"{MF}result")
        assert isinstance(test, ox.NamedNode)
        yield Case(
            f"{manifest.path.parent.parent.name}/{manifest.path.parent.name}#{re.split('[#/]', test.value)[-1]}", kind, file(query),
            tuple(file(one) for one in manifest.all(action, f"{QT}data")),
            tuple(file(one) for one in manifest.all(action, f"{QT}graphData")), file(result) if result else None,
            manifest.one(test, f"{MF}resultCardinality") is not None,
        )  # fmt: skip


def ask(case: Case, store: ox.Store, wanted: Sequence[str]) -> Reply:
    """The reply of a query process, or the error of the screening as its header."""
    query = case.query.read_text(encoding="utf-8")
    try:
        screened = screen(query, prefixes=PREFIXES, max_length=LIMIT, strict=False)
    except QueryError as error:
        return {"error": error.outcome, "message": str(error)}, b""
    request = {
        "snapshot": "", "graphs": [one for one in screened.graphs if case.evaluated], "dataset": None,
        "base": case.query.as_uri(), "prefixes": PREFIXES, "wanted": list(wanted), "max_rows": LIMIT, "max_bytes": LIMIT,
    }  # fmt: skip
    return worker.evaluate(lambda _: store, request, query)


def engine(case: Case, store: ox.Store, wanted: Sequence[str]) -> Reply:
    """The same from the engine alone, with nothing of ours before or behind it."""
    try:
        answer = store.query(case.query.read_text(encoding="utf-8"), base_iri=case.query.as_uri())
        syntax = ox.RdfFormat.from_media_type(wanted[0]) if isinstance(answer, ox.QueryTriples) else ox.QueryResultsFormat.from_media_type(wanted[0])
        return {}, answer.serialize(format=syntax)
    except SyntaxError:
        return {"error": "syntax"}, b""
    except (RuntimeError, ValueError, OSError):
        return {"error": "failed"}, b""


def passes(case: Case, through: Way = ask) -> bool:
    """Whether a test passes."""
    if case.evaluated:
        return holds(case, through)
    error = through(case, ox.Store(), (formats.XML,))[0].get("error")
    # A graph has another format, and so was read. What is refused before it is read proves nothing either way.
    return error in (None, "format", "failed") if case.kind.startswith("Positive") else error == "syntax"


def holds(case: Case, through: Way = ask) -> bool:
    """Whether a query has the answer that its test expects."""
    assert case.result is not None
    query = case.query.read_text(encoding="utf-8")
    store = ox.Store()
    clause = re.findall(r"(?im)^\s*FROM\s+(NAMED\s+)?<([^>]*)>", query)
    for path in case.data:
        _load(store, path, None)
    # A graph that FROM names is one of the dataset: the suite takes it from the file of that name.
    for path in {*case.named, *(case.query.parent / name for _, name in clause)}:
        _load(store, path, ox.NamedNode(path.as_uri()))
    suffix = case.result.suffix
    graph = suffix in _GRAPHS and not _is_result_set(case.result)
    wanted = formats.TURTLE if graph else _WANTED.get(suffix, formats.XML)
    reply, body = through(case, store, (wanted,))
    if "error" in reply:
        return False
    if graph:
        return _same([(q.subject, q.predicate, q.object) for q in ox.parse(body, format=ox.RdfFormat.TURTLE)], _triples(case.result))
    ordered = re.search(r"(?i)\bORDER\s+BY\b[^}]*\Z", query) is not None
    if suffix == ".csv":  # tells no kind of term: the text is compared
        return _lines(body, ordered) == _lines(case.result.read_bytes(), ordered)
    answer = ox.parse_query_results(body, format=_RESULTS[suffix if suffix in _RESULTS else ".srx"])
    return _same(_rows(answer, ordered, case.lax), _expected(case.result, ordered, case.lax))


def _load(store: ox.Store, path: Path, graph: ox.NamedNode | None) -> None:
    kind = _GRAPHS.get(path.suffix, ox.RdfFormat.TURTLE)
    if kind in (ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS):
        store.load(path=str(path), format=kind, base_iri=path.as_uri())
        return
    store.load(path=str(path), format=kind, base_iri=path.as_uri(), to_graph=graph)
    if graph is not None:
        store.add_graph(graph)


def _lines(body: bytes, ordered: bool) -> list[list[tuple[str, str]]]:
    """The rows of a CSV document: columns stand in any order (SELECT *), and labels of blank nodes are only labels."""
    named: dict[str, str] = {}
    rows = [
        [(name, named.setdefault(cell, f"_:n{len(named)}") if cell.startswith("_:") else cell) for name, cell in sorted(row.items())]
        for row in csv.DictReader(io.StringIO(body.decode(), newline=""))
    ]
    return rows if ordered else sorted(rows)


def _is_result_set(path: Path) -> bool:
    return RS in path.read_text(encoding="utf-8")


def _triples(path: Path) -> list[tuple[Term, ox.NamedNode, Term]]:
    parsed = ox.parse(path=str(path), format=_GRAPHS[path.suffix], base_iri=path.as_uri())
    return [(quad.subject, quad.predicate, quad.object) for quad in parsed]


def _expected(path: Path, ordered: bool, lax: bool) -> object:
    if path.suffix in _RESULTS:
        return _rows(ox.parse_query_results(path=str(path), format=_RESULTS[path.suffix]), ordered, lax)
    store = ox.Store()
    store.load(path=str(path), format=_GRAPHS[path.suffix], base_iri=path.as_uri())
    truth = list(store.query(f"SELECT ?b {{ ?x <{RS}boolean> ?b }}"))
    if truth:
        return truth[0]["b"].value == "true"
    names = [row["v"].value for row in store.query(f"SELECT ?v {{ ?x <{RS}resultVariable> ?v }}")]
    order = {row["s"]: int(row["i"].value) for row in store.query(f"SELECT ?s ?i {{ ?s <{RS}index> ?i }}")}
    solutions: dict[Term, dict[str, Term]] = {row["s"]: {} for row in store.query(f"SELECT ?s {{ ?x <{RS}solution> ?s }}")}
    for row in store.query(f"SELECT ?s ?n ?v {{ ?s <{RS}binding> ?b . ?b <{RS}variable> ?n ; <{RS}value> ?v }}"):
        solutions[row["s"]][row["n"].value] = row["v"]
    ranked = sorted(solutions, key=lambda one: order.get(one, 0)) if ordered and order else list(solutions)
    return _described(names, [solutions[one] for one in ranked], ordered and bool(order), lax)


def _rows(answer: object, ordered: bool, lax: bool) -> object:
    if isinstance(answer, ox.QueryBoolean):
        return bool(answer)
    assert isinstance(answer, ox.QuerySolutions)
    names = [one.value for one in answer.variables]
    rows = [{n: v for n, v in zip(names, list(row), strict=True) if v is not None} for row in answer]
    return _described(names, rows, ordered, lax)


def _described(names: Sequence[str], rows: Sequence[dict[str, Term]], ordered: bool, lax: bool) -> list[tuple[Term, ox.NamedNode, Term]]:
    """Rows as triples, so that blank nodes are compared as those of graphs are; `lax`: REDUCED may leave repeated rows out."""
    if lax:
        rows = list({json.dumps({n: str(v) for n, v in sorted(row.items())}): row for row in rows}.values())
    place, var = ox.NamedNode("urn:place"), "urn:variable:"
    found: list[tuple[Term, ox.NamedNode, Term]] = [
        (ox.NamedNode("urn:head"), ox.NamedNode("urn:has"), ox.Literal(name)) for name in sorted(names)
    ]
    for number, row in enumerate(rows):
        node = ox.BlankNode(f"row{number}")
        found.append((node, place, ox.Literal(number if ordered else 0)))
        found += [(node, ox.NamedNode(var + name), value) for name, value in row.items()]
    return found


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours == theirs
    assert isinstance(ours, list)
    assert isinstance(theirs, list)
    return _canonical(ours) == _canonical(theirs)


def _canonical(triples: list[tuple[Term, ox.NamedNode, Term]]) -> ox.Dataset:
    """A graph with its blank nodes named by their place in it, and its numbers in their canonical forms, as a store has them."""
    store = ox.Store()
    for subject, predicate, value in triples:
        store.add(ox.Quad(subject, predicate, value))
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset
