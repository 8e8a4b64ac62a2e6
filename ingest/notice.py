"""A privacy notice as it was written: an immutable text that every offset in the project refers to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from ontology.namespaces import ID_BASE


class Span(NamedTuple):
    """A place in the text: `text[start:end]`."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether another place lies within this one."""
        return self.start <= other.start and other.end <= self.end


class Passage(NamedTuple):
    """A part of a text in one language."""

    span: Span
    language: str


@dataclass(frozen=True)
class Notice:
    """The stored text of a notice (NFC, LF line ends) with where it came from.

    Attributes:
        text: the text; all offsets are code points into it, 0-based, end exclusive.
        language: ISO 639-1 code, one of fi, sv, en.
        source: file name or URL it was read from; `dct:source` in the graph.
        original_sha256: digest of the bytes before decoding, hex.
        base: the base of instance IRIs.
        passages: its parts by language, where there is more than one; they do not touch, but hold all that is written.
    """

    text: str
    language: str
    source: str = ""
    original_sha256: str = ""
    base: str = ID_BASE
    passages: tuple[Passage, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the stored text in UTF-8, hex."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def iri(self) -> str:
        """The notice's IRI: the same text always has the same one."""
        return f"{self.base}notice/{self.sha256[:16]}"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is written in, the main one first."""
        return tuple(dict.fromkeys((self.language, *(p.language for p in self.passages))))

    def language_at(self, offset: int) -> str:
        """The language of the words at a place."""
        if not self.passages:
            return self.language
        return next((p.language for p in self.passages if p.span.start <= offset < p.span.end), self.language)

    def only(self, language: str) -> Notice:
        """The notice with nothing but its passages in one language, at their places: the others are blank."""
        if not self.passages:
            return self
        text = list(self.text)
        for passage in self.passages:
            if passage.language != language:
                start, end = passage.span
                text[start:end] = ["\n" if c == "\n" else " " for c in text[start:end]]
        return replace(self, text="".join(text), language=language, passages=())
