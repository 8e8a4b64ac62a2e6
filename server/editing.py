"""What an editor of queries asks the server: is this text a query, and which terms can one use.

Both are for any client: the answers are plain JSON.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rdflib import OWL, RDF, RDFS, Literal, URIRef

from ontology.namespaces import PREFIXES, SKOS
from queries.errors import QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge
from queries.evaluation import Answer
from server.messages import LANGUAGES
from server.names import Names, short
from server.negotiation import coding_coverage, preferred
from server.problems import of_error
from server.results import Table
from server.service import Reply, Service, Visit, unchanged

_JSON: Final = "application/json"
_PROPERTIES = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
Uses = Mapping[tuple[str, str], int]
"""How often the data use a term, by its kind and short name."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A list of terms as it is sent."""

    snapshot: str
    body: bytes
    compressed: bytes


class Editing:
    """Answers for the editor of the SPARQL page."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._named = dict(_vocabulary(service.names))
        self._made: _Made | None = None

    async def lint(self, query: str, base: str) -> Reply:
        """What is wrong with a query, by line and column where that is known: a list, empty when it can be run.

        That a text is no query is the answer here and no error. Raises QueryError when it cannot be told.
        """
        problems: list[dict[str, Any]] = []
        try:
            await self._service.evaluator.check(query, base=base)
        except (QuerySyntaxError, QueryRefused, QueryTooLarge) as error:
            found = of_error(error)
            problems.append({"name": found.name, "message": found.detail, **found.fields})
        body = json.dumps({"valid": not problems, "problems": problems}, ensure_ascii=False) + "\n"
        return Reply(body.encode(), _JSON, 200, {"Cache-Control": "no-store"})

    async def completions(self, visit: Visit, accept_encoding: str) -> Reply:
        """Prefixes, and terms with kind, number of uses in the data and labels. Raises any QueryError."""
        tag = self._service.etag(visit, _JSON, "completions")
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if unchanged(visit, tag):
            return Reply(b"", _JSON, 304, headers)
        made = self._made
        if made is None or made.snapshot != self._service.evaluator.snapshot():
            made = self._made = await self._make()
        headers["X-Seloste-Snapshot"] = made.snapshot
        if "gzip" not in preferred(accept_encoding or "identity", ("gzip",), coding_coverage):
            return Reply(made.body, _JSON, 200, headers)
        return Reply(made.compressed, _JSON, 200, {**headers, "Content-Encoding": "gzip"})

    async def _make(self) -> _Made:
        snapshot = self._service.evaluator.snapshot()
        base = self._service.settings.base
        try:
            uses = _counted(await self._service.table(_properties())) + _counted(await self._service.table(_objects(base)))
        except QueryTimeout:
            uses = Counter()  # a store too large to count in the time of a query: the vocabulary's terms are the same
        listed = {
            "snapshot": snapshot, "base": base, "prefixes": dict(PREFIXES), "languages": LANGUAGES,
            "terms": [[name, kind, number, *labels] for name, kind, number, labels in self._terms(uses)],
        }  # fmt: skip
        body = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
        return _Made(snapshot, body, gzip.compress(body, mtime=0))

    def _terms(self, uses: Uses) -> Iterable[tuple[str, str, int | None, tuple[str, ...]]]:
        """The vocabulary's terms and those that only the data have, the most used first."""
        kinds = {name: kind for name, (kind, _) in self._named.items()}
        numbers: Counter[str] = Counter()
        for (kind, name), number in uses.items():
            numbers[name] += number
            # DPV's classes are concepts too; what the data have as a class is asked for as one.
            if kind != "concept" or name not in kinds:
                kinds[name] = kind
        for name in sorted(kinds, key=lambda one: (-numbers[one], one)):
            labels = self._named[name][1] if name in self._named else ("",) * len(LANGUAGES)
            yield name, kinds[name], numbers[name] if uses else None, labels


def _vocabulary(names: Names) -> Iterable[tuple[str, tuple[str, tuple[str, ...]]]]:
    graph = names.vocabulary.graph
    for subject in set(graph.subjects()):
        name = short(str(subject))
        if not isinstance(subject, URIRef) or not _prefixed(name) or name.startswith("id:"):
            continue
        types = set(graph.objects(subject, RDF.type))
        kind = "property" if types & _PROPERTIES else "class" if OWL.Class in types else "concept"
        labels = {
            label.language: str(label)
            for predicate in (RDFS.label, SKOS.prefLabel)
            for label in graph.objects(subject, predicate)
            if isinstance(label, Literal)
        }
        yield name, (kind, tuple(labels.get(one, "") for one in LANGUAGES))


def _properties() -> str:
    """SELECT of `?kind ?term ?uses`: the properties of the data."""
    return 'SELECT ("property" AS ?kind) ?term (COUNT(*) AS ?uses) WHERE { ?s ?term ?o } GROUP BY ?term ORDER BY DESC(?uses)'


def _objects(base: str) -> str:
    """SELECT of `?kind ?term ?uses`: the classes and concepts that graphs other than the vocabulary's point to."""
    spaces = " || ".join(f'STRSTARTS(STR(?term), "{space}")' for prefix, space in PREFIXES.items() if prefix != "id")
    return f"""SELECT ?kind ?term (COUNT(*) AS ?uses) WHERE {{
  GRAPH ?graph {{ ?s ?property ?term }}
  FILTER(isIRI(?term) && ({spaces}))
  FILTER(?graph NOT IN (<{base}graph/vocabulary>, <{base}graph/questions>))
  BIND(IF(?property = <{RDF.type}>, "class", "concept") AS ?kind)
}} GROUP BY ?kind ?term ORDER BY DESC(?uses)"""


def _counted(found: tuple[Table, Answer]) -> Counter[tuple[str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    for row in found[0].rows:
        name = short(row["term"].value)
        if _prefixed(name):
            counted[row["kind"].value, name] += int(row["uses"].value)
    return counted


def _prefixed(name: str) -> bool:
    return name.partition(":")[0] in PREFIXES
