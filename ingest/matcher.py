"""Finds the lexicon's patterns in sentences: sequences of words with small gaps.

Which pattern words a written word can be is known by :mod:`ingest.words`; here they are put together, and where two ways
of saying overlap, the rule that chooses stands in :func:`longest`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.tokens import Token
from ingest.words import Readings, words_of
from ontology.lexicon import Entry, Lexicon


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found in a sentence: the tokens it rests on, first to last; `whole` counts those that are no compounds."""

    entry: Entry
    tokens: tuple[int, ...]
    start: int
    end: int
    whole: int = 0


_Step = tuple[frozenset[int], int]
_Sequel = tuple[Entry, tuple[_Step, ...]]


class Matcher:
    """All patterns of some entries of one lexicon, ready to be looked for in tokens.

    Patterns are found by their first word and, when they have more, by their last: only those of which both stand in the
    sentence are followed through.
    """

    def __init__(self, lexicon: Lexicon, entries: Iterable[Entry] | None = None) -> None:
        self._words = words_of(lexicon)
        self._single: dict[int, list[Entry]] = defaultdict(list)
        self._longer: dict[int, dict[int, list[_Sequel]]] = defaultdict(lambda: defaultdict(list))
        for entry in lexicon.entries if entries is None else entries:
            for pattern in entry.patterns:
                steps = tuple((self._words.numbers(slot.words), slot.gap) for slot in pattern.slots)
                for number in steps[0][0]:
                    if len(steps) == 1:
                        self._single[number].append(entry)
                    for last in steps[-1][0] if len(steps) > 1 else ():
                        self._longer[number][last].append((entry, steps[1:]))
        self._first = frozenset(self._single) | frozenset(self._longer)
        self._lasts = {number: frozenset(lasts) for number, lasts in self._longer.items()}

    def match(self, tokens: Sequence[Token]) -> list[Match]:
        """Every pattern found in the tokens of one sentence, in order of place; nested and overlapping ones too."""
        readings = self._words.read(tokens)
        words = [r.all for r in readings]
        present: frozenset[int] = frozenset().union(*words)
        out: dict[tuple[str, int, int], Match] = {}
        if self._first.isdisjoint(present):
            return []
        for i, numbers in enumerate(words):
            for number in numbers & self._first:
                for entry, indexes in self._from(number, i, words, tokens, present):
                    whole = _whole(indexes, number, readings)
                    match = Match(entry, indexes, tokens[i].start, tokens[indexes[-1]].end, whole)
                    key = (entry.iri, match.start, match.end)
                    if key not in out or (len(indexes), whole) > (len(out[key].tokens), out[key].whole):
                        out[key] = match
        return sorted(out.values(), key=lambda m: (m.start, -m.end, m.entry.iri))

    def _from(
        self,
        number: int,
        at: int,
        words: Sequence[frozenset[int]],
        tokens: Sequence[Token],
        present: frozenset[int],
    ) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        """The entries whose patterns begin with a pattern word at a token, with the tokens they rest on."""
        for entry in self._single.get(number, ()):
            yield entry, (at,)
        lasts = self._lasts.get(number)
        if lasts is None:
            return
        sequels = self._longer[number]
        for last in lasts & present:
            for entry, rest in sequels[last]:
                indexes = _follow(words, tokens, at, rest)
                if indexes is not None:
                    yield entry, indexes


def _whole(indexes: tuple[int, ...], first: int, readings: Sequence[Readings]) -> int:
    """How many of the tokens are whole words of the lexicon, the first one as the pattern word it was found by."""
    return (first in readings[indexes[0]].whole) + sum(bool(readings[at].whole) for at in indexes[1:])


def _follow(
    words: Sequence[frozenset[int]], tokens: Sequence[Token], at: int, steps: Sequence[_Step]
) -> tuple[int, ...] | None:
    """The indexes of the tokens that complete a pattern begun at `at`, nearest first, or None."""
    if not steps:
        return (at,)
    wanted, gap = steps[0]
    if not gap and at + 1 < len(tokens) and tokens[at + 1].parted:
        return None  # next to each other means no mark between: «salattu, varmuuskopiot» are two things
    for index in range(at + 1, min(at + 2 + gap, len(words))):
        if not wanted.isdisjoint(words[index]):
            rest = _follow(words, tokens, index, steps[1:])
            if rest is not None:
                return (at, *rest)
    return None


def longest(matches: Iterable[Match]) -> Iterator[Match]:
    """The overlap rule: of the matches in one facet, those whose words all lie within another's words give way.

    Words, not spans: «oikeus … poistaa» does not swallow the «tarkastaa» between its words. Of two that rest on the same
    words, one that reads them whole beats one that reads parts of compounds; otherwise both stay: the text is ambiguous
    and the section decides.
    """
    groups: dict[tuple[str, int], list[tuple[frozenset[int], Match]]] = defaultdict(list)
    each = [(match.entry.facet or match.entry.kind, frozenset(match.tokens), match) for match in matches]
    for facet, tokens, match in each:
        for token in tokens:  # whatever covers a match shares its first word: only those need to be compared
            groups[facet, token].append((tokens, match))
    for facet, tokens, match in each:
        others = groups[facet, match.tokens[0]]
        if not any(tokens < other or (tokens == other and match.whole < m.whole) for other, m in others):
            yield match
