"""The endpoint about itself: SPARQL 1.1 Service Description, derived from what the evaluator can do."""

from __future__ import annotations

from collections.abc import Mapping

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef

from ontology.namespaces import DCTERMS
from server.protocol import GRAPHS, SOLUTIONS

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_ENTAILMENT = Namespace("http://www.w3.org/ns/entailment/")
_UNIQUE = {
    "application/sparql-results+json": "SPARQL_Results_JSON", "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV", "text/tab-separated-values": "SPARQL_Results_TSV", "text/turtle": "Turtle",
    "application/n-triples": "N-Triples", "application/n-quads": "N-Quads", "application/trig": "TriG",
    "application/rdf+xml": "RDF_XML", "application/ld+json": "JSON-LD",
}  # fmt: skip
SYNTAXES: Mapping[str, str] = {
    "text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml",
    "application/ld+json": "json-ld", "application/trig": "trig",
}  # fmt: skip
"""Media types of the description, and what rdflib calls them; the first is given to who asks for anything."""


def describe(endpoint: str, *, timeout: float, max_rows: int, media_type: str) -> bytes:
    """The description of the endpoint at the address `endpoint`, as `media_type` (one of SYNTAXES)."""
    graph = Graph()
    for prefix, space in (("sd", _SD), ("formats", _FORMATS), ("dct", DCTERMS)):
        graph.bind(prefix, space)
    service, dataset, default = BNode(), BNode(), BNode()
    graph.add((service, RDF.type, _SD.Service))
    graph.add((service, _SD.endpoint, URIRef(endpoint)))
    graph.add((service, _SD.supportedLanguage, _SD.SPARQL11Query))
    graph.add((service, _SD.feature, _SD.UnionDefaultGraph))
    graph.add((service, _SD.defaultEntailmentRegime, _ENTAILMENT.Simple))
    for name in (*SOLUTIONS, *GRAPHS):
        graph.add((service, _SD.resultFormat, _FORMATS[_UNIQUE[name]]))
    graph.add((service, _SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, _SD.Dataset))
    graph.add((dataset, _SD.defaultGraph, default))
    graph.add((default, RDF.type, _SD.Graph))
    limits = (
        f"A query is stopped after {timeout:g} s; an answer is cut after {max_rows:,} rows or triples and says so. "
        "SERVICE, updates and graphs that are not stored here are refused."
    )
    graph.add((service, DCTERMS.description, Literal(limits, lang="en")))
    return graph.serialize(format=SYNTAXES[media_type], encoding="utf-8")
