"""Polarity: whether a statement is asserted, possible, conditional or negated, by cues in its clause.

Cues are data (`sel:Cue` with `sel:effect`); what is known here is how they compose. A negation reaches through its clause,
over commas of an enumeration, until a terminator or a new clause; an exception or condition in the sentence turns it into
a conditional statement whose default is "no"; a pseudo-negation («ei ainoastaan») cancels it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ingest.matcher import Match, Matcher, longest
from ingest.notice import Span
from ingest.tokens import Token
from ontology.lexicon import Lexicon
from ontology.vocabulary import local_name


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


@dataclass(frozen=True, slots=True)
class Clauses:
    """The cues of one sentence, and the clause number of each token."""

    numbers: tuple[int, ...]
    effects: tuple[tuple[str, Match], ...]
    tokens: tuple[Token, ...]

    def of(self, effect: str) -> list[Match]:
        """The cues with one effect, by local name."""
        return [match for name, match in self.effects if name == effect]


class PolarityReader:
    """Reads the polarity of mentions in sentences of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._cues = Matcher(lexicon, [e for e in lexicon.of_kind("Cue") if e.values("effect")])
        self._clauses = Matcher(
            lexicon, [e for e in lexicon.of_kind("Cue") if "ClauseSignal" in map(local_name, e.values("signal"))]
        )

    def clauses(self, text: str, tokens: Sequence[Token]) -> Clauses:
        """The clauses and cues of a sentence: computed once for all its mentions."""
        matches = list(longest(self._cues.match(tokens)))
        effects = tuple((local_name(e), m) for m in matches for e in m.entry.values("effect"))
        verbs = {i for m in self._clauses.match(tokens) for i in m.tokens}
        openers = {m.tokens[0] for name, m in effects if _opens(name, m)}
        numbers: list[int] = []
        number = 0
        for i in range(len(tokens)):
            if i and (i in openers or _breaks(text, tokens, i, verbs)):
                number += 1
            numbers.append(number)
        return Clauses(tuple(numbers), effects, tuple(tokens))

    def polarity(self, clauses: Clauses, at: Sequence[int]) -> Polarity:
        """The polarity of a mention that rests on the tokens `at` of the sentence."""
        mine = {clauses.numbers[i] for i in at}
        # A negation that is itself part of the way of saying («ulkopuoliset eivät pääse») does not negate it.
        cancelled = {i for m in clauses.of("Cancels") for i in m.tokens} | set(at)
        negations = [
            m for m in clauses.of("Negates") if clauses.numbers[m.tokens[0]] in mine and m.tokens[0] not in cancelled
        ]
        exceptions = clauses.of("Excepts")
        conditions = clauses.of("Conditions")
        if negations:
            if exceptions or conditions:
                return Polarity(
                    Modality.CONDITIONAL, _condition(clauses, exceptions or conditions), default_negated=True
                )
            return Polarity(Modality.NEGATED)
        if conditions:
            return Polarity(Modality.CONDITIONAL, _condition(clauses, conditions))
        if any(clauses.numbers[m.tokens[0]] in mine for m in clauses.of("Hedges")):
            return Polarity(Modality.POSSIBLE)
        return ASSERTED


def _opens(effect: str, cue: Match) -> bool:
    """Whether a cue begins a clause of its own: conjunctions of condition and exception, terminators, «eikä»."""
    if effect == "Negates":
        return "opens" in cue.entry.values("scope")
    return effect in {"Terminates", "Conditions", "Excepts"} and not adverbial(cue)


def adverbial(cue: Match) -> bool:
    """Whether a cue stands inside its clause («pääsääntöisesti») instead of opening one («ellei …»)."""
    return "clause" in cue.entry.values("scope")


def _breaks(text: str, tokens: Sequence[Token], index: int, verbs: set[int]) -> bool:
    """Whether a new clause begins at a token: after a strong stop, or after a comma when a verb follows before the next."""
    between = text[tokens[index - 1].end : tokens[index].start]
    if any(c in between for c in ";:") or " - " in between or "\n- " in between:
        return True
    if "," not in between:
        return False
    for later in range(index, len(tokens)):
        if later in verbs:
            return True
        if later + 1 < len(tokens) and "," in text[tokens[later].end : tokens[later + 1].start]:
            return False
    return False


def _condition(clauses: Clauses, cues: Sequence[Match]) -> Span:
    """The words of the condition: from its cue to the end of the sentence or of the clauses that hang on it."""
    first = min(cues, key=lambda m: (adverbial(m), m.start))
    number = clauses.numbers[first.tokens[0]]
    last = max(i for i, n in enumerate(clauses.numbers) if n == number)
    following = [i for i, n in enumerate(clauses.numbers) if n == number + 1]
    if following and not any(m.tokens[0] in following for m in clauses.of("Terminates")):
        last = following[-1]
    return Span(first.start, clauses.tokens[last].end)
