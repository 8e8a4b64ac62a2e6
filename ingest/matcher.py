"""Finds the lexicon's patterns in sentences: word forms by Aho-Corasick, then sequences of words with small gaps.

For each distinct word of a language the matcher computes once which pattern words it can be (a whole form, or a part of
a compound where the pattern allows it); sequences are then matched over tokens. :class:`PlainForms` asks the same of
every form one by one and is the oracle that the automaton is tested against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ahocorasick_rs import AhoCorasick, MatchKind

from ingest.tokens import Token, complete_ellipsis
from ontology.lexicon import Entry, Lexicon
from ontology.patterns import Word

MOST_REMEMBERED = 200_000
"""Words whose readings are kept; real notices repeat a few tens of thousands."""
SHORTEST_REST = 2
"""Letters that must remain of a compound beside the part that is looked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found in a sentence: the tokens it rests on, first to last; `whole` counts those that are no compounds."""

    entry: Entry
    tokens: tuple[int, ...]
    start: int
    end: int
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Readings:
    """Which pattern words a written word can be, by number: all of them, and those of which it is a whole form."""

    all: frozenset[int]
    whole: frozenset[int]


class WordForms(Protocol):
    """Knows the forms of pattern words."""

    def find(self, word: str) -> Readings:
        """The readings of a written word (lower case)."""


class PlainForms:
    """The naive look-up: every form of every word, compared in turn. Slow and obviously right."""

    def __init__(self, words: Sequence[tuple[Word, Iterable[str]]]) -> None:
        self._words = [(word, frozenset(forms)) for word, forms in words]

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


class AutomatonForms:
    """The fast look-up: whole forms in a table, parts of compounds in one Aho-Corasick automaton."""

    def __init__(self, words: Sequence[tuple[Word, Iterable[str]]]) -> None:
        self._whole: dict[str, list[int]] = defaultdict(list)
        parts: dict[str, list[int]] = defaultdict(list)
        self._specs = [spec for spec, _ in words]
        for number, (spec, forms) in enumerate(words):
            for form in set(forms):
                self._whole[form].append(number)
                if spec.tail or spec.head:
                    parts[form].append(number)
        self._parts = list(parts.values())
        self._automaton = AhoCorasick(list(parts), matchkind=MatchKind.Standard)

    def find(self, word: str) -> Readings:
        """See :class:`WordForms`."""
        whole = frozenset(self._whole.get(word, ()))
        found = set(whole)
        for part, start, end in self._automaton.find_matches_as_indexes(word, overlapping=True):
            at_start, at_end = start == 0, end == len(word)
            if (at_start or start >= SHORTEST_REST) and (at_end or len(word) - end >= SHORTEST_REST):
                for number in self._parts[part]:
                    spec = self._specs[number]
                    if (spec.head or at_end) and (spec.tail or at_start):
                        found.add(number)
        return Readings(frozenset(found), whole)


_Step = tuple[frozenset[int], int]


class Matcher:
    """All patterns of some entries of one lexicon, ready to be looked for in tokens."""

    def __init__(
        self,
        lexicon: Lexicon,
        entries: Iterable[Entry] | None = None,
        forms: type[PlainForms] | type[AutomatonForms] = AutomatonForms,
    ) -> None:
        numbers: dict[Word, int] = {}
        self._starts: dict[int, list[tuple[Entry, tuple[_Step, ...]]]] = defaultdict(list)
        for entry in lexicon.entries if entries is None else entries:
            for pattern in entry.patterns:
                steps = tuple(
                    (frozenset(numbers.setdefault(w, len(numbers)) for w in slot.words), slot.gap)
                    for slot in pattern.slots
                )
                for number in steps[0][0]:
                    self._starts[number].append((entry, steps[1:]))
        self._capital = frozenset(n for word, n in numbers.items() if word.capital)
        self._forms: WordForms = forms(
            [(w, (w.lemma.lower(),) if w.exact else lexicon.forms.of(w.lemma)) for w in numbers]
        )
        self._memo: dict[str, Readings] = {}

    def match(self, tokens: Sequence[Token]) -> list[Match]:
        """Every pattern found in the tokens of one sentence, in order of place; nested and overlapping ones too."""
        readings = [self._readings(tokens, i) for i in range(len(tokens))]
        words = [r.all for r in readings]
        present = frozenset().union(*words)
        out: dict[tuple[str, int, int], Match] = {}
        for i, numbers in enumerate(words):
            for number in numbers:
                for entry, rest in self._starts.get(number, ()):
                    if rest and rest[-1][0].isdisjoint(present):
                        continue
                    indexes = _follow(words, i, rest)
                    if indexes is None:
                        continue
                    start, end = tokens[indexes[0]].start, tokens[indexes[-1]].end
                    whole = (number in readings[i].whole) + sum(
                        not step[0].isdisjoint(readings[at].whole) for step, at in zip(rest, indexes[1:], strict=True)
                    )
                    key, match = (entry.iri, start, end), Match(entry, indexes, start, end, whole)
                    if key not in out or (len(indexes), whole) > (len(out[key].tokens), out[key].whole):
                        out[key] = match
        return sorted(out.values(), key=lambda m: (m.start, -m.end, m.entry.iri))

    def _readings(self, tokens: Sequence[Token], index: int) -> Readings:
        token = tokens[index]
        found = self._look_up(token.word)
        if token.word.endswith("-") and not found.all:
            found = self._completed(tokens, index)
        return (
            found
            if token.capital or not self._capital
            else Readings(found.all - self._capital, found.whole - self._capital)
        )

    def _completed(self, tokens: Sequence[Token], index: int) -> Readings:
        """What a stub with a hanging hyphen can be: of its completions, those that are words; else parts of words."""
        candidates = [self._look_up(word) for word in complete_ellipsis(tokens, index)]
        whole = frozenset(n for c in candidates for n in c.whole)
        return Readings(whole or frozenset(n for c in candidates for n in c.all), whole)

    def _look_up(self, word: str) -> Readings:
        found = self._memo.get(word)
        if found is None:
            if len(self._memo) > MOST_REMEMBERED:
                self._memo.clear()
            found = self._forms.find(word)
            if not found.all and "-" in word.strip("-"):
                found = self._forms.find(word.replace("-", ""))
                if not found.all:
                    named = self._forms.find(word.partition("-")[0])
                    found = Readings(named.all & self._capital, named.whole & self._capital)
            self._memo[word] = found
        return found


def _follow(words: Sequence[frozenset[int]], at: int, steps: Sequence[_Step]) -> tuple[int, ...] | None:
    """The indexes of the tokens that complete a pattern begun at `at`, nearest first, or None."""
    if not steps:
        return (at,)
    wanted, gap = steps[0]
    for index in range(at + 1, min(at + 2 + gap, len(words))):
        if not wanted.isdisjoint(words[index]):
            rest = _follow(words, index, steps[1:])
            if rest is not None:
                return (at, *rest)
    return None


def longest(matches: Iterable[Match]) -> Iterator[Match]:
    """The overlap rule: of the matches in one facet, those whose words all lie within another's words give way.

    Words, not spans: «oikeus … poistaa» does not swallow the «tarkastaa» between its words. Of two that rest on the same
    words, one that reads them whole beats one that reads parts of compounds; otherwise both stay: the text is ambiguous
    and the section decides.
    """
    by_facet: dict[str, list[tuple[frozenset[int], Match]]] = defaultdict(list)
    for match in matches:
        by_facet[match.entry.facet or match.entry.kind].append((frozenset(match.tokens), match))
    for group in by_facet.values():
        for tokens, match in group:
            if not any(tokens < other or (tokens == other and match.whole < m.whole) for other, m in group):
                yield match
