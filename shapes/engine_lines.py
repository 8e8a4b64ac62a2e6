"""N-Triples lines, as notices are stored, to terms and back: the form in which a notice reaches an engine.

Reads only what the store and the graph builder write: one triple a line, canonical spacing. Each term is made once a
graph, so that looking one up compares identities.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compat import decodeUnicodeEscape
from rdflib.term import Node

from shapes.engine_graph import NoticeGraph, Triple

_LINE = re.compile(r'(<[^<>"\s]*>|_:\S+) (<[^<>"\s]*>) (<[^<>"\s]*>|_:\S+|".*"(?:@[\w-]+|\^\^<[^<>"\s]*>)?) ?\.')
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?', re.DOTALL)


class BadLine(ValueError):
    """A line that is no triple in N-Triples (`line`)."""

    def __init__(self, line: str) -> None:
        super().__init__(f"not an N-Triples line: {line[:200]!r}")
        self.line = line


def triples(lines: Iterable[str]) -> Iterator[Triple]:
    """Yield the triple of each line that is not empty. Raises BadLine."""
    terms: dict[str, Node] = {}

    def term(text: str, line: str) -> Node:
        made = terms.get(text)
        if made is None:
            made = terms[text] = _term(text, line)
        return made

    for line in lines:
        found = _LINE.fullmatch(line.strip(" \t\r\n"))
        if found is not None:
            s, p, o = found.groups()
            yield term(s, line), term(p, line), term(o, line)
        elif line.strip():
            raise BadLine(line)


def _term(text: str, line: str) -> Node:
    if text[0] == "<":
        return URIRef(_unescaped(text[1:-1]))
    if text[0] == "_":
        return BNode(text[2:])
    found = _LITERAL.fullmatch(text)
    if found is None:
        raise BadLine(line)
    value, language, datatype = found.groups()
    kind = URIRef(_unescaped(datatype)) if datatype else None
    return Literal(_unescaped(value), lang=language, datatype=kind, normalize=False)  # "007" is what was written


def _unescaped(text: str) -> str:
    return decodeUnicodeEscape(text) if "\\" in text else text


def graph(lines: Iterable[str]) -> NoticeGraph:
    """Return the graph of N-Triples lines. Raises BadLine."""
    return NoticeGraph(triples(lines))


def written(data: Graph) -> str:
    """Return a graph as N-Triples, a line a triple, for an engine that reads text or for the store."""
    texts: dict[Node, str] = {}

    def text(term: Node) -> str:
        known = texts.get(term)
        if known is None:
            known = texts[term] = _text(term)
        return known

    return "".join(f"{text(s)} {text(p)} {text(o)} .\n" for s, p, o in data)


def _text(term: Node) -> str:
    if isinstance(term, Literal):
        value = str(term).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        suffix = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
        return f'"{value}"{suffix}'
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"
