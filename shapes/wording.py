"""The words of reports, read from `messages.ttl`: a renderer holds no language of its own."""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rdflib import RDF

from ontology.namespaces import SEL, SKOS
from shapes.rules import HERE, LANGUAGES, ShapesError, parse, words


class UnknownLanguageError(ValueError):
    """A report was asked for in a language that Seloste does not write (`language`)."""

    def __init__(self, language: str) -> None:
        super().__init__(f"no report in language {language!r}; choose one of {', '.join(LANGUAGES)}")
        self.language = language


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    graph, _ = parse([HERE / "messages.ttl"])
    return {
        str(graph.value(node, SEL.word)): words(graph, [node], SKOS.prefLabel)
        for node in graph.subjects(RDF.type, SEL.ReportWord)
    }


def wording(language: str) -> dict[str, str]:
    """Return key → word in `language`.

    Raises UnknownLanguageError for a language other than fi, sv, en, ShapesError when a word lacks a translation.
    """
    if language not in LANGUAGES:
        raise UnknownLanguageError(language)
    table = _words()
    lacking = [key for key, texts in table.items() if language not in texts]
    if lacking:
        raise ShapesError("messages.ttl", f"no {language} for {', '.join(lacking)}; add the skos:prefLabel")
    return {key: texts[language] for key, texts in table.items()}
