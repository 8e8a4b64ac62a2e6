"""Graphs as RDF documents, written subject by subject: N-Quads, TriG, Turtle and JSON-LD in flat memory.

A serializer of a library needs the whole dataset in memory and orders it as it likes; here one graph is held at a time
and the order is that of the triples given, so that the same graphs are the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from ingest.ntriples import iri, literal
from ingest.published import Term, Triple
from ontology.namespaces import PREFIXES

Graph = tuple[str, list[Triple]]
"""The name of a graph and its statements, sorted."""

TYPE = PREFIXES["rdf"] + "type"
_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Local names that need no escape in Turtle and are no different in JSON-LD."""


def nquads(graphs: Iterable[Graph]) -> Iterator[str]:
    """A line for each statement."""
    for graph, triples in graphs:
        name = iri(graph)
        for triple in triples:
            yield f"{iri(triple.subject)} {iri(triple.predicate)} {_long(triple.object)} {name} .\n"


def trig(graphs: Iterable[Graph]) -> Iterator[str]:
    """A block for each graph."""
    yield from _prefixes()
    for graph, triples in graphs:
        yield f"\n{iri(graph)} {{\n"
        for subject, group in _subjects(triples):
            yield _described(subject, group, "    ")
        yield "}\n"


def turtle(graphs: Iterable[Graph]) -> Iterator[str]:
    """All graphs as one, with a comment where each begins. A statement of two graphs stands twice, which says no more."""
    yield from _prefixes()
    for graph, triples in graphs:
        yield f"\n# {iri(graph)}\n"
        for subject, group in _subjects(triples):
            yield _described(subject, group, "")


def jsonld(graphs: Iterable[Graph]) -> Iterator[str]:
    """JSON-LD 1.1: an object for each graph, in it a line for each subject."""
    yield f'{{"@context": {json.dumps(PREFIXES)},\n"@graph": ['
    for number, (graph, triples) in enumerate(graphs):
        yield f'{"," if number else ""}\n{{"@id": {json.dumps(graph)}, "@graph": ['
        for place, (subject, group) in enumerate(_subjects(triples)):
            yield f"{',' if place else ''}\n{json.dumps(_object(subject, group), ensure_ascii=False)}"
        yield "\n]}"
    yield "\n]}\n"


WRITERS: Mapping[str, Callable[[Iterable[Graph]], Iterator[str]]] = {
    "nquads": nquads,
    "trig": trig,
    "turtle": turtle,
    "jsonld": jsonld,
}
"""What writes a format, by its name on the command line."""


def _subjects(triples: Iterable[Triple]) -> Iterator[tuple[str, list[Triple]]]:
    return ((subject, list(group)) for subject, group in groupby(triples, attrgetter("subject")))


def _prefixes() -> Iterator[str]:
    return (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(PREFIXES.items()))


def _described(subject: str, triples: list[Triple], indent: str) -> str:
    """One subject in Turtle, its predicates and objects a line each."""
    said = []
    for predicate, group in groupby(triples, attrgetter("predicate")):
        objects = f" ,\n{indent}        ".join(_short(triple.object) for triple in group)
        said.append(f"{indent}    {'a' if predicate == TYPE else _name(predicate)} {objects}")
    return f"{indent}{_name(subject)}\n" + " ;\n".join(said) + " .\n"


def _object(subject: str, triples: list[Triple]) -> dict[str, object]:
    """One subject in JSON-LD."""
    node: dict[str, object] = {"@id": subject}
    for predicate, group in groupby(triples, attrgetter("predicate")):
        objects = [triple.object for triple in group]
        if predicate == TYPE and not any(term.literal for term in objects):
            node["@type"] = [_compact(term.value) or term.value for term in objects]
        else:
            node[_compact(predicate) or predicate] = [_value(term) for term in objects]
    return node


def _value(term: Term) -> dict[str, str]:
    if not term.literal:
        return {"@id": term.value}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    typed = {"@type": _compact(term.datatype) or term.datatype} if term.datatype else {}
    return {"@value": term.value, **typed}


def _long(term: Term) -> str:
    return literal(term.value, term.language, term.datatype) if term.literal else iri(term.value)


def _short(term: Term) -> str:
    if not term.literal:
        return _name(term.value)
    text = literal(term.value, term.language)
    return f"{text}^^{_name(term.datatype)}" if term.datatype else text


def _name(value: str) -> str:
    return _compact(value) or iri(value)


@lru_cache(maxsize=8192)
def _compact(value: str) -> str:
    """The IRI with a prefix for its namespace; empty when there is none, or its local name would need escapes."""
    cut = max(value.rfind("#"), value.rfind("/")) + 1
    prefix, local = _BY_NAMESPACE.get(value[:cut]), value[cut:]
    return f"{prefix}:{local}" if prefix and _LOCAL.fullmatch(local) else ""
