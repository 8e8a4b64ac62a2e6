"""What a written word is looked up by: its lemmas where the lexicon's form table knows them, else its stem.

Two forms belong to one word when they share a key. Finnish words take the lemmas of the form table
(`lexicon/forms/fi.tsv`), also as the last part of a compound; words that it does not know, and Swedish and English ones,
are cut by the rules of Snowball. A key that begins with `-` says what a compound ends in, so that a search for the part
finds the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

import snowballstemmer

from ontology.forms import TABLES, Paradigm, read_table

LANGUAGES = ("fi", "sv", "en")
TABLE = Path(__file__).parent / "lexicon" / TABLES / "fi.tsv"
_SNOWBALL = {"fi": "finnish", "sv": "swedish", "en": "english"}
_REST, _PART, _SEARCHED_PART = 3, 4, 5
"""Letters of a compound before its last part; of that part; and of a part that is searched for alone."""


class Lemmas(Protocol):
    """Knows the lemmas of written words, in lower case."""

    def of(self, words: Sequence[str]) -> Iterable[tuple[str, str]]:
        """Pairs of a word and one of its lemmas, for those of `words` that are known."""


class TableLemmas:
    """The lemmas of a form table in memory."""

    def __init__(self, table: Iterable[tuple[str, Paradigm]]) -> None:
        self._beginnings: dict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
        for lemma, paradigm in table:
            self._beginnings[paradigm.beginning].append((paradigm.endings, lemma.lower()))

    def of(self, words: Sequence[str]) -> Iterator[tuple[str, str]]:
        """See :class:`Lemmas`."""
        for word in words:
            for cut in range(len(word) + 1):
                for endings, lemma in self._beginnings.get(word[:cut], ()):
                    if word[cut:] in endings:
                        yield word, lemma


@lru_cache(maxsize=1)
def table() -> tuple[tuple[str, Paradigm], ...]:
    """The words of the Finnish form table that can be searched for. Raises ontology.forms.FormsError."""
    return tuple((lemma, forms) for lemma, forms in read_table(TABLE).items() if lemma.isalpha())


def keys(word: str, language: str, lemmas: Lemmas) -> frozenset[str]:
    """The keys of a word as it stands in a text; `lemmas` is asked for Finnish only."""
    if language != "fi":
        return frozenset((_stem(word, language),))
    tails = [word[cut:] for cut in range(_REST, len(word) - _PART + 1)]
    known: dict[str, set[str]] = defaultdict(set)
    for form, lemma in lemmas.of([word, *tails]):
        known[form].add(lemma)
    longest = next((tail for tail in tails if tail in known), "")
    found = set(known.get(word, ()))
    if not found:
        # The stem too: another form of the word may end in no word that is known.
        found = {word[: len(word) - len(longest)] + lemma for lemma in known.get(longest, ())} | {_stem(word, "fi")}
    return frozenset(found | {f"-{lemma}" for lemma in known.get(longest, ()) if len(lemma) >= _SEARCHED_PART})


def searched(word: str, language: str, lemmas: Lemmas) -> frozenset[str]:
    """The keys by which forms are found for a word that somebody types: the word's own, and compounds that end in it."""
    own = {key for key in keys(word, language, lemmas) if not key.startswith("-")}
    return frozenset(own | {f"-{key}" for key in own if len(key) >= _SEARCHED_PART})


@cache
def _snowball(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_SNOWBALL[language])


def _stem(word: str, language: str) -> str:
    cut = _snowball(language).stemWord
    stem = str(cut(word))
    match language:
        case "fi":
            # The vowel that is left differs from form to form: koira-, koir-ien; polkupyöri-e-si.
            bare = stem.rstrip("aeiouyäö")
            return bare if len(bare) >= _REST else stem
        case "sv":
            # A second ending: samtyck-en-a. A consonant doubled before one: medlem, medlemm-ar.
            stem = str(cut(stem))
            return stem[:-1] if stem.endswith(("mm", "nn")) else stem
    return stem
