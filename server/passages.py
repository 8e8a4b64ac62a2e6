"""The text of a notice in passages: its words with the claims marked in place, and beside each passage what begins in it.

Claims overlap as they like; the text is parted at all their edges, and each part belongs to the shortest claim over it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, TypeVar

Claim = TypeVar("Claim")
Finding = TypeVar("Finding")
_MASKED = re.compile(r"█(?:[█\s]*█)?")
_LINE = re.compile(r"[^\n]+")
_WRAPPED = 60
"""Characters from which a line that ends without punctuation goes on in the next one."""
_LONGEST_HEADING = 80
_NUMBERED = re.compile(r"(?:\d{1,2}[.)])+ ?[^\W\d_]|#+ |§ ?\d")
_ENDS = (".", ":", ";", "!", "?")
_NO_HEADING = (*_ENDS, ",", "-", "–", "*", "•")


@dataclass(frozen=True, slots=True)
class Marked(Generic[Claim]):
    """A claim to be marked: its number on the page, its classes, what it says, and its places."""

    claim: Claim = field(repr=False)
    number: int
    kind: str
    tone: str
    name: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of a passage. `number` is that of the claim to which they belong, 0 for none.

    `anchors` are the ids of the places that begin here, the longest first, and `ended` is how many places end after it:
    places are nested, so that each is one element. `names` say everything that is claimed here.
    """

    text: str
    number: int = 0
    kind: str = ""
    tone: str = ""
    names: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    masked: bool = False
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Passage(Generic[Claim, Finding]):
    """A paragraph, list item or heading, with the claims and findings whose first place begins in it."""

    start: int
    heading: bool
    apart: bool
    segments: tuple[Segment, ...]
    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]


_Edge = tuple[int, int, Marked[Claim]]


def passages(
    text: str, claims: Sequence[Marked[Claim]], findings: Sequence[tuple[int, Finding]]
) -> tuple[Passage[Claim, Finding], ...]:
    """The passages of a text; `findings` come with the place that they are about."""
    edges = [(start, end, one) for one in claims for start, end in one.places if 0 <= start < end <= len(text)]
    edges.sort(key=lambda edge: (edge[0], -edge[1], edge[2].number))
    blocks = list(_blocks(text))
    noted, about = _beside(blocks, claims, findings)
    ahead, here, before = deque(edges), list[_Edge[Claim]](), 0
    found: list[Passage[Claim, Finding]] = []
    for number, (start, end) in enumerate(blocks):
        here = [edge for edge in here if edge[1] > start]
        while ahead and ahead[0][0] < end:
            here.append(ahead.popleft())
        apart = number > 0 and "\n\n" in text[before:start]
        segments = tuple(_segments(text, start, end, [edge for edge in here if edge[1] > start]))
        after = not text[end : end + 2].strip() and (end + 1 >= len(text) or text[end : end + 2] == "\n\n")
        heading = _is_heading(text[start:end], after=after, below=bool(found) and found[-1].heading)
        found.append(Passage(start, heading, apart, segments, tuple(noted[number]), tuple(about[number])))
        before = end
    return tuple(found)


def _beside(
    blocks: Sequence[tuple[int, int]], claims: Sequence[Marked[Claim]], findings: Sequence[tuple[int, Finding]]
) -> tuple[dict[int, list[Claim]], dict[int, list[Finding]]]:
    """The claims and the findings by the number of the block in which, or right before which, they begin."""
    ends = [end for _, end in blocks]
    noted: dict[int, list[Claim]] = defaultdict(list)
    about: dict[int, list[Finding]] = defaultdict(list)
    first = {one.number: min(one.places) for one in claims if one.places}
    for one in sorted((one for one in claims if one.places), key=lambda one: (first[one.number], one.number)):
        noted[min(bisect_right(ends, first[one.number][0]), len(blocks) - 1)].append(one.claim)
    for place, finding in findings:
        about[min(bisect_right(ends, place), len(blocks) - 1)].append(finding)
    return noted, about


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Lines, those of a wrapped paragraph together."""
    begun: int | None = None
    end = 0
    for line in _LINE.finditer(text):
        if not line.group().strip():
            continue
        if begun is not None and (line.start() > end + 1 or not _goes_on(text[begun:end])):
            yield begun, end
            begun = None
        begun = line.start() if begun is None else begun
        end = line.end()
    if begun is not None:
        yield begun, end


def _goes_on(block: str) -> bool:
    last = block.rpartition("\n")[2].rstrip()
    return len(last) >= _WRAPPED and not last.endswith(_ENDS)


def _is_heading(block: str, *, after: bool, below: bool) -> bool:
    """Whether a passage looks like a heading: a short line, alone or numbered; what stands below one is its content."""
    words = block.strip()
    if len(words) > _LONGEST_HEADING or "\n" in words or words.endswith(_NO_HEADING):
        return False
    return _NUMBERED.match(words) is not None or (after and not below and words[:1].isupper())


def _segments(text: str, start: int, end: int, here: Sequence[_Edge[Claim]]) -> Iterator[Segment]:
    masks = [(m.start(), m.end()) for m in _MASKED.finditer(text, start, end)]
    cuts = {start, end}
    for first, last in (*((edge[0], edge[1]) for edge in here), *masks):
        cuts |= {max(first, start), min(last, end)}
    opened: list[int] = []
    for low, high in pairwise(sorted(cuts)):
        over = [edge for edge in here if edge[0] <= low and high <= edge[1]]
        anchors = _opening([edge for edge in over if edge[0] == low], high, end, opened)
        ended = sum(last == high for last in opened)
        opened = [last for last in opened if last > high]
        names = tuple(dict.fromkeys(one.name for *_, one in over))
        masked = any(first <= low and high <= last for first, last in masks)
        if not over:
            yield Segment(text[low:high], masked=masked)
            continue
        *_, mine = min(over, key=lambda edge: (edge[1] - edge[0], edge[2].number))
        yield Segment(text[low:high], mine.number, mine.kind, mine.tone, names, anchors, masked, ended)


def _opening(begun: Sequence[_Edge[Claim]], high: int, end: int, opened: list[int]) -> tuple[str, ...]:
    """The ids of the places that begin at a segment, and where they end in this passage into `opened`.

    A place that would end outside of one that is open cannot be an element of its own: of it only the first words are one.
    """
    within = min([end, *opened])
    places = sorted({(first, last) for first, last, _ in begun}, reverse=True)
    whole = [one for one in places if min(one[1], end) <= within]
    crossing = [one for one in places if min(one[1], end) > within]
    opened += [*(min(last, end) for _, last in whole), *(high for _ in crossing)]
    return tuple(f"char-{first}-{last}" for first, last in (*whole, *crossing))
