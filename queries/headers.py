"""The header of a stored question: comment lines `#+ ` at the top of a .rq file, as grlc has them.

The text behind `#+ ` is a small part of YAML: `key: value`, `key:` with deeper lines below it, and lines that continue
a value at a deeper indent. Values are plain text, or text in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Union

Header = Mapping[str, Union[str, "Header"]]
_MARK = "#+"
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(?: +(.*))?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')


class HeaderError(ValueError):
    """A header line that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(f"line {line}: {problem}")


def split(text: str) -> tuple[Header, str]:
    """The header of a question file as nested mappings, and the query below it. Raises HeaderError."""
    lines = text.splitlines(keepends=True)
    count = 0
    while count < len(lines) and lines[count].startswith(_MARK):
        count += 1
    if not count:
        raise HeaderError(1, f"a question begins with a header of {_MARK} lines")
    header = _mapping([line.removeprefix(_MARK).rstrip() for line in lines[:count]])
    return header, "".join(lines[count:]).strip() + "\n"


def _mapping(lines: list[str]) -> Header:
    root: dict[str, str | Header] = {}
    # The mappings that are open, each with the indent of its keys; the last key at each, for what follows deeper.
    levels: list[tuple[int, dict[str, str | Header]]] = []
    last: tuple[int, dict[str, str | Header], str] | None = None
    for number, line in enumerate(lines, start=1):
        content = line.strip()
        if not content:
            continue
        indent = len(line) - len(line.lstrip())
        match = _KEY.fullmatch(content)
        if last is not None and indent > last[0]:
            _, parent, key = last
            value = parent[key]
            if match is None or value:
                if not isinstance(value, str) or not value:
                    raise HeaderError(number, f"expected 'key: value', found {content!r}")
                parent[key] = f"{value} {content}"
                continue
            inner: dict[str, str | Header] = {}
            parent[key] = inner
            levels.append((indent, inner))
        if match is None:
            raise HeaderError(number, f"expected 'key: value', found {content!r}")
        if not levels:
            levels.append((indent, root))
        while levels and levels[-1][0] > indent:
            levels.pop()
        if not levels or levels[-1][0] != indent:
            raise HeaderError(number, "the indent fits no line above")
        mapping = levels[-1][1]
        if match[1] in mapping:
            raise HeaderError(number, f"{match[1]!r} stands twice")
        mapping[match[1]] = match[2] or ""
        last = (indent, mapping, match[1])
    return _unquoted(root)


def _unquoted(header: Header) -> Header:
    found: dict[str, str | Header] = {}
    for key, value in header.items():
        if isinstance(value, str):
            match = _QUOTED.fullmatch(value)
            found[key] = re.sub(r"\\(.)", r"\1", match[1]) if match else value
        else:
            found[key] = _unquoted(value)
    return found
