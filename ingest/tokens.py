"""Words of a text with their places, spelled for look-up: the first step of reading, before any meaning.

A token's `start` and `end` are code-point offsets into the notice's text; its `word` is what the lexicon is asked for:
lower case, straight quotes and hyphens, a case ending after a colon cut off («EU:n» is «eu»), a word broken over a line
joined. A stub with a hanging hyphen («asiakas-») keeps its hyphen; :func:`complete_ellipsis` says what it stands for.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

_ADDRESS = r"(?:https?://|www\.)\S+|[\w.+-]+@[\w.-]+"
_WORD = re.compile(
    _ADDRESS + r"|[^\W_]+(?:[-‐‑–'’.&][^\W_]+|-\n[^\W\d_]+)*(?::[^\W\d_]{1,5}\b)?(?:-(?=[\s,/]|$))?", re.UNICODE
)
_MARK = re.compile(r"[,;:!?()\[\]]|[.—–](?=\s)|\n\s*\n")
_COLON_ENDING = re.compile(r":[^\W\d_]{1,5}$")
_FOLD = str.maketrans({"‐": "-", "‑": "-", "–": "-", "’": "'", "\u00ad": None})


NO_WORD = "\N{REPLACEMENT CHARACTER}"
"""The word of a token that is none: a web or e-mail address, which is not to be read as language."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text; `capital` when it is written with a capital letter, `parted` when a mark stands before it."""

    start: int
    end: int
    word: str
    capital: bool
    parted: bool = False


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """The words of `text[start:end]` in order, with offsets into `text`."""
    out: list[Token] = []
    last = start
    for match in _WORD.finditer(text, start, end):
        form = match.group()
        if "@" in form or (form.startswith(("http", "www.")) and ("://" in form or form.startswith("www."))):
            out.append(Token(match.start(), match.end(), NO_WORD, False, True))
            last = match.end()
            continue
        word = _COLON_ENDING.sub("", form) if ":" in form else form
        word = word.replace("-\n", "-").translate(_FOLD).lower()
        parted = match.start() - last > 1 and _MARK.search(text, last, match.start()) is not None
        out.append(Token(match.start(), match.end(), word, form[0].isupper(), parted))
        last = match.end()
    return out


class Tokens:
    """The words of a whole text, read once; parts of it are asked for by place."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text, 0, len(text))
        self._starts = [token.start for token in self._tokens]

    def within(self, start: int, end: int) -> tuple[Token, ...]:
        """The words that lie wholly between two offsets, in order."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        if last > first and self._tokens[last - 1].end > end:
            last -= 1
        return tuple(self._tokens[first:last])


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
