"""Notices as RDF documents: one mapped notice in the formats people ask for, and the public graphs of a store."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import Dataset

from ingest.graph import NoticeGraphs
from ingest.store import Store
from ontology.namespaces import ID_BASE, PREFIXES

CONTACTS = "/contacts"
ORGANISATIONS = "graph/organisations"


def nquads(mapped: NoticeGraphs, base: str = ID_BASE) -> str:
    """The notice's graphs and the organisations it names as N-Quads, sorted by graph."""
    lines = [_quad(line, graph) for graph, triples in sorted(mapped.graphs.items()) for line in triples]
    lines += [
        _quad(line, base + ORGANISATIONS) for _, triples in sorted(mapped.organisations.items()) for line in triples
    ]
    return "".join(lines)


def serialized(mapped: NoticeGraphs, form: str, base: str = ID_BASE) -> str:
    """The same in TriG, Turtle (one graph of all), N-Quads or JSON-LD.

    Parameters:
        form: trig, turtle, nquads or jsonld.
    """
    text = nquads(mapped, base)
    if form == "nquads":
        return text
    dataset = Dataset(default_union=True)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace, override=True)
    dataset.parse(data=text, format="nquads")
    return str(dataset.serialize(format={"jsonld": "json-ld"}.get(form, form)))


def public_nquads(store: Store) -> Iterator[str]:
    """All graphs of a store but the contacts, as N-Quads lines with line ends, in a fixed order."""
    for graph in store.graphs():
        if not graph.endswith(CONTACTS):
            for line in store.graph(graph):
                yield _quad(line, graph)


def _quad(line: str, graph: str) -> str:
    return f"{line.removesuffix(' .')} <{graph}> .\n"
