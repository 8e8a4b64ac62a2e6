"""The catalogue of rules: every SHACL shape with what a reader needs to know about it (GDPR Art. 13 and 14).

The shapes are Turtle beside this module; each rule is an IRI-named shape with its item, article, severity and the
reason for it, its message and guidance in Finnish, Swedish and English, and what a result means for the verdict of
its item.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rdflib import RDF, Graph
from rdflib.term import Literal, Node

import ontology
from ontology.namespaces import DPV, SEL, SH, SKOS

HERE = Path(__file__).parent
PREFIX_FILE = Path(ontology.__file__).parent / "prefixes.ttl"
"""What `sh:prefixes` of every SPARQL constraint points to."""
LANGUAGES = ("fi", "sv", "en")
SEVERITIES: Mapping[Node, str] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
"""In order of weight: a reader sees violations first."""


class ShapesError(Exception):
    """The shapes that come with Seloste cannot be used: `where` says which file or rule, the text what to mend."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"shapes {where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Rule:
    """One named shape and its words; `messages` may hold {?variables} that a SPARQL constraint fills in."""

    iri: str
    item: str
    article: str
    severity: str
    messages: Mapping[str, str]
    guidance: Mapping[str, str] = field(default_factory=dict)
    reason: Mapping[str, str] = field(default_factory=dict)
    legal_text: str | None = None
    leads_to: str | None = None
    applies_when: str | None = None
    assessed_when: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that Art. 13 or 14 asks for, with its name for readers."""

    item: str
    article: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Parsed shapes: `shapes` for the check, `conditions` for what applies at all; `digest` names both."""

    shapes: Graph = field(compare=False, repr=False)
    conditions: Graph = field(compare=False, repr=False)
    rules: Mapping[str, Rule]
    items: tuple[Item, ...]
    digest: str

    def rule(self, iri: str) -> Rule:
        """Return the rule of a shape.

        Raises ShapesError when a result comes from a shape that is no rule: it has no words for a reader.
        """
        found = self.rules.get(iri)
        if found is None:
            raise ShapesError(iri, "this shape gives results but is no sel:Rule; declare it one and give it messages")
        return found


def words(graph: Graph, subjects: Iterable[Node], predicate: Node) -> dict[str, str]:
    """Return language → text of `predicate` on the first of `subjects` that has it, in the order fi, sv, en."""
    for subject in subjects:
        literals = [o for o in graph.objects(subject, predicate) if isinstance(o, Literal)]
        found = {literal.language: str(literal) for literal in literals if literal.language}
        if found:
            return {language: found[language] for language in LANGUAGES if language in found}
    return {}


def _text(graph: Graph, subject: Node, predicate: Node) -> str | None:
    value = graph.value(subject, predicate)
    return None if value is None else str(value)


def _rule(graph: Graph, shape: Node) -> Rule:
    constraints = list(graph.objects(shape, SH.sparql))
    return Rule(
        iri=str(shape),
        item=_text(graph, shape, SEL.item) or "",
        article=_text(graph, shape, SEL.article) or "",
        severity=SEVERITIES[graph.value(shape, SH.severity) or SH.Violation],
        messages=words(graph, [shape, *constraints], SH.message),
        guidance=words(graph, [shape], SEL.guidance),
        reason=words(graph, [shape], SEL.severityReason),
        legal_text=_text(graph, shape, SEL.legalText),
        leads_to=_text(graph, shape, SEL.leadsTo),
        applies_when=_text(graph, shape, SEL.appliesWhen),
        assessed_when=_text(graph, shape, SEL.assessedWhen),
    )


def _items(graph: Graph) -> tuple[Item, ...]:
    def item(node: Node) -> Item:
        labels = words(graph, [node], SKOS.prefLabel)
        return Item(_text(graph, node, SEL.item) or "", _text(graph, node, SEL.article) or "", labels)

    nodes = graph.subjects(RDF.type, SEL.Item)
    return tuple(item(node) for node in sorted(nodes, key=lambda node: int(str(graph.value(node, SEL.position)))))


def parse(files: Iterable[Path]) -> tuple[Graph, str]:
    """Parse Turtle `files` into one graph and give the digest of their bytes.

    Raises ShapesError when a file cannot be read or is not Turtle.
    """
    graph, digest = Graph(), hashlib.sha256()
    for path in sorted(files):
        try:
            content = path.read_bytes()
            graph.parse(data=content, format="turtle")
        except OSError as error:
            raise ShapesError(path.name, f"cannot be read ({error.strerror}); reinstall Seloste") from error
        except SyntaxError as error:  # rdflib's BadSyntax
            raise ShapesError(path.name, f"is not Turtle: {error}") from error
        digest.update(path.name.encode() + b"\0" + content + b"\0")
    return graph, digest.hexdigest()


def _catalogue(files: Sequence[Path]) -> Catalogue:
    graph, digest = parse(files)
    rules = {str(s): _rule(graph, s) for kind in (SEL.Rule, SEL.GuardRule) for s in graph.subjects(RDF.type, kind)}
    conditions = Graph()
    if (HERE / "conditions.ttl") in files:
        conditions, _ = parse([HERE / "conditions.ttl"])
        for condition in set(conditions.subjects(RDF.type, SEL.Condition)):
            conditions.add((condition, SH.targetClass, DPV.PrivacyNotice))
    return Catalogue(shapes=graph, conditions=conditions, rules=rules, items=_items(graph), digest=digest)


@cache
def wellformedness_catalogue() -> Catalogue:
    """What every notice graph must satisfy before it is stored. Raises ShapesError when the shapes are broken."""
    return _catalogue([PREFIX_FILE, HERE / "wellformedness.ttl"])


@cache
def completeness_catalogue() -> Catalogue:
    """GDPR Art. 13 and 14, consistency and defects. Raises ShapesError when the shapes are broken."""
    single = ("conditions.ttl", "items.ttl", "consistency.ttl", "defects.ttl")
    return _catalogue([PREFIX_FILE, *(HERE / name for name in single), *(HERE / "completeness").glob("*.ttl")])
