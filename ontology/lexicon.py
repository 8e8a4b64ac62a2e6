"""The lexicon: how people say what the vocabulary knows, read from ``ontology/lexicon/**.ttl`` (SKOS labels as patterns).

Every entry is one way of reading words: a concept in a facet (`sel:LexicalEntry`), a section heading (`sel:HeadingEntry`),
a cue of polarity or a signal (`sel:Cue`), a number, unit or month (`sel:NumeralEntry`, …). Language knowledge is here and
nowhere in Python; a broken entry stops the program before the first notice, named with its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax

from ontology.forms import AffixRule, FormsError, FormTable
from ontology.namespaces import SEL, SKOS
from ontology.patterns import Pattern, PatternError, parse

FOLDER = Path(__file__).parent / "lexicon"
LANGUAGES = ("fi", "sv", "en")
NAMES = "OrganisationFacet"
KINDS = {
    SEL[n]: n
    for n in (
        "LexicalEntry",
        "HeadingEntry",
        "Cue",
        "NumeralEntry",
        "UnitEntry",
        "MonthEntry",
        "LegalForm",
        "Abbreviation",
        "KeyTerm",
    )
}


class LexiconError(ValueError):
    """A lexicon that cannot be used: the file, the entry and what to change."""

    def __init__(self, file: Path, entry: str, problem: str) -> None:
        self.file, self.entry, self.problem = file, entry, problem
        super().__init__(f"{file.name}: {entry}: {problem}. Mend the entry (CONTRIBUTING.md, The lexicon).")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One entry in one language, with the patterns that match it. Two are the same only if they are one.

    `facet`, `in_topics`, `signals`, `effects` and `scopes` are local names; `attributes` holds the remaining values by
    local name of the property (topic, announces, value, …).
    """

    iri: str
    kind: str
    language: str
    labels: tuple[str, ...]
    patterns: tuple[Pattern, ...] = field(repr=False)
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    facet: str | None = None
    denotes: str | None = None
    self_licensing: bool = False
    in_topics: frozenset[str] = frozenset()
    not_in_topics: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    effects: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of an attribute by local name of its property, sorted."""
        return tuple(value for key, value in self.attributes if key == name)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All entries of one language with the inflected forms of their words. Two are the same only if they are one."""

    language: str
    entries: tuple[Entry, ...]
    forms: FormTable

    def of_kind(self, kind: str) -> tuple[Entry, ...]:
        """The entries of one kind, in IRI order."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


def files(folder: Path = FOLDER) -> list[Path]:
    """The Turtle files of the lexicon, sorted."""
    return sorted(folder.rglob("*.ttl"))


def digest(folder: Path = FOLDER) -> str:
    """SHA-256 over the lexicon's files and form tables: names what a graph was extracted with."""
    total = hashlib.sha256()
    for path in sorted([*folder.rglob("*.ttl"), *folder.rglob("*.tsv")]):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def load(folder: Path = FOLDER) -> dict[str, Lexicon]:
    """Read the whole lexicon, one :class:`Lexicon` per language.

    Raises:
        LexiconError: when a file is not Turtle, an entry lacks what its kind needs, or a word has no forms.
    """
    entries, rules = read(folder)
    out: dict[str, Lexicon] = {}
    for language in LANGUAGES:
        mine = tuple(sorted((e for e in entries if e.language == language), key=lambda e: e.iri))
        try:
            table = FormTable.load(folder, language, inflected(mine), inflected(mine, names=True), rules)
        except FormsError as error:
            raise LexiconError(folder / language, language, str(error)) from error
        out[language] = Lexicon(language, mine, table)
    return out


def inflected(entries: Iterable[Entry], *, names: bool = False) -> set[str]:
    """The words that inflect: those of the language, or the names of organisations, which take endings only."""
    chosen = (e for e in entries if (e.facet == NAMES) == names)
    return {w.lemma for e in chosen for p in e.patterns for s in p.slots for w in s.words if not w.exact}


