"""The queries behind the pages on organisations, concepts, search and transfers, each bounded and paged by a key.

Values become terms by their type (`queries.parameters`), IRIs are checked before they stand between angle brackets. Joins
stay inside a notice's graph, hierarchies are resolved first.
"""

from __future__ import annotations

from queries.parameters import TYPES
from server.linked_data import is_iri

PREFIXES = """PREFIX dpv: <https://w3id.org/dpv#>
PREFIX sel: <https://w3id.org/seloste/ns#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
PAGE = 50
"""Rows of a page; one more is asked for, to know whether there is a next one."""
SOME = 200
"""Rows of a list that has no pages: what belongs to one organisation."""
CONTROLLED = "(dpv:hasDataController|(dpv:hasJointDataControllers/dpv:hasDataController))"
RECEIVES = "(dpv:hasRecipient|dpv:hasDataProcessor|dpv:hasRecipientThirdParty|dpv:hasRecipientDataController)"
_NAMED = f"""OPTIONAL {{
    GRAPH ?notice {{ ?notice {CONTROLLED} ?party }}
    GRAPH <%graphs%organisations> {{ ?party dpv:hasName ?controller }}
  }}"""


class NotATerm(ValueError):
    """A value that cannot stand in a query."""


def text(value: str) -> str:
    """A string as a SPARQL literal. Raises NotATerm."""
    term = TYPES["text"].term(value) if len(value) <= 500 else None
    if term is None:
        raise NotATerm(value[:100])
    return term


def iri(value: str) -> str:
    """An IRI between angle brackets. Raises NotATerm."""
    if not is_iri(value):
        raise NotATerm(value[:100])
    return f"<{value}>"


def controlled(notice: str, party: str) -> str:
    """The pattern of notices and their controllers, alone or joint, for joins that begin at the controller."""
    return f"""{{ GRAPH {notice} {{ {notice} dpv:hasDataController {party} }} }}
    UNION {{ GRAPH {notice} {{ ?joint dpv:hasDataController {party} . {notice} dpv:hasJointDataControllers ?joint }} }}"""


class PageQueries:
    """The queries over the instance IRIs under `base`."""

    def __init__(self, base: str) -> None:
        self._graphs = f"{base}graph/"

    def notices_of(self, organisation: str) -> str:
        """SELECT of `?notice ?title ?date ?violations ?warnings`: the notices of a controller, the newest first."""
        return self._made(f"""SELECT ?notice (SAMPLE(?called) AS ?title) (SAMPLE(?dated) AS ?date)
  (COUNT(DISTINCT ?violation) AS ?violations) (COUNT(DISTINCT ?warning) AS ?warnings) WHERE {{
  {{ SELECT DISTINCT ?notice WHERE {{ {controlled("?notice", iri(organisation))} }} LIMIT {SOME + 1} }}
  OPTIONAL {{ GRAPH ?notice {{ ?notice dct:title ?called }} }}
  OPTIONAL {{ GRAPH ?notice {{ ?notice dct:modified ?dated }} }}
  OPTIONAL {{
    GRAPH ?report {{ ?report sel:reportOn ?notice ; sh:result ?result . ?result sh:resultSeverity ?severity }}
    BIND(IF(?severity = sh:Violation, ?result, ?none) AS ?violation)
    BIND(IF(?severity = sh:Warning, ?result, ?none) AS ?warning)
  }}
}} GROUP BY ?notice ORDER BY DESC(?date) ?notice""")

    def recipients_of(self, organisation: str) -> str:
        """SELECT of `?recipient ?name ?seat ?notices`: whom the notices of a controller name, the most often first."""
        return self._made(f"""SELECT ?recipient ?name ?seat (COUNT(DISTINCT ?notice) AS ?notices) WHERE {{
  {{ SELECT DISTINCT ?notice WHERE {{ {controlled("?notice", iri(organisation))} }} LIMIT {SOME + 1} }}
  GRAPH ?notice {{ ?process {RECEIVES} ?claim . ?claim sel:entity ?recipient }}
  GRAPH <%graphs%organisations> {{ ?recipient dpv:hasName ?name . OPTIONAL {{ ?recipient dpv:hasCountry ?seat }} }}
}} GROUP BY ?recipient ?name ?seat ORDER BY DESC(?notices) ?name LIMIT {SOME + 1}""")

    def naming(self, organisation: str, after: str) -> str:
        """SELECT of `?notice ?controller ?party ?modality ?quote ?start ?end`: who names a recipient, behind a notice."""
        return self._made(f"""SELECT DISTINCT ?notice ?controller ?party ?modality ?quote ?start ?end WHERE {{
  {{
    SELECT DISTINCT ?notice WHERE {{
      GRAPH ?notice {{ ?claim sel:entity {iri(organisation)} . ?process {RECEIVES} ?claim }}
      FILTER(STR(?notice) > {text(after)})
    }} ORDER BY ?notice LIMIT {PAGE + 1}
  }}
  GRAPH ?notice {{
    ?claim sel:entity {iri(organisation)} ; sel:modality ?modality . ?process {RECEIVES} ?claim .
    ?claim prov:wasDerivedFrom ?span . ?span oa:exact ?quote ; oa:start ?start ; oa:end ?end
  }}
  {_NAMED}
}} ORDER BY ?notice ?start""")

    def naming_count(self, organisation: str) -> str:
        """SELECT of `?notices`: how many notices name a recipient."""
        return self._made(f"""SELECT (COUNT(DISTINCT ?notice) AS ?notices) WHERE {{
  GRAPH ?notice {{ ?claim sel:entity {iri(organisation)} . ?process {RECEIVES} ?claim }}
}}""")

    def parts_of(self, organisation: str) -> str:
        """SELECT of `?part ?name ?parent`: the organisations whose parent this one is, and with `?parent` its own."""
        return self._made(f"""SELECT DISTINCT ?part ?name ?parent WHERE {{
  {{ GRAPH <%graphs%organisations> {{ ?part sel:parentOrganisation {iri(organisation)} ; dpv:hasName ?name }} }}
  UNION {{ {iri(organisation)} sel:parentOrganisation ?part . ?part dpv:hasName ?name BIND(true AS ?parent) }}
}} ORDER BY DESC(?parent) ?name LIMIT {SOME}""")

    def claimed(self, concept: str) -> str:
        """SELECT of `?modality ?notices`: how many notices speak of a concept or what is below it, and how firmly."""
        return self._made(f"""SELECT ?modality (COUNT(DISTINCT ?notice) AS ?notices) WHERE {{
  {self._below(concept)}
  GRAPH ?notice {{ ?claim skos:broader ?concept ; sel:modality ?modality }}
}} GROUP BY ?modality ORDER BY DESC(?notices)""")

    def claiming(self, concept: str, after: str) -> str:
        """SELECT of `?notice ?controller ?modality ?concept ?quote ?start ?end`: who speaks of a concept, behind a notice."""
        return self._made(f"""SELECT DISTINCT ?notice ?controller ?modality ?concept ?quote ?start ?end WHERE {{
  {{
    SELECT DISTINCT ?notice WHERE {{
      {self._below(concept)}
      GRAPH ?notice {{ ?claim skos:broader ?concept ; sel:modality ?modality }}
      FILTER(STR(?notice) > {text(after)})
    }} ORDER BY ?notice LIMIT {PAGE + 1}
  }}
  {self._below(concept)}
  GRAPH ?notice {{
    ?claim skos:broader ?concept ; sel:modality ?modality ; prov:wasDerivedFrom ?span .
    ?span oa:exact ?quote ; oa:start ?start ; oa:end ?end
  }}
  {_NAMED}
}} ORDER BY ?notice ?start""")

    def concept_counts(self) -> str:
        """SELECT of `?concept ?notices`: how many notices speak of each concept itself."""
        return self._made("""SELECT ?concept (COUNT(DISTINCT ?notice) AS ?notices) WHERE {
  GRAPH ?notice { ?claim skos:broader ?concept }
  FILTER(?notice != <%graphs%vocabulary>)  # there, what is broader is broader than a concept
} GROUP BY ?concept""")

    def organisations(self, words: str) -> str:
        """SELECT of `?organisation ?name ?role ?seat`: organisations with these letters in their name or identifier."""
        wanted = text(words.casefold())
        return self._made(f"""SELECT ?organisation ?name ?seat ?role WHERE {{
  GRAPH <%graphs%organisations> {{
    ?organisation dpv:hasName ?name .
    OPTIONAL {{ ?organisation dpv:hasIdentifier ?identifier }}
    FILTER(CONTAINS(LCASE(STR(?name)), {wanted}) || CONTAINS(LCASE(STR(COALESCE(?identifier, ""))), {wanted}))
    OPTIONAL {{ ?organisation dpv:hasCountry ?seat }}
    OPTIONAL {{ ?organisation a ?role FILTER(?role = dpv:DataController) }}
  }}
}} ORDER BY LCASE(STR(?name)) LIMIT {PAGE + 1}""")

    def destinations(self) -> str:
        """SELECT of `?country ?notices`: the countries to which notices say that data go, certainly or possibly."""
        return self._made("""SELECT ?country (COUNT(DISTINCT ?notice) AS ?notices) WHERE {
  GRAPH ?notice { ?claim dpv:hasThirdCountry ?country ; sel:modality ?modality }
  FILTER(?modality != sel:Negated)
} GROUP BY ?country ORDER BY DESC(?notices) ?country""")

    def same_source(self, notice: str) -> str:
        """SELECT of `?notice ?title ?date`: the other notices that were read from where this one was."""
        return self._made(f"""SELECT DISTINCT ?notice ?title ?date WHERE {{
  GRAPH {iri(notice)} {{ {iri(notice)} dct:source ?source }}
  GRAPH ?notice {{ ?notice dct:source ?source ; a dpv:PrivacyNotice }}
  FILTER(?notice != {iri(notice)})
  OPTIONAL {{ GRAPH ?notice {{ ?notice dct:title ?title }} }}
  OPTIONAL {{ GRAPH ?notice {{ ?notice dct:modified ?date }} }}
}} ORDER BY DESC(?date) LIMIT {PAGE}""")

    def _below(self, concept: str) -> str:
        """The concept and what is below it; the LIMIT, more than there are, has the engine start here."""
        return f"""{{
    SELECT DISTINCT ?concept WHERE {{
      {{ VALUES ?concept {{ {iri(concept)} }} }}
      UNION {{ GRAPH <%graphs%vocabulary> {{ ?concept skos:broader+ {iri(concept)} }} }}
    }} LIMIT 500
  }}"""

    def _made(self, query: str) -> str:
        return PREFIXES + query.replace("%graphs%", self._graphs)
