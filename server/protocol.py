"""The SPARQL 1.1 Protocol, query side (sections 2.1 and 2.2), without a framework and without a store.

A request becomes an `Operation` or an error of this tree; each knows the status that RFC 9110 gives it.

    ProtocolError
    ├── BadRequest             400  a repeated parameter, a body that is not UTF-8, two queries
    ├── UpdateRefused          403  an update: this endpoint answers queries and changes nothing
    ├── NotAcceptable          406  none of the formats asked for exists
    └── UnsupportedMediaType   415  a body that is neither a form nor a query
"""


from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from queries import formats
from server.negotiation import preferred

HTML: Final = "text/html"
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXCEL_CSV: Final = "text/csv;dialect=excel"
"""Not a registered media type: what `?format=csv-excel` asks for (server.spreadsheets). It is sent as text/csv."""

# Names that several kinds of answer share; whoever asks for anything gets the specific ones.
_ALIASES = ("application/json", "application/xml", "text/xml", "text/plain", "application/x-turtle")
SOLUTIONS: Final = tuple(name for name in formats.MEDIA_TYPES["solutions"] if name not in _ALIASES)
GRAPHS: Final = tuple(name for name in formats.MEDIA_TYPES["graph"] if name not in _ALIASES)
OFFERED: Final = (*SOLUTIONS, *GRAPHS, *_ALIASES, XLSX)
"""Every media type that some answer can have, in the order of our preference."""
BY_NAME: Final = (EXCEL_CSV,)
"""What only `?format=` gives: a dialect of a media type that has none of its own."""

FORMATS: Mapping[str, tuple[str, ...]] = {
    "json": (formats.JSON, "application/ld+json", "application/json"),
    "xml": (formats.XML, "application/rdf+xml"), "csv": (formats.CSV,),
    "tsv": (formats.TSV,), "turtle": (formats.TURTLE,), "ttl": (formats.TURTLE,), "ntriples": ("application/n-triples",),
    "nt": ("application/n-triples",), "nquads": ("application/n-quads",), "nq": ("application/n-quads",),
    "trig": ("application/trig",), "rdfxml": ("application/rdf+xml",), "rdf": ("application/rdf+xml",),
    "jsonld": ("application/ld+json",), "csv-excel": (EXCEL_CSV,), "xlsx": (XLSX,), "html": (HTML,),
}  # fmt: skip
"""The short names that `?format=` takes beside media types."""

_SINGLE = ("query", "format")
_MOST_FIELDS = 200


class ProtocolError(Exception):
    """A request that is not answered as it stands; `status` is the HTTP status."""

    status = 400


class BadRequest(ProtocolError):
    """The request is not one of the SPARQL Protocol."""


class UpdateRefused(ProtocolError):
    """An update was sent."""

    status = 403

    def __init__(self) -> None:
        super().__init__("This endpoint answers queries and changes nothing. Send SELECT, ASK, CONSTRUCT or DESCRIBE.")


class NotAcceptable(ProtocolError):
    """Nothing that is offered here was asked for."""

    status = 406

    def __init__(self, asked: str, available: Sequence[str]) -> None:
        self.asked, self.available = asked, tuple(available)
        super().__init__(f"Not available as {asked}. Ask for one of {', '.join(available)}.")


class UnsupportedMediaType(ProtocolError):
    """The body is of a type that this operation does not read."""

    status = 415

    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(f"The body is of type {given or 'unknown'}. Send {FORM} or {QUERY}, in UTF-8.")


@dataclass(frozen=True, slots=True)
class Operation:
    """A query with its dataset, as the protocol carries it; without a query the service description is asked for.

    `base` resolves relative IRIs: the address that was asked (SPARQL 1.1 Query Language, section 4.1.1.2).
    """

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    base: str | None = None


def parse(method: str, query_string: str, content_type: str | None = None, body: bytes = b"") -> Operation:
    """Read a request. `query_string` is that of the URL, still percent-encoded.

    Raises BadRequest, UpdateRefused or UnsupportedMediaType.
    """
    fields = fields_of(query_string, "The query string")
    if method == "POST":
        media_type = _media_type(content_type or "")
        if media_type == FORM:
            fields += fields_of(_utf8(body), "The form")
        elif media_type == QUERY:
            fields.append(("query", _utf8(body)))
        elif media_type == UPDATE:
            raise UpdateRefused
        else:
            raise UnsupportedMediaType(content_type or "")
    names = [name for name, _ in fields]
    if "update" in names:
        raise UpdateRefused
    for name in _SINGLE:
        if names.count(name) > 1:
            raise BadRequest(f"'{name}' is given {names.count(name)} times. Give it once.")
    if method == "POST" and "query" not in names:
        raise BadRequest("The form has no 'query'. Put the SPARQL text into a field of that name.")
    single = dict(fields)
    return Operation(
        single.get("query"),
        tuple(value for name, value in fields if name == "default-graph-uri"),
        tuple(value for name, value in fields if name == "named-graph-uri"),
        single.get("format") or None,
    )


def wanted(accept: str | None, named: str | None, offered: Sequence[str] = OFFERED) -> tuple[str, ...]:
    """The media types to answer in, best first: those of `?format=` when it is given, else those of Accept.

    Raises NotAcceptable.
    """
    if named:
        # A plus sign of a media type arrives as a space when the sender did not encode it.
        asked = named.strip().lower().replace(" ", "+")
        allowed = (*offered, *BY_NAME) if XLSX in offered else tuple(offered)
        found = tuple(one for one in FORMATS.get(asked, (asked,)) if one in allowed)
        if not found:
            raise NotAcceptable(named[:100], (*(name for name in FORMATS if set(FORMATS[name]) & set(allowed)), *offered))
        return found
    found = preferred(accept, offered)
    if not found:
        raise NotAcceptable((accept or "")[:200], offered)
    return found


def _media_type(content_type: str) -> str:
    """The bare media type; raises UnsupportedMediaType for a character set other than UTF-8."""
    bare, *parameters = content_type.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(' "').lower() not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMediaType(content_type)
    return bare.strip().lower()


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 (byte {error.start}). Send it in UTF-8.") from error


def fields_of(encoded: str, what: str) -> list[tuple[str, str]]:
    """The fields of a query string or form, in order. Raises BadRequest, naming `what` it stands in."""
    try:
        return list(_decoded(encoded))
    except UnicodeDecodeError as error:
        raise BadRequest(f"{what} holds bytes that are not UTF-8. Percent-encode it as UTF-8.") from error
    except ValueError as error:
        raise BadRequest(f"{what} has more than {_MOST_FIELDS} fields.") from error


@lru_cache(maxsize=16)
def _decoded(encoded: str) -> tuple[tuple[str, str], ...]:
    """The fields, kept for a moment: one request asks for them several times, and a query is long to decode."""
    return tuple(parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
