"""Answers as bytes: SPARQL 1.1 query results in JSON, XML, CSV and TSV, and graphs in the RDF syntaxes.

The results are written here and not by the engine because they are cut at a number of rows: the document stays whole,
and says where the syntax has room that it was cut.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pyoxigraph as ox

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PLAIN = frozenset((f"{_XSD}string", f"{_RDF}langString", f"{_RDF}dirLangString"))
# Numbers that TSV may write without quotes and datatype, as Turtle does.
_NUMBERS = {
    f"{_XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{_XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{_XSD}double": re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RESULTS_XML = "http://www.w3.org/2005/sparql-results#"
_GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE, "n-triples": ox.RdfFormat.N_TRIPLES, "n-quads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG, "rdf-xml": ox.RdfFormat.RDF_XML, "json-ld": ox.RdfFormat.JSON_LD,
}  # fmt: skip
# A JSON string, as the standard library writes it in C: several times faster than a document written by it whole.
_quoted: Callable[[str], str] = json.encoder.encode_basestring
_CUT = "truncated: the limit of this endpoint was reached, there is more"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of an answer is given."""

    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """A document, the number of rows or triples in it, and whether there were more."""

    body: bytes
    rows: int | None
    truncated: bool


def solutions(answer: ox.QuerySolutions, syntax: str, bounds: Bounds) -> Written:
    """The rows of a SELECT as a document of `syntax` (json, xml, csv or tsv), cut at `bounds`."""
    names = [variable.value for variable in answer.variables]
    start, row, separator, end = _SYNTAXES[syntax](names)
    parts: list[bytes] = []
    size = 0
    truncated = False
    for solution in answer:
        if len(parts) >= bounds.rows or size > bounds.size:
            truncated = True
            break
        text = row(list(solution)).encode()
        size += len(text) + len(separator)
        parts.append(text)
    body = start.encode() + separator.encode().join(parts) + end(truncated).encode()
    return Written(body, len(parts), truncated)


def boolean(value: bool, syntax: str) -> Written:
    """The answer to an ASK."""
    word = "true" if value else "false"
    text = {
        "json": f'{{"head":{{}},"boolean":{word}}}',
        "xml": f'<?xml version="1.0"?><sparql xmlns="{_RESULTS_XML}"><head/><boolean>{word}</boolean></sparql>',
    }.get(syntax, f"{word}\n")
    return Written(text.encode(), None, False)


def graph(answer: Iterable[ox.Triple], syntax: str, bounds: Bounds, prefixes: Mapping[str, str]) -> Written:
    """The triples of a CONSTRUCT or DESCRIBE as a document of `syntax`, cut at `bounds`."""
    triples: list[ox.Triple] = []
    truncated = False
    for triple in answer:
        if len(triples) >= bounds.rows:
            truncated = True
            break
        triples.append(triple)
    output = io.BytesIO()
    taken = 0

    def within() -> Iterator[ox.Triple]:
        nonlocal taken, truncated
        for triple in triples:
            if output.tell() > bounds.size:
                truncated = True
                return
            taken += 1
            yield triple

    spaces = _namespaces(triples)
    used = {name: iri for name, iri in prefixes.items() if iri in spaces}
    ox.serialize(within(), output, format=_GRAPH_FORMATS[syntax], prefixes=used)
    if truncated and syntax in ("turtle", "n-triples", "n-quads", "trig"):
        output.write(f"# {_CUT}\n".encode())
    return Written(output.getvalue(), taken, truncated)


def _namespaces(triples: Iterable[ox.Triple]) -> set[str]:
    found: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.Literal):
                if term.datatype.value not in _PLAIN:
                    found.add(_namespace(term.datatype.value))
            elif isinstance(term, ox.NamedNode):
                found.add(_namespace(term.value))
    return found


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


Row = Callable[[list[Term | None]], str]
Shape = tuple[str, Row, str, Callable[[bool], str]]


