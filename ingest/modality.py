"""Polarity: whether a statement is asserted, possible, conditional or negated, by cues in its clause.

Cues are data (`sel:Cue` with `sel:effect`); what is known here is how they compose. A negation reaches through its clause,
over commas of an enumeration, until a terminator or a new clause; an exception or condition on the clause turns it into
a conditional statement whose default is "no"; a pseudo-negation («ei ainoastaan») cancels it. How a sentence falls into
clauses is read in :mod:`ingest.clauses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from ingest.clauses import Clauses, adverbial, gaps, outward, split, stop
from ingest.matcher import Match, longest
from ingest.notice import Span
from ingest.tokens import Token

__all__ = ["ASSERTED", "DECISIVE", "Clauses", "Modality", "Polarity", "around", "clauses", "polarity"]


class Modality(Enum):
    """The four modalities of a claim; values are local names in the `sel:` namespace."""

    ASSERTED = "Asserted"
    POSSIBLE = "Possible"
    CONDITIONAL = "Conditional"
    NEGATED = "Negated"


@dataclass(frozen=True, slots=True)
class Polarity:
    """The modality of a statement, the words of its condition, and whether "no" is the default it departs from."""

    modality: Modality
    condition: Span | None = None
    default_negated: bool = False


ASSERTED = Polarity(Modality.ASSERTED)


DECISIVE = frozenset({"Negates", "Conditions", "Hedges"})
"""The effects without which a statement is plainly asserted; exceptions and terminators only narrow these."""


def clauses(text: str, tokens: Sequence[Token], cues: Sequence[Match]) -> Clauses:
    """The clauses of a sentence from the cues that have an effect in it: computed once for all its mentions."""
    verbs = frozenset(i for m in cues if "verb" in m.entry.scopes for i in m.tokens)
    bearing = longest([m for m in cues if "verb" not in m.entry.scopes and not _torn(text, tokens, m)])
    return split(text, tokens, tuple((effect, m) for m in bearing for effect in m.entry.effects), verbs)


def polarity(clauses: Clauses, at: Sequence[int], *, introducing: bool = False) -> Polarity:
    """The polarity of a mention that rests on the tokens `at` of the sentence.

    `introducing` when it is asked for what follows the sentence: then a negation at its end negates («Emme:»).
    """
    mine = {c for i in at for c in outward(clauses.outer, clauses.numbers[i])}
    cancelled = {i for m in clauses.of("Cancels") for i in m.tokens}
    # A negation that is itself part of the way of saying («ulkopuoliset eivät pääse») does not negate it.
    negations = [
        m
        for m in clauses.of("Negates")
        if cancelled.isdisjoint(m.tokens)
        and (introducing or m.tokens[0] not in at)
        and _negates(clauses, m, mine, at)
    ]
    if negations:
        cues = _bearing(clauses, mine, "Excepts", chain=True)
        cues = cues or _bearing(clauses, mine, "Conditions", chain=True)
        if cues:
            return Polarity(Modality.CONDITIONAL, _condition(clauses, cues), default_negated=True)
        return Polarity(Modality.NEGATED)
    conditions = _bearing(clauses, mine, "Conditions", chain=False)
    if conditions:
        return Polarity(Modality.CONDITIONAL, _condition(clauses, conditions))
    if any(clauses.number(m) in mine and cancelled.isdisjoint(m.tokens) for m in clauses.of("Hedges")):
        return Polarity(Modality.POSSIBLE)
    return ASSERTED


def around(clauses: Clauses, at: Sequence[int]) -> list[int]:
    """The words of the clauses that the one of a mention is set into: «kept in a cloud that lies outside the Union»."""
    outer = set(outward(clauses.base, clauses.numbers[at[0]])) - {clauses.numbers[at[0]]}
    return [i for i, number in enumerate(clauses.numbers) if number in outer]


def _negates(clauses: Clauses, cue: Match, mine: set[int], at: Sequence[int]) -> bool:
    """Whether a negation reaches a clause: it stands there, or it announces all that follows («varken … eller»)."""
    number = clauses.number(cue)
    if "statement" in cue.entry.scopes:
        same = {clauses.statements[number]} & {clauses.statements[c] for c in mine}
        return bool(same) and (number in mine or cue.tokens[0] < min(at))
    return number in mine


def _bearing(clauses: Clauses, mine: set[int], effect: str, *, chain: bool) -> list[Match]:
    """The conditions or exceptions that bear on a clause; with `chain`, on the whole of a negation with its «eikä»."""
    wider = {c for m in mine for c in _chain(clauses, m)} if chain else mine
    statements = {clauses.statements[c] for c in wider}
    return [m for m in clauses.of(effect) if _reaches(clauses, m, wider, statements, back=effect == "Excepts")]


def _reaches(clauses: Clauses, cue: Match, mine: set[int], statements: set[int], *, back: bool) -> bool:
    """Whether a condition or exception bears on one of the clauses.

    One at the head of its statement bears on all of it, and an exception (`back`) on the clause before it; one that
    follows bears on what it follows, and on the clauses around that.
    """
    number = clauses.number(cue)
    if number in mine or adverbial(cue):
        return number in mine
    statement = clauses.statements[number]
    if number == 0 or clauses.statements[number - 1] != statement:
        return statement in statements or (back and number - 1 in mine)
    return not mine.isdisjoint(outward(clauses.base, clauses.numbers[cue.tokens[0] - 1]))


def _chain(clauses: Clauses, clause: int) -> Iterator[int]:
    """The clauses that share one negation with a clause: «ei … eikä … eikä …»."""
    first = last = clause
    while first in clauses.chained:
        first -= 1
    while last + 1 in clauses.chained:
        last += 1
    return iter(range(first, last + 1))


def _condition(clauses: Clauses, cues: Sequence[Match]) -> Span:
    """The words of the condition: from its cue to the end of its clause and of the clauses set into that or beside it."""
    first = min(cues, key=lambda m: (adverbial(m), m.start))
    own = {clauses.number(first)} | {clauses.number(m) for m in cues if not adverbial(m)}
    last = first.tokens[-1]
    for i in range(last + 1, len(clauses.tokens)):
        if own.isdisjoint(outward(clauses.base, clauses.numbers[i])):
            break
        last = i
    return Span(first.start, clauses.tokens[last].end)


def _torn(text: str, tokens: Sequence[Token], cue: Match) -> bool:
    """Whether a comma stands inside a pseudo-negation: then its words do not belong together."""
    if "Cancels" not in cue.entry.effects:
        return False
    return any(stop(gap) for gap in gaps(text, tokens[cue.tokens[0] : cue.tokens[-1] + 1]))
