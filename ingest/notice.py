"""A privacy notice as it was written: an immutable text that every offset in the project refers to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ontology.namespaces import ID_BASE


@dataclass(frozen=True)
class Notice:
    """The stored text of a notice (NFC, LF line ends) with where it came from.

    Attributes:
        text: the text; all offsets are code points into it, 0-based, end exclusive.
        language: ISO 639-1 code, one of fi, sv, en.
        source: file name or URL it was read from; `dct:source` in the graph.
        original_sha256: digest of the bytes before decoding, hex.
        base: the base of instance IRIs.
    """

    text: str
    language: str
    source: str = ""
    original_sha256: str = ""
    base: str = ID_BASE

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the stored text in UTF-8, hex."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def iri(self) -> str:
        """The notice's IRI: the same text always has the same one."""
        return f"{self.base}notice/{self.sha256[:16]}"


class Span(NamedTuple):
    """A place in the text: `text[start:end]`."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether another place lies within this one."""
        return self.start <= other.start and other.end <= self.end
