"""Misspelt key terms: a long word that no one knows, one slip away from a term that every notice uses (`sel:KeyTerm`).

«Reksiterinpitäjä» is read as «rekisterinpitäjä» and shown as a defect. Only slips inside the word count: at its end, a
form that the tables lack looks the same as a slip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 8
"""Letters. Shorter words are one slip away from too many others."""
ENDING = 3
"""Letters at the end of a word in which its inflection lies."""


class Speller:
    """Knows the forms of the key terms of one language."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms: dict[tuple[str, int], list[str]] = defaultdict(list)
        for form in sorted(set(forms)):
            if len(form) >= SHORTEST:
                self._forms[form[0], len(form)].append(form)

    def correction(self, word: str) -> str | None:
        """The key term's form that a word was meant to be: one letter left out, added, changed or swapped, or None."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        for length in (len(word), len(word) + 1, len(word) - 1):
            found = process.extractOne(
                word, self._forms.get((word[0], length), ()), scorer=OSA.distance, score_cutoff=1, processor=None
            )
            if found is not None and found[1] == 1 and _inside(word, found[0]):
                return str(found[0])
        return None


def _inside(word: str, form: str) -> bool:
    """Whether two words differ before their endings."""
    shared = next((i for i, (a, b) in enumerate(zip(word, form, strict=False)) if a != b), min(len(word), len(form)))
    return shared < len(word) - ENDING
