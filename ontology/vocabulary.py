"""The vocabulary: the concepts that claims point to, read from `ontology/*.ttl` and `ontology/dpv/*.ttl`.

DPV 2.3 is a SKOS taxonomy: its terms hang together by `skos:broader`, not by `rdfs:subClassOf`, and have English labels
only. Ours are in Finnish, Swedish and English. The lexicon (how people say it) is read by `ontology.lexicon`.
"""
from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import RDFS, BNode, Graph, Literal, URIRef
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax

from ontology.namespaces import SEL, SKOS

FOLDER = Path(__file__).parent


class VocabularyError(ValueError):
    """A vocabulary file that cannot be read: names the file and says what to do."""

    def __init__(self, file: Path, problem: str) -> None:
        self.file, self.problem = file, problem
        super().__init__(f"{file}: {problem}. Mend the file or restore it from the repository.")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The concepts with their labels, facets and hierarchy; IRIs are plain strings.

    `graph` is the union of the files. It is shared, not copied: whoever changes it changes it for all.
    """

    graph: Graph = field(repr=False, compare=False)
    files: tuple[Path, ...]
    sha256: str
    _labels: Mapping[tuple[str, str], str] = field(repr=False, compare=False)
    _ancestors: Mapping[str, frozenset[str]] = field(repr=False, compare=False)
    _members: Mapping[str, frozenset[str]] = field(repr=False, compare=False)

    def label(self, iri: str, lang: str) -> str:
        """The name of a term in a language; in English when that has none, else the last part of the IRI."""
        return self._labels.get((iri, lang)) or self._labels.get((iri, "en")) or local_name(iri)

    def broader(self, iri: str) -> frozenset[str]:
        """The term itself and everything above it (`skos:broader`, transitive); of an unknown term only itself."""
        return self._ancestors.get(iri, frozenset((iri,)))

    def facet(self, iri: str) -> str | None:
        """The IRI of the facet to which a concept belongs, or None for a term outside the facets."""
        return self._value(iri, SEL.facet)

    def concepts(self, facet: str) -> frozenset[str]:
        """The IRIs of all concepts of a facet, its top concept included."""
        return self._members.get(facet, frozenset())

    def claim_class(self, iri: str) -> str | None:
        """The class that a claim about this concept carries: the concept's own `sel:claimClass`, else its facet's.

        Measures need their own: in DPV the links of a physical measure may lead to the technical ones.
        """
        return self._value(iri, SEL.claimClass) or self._value(self.facet(iri), SEL.claimClass)

    def turtle_files(self) -> tuple[Path, ...]:
        """The files that were read, in reading order."""
        return self.files

    def digest(self) -> str:
        """SHA-256 over names and contents of the files: says with which vocabulary a result was made."""
        return self.sha256

    def n_triples(self) -> tuple[str, ...]:
        """Sorted N-Triples lines without blank nodes (OWL axioms, prefix declarations), fit for a stored graph."""
        named = ((s, p, o) for s, p, o in self.graph if not isinstance(s, BNode) and not isinstance(o, BNode))
        return tuple(sorted(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in named))

    def _value(self, iri: str | None, predicate: URIRef) -> str | None:
        found = min(self.graph.objects(URIRef(iri), predicate), default=None, key=str) if iri is not None else None
        return None if found is None else str(found)


def local_name(iri: str) -> str:
    """The part of an IRI behind its last `#` or `/`."""
    return iri.rstrip("#/").rpartition("#" if "#" in iri else "/")[2]


def turtle_files(folder: Path = FOLDER) -> tuple[Path, ...]:
    """The Turtle files of the vocabulary, sorted: those of the folder and of its `dpv/`, not those of the lexicon."""
    found = [*folder.glob("*.ttl"), *folder.glob("dpv/*.ttl")]
    return tuple(sorted(found, key=lambda file: file.relative_to(folder).as_posix()))


def load(folder: Path = FOLDER) -> Vocabulary:
    """Read the vocabulary. The caller keeps it; nothing is remembered here.

    Raises:
        VocabularyError: when there is no file, or one of them is not Turtle in UTF-8.
    """
    files = turtle_files(folder)
    if not files:
        raise VocabularyError(folder, "holds no Turtle file")
    graph, total = Graph(), hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        total.update(file.relative_to(folder).as_posix().encode() + b"\0" + content)
        try:
            graph.parse(data=content, format="turtle")
        except (BadSyntax, ParserError, UnicodeDecodeError, IndexError) as error:  # IndexError: a file cut short
            raise VocabularyError(file, f"not Turtle: {' '.join(str(error).split())[:200]}") from error
    members: dict[str, set[str]] = defaultdict(set)
    for concept, facet in graph.subject_objects(SEL.facet):
        members[str(facet)].add(str(concept))
    return Vocabulary(
        graph=graph, files=files, sha256=total.hexdigest(), _labels=_labels(graph), _ancestors=_ancestors(graph),
        _members={facet: frozenset(concepts) for facet, concepts in members.items()})


def _labels(graph: Graph) -> dict[tuple[str, str], str]:
    """(IRI, language) to label; `skos:prefLabel` wins over `rdfs:label`, the first in order over the second."""
    labels: dict[tuple[str, str], str] = {}
    for predicate in (SKOS.prefLabel, RDFS.label):
        for subject, label in sorted(graph.subject_objects(predicate)):
            if isinstance(label, Literal) and label.language:
                labels.setdefault((str(subject), label.language), str(label))
    return labels


def _ancestors(graph: Graph) -> dict[str, frozenset[str]]:
    """Every term that has a parent or a child, with itself and all its ancestors; a cycle ends where it began."""
    parents: dict[str, set[str]] = defaultdict(set)
    for child, parent in graph.subject_objects(SKOS.broader):
        parents[str(child)].add(str(parent))
    return {term: _climb(term, parents) for term in {*parents, *(p for above in parents.values() for p in above)}}


def _climb(term: str, parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    reached, ahead = {term}, [term]
    while ahead:
        above = set(parents.get(ahead.pop(), ())) - reached
        reached |= above
        ahead.extend(above)
    return frozenset(reached)
