"""The stored questions as data: `sh:SPARQLExecutable` (SHACL Advanced Features, section 5) with `sh:declare` prefixes.

Query editors look for these in an endpoint's data to list examples and to complete prefixes. A question stands there
with the example values of its parameters, so that it can be run as it is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

from ontology.namespaces import DCTERMS, PREFIXES, SH
from queries import catalogue
from queries.catalogue import Question

SCHEMA = Namespace("https://schema.org/")
_PREFIXES = URIRef("https://w3id.org/seloste/prefixes")
_COMMENT = re.compile(r"#[^\n]*|<[^>]*>")
_FORMS = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select), "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
}  # fmt: skip


def graph(questions: Iterable[Question], base: str, endpoint: str | None = None) -> Graph:
    """The description of `questions`, with IRIs under `base`; `endpoint` is the address at which they can be asked."""
    found = Graph()
    for prefix in ("sh", "dct", "owl", "xsd"):
        found.bind(prefix, PREFIXES[prefix])
    found.bind("schema", SCHEMA)
    found.add((_PREFIXES, RDF.type, OWL.Ontology))
    for prefix, namespace in PREFIXES.items():
        declaration = URIRef(f"{_PREFIXES}#{prefix}")
        found.add((_PREFIXES, SH.declare, declaration))
        found.add((declaration, SH.prefix, Literal(prefix)))
        found.add((declaration, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
    for question in questions:
        _describe(found, question, URIRef(f"{base}question/{question.name}"))
        if endpoint:
            found.add((URIRef(f"{base}question/{question.name}"), SCHEMA.target, URIRef(endpoint)))
    return found


def lines(base: str) -> list[str]:
    """All of this installation's, as N-Triples in order, for the store's graph `<base>graph/questions`.

    Raises BadQuestion.
    """
    return sorted(line for line in graph(catalogue.load().values(), base).serialize(format="nt11").split("\n") if line)


def _describe(found: Graph, question: Question, iri: URIRef) -> None:
    text = question.bind(question.examples()).strip()
    form = next(word for word in re.findall(r"\w+", _COMMENT.sub(" ", text).upper()) if word in _FORMS)
    kind, predicate = _FORMS[form]
    found.add((iri, RDF.type, SH.SPARQLExecutable))
    found.add((iri, RDF.type, kind))
    found.add((iri, SH.prefixes, _PREFIXES))
    found.add((iri, predicate, Literal(text)))
    found.add((iri, DCTERMS.identifier, Literal(question.name)))
    for language, title in question.titles.items():
        found.add((iri, RDFS.label, Literal(title, lang=language)))
    for language, description in question.descriptions.items():
        found.add((iri, RDFS.comment, Literal(description, lang=language)))