def _json(names: list[str]) -> Shape:
    keys = [f"{_quoted(name)}:" for name in names]

    def row(terms: list[Term | None]) -> str:
        found = [key + _json_term(term) for key, term in zip(keys, terms, strict=True) if term is not None]
        return f"{{{','.join(found)}}}"

    start = f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":[\n'
    return start, row, ",\n", lambda cut: "\n]}" + (',"truncated":true}' if cut else "}")


def _json_term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f'{{"type":"uri","value":{_quoted(term.value)}}}'
    if isinstance(term, ox.BlankNode):
        return f'{{"type":"bnode","value":{_quoted(term.value)}}}'
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        inside = ",".join(f'"{name}":{_json_term(part)}' for name, part in parts.items())
        return f'{{"type":"triple","value":{{{inside}}}}}'
    mark = ""
    if term.language:
        direction = f',"its:dir":"{term.direction.value}"' if term.direction is not None else ""
        mark = f',"xml:lang":{_quoted(term.language)}{direction}'
    elif (datatype := term.datatype.value) not in _PLAIN:
        mark = f',"datatype":{_quoted(datatype)}'
    return f'{{"type":"literal","value":{_quoted(term.value)}{mark}}}'


def _xml(names: list[str]) -> Shape:
    def row(terms: list[Term | None]) -> str:
        pairs = zip(names, terms, strict=True)
        return "".join((
            "<result>",
            *(f'<binding name="{name}">{_xml_term(term)}</binding>' for name, term in pairs if term is not None),
            "</result>",
        ))

    variables = "".join(f'<variable name="{name}"/>' for name in names)
    start = f'<?xml version="1.0"?>\n<sparql xmlns="{_RESULTS_XML}"><head>{variables}</head><results>\n'
    return start, row, "\n", lambda cut: "\n</results>" + (f"<!-- {_CUT} -->" if cut else "") + "</sparql>\n"


def _xml_term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{term.value}</bnode>"
    if isinstance(term, ox.Triple):
        parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
        return f"<triple>{''.join(f'<{name}>{_xml_term(part)}</{name}>' for name, part in parts)}</triple>"
    mark = ""
    if term.language:
        mark = f' xml:lang="{term.language}"'
        if term.direction is not None:
            mark += f' its:dir="{term.direction.value}" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0"'
    elif term.datatype.value not in _PLAIN:
        mark = f' datatype="{_xml_text(term.datatype.value)}"'
    return f"<literal{mark}>{_xml_text(term.value)}</literal>"


def _xml_text(text: str) -> str:
    # XML 1.0 has no way to write most control characters, and reads a bare carriage return as a line feed.
    return escape(_NOT_XML.sub("\ufffd", text), {'"': "&quot;", "\r": "&#13;"})


def _csv(names: list[str]) -> Shape:
    def field(term: Term | None) -> str:
        if term is None:
            return ""
        text = f"_:{term.value}" if isinstance(term, ox.BlankNode) else getattr(term, "value", None) or str(term)
        if isinstance(term, ox.Literal) and not term.value:
            return '""'
        return '"' + text.replace('"', '""') + '"' if re.search('[",\r\n]', text) else text

    def row(terms: list[Term | None]) -> str:
        return ",".join(map(field, terms)) + "\r\n"

    return ",".join(names) + "\r\n", row, "", lambda _: ""


def _tsv(names: list[str]) -> Shape:
    def field(term: Term | None) -> str:
        if isinstance(term, ox.Literal):
            number = _NUMBERS.get(term.datatype.value)
            if number is not None and number.fullmatch(term.value):
                return term.value
        return "" if term is None else str(term)

    def row(terms: list[Term | None]) -> str:
        return "\t".join(map(field, terms)) + "\n"

    return "\t".join(f"?{name}" for name in names) + "\n", row, "", lambda _: ""


_SYNTAXES: Mapping[str, Callable[[list[str]], Shape]] = {"json": _json, "xml": _xml, "csv": _csv, "tsv": _tsv}
