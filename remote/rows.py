"""SPARQL 1.1 results JSON as it arrives: rows one by one, so that an answer can be cut without being read to its end."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, NamedTuple

Term = dict[str, Any]
"""A term as results JSON has it: `type`, `value` and, of a literal, `xml:lang` or `datatype`."""

_IMPLIED = ("http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
_BINDINGS = re.compile(r'"bindings"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_LONGEST = 16 << 20


def datatype(term: Term) -> str:
    """The datatype of a literal that needs to be written; some servers name those that go without saying."""
    found = str(term.get("datatype", ""))
    return "" if found in _IMPLIED else found


class NotResults(ValueError):
    """What was read is not SPARQL results JSON, or ends before it is whole."""


class Row(NamedTuple):
    """One solution: its JSON as it was sent, and the terms of its variables."""

    text: str
    terms: dict[str, Term]


class RowReader:
    """Takes the bytes of one answer, piece by piece."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._within = False
        self._over = False

    def feed(self, data: bytes) -> list[Row]:
        """The rows that these bytes complete. Raises NotResults."""
        try:
            self._text += self._decoder.decode(data)
        except UnicodeDecodeError as error:
            raise NotResults("it is not UTF-8") from error
        if not self._within:
            begin = _BINDINGS.search(self._text)
            if begin is not None:
                self._within, self._text = True, self._text[begin.end() :]
        rows = self._rows() if self._within and not self._over else []
        if len(self._text) > _LONGEST:
            raise NotResults("one row of it is longer than any row can be")
        return rows

    def end(self) -> bool | None:
        """Call when all was fed: the truth value of an ASK, None after rows. Raises NotResults."""
        if self._over:
            return None
        if self._within:
            raise NotResults(f"it breaks off: {self._text[:200]!r}")
        try:
            found = json.loads(self._text)
        except ValueError as error:
            raise NotResults(f"it is no JSON: {self._text[:200]!r}") from error
        if not isinstance(found, dict) or not isinstance(found.get("boolean"), bool):
            raise NotResults("it has neither rows nor a truth value")
        return bool(found["boolean"])

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        at = 0
        while True:
            between = _BETWEEN.match(self._text, at)
            at = between.end() if between else at
            if self._text.startswith("]", at):
                self._over = True
                break
            try:
                found, after = self._scan(self._text, at)
            except ValueError:
                break  # the rest of this row is still to come
            if not isinstance(found, dict):
                raise NotResults("a row of it is no object")
            rows.append(Row(self._text[at:after], found))
            at = after
        self._text = self._text[at:]
        return rows
