"""Finds the lexicon's patterns in sentences: sequences of words with small gaps.

Which pattern words a written word can be is known by :mod:`ingest.words`; here they are put together, and where two ways
of saying overlap, the rule that chooses stands in :func:`longest`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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


_match: Callable[[tuple[Entry, tuple[int, ...], int, int, int]], Match] = partial(tuple.__new__, Match)
"""Makes a match of its fields in half the time: a notice has a thousand of them."""


@dataclass(slots=True, eq=False)
class _Sequel:
    """What must follow the first word of a pattern: the next word, how many others may stand before it, then the rest.

    `third` is the word after the next one; empty if the pattern ends before.
    """

    entry: Entry
    second: frozenset[int]
    gap: int
    rest: tuple[tuple[frozenset[int], int], ...]
    third: frozenset[int]


@dataclass(slots=True, eq=False)
class _Opening:
    """What a word can begin: entries of one word (with whether it is their whole form), longer ones by their next word."""

    singles: tuple[tuple[Entry, int], ...]
    adjoining: Mapping[int, Sequence[tuple[_Sequel, int]]]
    apart: Mapping[int, Sequence[tuple[_Sequel, int]]]
    next: frozenset[int]
    later: frozenset[int]
    reach: int


class _Openings(dict[Readings, _Opening | None]):
    """What each word of a language can begin, put together when it is first seen; None for a word that begins nothing."""

    def __init__(self, single: Mapping[int, Sequence[Entry]], longer: Mapping[int, Sequence[_Sequel]]) -> None:
        self._single, self._longer = single, longer
        self._first = frozenset(single) | frozenset(longer)

    def __missing__(self, readings: Readings) -> _Opening | None:
        firsts = readings.all & self._first
        out = self[readings] = self._opening(readings, firsts) if firsts else None
        return out

    def _opening(self, readings: Readings, firsts: frozenset[int]) -> _Opening:
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
        ordered = tuple(singles[iri] for iri in sorted(singles))
        return _Opening(ordered, dict(adjoining), dict(apart), frozenset(adjoining), frozenset(apart), reach)


class Matcher:
    """All patterns of some entries of one lexicon, ready to be looked for in tokens.

    A pattern is found by its first word, then by its second: what the first word of a token can begin is put together
    once for each distinct word of the language.
    """

    def __init__(self, lexicon: Lexicon, entries: Iterable[Entry] | None = None) -> None:
        numbers = words_of(lexicon).numbers
        single: dict[int, list[Entry]] = defaultdict(list)
        longer: dict[int, list[_Sequel]] = defaultdict(list)
        for entry in lexicon.entries if entries is None else entries:
            for pattern in entry.patterns:
                first, *steps = ((numbers(slot.words), slot.gap) for slot in pattern.slots)
                if not steps:
                    for number in first[0]:
                        single[number].append(entry)
                    continue
                rest = tuple(steps[1:])
                sequel = _Sequel(entry, *steps[0], rest, rest[0][0] if rest else frozenset())
                for number in first[0]:
                    longer[number].append(sequel)
        self._openings = _Openings(dict(single), dict(longer))

    def begins(self, token: Token) -> bool:
        """Whether any pattern begins with a word: where none does, no match of a line begins the line."""
        return self._openings[token.readings] is not None

    def match(self, tokens: Sequence[Token]) -> list[Match]:
        """Every pattern found in the tokens of one sentence, in order of place; nested and overlapping ones too."""
        out: list[Match] = []
        readings = [token.readings for token in tokens]
        openings = [*map(self._openings.__getitem__, readings)]
        if not any(openings):
            return out
        words = [each.all for each in readings]
        present: frozenset[int] = frozenset().union(*words)
        last = len(tokens) - 1
        for at, opening in enumerate(openings):
            if opening is None:
                continue
            if at < last and not (opening.next.isdisjoint(words[at + 1]) and opening.later.isdisjoint(present)):
                seconds = _seconds(opening, tokens, words, at)
                if seconds:
                    out += _longer(seconds, tokens, words, present, at)
            if opening.singles:
                token, only = tokens[at], (at,)
                start, end = token.start, token.end
                out += [_match((entry, only, start, end, whole)) for entry, whole in opening.singles]
        return out


def _place(match: Match) -> tuple[int, int, str]:
    return match.start, -match.end, match.entry.iri


def _seconds(
    opening: _Opening, tokens: Sequence[Token], words: Sequence[frozenset[int]], at: int
) -> list[tuple[int, _Sequel, int]]:
    """The patterns begun at a token whose second word is there, with the place of that word, nearest first."""
    following, later = at + 1, opening.later
    out: list[tuple[int, _Sequel, int]] = []
    # Next to each other means no mark between: «salattu, varmuuskopiot» are two things.
    if not opening.next.isdisjoint(words[following]) and not tokens[following].parted:
        for word in words[following] & opening.next:
            for sequel, whole in opening.adjoining[word]:
                out.append((following, sequel, whole))
    if later:
        for index, others in enumerate(words[following : following + opening.reach], following):
            if not later.isdisjoint(others):
                for word in others & later:
                    for sequel, whole in opening.apart[word]:
                        if index <= following + sequel.gap:
                            out.append((index, sequel, whole))
    return out


def _longer(
    seconds: Iterable[tuple[int, _Sequel, int]],
    tokens: Sequence[Token],
    words: Sequence[frozenset[int]],
    present: frozenset[int],
    at: int,
) -> Iterable[Match]:
    """The patterns of several words that begin at a token, in order; of one entry at one place the reading with most words.

    Parameters:
        seconds: those whose second word is there, with its place.
        words: what each token can be.
        present: what any of them can be: a pattern of which a word is not there need not be followed.
    """
    found: dict[tuple[str, int], Match] = {}
    done: set[_Sequel] = set()
    for second, sequel, whole in seconds:
        if sequel in done:
            continue
        rest: tuple[int, ...] = (second,)
        if sequel.rest:
            rest = () if sequel.third.isdisjoint(present) else _followed(tokens, words, second, sequel.rest)
            if not rest:
                continue
        done.add(sequel)
        for index in rest:
            if tokens[index].readings.whole:
                whole += 1
        last = rest[-1]
        key = sequel.entry.iri, last
        known = found.get(key)
        if known is None or (len(rest) + 1, whole) > (len(known.tokens), known.whole):
            found[key] = _match((sequel.entry, (at, *rest), tokens[at].start, tokens[last].end, whole))
    return found.values() if len(found) < 2 else sorted(found.values(), key=_place)


def _followed(
    tokens: Sequence[Token], words: Sequence[frozenset[int]], at: int, steps: Sequence[tuple[frozenset[int], int]]
) -> tuple[int, ...]:
    """The indexes of the tokens from `at` on that complete a pattern begun there, nearest first; none if it is not there."""
    wanted, gap = steps[0]
    if not gap and at + 1 < len(tokens) and tokens[at + 1].parted:
        return ()
    for index, word in enumerate(words[at + 1 : at + 2 + gap], at + 1):
        if not wanted.isdisjoint(word):
            if len(steps) == 1:
                return at, index
            rest = _followed(tokens, words, index, steps[1:])
            if rest:
                return (at, *rest)
    return ()


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
    if len(groups) == len(matches):
        return list(matches)
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
