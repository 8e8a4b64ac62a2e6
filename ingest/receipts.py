"""Receipts: by which a run knows that a document was read before, by this very program, and is stored as it was then.

A run over many documents that was stopped goes on where it was, and a folder in which nothing has changed costs what
reading its files costs. The key covers all that a notice's graphs depend on: the document's bytes and name, the language
given, and the program byte for byte with the versions of what it stands on.
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import ontology
import shapes

_SEEN = frozenset({".py", ".ttl", ".tsv", ".csv", ".json", ".txt", ".gz"})


def key(data: bytes, source: str, language: str | None, base: str) -> bytes:
    """The key of a document's bytes, under the name, language and base of instance IRIs given."""
    said = json.dumps((source, language, base))
    return hashlib.sha256(b"\0".join((program(), said.encode(), hashlib.sha256(data).digest()))).digest()


@cache
def program() -> bytes:
    """The digest of what makes graphs and reports of documents: code, ontology, shapes, libraries, interpreter."""
    total = hashlib.sha256(sys.version.encode())
    for folder in (Path(__file__).parent, Path(ontology.__file__).parent, Path(shapes.__file__).parent):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in _SEEN):
            total.update(f"\0{path.relative_to(folder.parent)}\0".encode() + path.read_bytes())
    try:
        needed = metadata.requires("seloste") or []
    except metadata.PackageNotFoundError:  # run from a folder: its libraries are whatever is there
        needed = []
    for name in sorted({_name(one) for one in needed}):
        try:
            total.update(f"\0{name} {metadata.version(name)}".encode())
        except metadata.PackageNotFoundError:
            continue  # an optional one
    return total.digest()


def _name(requirement: str) -> str:
    """The project's name at the beginning of a requirement (PEP 508)."""
    end = next((n for n, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), len(requirement))
    return requirement[:end]
