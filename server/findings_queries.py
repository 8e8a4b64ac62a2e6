"""The queries behind the overview of findings: counts by item and by rule, and a page of the matrix of controllers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queries.parameters import TYPES
from server.page_queries import CONTROLLED, PAGE, PREFIXES, NotATerm, controlled, iri, text
from shapes.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Filter:
    """Which controllers are shown: letters of the name, and an item with its verdict. Empty stands for all."""

    name: str = ""
    item: str = ""
    verdict: str = ""

    @property
    def judged(self) -> bool:
        """Whether an item or a verdict is asked for."""
        return bool(self.item or self.verdict)


def by_item() -> str:
    """SELECT of `?item ?verdict ?notices`."""
    return f"""{PREFIXES}SELECT ?item ?verdict (COUNT(?node) AS ?notices) WHERE {{
  GRAPH ?report {{ ?node sel:verdict ?verdict ; sel:item ?item }}
}} GROUP BY ?item ?verdict"""


def by_rule() -> str:
    """SELECT of `?rule ?notices ?findings`, the most frequent first; how severe a rule is, its shape says."""
    return f"""{PREFIXES}SELECT ?rule (COUNT(DISTINCT ?report) AS ?notices) (COUNT(?result) AS ?findings) WHERE {{
  GRAPH ?report {{ ?result sh:sourceShape ?rule }}
}} GROUP BY ?rule ORDER BY DESC(?notices) ?rule"""


def controllers(base: str, asked: Filter, after: str) -> str:
    """SELECT of `?party ?name ?key`: a page of controllers by name, behind the key `after`. Raises NotATerm."""
    judged = ""
    if asked.judged:
        item = _item(asked.item) if asked.item else "?item"
        verdict = _verdict(asked.verdict) if asked.verdict else "?verdict"
        judged = f"""{{ SELECT DISTINCT ?party WHERE {{
    GRAPH ?report {{ ?node sel:item {item} ; sel:verdict {verdict} . ?report sel:hasVerdict ?node ; sel:reportOn ?notice }}
    GRAPH ?notice {{ ?notice {CONTROLLED} ?party }}
  }} }}"""
    named = f"FILTER(CONTAINS(LCASE(STR(?name)), {text(asked.name.casefold())}))" if asked.name else ""
    return f"""{PREFIXES}SELECT ?party (MIN(?called) AS ?name) (MIN(?sorted) AS ?key) WHERE {{
  {judged}
  GRAPH <{base}graph/organisations> {{ ?party a dpv:DataController ; dpv:hasName ?name }}
  {named}
  BIND(STR(?name) AS ?called)
  BIND(CONCAT(LCASE(STR(?name)), " ", STR(?party)) AS ?sorted)
  FILTER(?sorted > {text(after)})
}} GROUP BY ?party ORDER BY ?key LIMIT {PAGE + 1}"""


def matrix(parties: Sequence[str]) -> str:
    """SELECT of `?party ?item ?verdict ?notices ?notice`: the verdicts on the notices of these controllers."""
    return f"""{PREFIXES}SELECT ?party ?item ?verdict (COUNT(DISTINCT ?one) AS ?notices) (SAMPLE(?one) AS ?notice) WHERE {{
  {{ SELECT DISTINCT ?party ?one WHERE {{
    VALUES ?party {{ {" ".join(iri(one) for one in parties)} }}
    {controlled("?one", "?party")}
  }} LIMIT 5000 }}
  GRAPH ?report {{ ?report sel:reportOn ?one ; sel:hasVerdict ?node . ?node sel:item ?item ; sel:verdict ?verdict }}
}} GROUP BY ?party ?item ?verdict"""


def _item(value: str) -> str:
    term = TYPES["item"].term(value)
    if term is None:
        raise NotATerm(value[:100])
    return term


def _verdict(value: str) -> str:
    if value not in {str(one) for one in Verdict}:
        raise NotATerm(value[:100])
    return f'"{value}"'
