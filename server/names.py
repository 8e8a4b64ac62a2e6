"""What things are called on the pages: labels of the vocabulary, of the check's items and rules, in three languages.

Loaded once when the server starts; everything here is the ontology's and the shapes' own wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rdflib import URIRef

from ontology import vocabulary
from ontology.namespaces import PREFIXES, SEL
from ontology.vocabulary import Vocabulary, local_name
from server.messages import LANGUAGES, Messages
from shapes.citing import cited
from shapes.rules import SEVERITIES, Catalogue, completeness_catalogue
from shapes.wording import wording

_VARIABLE = re.compile(r"\{[?$]\w+\}")
# The letters behind Z in the Finnish and Swedish alphabets, in their order.
_NORDIC = str.maketrans({"å": "{1", "ä": "{2", "ö": "{3"})
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Labels for IRIs and words. `countries` and `concepts` are the choices of forms, by language."""

    vocabulary: Vocabulary = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    countries: Mapping[str, Choices] = field(repr=False)
    concepts: Mapping[str, Choices] = field(repr=False)

    @classmethod
    def load(cls) -> Names:
        """Read the vocabulary and the shapes. Raises VocabularyError or ShapesError."""
        known = vocabulary.load()
        codes = [(str(iri), str(code)) for iri, code in known.graph.subject_objects(SEL.isoAlpha2)]
        concepts = [str(iri) for iri in set(known.graph.subjects(SEL.facet))]
        return cls(
            known,
            completeness_catalogue(),
            {one: _sorted(one, ((code, known.label(iri, one)) for iri, code in codes)) for one in LANGUAGES},
            {one: _sorted(one, ((short(iri), known.label(iri, one)) for iri in concepts)) for one in LANGUAGES},
        )

    def label(self, iri: str, messages: Messages) -> str:
        """What an IRI is called: in the pages' own words, in the vocabulary's, else by its short name."""
        name = short(iri)
        own = messages.get(f"term.{name}")
        if own is not None:
            return own
        found = self.vocabulary.label(iri, messages.language)
        return name if found == local_name(iri) else found

    def known(self, iri: str) -> bool:
        """Whether the IRI is a concept of the vocabulary, about which a question can be asked."""
        return self.vocabulary.facet(iri) is not None

    def country(self, iri: str) -> str | None:
        """The ISO 3166 code of a territory's IRI."""
        code = self.vocabulary.graph.value(URIRef(iri), SEL.isoAlpha2)
        return None if code is None else str(code)

    def item(self, name: str, language: str) -> str:
        """An item such as 13-2-a as label and article; of one that has no label, such as Art. 12, the article."""
        labelled = dict(self.items(language)).get(name)
        article = next((rule.article for rule in self.catalogue.rules.values() if rule.item == name), "")
        return labelled or (self.cited(article, language) if article else name)

    def items(self, language: str) -> Choices:
        """The items as choices: name, and label with article."""
        return tuple(
            (one.item, f"{one.labels[language]} ({self.cited(one.article, language)})") for one in self.catalogue.items
        )

    @staticmethod
    def cited(article: str, language: str) -> str:
        """An article as a reader of the language cites it."""
        return cited(article, wording(language))

    def rule(self, iri: str, language: str) -> str | None:
        """What a rule says when it is broken, without the values of one notice; None for an unknown rule."""
        found = self.catalogue.rules.get(iri)
        return None if found is None else _VARIABLE.sub("…", found.messages[language])

    @staticmethod
    def word(key: str, language: str) -> str:
        """A word of the reports: a verdict, or a severity by its SHACL IRI; the key itself when it is none."""
        severity = {str(iri): name for iri, name in SEVERITIES.items()}.get(key, key)
        return wording(language).get(severity, severity)


def short(iri: str) -> str:
    """An IRI with one of the project's prefixes, or as it is."""
    best = max((space for space in PREFIXES.values() if iri.startswith(space)), key=len, default="")
    name = iri.removeprefix(best)
    prefix = next((prefix for prefix, space in PREFIXES.items() if space == best), "")
    return f"{prefix}:{name}" if best and re.fullmatch(r"[\w.-]+", name) else iri


def severity(iri: str) -> str:
    """violation, warning or info, for an IRI of SHACL."""
    return next((name for known, name in SEVERITIES.items() if str(known) == iri), "info")


def _sorted(language: str, choices: Iterable[tuple[str, str]]) -> Choices:
    def order(pair: tuple[str, str]) -> tuple[str, str]:
        name = pair[1].casefold()
        return (name if language == "en" else name.translate(_NORDIC), pair[0])

    return tuple(sorted(choices, key=order))
