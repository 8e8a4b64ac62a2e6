"""The namespaces of the field and our own, bound once: the same prefixes stand in `ontology/prefixes.ttl`.

DPV term IRIs are versionless (DPV 2.3); `sel:` is this project's vocabulary and `ID_BASE` the base of every instance IRI.
"""

from __future__ import annotations

from rdflib import Namespace

DPV = Namespace("https://w3id.org/dpv#")
PD = Namespace("https://w3id.org/dpv/pd#")
LOC = Namespace("https://w3id.org/dpv/loc#")
TECH = Namespace("https://w3id.org/dpv/tech#")
EU_GDPR = Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
LEGAL_EU = Namespace("https://w3id.org/dpv/legal/eu#")
SECTOR_FINANCE = Namespace("https://w3id.org/dpv/sector/finance#")
SEL = Namespace("https://w3id.org/seloste/ns#")
LEX = Namespace("https://w3id.org/seloste/lexicon#")
RULE = Namespace("https://w3id.org/seloste/shapes#")
OA = Namespace("http://www.w3.org/ns/oa#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
PROV = Namespace("http://www.w3.org/ns/prov#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SH = Namespace("http://www.w3.org/ns/shacl#")

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
