"""The matcher finds the same as trying every pattern at every word; the overlap rule chooses between what it finds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.matcher import Matcher, longest
from ingest.tokens import Token
from ingest.words import words_of
from ontology import lexicon
from ontology.lexicon import Lexicon

LEXICONS = lexicon.load()
MATCHERS = {language: Matcher(lex) for language, lex in LEXICONS.items()}


def followed(tokens: Sequence[Token], at: int, steps: Sequence[tuple[frozenset[int], int]]) -> int | None:
    """The last token of a pattern that has come to `at`, trying the nearest words first."""
    if not steps:
        return at
    wanted, gap = steps[0]
    for index in range(at + 1, min(at + 2 + gap, len(tokens))):
        if (gap or not tokens[index].parted) and tokens[index].readings.all & wanted:
            last = followed(tokens, index, steps[1:])
            if last is not None:
                return last
    return None


def plainly(lex: Lexicon, tokens: Sequence[Token]) -> set[tuple[str, int, int]]:
    """Every pattern tried at every word."""
    numbers = words_of(lex).numbers
    found = set()
    for entry in lex.entries:
        for pattern in entry.patterns:
            first, *steps = ((numbers(slot.words), slot.gap) for slot in pattern.slots)
            for at, token in enumerate(tokens):
                last = followed(tokens, at, steps) if token.readings.all & first[0] else None
                if last is not None:
                    found.add((entry.iri, token.start, tokens[last].end))
    return found


@pytest.mark.parametrize("language", lexicon.LANGUAGES)
def test_the_matcher_finds_what_trying_every_pattern_finds(language: str) -> None:
    lex = LEXICONS[language]
    sentences = sorted({s for e in lex.entries for s in e.examples if s.count(" ") > 3})[::60]
    assert len(sentences) > 10
    for sentence in sentences:
        tokens = words_of(lex).tokens(sentence)
        fast = {(m.entry.iri, m.start, m.end) for m in MATCHERS[language].match(tokens)}
        assert fast == plainly(lex, tokens), sentence


def test_what_lies_within_a_longer_match_of_its_facet_gives_way() -> None:
    sentence = "Tietoja käytetään suoramarkkinointiin."
    matches = MATCHERS["fi"].match(words_of(LEXICONS["fi"]).tokens(sentence))
    kept = longest([m for m in matches if m.entry.facet == "PurposeFacet"])
    assert [m.entry.denotes.rpartition("#")[2] for m in kept if m.entry.denotes] == ["DirectMarketing"]
