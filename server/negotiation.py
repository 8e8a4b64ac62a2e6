"""Content negotiation (RFC 9110 section 12.5): which of what we offer an Accept header asks for, best first.

One function for media types, languages and content codings; they differ only in when a range covers an offer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

Coverage = Callable[[str, str], int]
"""How closely a range (first, lower case) covers an offer (second): 0 not at all, more is closer."""

_WEIGHT = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)
_RANGE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z/-]+")
_LONGEST = 4096


def media_coverage(wanted: str, offer: str) -> int:
    """`*/*`, `text/*`, `text/csv`, in order of closeness; parameters of media types are left out before."""
    if wanted == offer:
        return 3
    if wanted == "*/*":
        return 1
    return 2 if wanted.endswith("/*") and offer.startswith(wanted[:-1]) else 0


def language_coverage(wanted: str, offer: str) -> int:
    """`*`, `fi-FI` for an offer `fi`, `fi` itself, in order of closeness."""
    if wanted == offer:
        return 3
    if wanted == "*":
        return 1
    return 2 if wanted.startswith(f"{offer}-") else 0


def coding_coverage(wanted: str, offer: str) -> int:
    """`*` or the content coding itself, in order of closeness."""
    return 2 if wanted == offer else int(wanted == "*")


def preferred(header: str | None, offered: Sequence[str], coverage: Coverage = media_coverage) -> tuple[str, ...]:
    """What of `offered` the header accepts: by weight, then by closeness of the range, then in the order offered.

    The closest range decides about an offer, so that `*/*, text/csv;q=0` is everything but CSV. Without a header
    everything is accepted; ranges that cannot be read are passed over.
    """
    if header is None or not header.strip():
        return tuple(offered)
    return _preferred(header[:_LONGEST], tuple(offered), coverage)


@lru_cache(maxsize=512)  # clients send few headers, and each sends the same one every time
def _preferred(header: str, offered: tuple[str, ...], coverage: Coverage) -> tuple[str, ...]:
    ranges = _ranges(header)
    ranked = []
    for place, offer in enumerate(offered):
        closeness, weight = max(
            ((coverage(wanted, offer), weight) for wanted, weight in ranges), default=(0, 0.0)
        )  # fmt: skip
        if closeness and weight:
            ranked.append((-weight, -closeness, place, offer))
    return tuple(offer for *_, offer in sorted(ranked))


def _ranges(header: str) -> list[tuple[str, float]]:
    found = []
    for element in header.split(","):
        name, *parameters = element.split(";")
        name = name.strip().lower()
        if not _RANGE.fullmatch(name):
            continue
        weight = 1.0
        for parameter in parameters:
            match = _WEIGHT.fullmatch(parameter)
            if match:
                weight = float(match[1])
            elif parameter.strip().lower().startswith("q="):
                break
        else:
            found.append((name, weight))
    return found
