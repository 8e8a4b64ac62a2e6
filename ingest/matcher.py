"""Finds the lexicon's patterns in sentences: sequences of words with small gaps.

Which pattern words a written word can be is known by :mod:`ingest.words`; here they are put together, and where two ways
of saying overlap, the rule that chooses stands in :func:`longest`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ingest.tokens import Readings, Token
from ingest.words import words_of
from ontology.lexicon import Entry, Lexicon


class Match(NamedTuple):
    """An entry found in a sentence: the tokens it rests on, first to last; `whole` counts those that are no compounds."""

    entry: Entry
    tokens: tuple[int, ...]
    start: int
    end: int
    whole: int = 0


class _Sequel(NamedTuple):
    """What must follow the first word of a pattern: the next word, how many others may stand before it, then the rest."""

    entry: Entry
    second: frozenset[int]
    gap: int
    rest: tuple[tuple[frozenset[int], int], ...]


class _Opening(NamedTuple):
    """What a word can begin: entries of one word (with whether it is their whole form), longer ones by their next word."""

    singles: tuple[tuple[Entry, int], ...]
    adjoining: Mapping[int, Sequence[tuple[_Sequel, int]]]
    apart: Mapping[int, Sequence[tuple[_Sequel, int]]]
    next: frozenset[int]
    later: frozenset[int]
    reach: int


_NONE = _Opening((), {}, {}, frozenset(), frozenset(), 0)


class Matcher:
    """All patterns of some entries of one lexicon, ready to be looked for in tokens.

    A pattern is found by its first word, then by its second: what the first word of a token can begin is put together
    once for each distinct word of the language.
    """

    def __init__(self, lexicon: Lexicon, entries: Iterable[Entry] | None = None) -> None:
        numbers = words_of(lexicon).numbers
        self._single: dict[int, list[Entry]] = defaultdict(list)
        self._longer: dict[int, list[_Sequel]] = defaultdict(list)
        for entry in lexicon.entries if entries is None else entries:
            for pattern in entry.patterns:
                first, *steps = ((numbers(slot.words), slot.gap) for slot in pattern.slots)
                sequel = _Sequel(entry, *steps[0], tuple(steps[1:])) if steps else None
                for number in first[0]:
                    if sequel is None:
                        self._single[number].append(entry)
                    else:
                        self._longer[number].append(sequel)
        self._first = frozenset(self._single) | frozenset(self._longer)
        self._openings: dict[Readings, _Opening] = {}

    def match(self, tokens: Sequence[Token]) -> list[Match]:
        """Every pattern found in the tokens of one sentence, in order of place; nested and overlapping ones too."""
        out: list[Match] = []
        openings, last = self._openings, len(tokens) - 1
        words = [token.readings.all for token in tokens]
        present: frozenset[int] = frozenset().union(*words)
        if self._first.isdisjoint(present):
            return out
        for i, token in enumerate(tokens):
            readings = token.readings
            opening = openings.get(readings)
            if opening is None:
                opening = openings[readings] = self._opening(readings)
            if opening is _NONE:
                continue
            at = (i,)
            for entry, whole in opening.singles:
                out.append(Match(entry, at, token.start, token.end, whole))
            if i < last and not (opening.next.isdisjoint(words[i + 1]) and opening.later.isdisjoint(present)):
                out += _longer(opening, tokens, words, i)
        out.sort(key=_place)
        return out

    def _opening(self, readings: Readings) -> _Opening:
        """What a word with the given readings can begin."""
        firsts = readings.all & self._first
        if not firsts:
            return _NONE
        singles: dict[str, tuple[Entry, int]] = {}
        longer: dict[int, tuple[_Sequel, int]] = {}
        for number in sorted(firsts):
            whole = int(number in readings.whole)
            for entry in self._single.get(number, ()):
                if entry.iri not in singles or whole:
                    singles[entry.iri] = entry, whole
            for sequel in self._longer.get(number, ()):
                if whole or id(sequel) not in longer:
                    longer[id(sequel)] = sequel, whole
        adjoining: dict[int, list[tuple[_Sequel, int]]] = defaultdict(list)
        apart: dict[int, list[tuple[_Sequel, int]]] = defaultdict(list)
        for sequel, whole in longer.values():
            for word in sequel.second:
                (apart if sequel.gap else adjoining)[word].append((sequel, whole))
        reach = max((sequel.gap + 1 for sequel, _ in longer.values()), default=0)
        following, later = frozenset(adjoining), frozenset(apart)
        return _Opening(tuple(singles.values()), dict(adjoining), dict(apart), following, later, reach)


def _place(match: Match) -> tuple[int, int, str]:
    return match.start, -match.end, match.entry.iri


def _longer(opening: _Opening, tokens: Sequence[Token], words: Sequence[frozenset[int]], at: int) -> Iterable[Match]:
    """The patterns of several words that begin at a token; of one entry at one place the reading with most words."""
    found: dict[tuple[str, int], Match] = {}
    done: set[int] = set()
    if not tokens[at + 1].parted:  # next to each other means no mark between: «salattu, varmuuskopiot» are two things
        for word in words[at + 1] & opening.next:
            for sequel, whole in opening.adjoining[word]:
                if id(sequel) not in done:
                    _complete(sequel, whole, tokens, at, at + 1, found, done)
    later = opening.later
    if later:
        for index in range(at + 1, min(at + 1 + opening.reach, len(tokens))):
            for word in words[index] & later:
                for sequel, whole in opening.apart[word]:
                    if index - at - 1 <= sequel.gap and id(sequel) not in done:
                        _complete(sequel, whole, tokens, at, index, found, done)
    return found.values()


def _complete(
    sequel: _Sequel,
    whole: int,
    tokens: Sequence[Token],
    at: int,
    second: int,
    found: dict[tuple[str, int], Match],
    done: set[int],
) -> None:
    """Follow a pattern of which the first two words stand at `at` and `second` through to its end, nearest words first."""
    rest = _follow(tokens, second, sequel.rest) if sequel.rest else (second,)
    if rest is None:
        return
    done.add(id(sequel))
    indexes = (at, *rest)
    last = indexes[-1]
    count = whole + sum(1 for i in rest if tokens[i].readings.whole)
    key = sequel.entry.iri, last
    known = found.get(key)
    if known is None or (len(indexes), count) > (len(known.tokens), known.whole):
        found[key] = Match(sequel.entry, indexes, tokens[at].start, tokens[last].end, count)


def _follow(tokens: Sequence[Token], at: int, steps: Sequence[tuple[frozenset[int], int]]) -> tuple[int, ...] | None:
    """The indexes of the tokens from `at` on that complete a pattern begun there, nearest first, or None."""
    if not steps:
        return (at,)
    wanted, gap = steps[0]
    if not gap and at + 1 < len(tokens) and tokens[at + 1].parted:
        return None
    for index in range(at + 1, min(at + 2 + gap, len(tokens))):
        if not wanted.isdisjoint(tokens[index].readings.all):
            rest = _follow(tokens, index, steps[1:])
            if rest is not None:
                return (at, *rest)
    return None


def longest(matches: Sequence[Match]) -> list[Match]:
    """The overlap rule: of the matches in one facet, those whose words all lie within another's words give way.

    Words, not spans: «oikeus … poistaa» does not swallow the «tarkastaa» between its words. Of two that rest on the same
    words, one that reads them whole beats one that reads parts of compounds; otherwise both stay: the text is ambiguous
    and the section decides.
    """
    if len(matches) < 2:
        return list(matches)
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(match.entry.facet or match.entry.kind, []).append(match)
    return [m for m in matches if not _covered(m, groups[m.entry.facet or m.entry.kind])]


def _covered(match: Match, group: Sequence[Match]) -> bool:
    """Whether another match of the group rests on all the words of a match and more, or reads the same words better."""
    if len(group) == 1:
        return False
    _, tokens, start, end, whole = match
    for _, others, begin, stop, their in group:
        if begin <= start and end <= stop:
            if others == tokens:
                if whole < their:
                    return True
            elif len(others) > len(tokens) and set(tokens) < set(others):
                return True
    return False
