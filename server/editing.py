"""What an editor of queries asks the server: is this text a query, and which terms can one use.

Both are for any client: the answers are plain JSON.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rdflib import OWL, RDF, RDFS, Literal, URIRef

from ontology.namespaces import PREFIXES, SKOS
from queries.errors import QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge
from server.messages import LANGUAGES
from server.names import Names, short
from server.negotiation import coding_coverage, preferred
from server.problems import of_error
from server.service import Reply, Service, Visit, unchanged

_JSON: Final = "application/json"
_PROPERTIES = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
_SAMPLE: Final = 1_000_000
# The order in which the store gives triples is that of the hashes of their terms: the first are a fair sample.
_COUNT: Final = "SELECT ?term (COUNT(*) AS ?uses) WHERE {{ {{ SELECT ?term {{ {} }} LIMIT {} }} }} GROUP BY ?term"
_PROPERTIES_USED: Final = _COUNT.format("?s ?term ?o", _SAMPLE)
_CLASSES_USED: Final = _COUNT.format("?s a ?term", _SAMPLE)


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of the vocabulary."""

    iri: str
    kind: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Uses:
    """How often the data use terms, by short name; not `exact` where only a sample was counted."""

    numbers: Mapping[str, int]
    exact: bool


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
        self._named = _vocabulary(service.names)
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
        snapshot, base = self._service.evaluator.snapshot(), self._service.settings.base
        properties, classes = await self._counted(_PROPERTIES_USED), await self._counted(_CLASSES_USED)
        terms = self._terms(properties, classes, await self._counted(_used(base, self._named)))
        listed = {
            "snapshot": snapshot, "base": base, "prefixes": dict(PREFIXES), "languages": LANGUAGES, "terms": terms,
        }  # fmt: skip
        body = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
        return _Made(snapshot, body, gzip.compress(body, mtime=0))

    async def _counted(self, query: str) -> _Uses:
        try:
            table, _ = await self._service.table(query)
        except QueryTimeout:
            return _Uses({}, exact=False)  # a store too large to count in the time of a query
        numbers = {short(row["term"].value): int(row["uses"].value) for row in table.rows}
        return _Uses({name: number for name, number in numbers.items() if _prefixed(name)}, sum(numbers.values()) < _SAMPLE)

    def _terms(self, properties: _Uses, classes: _Uses, named: _Uses) -> list[list[str | int | None]]:
        """The vocabulary's terms and those that only the data have, the most used first: name, kind, uses, labels."""
        found: list[tuple[int, str, str, int | None]] = []
        for name in {*self._named, *properties.numbers, *classes.numbers}:
            kind = self._named[name].kind if name in self._named else "property"
            # DPV's classes are concepts too; what the data have as a class is asked for as one.
            if name in classes.numbers and kind != "property":
                kind = "class"
            counted = properties if kind == "property" else named if name in self._named else classes
            number = counted.numbers.get(name, 0)
            found.append((-number, name, kind, number if counted.exact else None))
        unnamed = ("",) * len(LANGUAGES)
        return [
            [name, kind, number, *(self._named[name].labels if name in self._named else unnamed)]
            for _, name, kind, number in sorted(found)
        ]


def _vocabulary(names: Names) -> Mapping[str, _Term]:
    graph, found = names.vocabulary.graph, {}
    for subject in set(graph.subjects()):
        name = short(str(subject))
        if not isinstance(subject, URIRef) or not _prefixed(name):
            continue
        types = set(graph.objects(subject, RDF.type))
        kind = "property" if types & _PROPERTIES else "class" if OWL.Class in types else "concept"
        labels = {
            label.language: str(label)
            for predicate in (RDFS.label, SKOS.prefLabel)
            for label in graph.objects(subject, predicate)
            if isinstance(label, Literal)
        }
        found[name] = _Term(str(subject), kind, tuple(labels.get(one, "") for one in LANGUAGES))
    return found


def _used(base: str, named: Mapping[str, _Term]) -> str:
    """SELECT of `?term ?uses`: how often graphs other than the vocabulary's point to its terms.

    The terms are given: to look at the IRI of every object, and not at its number, takes twenty times as long.
    """
    terms = " ".join(f"<{one.iri}>" for one in named.values())
    return f"""SELECT ?term (COUNT(*) AS ?uses) WHERE {{
  VALUES ?term {{ {terms} }}
  GRAPH ?graph {{ ?s ?p ?term }}
  FILTER(?graph NOT IN (<{base}graph/vocabulary>, <{base}graph/questions>))
}} GROUP BY ?term"""


def _prefixed(name: str) -> bool:
    """Whether a short name has one of the prefixes, and is of a vocabulary."""
    return name.partition(":")[0] in PREFIXES and not name.startswith("id:")
