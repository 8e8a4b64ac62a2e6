"""A look at a query before any process is spent on it: length, nesting, updates, SERVICE, and the graphs of FROM.

This reads tokens (SPARQL 1.1 section 19.8), it does not parse: parsing is done in a worker, since deep nesting ends the
process that parses it. So it is no barrier against a clever text; the worker's sandbox is. What it gives is a clear
message for the usual case, and a bound on what a worker has to read. Every branch of the token pattern is possessive
or ends at the end of the text: the time is linear in the length of the query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from queries.errors import QueryRefused, QueryTooLarge

MAX_DEPTH = 500
_UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"])
_PROLOGUE = frozenset(("PREFIX", "BASE", "VERSION"))
TOKEN = re.compile(
    r"""
      \#[^\n\r]*+
    | <(?P<iri>[^<>"{}|^`\\\x00-\x20]*+)>
    | \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3}|\Z)
    | '{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)
    | "(?:[^"\\\n\r]|\\.)*+(?:"|(?=[\n\r])|\Z)
    | '(?:[^'\\\n\r]|\\.)*+(?:'|(?=[\n\r])|\Z)
    | [?$]\w++
    | (?P<bracket>[{}()\[\]])
    | (?P<word>\w[\w.-]*+)(?P<local>:(?:[\w:.%-]|\\.)*+)?+
    | (?P<bare>:(?:[\w:.%-]|\\.)*+)
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
# Functions whose value differs from one asking to the next. A comment may stand before the bracket: it is not read.
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*+[(#]", re.IGNORECASE)
# What may be refused or names a graph has one of these in it; most queries have none, and need not be read.
_TELLING = re.compile(r"\b(?:SERVICE|FROM|" + "|".join(sorted(_UPDATES)) + r")\b|\\u", re.IGNORECASE)
ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SERVICE = "Queries may not use SERVICE: this endpoint opens no connections. Ask the other endpoint yourself."


@dataclass(frozen=True, slots=True)
class Screened:
    """What is known of a query before it is parsed: the graphs that FROM and FROM NAMED name."""

    graphs: tuple[str, ...]


def screen(query: str, *, prefixes: Mapping[str, str], max_length: int, strict: bool) -> Screened:
    """Refuse what no worker should see.

    `prefixes` are those declared beforehand; `strict` refuses the word SERVICE wherever it stands, for platforms where
    nothing else holds a query back from the network. Raises QueryTooLarge or QueryRefused.
    """
    if len(query) > max_length:
        raise QueryTooLarge(f"The query has {len(query):,} characters; the limit is {max_length:,}.")
    if not strict and sum(map(query.count, "{([")) <= MAX_DEPTH and _TELLING.search(query) is None:
        return Screened(())
    text = _unescaped(query)
    if strict and "service" in text.lower():
        raise QueryRefused(_SERVICE)
    reading = _Reading(dict(prefixes))
    for match in TOKEN.finditer(text):
        if match.lastgroup is not None:
            reading.take(match)
    if reading.deepest > MAX_DEPTH:
        raise QueryTooLarge(f"The query is nested {reading.deepest:,} levels deep; the limit is {MAX_DEPTH}.")
    return Screened(tuple(reading.graphs))


def volatile(query: str) -> bool:
    """Whether the same query may have another answer the next time, though the data are the same.

    It is so when one of the functions NOW, RAND, UUID, STRUUID and BNODE is called (SPARQL 1.1 section 17.4); a call in
    a text or comment counts too, which costs no more than a second evaluation.
    """
    return _VOLATILE.search(_unescaped(query)) is not None


def undeclared(query: str, prefixes: Mapping[str, str]) -> tuple[str, int] | None:
    """The first prefix that a query uses though neither it nor `prefixes` declare it, and the offset where it does.

    For queries that were screened and that the parser does not take: its own message names another place or thing.
    """
    reading = _Reading(dict(prefixes))
    for match in TOKEN.finditer(query):
        if match.lastgroup is None:
            continue
        named = match.group("local") is not None or match.group("bare") is not None
        prefix = match.group("word") or ""
        if named and reading.after != "PREFIX" and prefix not in reading.prefixes and prefix != "_":
            return prefix, match.start()
        try:
            reading.take(match)
        except QueryRefused:
            return None  # there is worse to be said of it than that
    return None


@dataclass(slots=True)
class _Reading:
    """What the tokens so far have told."""

    prefixes: dict[str, str]
    graphs: list[str] = field(default_factory=list)
    depth: int = 0
    deepest: int = 0
    form: str = ""
    after: str = ""  # the keyword that the next IRI belongs to
    declared: str = ""  # the prefix that is being declared

    def take(self, match: re.Match[str]) -> None:
        iri, word, local, bare, bracket = match.group("iri", "word", "local", "bare", "bracket")
        local, word = (bare, "") if bare is not None else (local, word)
        if bracket is not None:
            self.depth += 1 if bracket in "{([" else -1
            self.deepest = max(self.deepest, self.depth)
        elif iri is not None:
            if self.after == "PREFIX":
                self.prefixes[self.declared] = iri
            elif self.after == "FROM" and ":" in iri:
                self.graphs.append(iri)
            self.after = ""
        elif local is not None:
            if self.after == "PREFIX":
                self.declared = word
            elif word.upper() == "SERVICE" and word not in self.prefixes:
                raise QueryRefused(_SERVICE)
            elif self.after == "FROM" and word in self.prefixes:
                self.graphs.append(self.prefixes[word] + re.sub(r"\\(.)", r"\1", local[1:]))
                self.after = ""
        else:
            for keyword in re.split("[.-]", word.upper()):
                self._keyword(keyword)

    def _keyword(self, keyword: str) -> None:
        if keyword == "SERVICE":
            raise QueryRefused(_SERVICE)
        if not self.form and keyword not in _PROLOGUE:
            self.form = keyword
            if keyword in _UPDATES:
                raise QueryRefused(f"{keyword} is an update: this endpoint answers queries and changes nothing.")
        if keyword != "NAMED":
            self.after = keyword


def _unescaped(query: str) -> str:
    """The query with its codepoint escapes replaced, as it is read (SPARQL 1.1 section 19.2)."""
    return ESCAPE.sub(_character, query) if "\\u" in query.lower() else query


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code < 0x110000 else match.group()
