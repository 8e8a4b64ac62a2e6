"""Which words of the lexicon a written word can be: whole forms from the form tables, parts of compounds by Aho-Corasick.

All matchers of a language share one look-up, and each distinct word is looked up once. :class:`PlainForms` asks the same of
every form one by one and is the oracle that :class:`FastForms` is tested against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from ahocorasick_rs import AhoCorasick, MatchKind

from ingest.spelling import SHORTEST, Speller
from ingest.tokens import NO_WORD, UNKNOWN, WORD, Readings, Token, addresses, complete_ellipsis, parted, spelling, token
from ontology.forms import BARE, Paradigm
from ontology.lexicon import Lexicon
from ontology.patterns import Word

MOST_REMEMBERED = 200_000
"""Words whose readings are kept; real notices repeat a few tens of thousands."""
SHORTEST_REST = 2
"""Letters that must remain of a compound beside the part that is looked for."""

Spelled = tuple[Word, tuple[Paradigm, ...]]


class WordForms(Protocol):
    """Knows the forms of pattern words."""

    def find(self, word: str) -> Readings:
        """The readings of a written word (lower case)."""


class PlainForms:
    """The naive look-up: every form of every word, compared in turn. Slow and obviously right."""

    def __init__(self, words: Sequence[Spelled]) -> None:
        self._words = [(word, frozenset(form for p in paradigms for form in p)) for word, paradigms in words]

    def find(self, word: str) -> Readings:
        """See :class:`WordForms`."""
        numbered = list(enumerate(self._words))
        return Readings(
            frozenset(n for n, (spec, forms) in numbered if any(_fits(word, form, spec) for form in forms)),
            frozenset(n for n, (_, forms) in numbered if any(word == form for form in forms)),
        )


def _fits(word: str, form: str, spec: Word) -> bool:
    if word == form:
        return True
    if spec.head and word.startswith(form) and len(word) >= len(form) + SHORTEST_REST:
        return True
    if spec.tail and word.endswith(form) and len(word) >= len(form) + SHORTEST_REST:
        return True
    return spec.head and spec.tail and form in word[SHORTEST_REST : len(word) - SHORTEST_REST]


class FastForms:
    """The fast look-up: beginnings with their endings for whole forms, one automaton for the parts of compounds."""

    def __init__(self, words: Sequence[Spelled]) -> None:
        self._beginnings: dict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
        parts: dict[str, list[int]] = defaultdict(list)
        self._specs = [spec for spec, _ in words]
        for number, (spec, paradigms) in enumerate(words):
            for paradigm in paradigms:
                self._beginnings[paradigm.beginning].append((paradigm.endings, number))
                if spec.tail or spec.head:
                    for form in paradigm:
                        parts[form].append(number)
        self._parts = list(parts.values())
        self._automaton = AhoCorasick(list(parts), matchkind=MatchKind.Standard)

    def find(self, word: str) -> Readings:
        """See :class:`WordForms`."""
        whole = frozenset(self._whole(word))
        found = set(whole)
        for part, start, end in self._automaton.find_matches_as_indexes(word, overlapping=True):
            at_start, at_end = start == 0, end == len(word)
            if (at_start or start >= SHORTEST_REST) and (at_end or len(word) - end >= SHORTEST_REST):
                for number in self._parts[part]:
                    spec = self._specs[number]
                    if (spec.head or at_end) and (spec.tail or at_start):
                        found.add(number)
        return Readings(frozenset(found), whole)

    def _whole(self, word: str) -> Iterable[int]:
        for cut in range(len(word) + 1):
            ending = word[cut:]
            for endings, number in self._beginnings.get(word[:cut], ()):
                if ending in endings:
                    yield number


class Words:
    """The pattern words of a lexicon by number, and the words of a text with what they can be."""

    def __init__(self, lexicon: Lexicon) -> None:
        found = {w for e in lexicon.entries for p in e.patterns for s in p.slots for w in s.words}
        words = sorted(found, key=lambda w: (w.lemma, w.exact, w.tail, w.head))
        self._numbers = {word: number for number, word in enumerate(words)}
        self._capital = frozenset(n for word, n in self._numbers.items() if word.capital)
        self._forms: WordForms = FastForms([(word, spelled(word, lexicon)) for word in words])
        self._speller = Speller(key_terms(lexicon))
        self._memo: dict[str, tuple[str, bool, Readings]] = {}
        self._completions: dict[str, Readings] = {}
        self._same: dict[Readings, Readings] = {UNKNOWN: UNKNOWN}

    def numbers(self, words: Iterable[Word]) -> frozenset[int]:
        """The numbers of pattern words."""
        return frozenset(self._numbers[word] for word in words)

    def tokens(self, text: str) -> list[Token]:
        """The words of a text in order; names are read as such only where the text writes a capital letter."""
        out: list[Token] = []
        stubs: list[int] = []
        last = begin = 0
        for start, end in (*addresses(text), (len(text), len(text))):
            for match in WORD.finditer(text, begin, start):
                at, last_of_word = match.span()
                form = match.group()
                word, capital, readings = self._memo.get(form) or self._learnt(form)
                if readings is UNKNOWN and form[-1] == "-":
                    stubs.append(len(out))
                out.append(token((at, last_of_word, word, capital, at - last > 1 and parted(text, last, at), readings)))
                last = last_of_word
            if start < end:
                out.append(Token(start, end, NO_WORD, False, True, UNKNOWN))
                last = end
            begin = end
        for index in stubs:
            out[index] = out[index]._replace(readings=self._completed(out, index))
        return out

    def _learnt(self, form: str) -> tuple[str, bool, Readings]:
        """A printed word, looked up once: its spelling, whether it begins with a capital, and what it can be."""
        word, capital = spelling(form), form[0].isupper()
        found = self._look_up(word)
        correction = None if found.whole else self._speller.correction(word)
        if correction is not None:
            found = self._look_up(correction)._replace(correction=correction)
        found = found._replace(common=bool(found.whole - self._capital))
        if len(self._memo) > MOST_REMEMBERED:
            self._memo.clear()
            self._same = {UNKNOWN: UNKNOWN}
        self._memo[form] = out = word, capital, self._shared(found if capital else self._uncapitalised(found))
        return out

    def _shared(self, found: Readings) -> Readings:
        """One object for all words that can be the same: what is known of it is then looked up by identity."""
        return self._same.setdefault(found, found)

    def _uncapitalised(self, found: Readings) -> Readings:
        return found._replace(all=found.all - self._capital, whole=found.whole - self._capital)

    def _completed(self, tokens: Sequence[Token], index: int) -> Readings:
        """What a stub with a hanging hyphen can be: of its completions, those that are words; else parts of words."""
        candidates = [self._known(word) for word in complete_ellipsis(tokens, index)]
        whole = frozenset(n for c in candidates for n in c.whole)
        found = Readings(whole or frozenset(n for c in candidates for n in c.all), whole)
        return self._shared(found if tokens[index].capital else self._uncapitalised(found))

    def _known(self, word: str) -> Readings:
        """What a completed stub can be; the same stubs are completed by the same words again and again."""
        found = self._completions.get(word)
        if found is None:
            if len(self._completions) > MOST_REMEMBERED:
                self._completions.clear()
            found = self._completions[word] = self._look_up(word)
        return found

    def _look_up(self, word: str) -> Readings:
        found = self._forms.find(word)
        if not found.all and "-" in word.strip("-"):
            found = self._forms.find(word.replace("-", ""))
            if not found.all:
                named = self._forms.find(word.partition("-")[0])
                found = Readings(named.all & self._capital, named.whole & self._capital)
        return found


def spelled(word: Word, lexicon: Lexicon) -> tuple[Paradigm, ...]:
    """The paradigms of a pattern word: itself when it is written exactly."""
    return (Paradigm(word.lemma.lower(), BARE),) if word.exact else lexicon.forms.of(word.lemma)


def key_terms(lexicon: Lexicon) -> Iterator[str]:
    """The forms of the terms in which a slip is read over."""
    words = {w for e in lexicon.of_kind("KeyTerm") for p in e.patterns for s in p.slots for w in s.words}
    for word in words:
        if len(word.lemma) >= SHORTEST:
            yield from (form for paradigm in spelled(word, lexicon) for form in paradigm)


@lru_cache(maxsize=16)
def words_of(lexicon: Lexicon) -> Words:
    """The look-up of a lexicon's words, made once for all its matchers."""
    return Words(lexicon)
