"""Words of a text with their places, spelled for look-up: the first step of reading, before any meaning.

A token's `start` and `end` are code-point offsets into the notice's text; its `word` is what the lexicon is asked for:
lower case, straight quotes and hyphens, a case ending after a colon cut off («EU:n» is «eu»), a word broken over a line
joined. A stub with a hanging hyphen («asiakas-») keeps its hyphen; :func:`complete_ellipsis` says what it stands for.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:[-‐‑–'’.&][^\W_]+|-\n[^\W\d_]+)*(?::[^\W\d_]{1,5}\b)?(?:-(?=[\s,/]|$))?", re.UNICODE)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|@[\w.-]+")
_BEFORE_AT = re.compile(r"[\w.+-]+\Z")
_LONGEST_LOCAL_PART = 64
_MARK = re.compile(r"[,;:!?()\[\]]|[.—–](?=\s)|\n\s*\n")
_COLON_ENDING = re.compile(r":[^\W\d_]{1,5}$")
_FOLD = str.maketrans({"‐": "-", "‑": "-", "–": "-", "’": "'", "\u00ad": None})


NO_WORD = "\N{REPLACEMENT CHARACTER}"
"""The word of a token that is none: a web or e-mail address, which is not to be read as language."""


class Readings(NamedTuple):
    """Which pattern words of the lexicon a written word can be, by number: all of them, and those it is a whole form of.

    `common` when it is a word of the language and no name; `correction` is the word that a misspelt one was read as.
    """

    all: frozenset[int]
    whole: frozenset[int]
    common: bool = False
    correction: str = ""


UNKNOWN = Readings(frozenset(), frozenset())
"""The readings of a word that the lexicon does not know, and of a web or e-mail address, which is not language."""


class Token(NamedTuple):
    """One word of the text; `capital` when it is written with a capital letter, `parted` when a mark stands before it.

    A named tuple, not a data class as other records are: a notice has a thousand of them, and these are made three times
    as fast.
    """

    start: int
    end: int
    word: str
    capital: bool
    parted: bool
    readings: Readings


token: Callable[[tuple[int, int, str, bool, bool, Readings]], Token] = partial(tuple.__new__, Token)
"""Makes a token of its fields, in half the time."""


def spelling(form: str) -> str:
    """A printed word as the lexicon is asked for it."""
    word = _COLON_ENDING.sub("", form) if ":" in form else form
    return word.replace("-\n", "-").translate(_FOLD).lower()


def parted(text: str, last: int, start: int) -> bool:
    """Whether a mark of punctuation stands between two words that end and begin at the given places."""
    return start - last > 1 and _MARK.search(text, last, start) is not None


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """The web and e-mail addresses of a text, in order of place."""
    if "@" not in text and "www." not in text and "://" not in text:
        return
    end = 0
    for match in _ADDRESS.finditer(text):
        start = match.start()
        if text[start] == "@":
            before = _BEFORE_AT.search(text, max(end, start - _LONGEST_LOCAL_PART), start)
            if before is None or match.end() == start + 1:
                continue
            start = before.start()
        yield start, match.end()
        end = match.end()


class Tokens:
    """The words of a whole text, read once; parts of it are asked for by place."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tuple(tokens)
        self._starts = [token.start for token in tokens]

    def within(self, start: int, end: int) -> tuple[Token, ...]:
        """The words that lie wholly between two offsets, in order."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        if last > first and self._tokens[last - 1].end > end:
            last -= 1
        return self._tokens[first:last]


def complete_ellipsis(tokens: Sequence[Token], index: int) -> list[str]:
    """The words that a stub may stand for: «asiakas-» before «palvelusuhde» gives «asiakassuhde» among others, and itself.

    The tail is taken from the next words that are not stubs themselves; which of the candidates is a word only the
    lexicon can say.
    """
    stub = tokens[index].word.removesuffix("-")
    for later in tokens[index + 1 : index + 8]:
        if later.word.endswith("-") or len(later.word) < 5:
            continue
        return [stub, *(stub + later.word[cut:] for cut in range(2, len(later.word) - 2))]
    return [stub]
