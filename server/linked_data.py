"""What is told about one resource: the queries behind `/id/…`, asked of the public graphs (data-model section 6).

An IRI goes into a query only after `resource` has found that it can be written between angle brackets, so nothing in
an address can change what is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ontology.namespaces import DCTERMS, DPV, PROV, SEL

_CHARACTERS = re.compile(r"[^\x00-\x20\x7f<>\"{}|^`\\]+")
_NOTICE = re.compile(r"notice/[^/#]+")
_GRAPH = re.compile(r"notice/[^/#]+/(?:inferred|report|text)|graph/[^/#]+")
_ORGANISATION = re.compile(r"organisation/[^/#]+")
_ANNOTATIONS = re.compile(r"(notice/[^/#]+)/annotations(?:/(.+))?")
_TEXT = re.compile(r"(notice/[^/#]+)/text")
LIMIT = 500
"""Mentions of a resource that a page lists; the RDF has them all."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with an IRI under the base; `notice` and `graph` say whether it names a notice or a public graph."""

    iri: str
    base: str

    @property
    def notice(self) -> bool:
        """Whether this is the IRI of a notice, which is also that of its graph."""
        return _NOTICE.fullmatch(self.iri.removeprefix(self.base)) is not None

    @property
    def graph(self) -> bool:
        """Whether this is the IRI of a graph that has no page of its own."""
        return _GRAPH.fullmatch(self.iri.removeprefix(self.base)) is not None

    @property
    def organisation(self) -> bool:
        """Whether this is the IRI of an organisation."""
        return _ORGANISATION.fullmatch(self.iri.removeprefix(self.base)) is not None

    @property
    def text(self) -> bool:
        """Whether this is the IRI of a notice's text."""
        return _TEXT.fullmatch(self.iri.removeprefix(self.base)) is not None

    @property
    def annotations(self) -> bool:
        """Whether this is the container of a notice's annotations, or one of them."""
        return _ANNOTATIONS.fullmatch(self.iri.removeprefix(self.base)) is not None

    @property
    def annotated(self) -> tuple[str, str]:
        """The notice of a container of annotations, and the claim of a single one, as the rest of its IRI."""
        found = _ANNOTATIONS.fullmatch(self.iri.removeprefix(self.base))
        return (self.base + found[1], found[2] or "") if found else ("", "")

    def construct(self) -> str:
        """The triples about it: a graph's content, else what it says, what is said of it and its evidence."""
        if self.notice or self.graph:
            return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{self.iri}> {{ ?s ?p ?o }} }}"
        return (
            f"CONSTRUCT {{ <{self.iri}> ?p ?o . ?s ?q <{self.iri}> . ?span ?r ?v }} WHERE {{"
            f" {{ <{self.iri}> ?p ?o }} UNION {{ ?s ?q <{self.iri}> }}"
            f" UNION {{ <{self.iri}> <{PROV.wasDerivedFrom}> ?span . ?span ?r ?v }} }}"
        )

    def statements(self) -> str:
        """SELECT of `?p ?o`: what is said about it, wherever it stands."""
        return f"SELECT DISTINCT ?p ?o WHERE {{ <{self.iri}> ?p ?o }} ORDER BY ?p ?o"

    def mentions(self) -> str:
        """SELECT of `?p ?s ?notice ?title ?controller`: who points to it, and in which notice."""
        return f"""SELECT DISTINCT ?p ?s ?notice ?title ?controller WHERE {{
  {{ SELECT DISTINCT ?g ?p ?s WHERE {{ GRAPH ?g {{ ?s ?p <{self.iri}> }} }} LIMIT {LIMIT + 1} }}
  OPTIONAL {{
    GRAPH ?g {{ ?g a <{DPV.PrivacyNotice}> . OPTIONAL {{ ?g <{DCTERMS.title}> ?title }} }}
    BIND(?g AS ?notice)
    OPTIONAL {{
      GRAPH ?g {{ ?g <{DPV.hasDataController}>|(<{DPV.hasJointDataControllers}>/<{DPV.hasDataController}>) ?party }}
      GRAPH <{self.base}graph/organisations> {{ ?party <{DPV.hasName}> ?controller }}
    }}
  }}
}} ORDER BY ?p ?controller ?title ?s"""

    def content(self, *, contacts: bool) -> str:
        """SELECT of `?g ?s ?p ?o`: a notice with its report, its inferences and the names of its organisations."""
        parts = ("inferred", "report", "text", *(("contacts",) if contacts else ()))
        own = (self.iri, *(f"{self.iri}/{part}" for part in parts))
        organisations = f"{self.base}graph/organisations"
        named = "|".join(f"<{one}>" for one in (DPV.hasDataController, SEL.entity, SEL.sourceEntity))
        return f"""SELECT DISTINCT ?g ?s ?p ?o WHERE {{
  {{ VALUES ?g {{ {" ".join(f"<{one}>" for one in own)} }} GRAPH ?g {{ ?s ?p ?o }} }}
  UNION {{
    {{ SELECT DISTINCT ?s WHERE {{ GRAPH <{self.iri}> {{ ?any {named} ?s }} }} }}
    VALUES ?p {{ <{DPV.hasName}> }}
    GRAPH <{organisations}> {{ ?s ?p ?o }} BIND(<{organisations}> AS ?g)
  }}
}}"""


def is_iri(value: str) -> bool:
    """Whether a value can be written between angle brackets."""
    return _CHARACTERS.fullmatch(value) is not None and ":" in value


def resource(base: str, path: str) -> Resource | None:
    """The resource served at `/id/` + `path` (percent-decoded); None when no IRI can look like that."""
    return Resource(base + path, base) if _CHARACTERS.fullmatch(path) else None


def counts() -> str:
    """SELECT of `?notices ?controllers ?claims`: what the start page says is here."""
    return f"""SELECT ?notices ?controllers ?claims WHERE {{
  {{ SELECT (COUNT(DISTINCT ?n) AS ?notices) WHERE {{ ?n a <{DPV.PrivacyNotice}> }} }}
  {{ SELECT (COUNT(DISTINCT ?c) AS ?controllers) WHERE {{
    ?m a <{DPV.PrivacyNotice}> ; <{DPV.hasDataController}>|(<{DPV.hasJointDataControllers}>/<{DPV.hasDataController}>) ?c
  }} }}
  {{ SELECT (COUNT(?claim) AS ?claims) WHERE {{ ?x <{SEL.hasClaim}> ?claim }} }}
}}"""


def some(base: str) -> str:
    """SELECT of `?notice ?controller ?title ?date`: some notices to begin with."""
    return f"""SELECT ?notice (SAMPLE(?name) AS ?controller) ?title ?date WHERE {{
  {{ SELECT ?notice WHERE {{ ?notice a <{DPV.PrivacyNotice}> }} ORDER BY ?notice LIMIT 12 }}
  OPTIONAL {{ ?notice <{DCTERMS.title}> ?title }}
  OPTIONAL {{ ?notice <{DCTERMS.modified}> ?date }}
  OPTIONAL {{
    ?notice <{DPV.hasDataController}>|(<{DPV.hasJointDataControllers}>/<{DPV.hasDataController}>) ?party .
    GRAPH <{base}graph/organisations> {{ ?party <{DPV.hasName}> ?name }}
  }}
}} GROUP BY ?notice ?title ?date ORDER BY ?controller"""