def read(folder: Path = FOLDER) -> tuple[list[Entry], list[AffixRule]]:
    """The entries and affix rules of the Turtle files, without their forms.

    Raises:
        LexiconError: when a file is not Turtle or an entry is broken.
    """
    entries: list[Entry] = []
    rules: list[AffixRule] = []
    for file in files(folder):
        graph = Graph()
        try:
            graph.parse(file, format="turtle")
        except (BadSyntax, ParserError, UnicodeDecodeError) as error:
            raise LexiconError(file, "the file", f"not Turtle: {' '.join(str(error).split())[:200]}") from error
        for kind_iri, kind in KINDS.items():
            entries += [
                _entry(graph, node, kind, file)
                for node in graph.subjects(RDF.type, kind_iri)
                if isinstance(node, URIRef)
            ]
        rules += [
            _rule(graph, node, file) for node in graph.subjects(RDF.type, SEL.AffixRule) if isinstance(node, URIRef)
        ]
    seen: dict[str, str] = {}
    for entry in entries:
        if entry.iri in seen:
            raise LexiconError(folder, entry.iri, "described in two places")
        seen[entry.iri] = entry.kind
    return entries, rules


def _entry(graph: Graph, node: URIRef, kind: str, file: Path) -> Entry:
    name = str(node).rpartition("#")[2]
    labels = sorted({o for o in graph.objects(node, SKOS.altLabel) if isinstance(o, Literal)}, key=str)
    languages = {str(o.language) for o in labels}
    if len(languages) != 1 or not languages <= set(LANGUAGES):
        raise LexiconError(file, name, "needs skos:altLabel in exactly one of the languages fi, sv, en")
    facet, denotes = graph.value(node, SEL.facet), graph.value(node, SEL.denotes)
    if kind == "LexicalEntry" and (facet is None or denotes is None):
        raise LexiconError(file, name, "needs sel:facet and sel:denotes")
    try:
        patterns = tuple(parse(str(label)) for label in labels) if kind != "Abbreviation" else ()
    except PatternError as error:
        raise LexiconError(file, name, str(error)) from error
    own = {
        SKOS.altLabel,
        RDF.type,
        SEL.example,
        SEL.counterExample,
        SEL.facet,
        SEL.denotes,
        SEL.inTopic,
        SEL.notInTopic,
    }
    attributes = sorted((str(p).rpartition("#")[2], str(o)) for p, o in graph.predicate_objects(node) if p not in own)
    return Entry(
        iri=str(node),
        kind=kind,
        language=languages.pop(),
        labels=tuple(map(str, labels)),
        patterns=patterns,
        examples=tuple(sorted(map(str, graph.objects(node, SEL.example)))),
        counter_examples=tuple(sorted(map(str, graph.objects(node, SEL.counterExample)))),
        facet=str(facet).rpartition("#")[2] if facet else None,
        denotes=str(denotes) if denotes else None,
        self_licensing=("selfLicensing", "true") in attributes,
        in_topics=frozenset(str(o).rpartition("#")[2] for o in graph.objects(node, SEL.inTopic)),
        not_in_topics=frozenset(str(o).rpartition("#")[2] for o in graph.objects(node, SEL.notInTopic)),
        signals=frozenset(str(o).rpartition("#")[2] for o in graph.objects(node, SEL.signal)),
        effects=tuple(sorted(str(o).rpartition("#")[2] for o in graph.objects(node, SEL.effect))),
        scopes=tuple(sorted(map(str, graph.objects(node, SEL.scope)))),
        attributes=tuple(attributes),
    )


def _rule(graph: Graph, node: URIRef, file: Path) -> AffixRule:
    language, ending = graph.value(node, SEL.language), graph.value(node, SEL.ending)
    replacements = tuple(sorted(str(o) for o in graph.objects(node, SEL.replacement)))
    if language is None or ending is None or not replacements:
        raise LexiconError(
            file, str(node).rpartition("#")[2], "an affix rule needs sel:language, sel:ending and sel:replacement"
        )
    return AffixRule(str(language), str(ending), replacements)
