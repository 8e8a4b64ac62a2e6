"""Blocks of lines and sentences: the layout of a notice before anything is known of its meaning.

A notice is lines; blank lines part blocks, list markers part items, and a hard-wrapped paragraph is one block. Sentences
end at full stops that are not those of abbreviations, numbers or dates, and at list markers that stand inside a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from ingest.notice import Span

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"\s*(?:[-–—•*·▪●○‣]|\(?[a-zA-Z]\)|o(?=\s))\s+(?=\S)")
_NUMBERED = re.compile(r"\s*(?:#{1,6}\s+)?(\d{1,2}(?:\.\d{1,2})*)(?:[.)](?=\s)|\s|[.)](?=[^\W\d]))\s*")
_STOP = re.compile(r"[.!?…\n](?:(?<=\n)(?=\S)|(?<!\n)[\"”’)]*(?=\s+[\"“”(\[]?[A-ZÅÄÖ0-9]))")
_INLINE_ITEM = re.compile(r"[-–•](?<=\s[-–•])\s(?=\w)")
_LABEL = re.compile(r"[^\W\d_][^\n:.,]{2,40}:\s")
FEWEST_INLINE_ITEMS = 3


class Kind(Enum):
    """What a block looks like."""

    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together; `start` stands after a list marker. `alone` when blank lines surround it."""

    kind: Kind
    start: int
    end: int
    lines: tuple[Span, ...]
    alone: bool


def blocks(text: str) -> list[Block]:
    """The blocks of a text in order."""
    out: list[Block] = []
    group: list[Span] = []
    last_end = 0
    for match in _LINE.finditer(text):
        line = _trimmed(text, match.start(), match.end())
        if group and text.find("\n\n", last_end, match.start()) >= 0:
            out += _group(text, group)
            group = []
        if line is None:
            out += _group(text, group)
            group = []
        else:
            group.append(line)
        last_end = match.end() if line is not None else last_end
    return out + list(_group(text, group))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _group(text: str, lines: list[Span]) -> Iterator[Block]:
    """One block of lines between blank lines, parted at list markers."""
    if not lines:
        return
    parts: list[tuple[Kind, list[Span]]] = []
    for line in lines:
        marker = _ITEM.match(text, line.start, line.end)
        if marker:
            parts.append((Kind.ITEM, [Span(marker.end(), line.end)]))
        elif parts and not (parts[-1][0] is Kind.ITEM and text[line.start].isupper()):
            parts[-1][1].append(line)
        else:
            parts.append((Kind.PARAGRAPH, [line]))
    for kind, spans in parts:
        yield Block(kind, spans[0].start, spans[-1].end, tuple(spans), len(parts) == 1)


def numbering(text: str, start: int, end: int) -> tuple[str, int] | None:
    """The section number that a line begins with («10.1») and where its words begin, or None."""
    match = _NUMBERED.match(text, start, end)
    if match is None or match.end() >= end:
        return None
    return match.group(1), match.end()


def sentences(text: str, span: Span, abbreviations: Set[str]) -> list[Span]:
    """The sentences of a block; line ends part sentences only where the next line is a new statement."""
    cuts: list[int] = []
    inline = [m.start() for m in _INLINE_ITEM.finditer(text, span.start, span.end)]
    if len(inline) >= FEWEST_INLINE_ITEMS:
        cuts += inline
    for match in _STOP.finditer(text, span.start, span.end):
        if match.group() == "\n":
            if _new_statement(text, match.start(), span):
                cuts.append(match.end())
        elif not _abbreviated(text, match.start(), span.start, abbreviations):
            cuts.append(match.end())
    if not cuts:
        whole = _trimmed(text, span.start, span.end)
        return [whole] if whole is not None else []
    edges = [span.start, *sorted(set(cuts)), span.end]
    trimmed = (_trimmed(text, a, b) for a, b in pairwise(edges))
    return [part for part in trimmed if part is not None]


def _abbreviated(text: str, stop: int, start: int, known: Set[str]) -> bool:
    """Whether the full stop ends an abbreviation, a number («1.») or an initial («M.»)."""
    begin = stop
    while begin > start and not text[begin - 1].isspace() and text[begin - 1] not in '("”':
        begin -= 1
    word = text[begin : stop + 1].lower()
    return text[stop] == "." and (word in known or re.fullmatch(r"\d{1,2}\.|[^\W\d]\.", word) is not None)


def _new_statement(text: str, newline: int, span: Span) -> bool:
    """Whether the line after a line end is a statement of its own: short lines that begin with a capital or a label."""
    begin = max(text.rfind("\n", span.start, newline) + 1, span.start)
    after = newline + 1
    while after < span.end and text[after].isspace():
        after += 1
    end = text.find("\n", after, span.end)
    following = text[after : end if end >= 0 else span.end]
    if not following or not (following[0].isupper() or following[0].isdigit() or following[0] in "+("):
        return False
    if _LABEL.match(following):
        return True
    previous = text[begin:newline].rstrip()
    return len(previous) < 50 and not previous.endswith(("-", ","))
