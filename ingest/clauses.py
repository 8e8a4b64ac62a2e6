"""How a sentence falls into clauses and statements: the space in which a negation, condition or possibility works.

A new clause begins where both sides of a comma or conjunction have a verb of their own, and at the conjunctions, relative
pronouns and contrasts that the lexicon lists (`sel:Cue` with an effect and a `sel:scope`). A clause that is set into
another («data, which …, are not given») is left again where the outer one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from ingest.matcher import Match
from ingest.tokens import Token

DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Clauses:
    """The cues of one sentence, and how it falls into clauses and statements.

    Attributes:
        numbers: the clause of each token.
        statements: for each clause, the statement that it is part of: a contrast or a semicolon begins a new one.
        outer: for a clause set into another whose cues reach it too (a bracket, «että …»), that other clause.
        base: for any clause set into another, that other clause.
        chained: the clauses that carry on the negation of the one before («eikä …»).
        effects: the cues with their effects, by local name.
        tokens: the words of the sentence.
    """

    numbers: tuple[int, ...]
    statements: tuple[int, ...]
    outer: Mapping[int, int]
    base: Mapping[int, int]
    chained: frozenset[int]
    effects: tuple[tuple[str, Match], ...]
    tokens: tuple[Token, ...]

    def of(self, effect: str) -> list[Match]:
        """The cues with one effect, by local name."""
        return [match for name, match in self.effects if name == effect]

    def number(self, cue: Match) -> int:
        """The clause in which a cue stands: a cue that opens a clause stands in the one it opens."""
        return self.numbers[cue.tokens[0]]


def adverbial(cue: Match) -> bool:
    """Whether a cue stands inside its clause («pääsääntöisesti») instead of opening one («ellei …»)."""
    return "clause" in cue.entry.scopes


def outward(links: Mapping[int, int], clause: int) -> Iterator[int]:
    """A clause and those that it is set into, from the inside out, as far as people nest them."""
    yield clause
    for _ in range(DEEPEST):
        if clause not in links:
            return
        clause = links[clause]
        yield clause


def stop(between: str) -> int:
    """What stands between two words: 2 for a colon or semicolon, 1 for a comma, dash or list mark, 0 for nothing of the kind."""
    if between == " ":
        return 0
    if ";" in between or ":" in between:
        return 2
    return int(any(mark in between for mark in (",", " - ", "\n- ", " – ", "—", "•")))


def gaps(text: str, tokens: Sequence[Token]) -> list[str]:
    """What stands before each word of a sentence; nothing before the first."""
    return ["", *(text[before.end : after.start] for before, after in pairwise(tokens))]


@dataclass(slots=True)
class _Splitter:
    """Walks through a sentence once and numbers its clauses; `marks` are the tokens at which cues do something."""

    gaps: Sequence[str]
    stops: Sequence[int]
    verbs: frozenset[int]
    marks: Mapping[str, set[int]]
    numbers: list[int] = field(default_factory=list)
    statements: list[int] = field(default_factory=lambda: [0])
    starts: list[int] = field(default_factory=lambda: [0])
    outer: dict[int, int] = field(default_factory=dict)
    base: dict[int, int] = field(default_factory=dict)
    chained: set[int] = field(default_factory=set)
    complete: set[int] = field(default_factory=set)
    verbal: set[int] = field(default_factory=set)
    brackets: list[int] = field(default_factory=list)
    current: int = 0
    contrasts: int = 0

    def walk(self) -> None:
        """Number every token."""
        for i, between in enumerate(self.gaps):
            if "(" in between or self.brackets:
                self._bracket(i, between)
            self._enter(i)
            if i in self.verbs:
                self.complete.add(self.current)
                self.verbal.add(self.current)
            self.numbers.append(self.current)

    def _new(self, i: int, *, contrast: bool = False) -> int:
        before = self.current
        self.contrasts += contrast
        self.statements.append(self.contrasts if contrast else self.statements[before])
        self.starts.append(i)
        self.current = len(self.statements) - 1
        return before

    def _bracket(self, i: int, between: str) -> None:
        """A bracket is a clause set into the one around it, whose cues reach it unless it has a verb of its own."""
        if ")" in between and self.brackets:
            self.current = self.brackets.pop()
        if "(" in between:
            self.brackets.append(self.current)
            before = self._new(i)
            self.base[self.current] = before
            if not self._verb_follows(i, bracket=True):
                self.outer[self.current] = before

    def _enter(self, i: int) -> None:
        """Begin, leave or go on with a clause at a token."""
        marks, stopped = self.marks, self.stops[i]
        if i in marks["contrast"] or (stopped and i in marks["comma"]):
            self._new(i, contrast=True)
        elif i in marks["embeds"] or i in marks["includes"]:
            before = self._new(i)
            self.base[self.current] = before
            if i in marks["includes"]:
                self.outer[self.current] = before
        elif i in marks["opens"]:
            self._open(i)
        elif i + 1 in marks["opens"] and self._turns(i):
            self._new(i, contrast=True)
        elif (stopped or i in marks["joins"]) and self._verb_follows(i):
            self._go_on(i, stopped)
        elif i in self.verbs and self._doubled(i):
            self.current = self.base[self.current]

    def _open(self, i: int) -> None:
        """A conjunction opens its clause, unless «ja jos», «mutta jos» has begun it one word before."""
        begun = self.starts[self.current]
        if begun == i or (begun == i - 1 and any(i - 1 in self.marks[m] for m in ("joins", "either", "contrast"))):
            self.complete.add(self.current)
            return
        before = self._new(i)
        self.complete.add(self.current)
        if i in self.marks["chains"]:
            self.chained.add(self.current)
        elif before not in self.complete:
            self.base[self.current] = before

    def _go_on(self, i: int, stopped: int) -> None:
        """A part with a verb of its own: the clause around this one goes on, or a new one begins."""
        around = self.base.get(self.current)
        if around is not None and around not in self.complete and stopped:
            self.current = around
        elif self.current in self.complete or self.current in self.base:
            self._new(i, contrast=stopped == 2)

    def _turns(self, i: int) -> bool:
        """Whether a condition after «ja» or «tai» bears on what follows: a clause, or what is set off («tai, jos …, …»)."""
        if self.stops[i + 1] and (i in self.marks["joins"] or i in self.marks["either"]):
            return True
        rest = takewhile(lambda k: k not in self.marks["opens"], range(i + 2, len(self.gaps)))
        return i in self.marks["joins"] and any(self.stops[k] and self._verb_follows(k) for k in rest)

    def _doubled(self, i: int) -> bool:
        """Whether a second verb stands in a relative clause: it is that of the clause around («uppgifter som … raderas»)."""
        around = self.base.get(self.current)
        directly = i - 1 in self.verbs or i - 1 in self.marks["joins"]
        return self.current in self.verbal and around is not None and around not in self.complete and not directly

    def _verb_follows(self, i: int, *, bracket: bool = False) -> bool:
        """Whether a verb stands before the next stop; one «ja» on the way may join two subjects."""
        joined = i in self.marks["joins"]
        for k in range(i, len(self.gaps)):
            if k > i:
                between = self.gaps[k]
                if ")" in between or "(" in between or (not bracket and self.stops[k]):
                    return False
                if not bracket and any(k in self.marks[m] for m in ("contrast", "embeds", "includes", "opens")):
                    return False
                if k in self.marks["joins"] and not bracket:
                    if joined or k + 1 in self.verbs:
                        return False
                    joined = True
            if k in self.verbs or k in self.marks["denies"]:
                return True
        return False


def split(text: str, tokens: Sequence[Token], effects: tuple[tuple[str, Match], ...], verbs: frozenset[int]) -> Clauses:
    """The clauses of a sentence, from the cues that begin them."""
    marks: dict[str, set[int]] = {
        m: set() for m in ("contrast", "comma", "embeds", "includes", "joins", "either", "opens", "chains", "denies")
    }
    for name, cue in effects:
        first, scopes = cue.tokens[0], cue.entry.scopes
        if name == "Terminates":
            marks[scopes[0] if scopes else "contrast"].add(first)
        elif name == "Negates" and "opens" in scopes:
            marks["opens"].add(first)
            marks["chains"].add(first)
        elif name == "Negates":
            marks["denies"].add(first)
        elif name in {"Conditions", "Excepts"} and not adverbial(cue):
            marks["opens"].add(first)
    between = gaps(text, tokens) if tokens else []
    splitter = _Splitter(between, [stop(gap) for gap in between], verbs, marks)
    splitter.walk()
    s = splitter
    return Clauses(tuple(s.numbers), tuple(s.statements), s.outer, s.base, frozenset(s.chained), effects, tuple(tokens))
