"""The namespaces of the field and our own, bound once: the same prefixes stand in `ontology/prefixes.ttl`.

DPV term IRIs are versionless (DPV 2.3); `sel:` is this project's vocabulary and `ID_BASE` the base of every instance IRI.
"""

from __future__ import annotations

from rdflib import Namespace, URIRef


class Terms(Namespace):
    """A namespace that makes each term once: terms are asked for in every line of every graph."""

    def term(self, name: str) -> URIRef:
        """The IRI of a term by its local name."""
        known: dict[str, URIRef] = self.__dict__
        made = known.get(name)
        if made is None:
            made = known[name] = URIRef(str(self) + name)
        return made


DPV = Terms("https://w3id.org/dpv#")
PD = Terms("https://w3id.org/dpv/pd#")
LOC = Terms("https://w3id.org/dpv/loc#")
TECH = Terms("https://w3id.org/dpv/tech#")
EU_GDPR = Terms("https://w3id.org/dpv/legal/eu/gdpr#")
LEGAL_EU = Terms("https://w3id.org/dpv/legal/eu#")
SECTOR_FINANCE = Terms("https://w3id.org/dpv/sector/finance#")
SEL = Terms("https://w3id.org/seloste/ns#")
LEX = Terms("https://w3id.org/seloste/lexicon#")
RULE = Terms("https://w3id.org/seloste/shapes#")
OA = Terms("http://www.w3.org/ns/oa#")
VCARD = Terms("http://www.w3.org/2006/vcard/ns#")
PROV = Terms("http://www.w3.org/ns/prov#")
DCTERMS = Terms("http://purl.org/dc/terms/")
SKOS = Terms("http://www.w3.org/2004/02/skos/core#")
SH = Terms("http://www.w3.org/ns/shacl#")

ID_BASE = "https://w3id.org/seloste/id/"

PREFIXES: dict[str, str] = {
    "dpv": str(DPV),
    "pd": str(PD),
    "loc": str(LOC),
    "tech": str(TECH),
    "eu-gdpr": str(EU_GDPR),
    "legal-eu": str(LEGAL_EU),
    "sector-finance": str(SECTOR_FINANCE),
    "sel": str(SEL),
    "lex": str(LEX),
    "rule": str(RULE),
    "oa": str(OA),
    "vcard": str(VCARD),
    "prov": str(PROV),
    "dct": str(DCTERMS),
    "skos": str(SKOS),
    "sh": str(SH),
    "id": ID_BASE,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "eli": "http://data.europa.eu/eli/ontology#",
}
"""Prefix to namespace IRI; `tests/test_prefixes.py` holds the Turtle and query files to it."""
