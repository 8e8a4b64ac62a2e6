"""The engines that can validate, by the name that the command line gives them.

pySHACL is the engine of record; `shacl` is the optional fast lane. A report names the engine that made it.
"""
from __future__ import annotations

from typing import Literal, Protocol

from rdflib import Graph

from shapes import engine_pyshacl, engine_rust
from shapes.engine_graph import NoticeGraph

EngineName = Literal["pyshacl", "shacl"]


class Engine(Protocol):
    """What validates: `name` is its name and version, as reports give it."""

    name: str

    def run(self, data: NoticeGraph, shapes: Graph, *, vacuous: bool = False) -> Graph:
        """Return the sh:ValidationReport of one notice's graph.

        Raises ShapesError when the shapes cannot be used, or find nothing to check though not `vacuous`.
        """


class EngineMissing(Exception):
    """An engine was asked for by `name` that is not installed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the engine {name} is not installed; run: pip install 'seloste[{name}]', or use --engine pyshacl")


RECORD: Engine = engine_pyshacl.PySHACL()
"""The engine whose word stands where two disagree."""


def load(name: EngineName) -> Engine:
    """Return an engine. Raises EngineMissing."""
    if name == "pyshacl":
        return RECORD
    if engine_rust.NAME is None:
        raise EngineMissing(name)
    return engine_rust.Rust()
