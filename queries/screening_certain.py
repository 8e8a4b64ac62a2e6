"""A second look at a query that leaves this machine: nothing in it can be SERVICE or FROM to one reader and not to another.

`queries.screening` reads tokens, and its barrier behind it is the worker's sandbox. A server has no sandbox of ours: it
would carry SERVICE out, and some fetch what FROM names. Two readers of SPARQL differ where `<` may be an operator or begin
an IRI, where a name ends, and in when `\\u0022` becomes a quotation mark; so text that hangs on such a place, and has one
of those words where only one of the readings sees it, is refused. Both words are welcome in strings, comments and names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from queries.errors import QueryRefused
from queries.screening import ESCAPE, TOKEN

_WORDS = re.compile("service|from", re.IGNORECASE)
_OUTSIDE = frozenset(" \t\r\n.;,|/^*+?!=<>&-:@$~")
"""Characters, besides brackets, that SPARQL has outside of names, IRIs, strings and comments."""
_DELIMITERS = frozenset("\"'\\\n\r<>#{}")
_WITH_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# A number, or a name that cannot begin so, right before the word: some read the word as one of its own.
_GLUED = re.compile(r"(?:^|[0-9.-])service", re.IGNORECASE)
_LOCAL = re.compile(r":[.-].*service", re.IGNORECASE)
_SAY = "This query is sent to another server, and could be read in two ways there"


@dataclass(slots=True)
class _Places:
    """What was come across: text that no reader looks into unless another place is read otherwise, and such places."""

    hidden: list[str]
    doubtful: str = ""
    after_from: bool = False


def certain(query: str) -> None:
    """Refuse what a server could read as SERVICE, or as FROM, where this program does not. Raises QueryRefused."""
    for match in ESCAPE.finditer(query):
        code = int(match.group(1) or match.group(2), 16)
        if code < 0x110000 and chr(code) in _DELIMITERS:
            raise QueryRefused(f"{_SAY}: write the character {chr(code)!r} as it is, not as {match.group()}.")
    text = ESCAPE.sub(lambda match: chr(min(int(match.group(1) or match.group(2), 16), 0x10FFFF)), query)
    places = _Places([])
    for match in TOKEN.finditer(text):
        _look(match, places)
    if places.doubtful and any(_WORDS.search(one) for one in places.hidden):
        raise QueryRefused(f"{_SAY}: put a space after < where it compares, or write {places.doubtful} by a prefix.")


def absolute(graphs: Sequence[str]) -> None:
    """Refuse graph names that a server would complete by itself. Raises QueryRefused."""
    for iri in graphs:
        if not _ABSOLUTE.match(iri):
            raise QueryRefused(f"FROM <{iri}>: name graphs by absolute IRIs.")


def _look(match: re.Match[str], places: _Places) -> None:
    token = match.group()
    iri, word, local, bare = match.group("iri", "word", "local", "bare")
    if iri is not None:
        places.hidden.append(iri)
        if places.after_from:
            absolute((iri,))
        # Read as `<` and an expression, a quotation mark or # would begin something else; not so in scheme://…
        if ("'" in iri or "#" in iri) and not _WITH_AUTHORITY.match(iri):
            places.doubtful = token
    elif word is not None or bare is not None:
        if (word and _GLUED.search(word)) or ((local or bare) and _LOCAL.match(local or bare or "")):
            raise QueryRefused(f"{_SAY}: leave a space before {token[:60]}, or name it otherwise.")
    elif token[0] in "\"'#":
        places.hidden.append(token)
        if token[0] != "#" and (len(token) == 1 or token[-1] != token[0]):
            places.doubtful = token[:60]
    elif len(token) == 1 and match.group("bracket") is None and token not in _OUTSIDE:
        raise QueryRefused(f"{_SAY}: {token!r} (U+{ord(token):04X}) cannot stand outside of a string.")
    if token.strip():
        places.after_from = bool(word) and local is None and token.upper() in ("FROM", "NAMED")
