"""Notices as RDF documents: one mapped notice in the formats people ask for."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from rdflib import Dataset
from rdflib.plugins.serializers.trig import TrigSerializer

from ingest.graph import NoticeGraphs
from ontology.namespaces import ID_BASE, PREFIXES

ORGANISATIONS = "graph/organisations"


def nquads(mapped: NoticeGraphs, base: str = ID_BASE) -> str:
    """The notice's graphs and the organisations it names as N-Quads, sorted by graph."""
    graphs = sorted(mapped.graphs.items())
    graphs += [(base + ORGANISATIONS, triples) for _, triples in sorted(mapped.organisations.items())]
    return "".join(_quads(triples, graph) for graph, triples in graphs)


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
    return _trig(dataset) if form == "trig" else str(dataset.serialize(format={"jsonld": "json-ld"}.get(form, form)))


def _trig(dataset: Dataset) -> str:
    """A dataset as TriG, its graphs in order of name: rdflib alone writes them in another order at each run."""
    serializer = TrigSerializer(dataset)
    serializer.contexts.sort(key=lambda graph: str(graph.identifier))
    written = BytesIO()
    serializer.serialize(written, encoding="utf-8")
    return written.getvalue().decode("utf-8")


def _quads(lines: Sequence[str], graph: str) -> str:
    """N-Triples lines as N-Quads of one graph: all of them end in « .», before which the graph is named."""
    end = f"<{graph}> .\n"
    return end.join([line[:-1] for line in lines]) + end if lines else ""
