"""The pattern language of the lexicon: how one way of saying something is written down as a sequence of words.

A label such as ``"oikeus .. tarkastaa|tarkistaa tieto"@fi`` becomes a :class:`Pattern` of :class:`Slot`\\ s. A slot holds
the words that may stand there (:class:`Word`) and how many other words may stand before it. Words are lemmas, inflected
by the forms of their language, unless they are written ``=form``. ``~`` marks a word that may be part of a compound.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL_GAP, WIDE_GAP = 2, 6
SHORTEST_COMPOUND_PART = 3


class PatternError(ValueError):
    """A label that is not a pattern; says which part is wrong."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a pattern: a lemma or an exact form, and the compound positions in which it also counts."""

    lemma: str
    exact: bool = False
    tail: bool = False
    head: bool = False

    @property
    def capital(self) -> bool:
        """Whether the word is a name and so matches only where the text writes a capital letter."""
        return self.lemma[:1].isupper()


@dataclass(frozen=True, slots=True)
class Slot:
    """The alternatives for one position, and the largest number of other words allowed before it."""

    words: tuple[Word, ...]
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sequence of slots inside one sentence."""

    slots: tuple[Slot, ...]


def parse(label: str) -> Pattern:
    """Read a label of the lexicon.

    Raises:
        PatternError: when the label is empty, starts or ends with a gap, or marks too short a compound part.
    """
    slots: list[Slot] = []
    gap = 0
    for part in label.split():
        if part in {".", ".."}:
            if not slots or gap:
                raise PatternError(f"«{label}»: a gap stands between two words")
            gap = SMALL_GAP if part == "." else WIDE_GAP
            continue
        slots.append(Slot(tuple(_word(text, label) for text in part.split("|")), gap))
        gap = 0
    if not slots or gap:
        raise PatternError(f"«{label}»: a pattern begins and ends with a word")
    return Pattern(tuple(slots))


def _word(text: str, label: str) -> Word:
    tail, head = text.startswith("~"), text.endswith("~")
    bare = text.strip("~")
    exact = bare.startswith("=")
    lemma = bare.removeprefix("=")
    if not lemma:
        raise PatternError(f"«{label}»: an alternative without a word")
    if (tail or head) and len(lemma) < SHORTEST_COMPOUND_PART:
        raise PatternError(f"«{label}»: «{lemma}» is too short to be looked for inside other words")
    return Word(lemma, exact, tail, head)
