"""N-Triples as text: the form in which a notice's graph leaves ingestion. Writing it directly is what makes mapping fast.

Source: RDF 1.1 N-Triples, section 2; canonical forms (no escapes but those needed) so that the same graph is the same bytes.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r'[\\"\n\r]')
_NOT_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


def iri(value: str) -> str:
    """An IRI reference; characters that may not stand in one are percent-encoded."""
    if _NOT_IRI.search(value):
        value = _NOT_IRI.sub(lambda m: "".join(f"%{b:02X}" for b in m.group().encode()), value)
    return f"<{value}>"


@lru_cache(maxsize=4096)
def term(value: str) -> str:
    """The reference of a term of a vocabulary; these come again in every notice."""
    return iri(value)


def literal(value: str, language: str = "", datatype: str = "") -> str:
    """A literal, with a language tag or a datatype IRI."""
    if _TO_ESCAPE.search(value):
        value = _TO_ESCAPE.sub(lambda m: _ESCAPED[m.group()], value)
    text = f'"{value}"'
    if language:
        return f"{text}@{language}"
    return f"{text}^^<{datatype}>" if datatype else text


def triple(subject: str, predicate: str, obj: str) -> str:
    """One line from a subject IRI, a predicate IRI and a serialised object."""
    return f"<{subject}> <{predicate}> {obj} ."
