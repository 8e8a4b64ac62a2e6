"""One notice's graph as the engine reads it: values looked up in tables, each SPARQL text parsed once a process.

pySHACL asks a graph tens of thousands of small questions and hands rdflib the text of a query anew for every focus
node; parsing was four fifths of the time that validation took.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from pyparsing import ParseBaseException
from rdflib import BNode, Graph, URIRef
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateQuery, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query, SPARQLError
from rdflib.query import Result
from rdflib.term import Node

Triple = tuple[Node, Node, Node]


_UNNAMED = Graph(bind_namespaces="none")


class QueryTextError(ValueError):
    """The text of a constraint's query cannot be used: it is no SPARQL, or has a prefix that nothing declares."""


@lru_cache(maxsize=1024)
def prepared(text: str) -> Query:
    """Return the parsed form of a SPARQL text.

    A prefix that the text does not declare is an error: rdflib would take it from whatever the data happens to bind,
    so that the same notice would be judged otherwise as N-Quads than as Turtle. Raises QueryTextError.
    """
    try:
        parsed = parseQuery(text)
        declared, used = _prefixes(parsed)
        if used - declared:
            raise QueryTextError(f"prefix {', '.join(sorted(used - declared))} is not declared; add it to sh:prefixes")
        return translateQuery(parsed)
    except (ParseBaseException, SPARQLError) as error:
        raise QueryTextError(f"not SPARQL: {' '.join(str(error).split())}") from error


def _prefixes(parsed: object) -> tuple[set[str], set[str]]:
    declared: set[str] = set()
    used: set[str] = set()

    def look(node: object) -> None:
        if isinstance(node, CompValue) and node.name == "PrefixDecl":
            declared.add(str(node.prefix or ""))
        elif isinstance(node, CompValue) and node.name == "pname":
            used.add(str(node.prefix or ""))

    traverse(parsed, visitPre=look)
    return declared, used


class NoticeGraph(Graph):
    """Triples of one graph in tables, to be read and not changed.

    rdflib promises generators; any iterator will do for those who read.
    """

    def __init__(self, triples: Iterable[Triple], like: Graph | None = None) -> None:
        """Take `triples`; `like` gives the identifier, and the prefixes in which text reports are written."""
        # rdflib takes graphs of one name for equal: one that is like no other gets a name of its own.
        super().__init__(
            identifier=like.identifier if like is not None else BNode(),
            namespace_manager=(like if like is not None else _UNNAMED).namespace_manager)
        self.text: str | None = None
        """The same triples as N-Triples, once an engine has asked for them."""
        self._triples = tuple(dict.fromkeys(triples))
        self._members: dict[Node, tuple[Node, ...]] = {}

    @cached_property
    def _objects(self) -> Mapping[tuple[Node, Node], list[Node]]:
        table: defaultdict[tuple[Node, Node], list[Node]] = defaultdict(list)
        for s, p, o in self._triples:
            table[s, p].append(o)
        return table

    @cached_property
    def _subjects(self) -> Mapping[tuple[Node, Node], list[Node]]:
        table: defaultdict[tuple[Node, Node], list[Node]] = defaultdict(list)
        for s, p, o in self._triples:
            table[p, o].append(s)
        return table

    @cached_property
    def _about(self) -> Mapping[Node, list[Triple]]:
        return self._by(0)

    @cached_property
    def _said(self) -> Mapping[Node, list[Triple]]:
        return self._by(1)

    def _by(self, place: int) -> Mapping[Node, list[Triple]]:
        table: defaultdict[Node, list[Triple]] = defaultdict(list)
        for triple in self._triples:
            table[triple[place]].append(triple)
        return table

    def __iter__(self) -> Iterator[Triple]:  # type: ignore[override]
        return iter(self._triples)

    def __len__(self) -> int:
        return len(self._triples)

    def __contains__(self, triple: Any) -> bool:
        return next(iter(self.triples(triple)), None) is not None

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Iterator[Node]:  # type: ignore[override]
        """Yield the objects of a subject and a predicate."""
        if subject is not None and type(predicate) is URIRef:
            return iter(self._objects.get((subject, predicate), ()))
        return super().objects(subject, predicate, unique)

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Iterator[Node]:  # type: ignore[override]
        """Yield the subjects of a predicate and an object."""
        if object is not None and type(predicate) is URIRef:
            return iter(self._subjects.get((predicate, object), ()))
        return super().subjects(predicate, object, unique)

    def items(self, list: Node) -> Iterator[Node]:  # type: ignore[override]
        """Yield the members of an RDF list."""
        if list not in self._members:
            self._members[list] = tuple(super().items(list))
        return iter(self._members[list])

    def triples(self, triple: Any) -> Iterator[Any]:  # type: ignore[override]
        """Yield the triples that match a pattern; its predicate may be a property path."""
        s, p, o = triple
        if isinstance(p, Path):
            return ((start, p, end) for start, end in p.eval(self, s, o))
        if s is not None and p is not None:
            ends = self._objects.get((s, p), ())
            return ((s, p, end) for end in ends) if o is None else iter([(s, p, o)] if o in ends else [])
        if p is not None and o is not None:
            return ((start, p, o) for start in self._subjects.get((p, o), ()))
        found = self._about.get(s, ()) if s is not None else self._said.get(p, ()) if p is not None else self._triples
        return (t for t in found if o is None or t[2] == o)

    def query(
        self, query_object: Any, *args: Any, initBindings: Any = None, **options: Any  # noqa: N803
    ) -> Result:
        """Answer a query from its parsed form. Raises QueryTextError."""
        del args, options  # pySHACL gives none that matter to a single graph in memory
        query = prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(query, initNs={}, initBindings=initBindings)
