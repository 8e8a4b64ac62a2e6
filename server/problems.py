"""Errors for the outside: RFC 9457 problem details for machines; pages render the same `Problem` for people.

One place knows which error is which status. `detail` is the error's own text, which says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from queries.catalogue import BadParameter, MissingParameter, ParameterError
from queries.errors import (
    QueryBusy,
    QueryError,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    StoreMissing,
)
from server.connection import BodyTooLarge
from server.protocol import FORM, QUERY, NotAcceptable, ProtocolError, UpdateRefused

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "https://w3id.org/seloste/problem/"
Value = str | int | float | list[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, with the HTTP status; `name` is the last part of its type and the key of its title."""

    name: str
    status: int
    detail: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, title: str) -> dict[str, Value]:
        """The members of the problem+json object."""
        return {"type": _TYPES + self.name, "title": title, "status": self.status, "detail": self.detail, **self.fields}


def of_error(error: Exception) -> Problem:
    """The problem that an error of a query, of its parameters or of the protocol is; anything else is "internal"."""
    match error:
        case QueryError():
            return _of_query(error)
        case ParameterError():
            return _of_parameter(error)
        case BodyTooLarge():
            return Problem("too-large", 413, str(error), {"limit": error.limit})
        case NotAcceptable():
            return Problem("not-acceptable", error.status, str(error), {"available": list(error.available)})
        case UpdateRefused():
            return Problem("refused", error.status, str(error))
        case ProtocolError():
            if error.status == 415:  # RFC 9110 section 15.5.16: it says what would be read
                return Problem("unsupported-media-type", 415, str(error), {}, {"Accept": f"{FORM}, {QUERY}"})
            return Problem("bad-request", error.status, str(error))
    return Problem("internal", 500, "The server made an error. Report it with the time at which it happened.")


def of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Problem:
    """The problem for what the router itself refuses."""
    if status == 404:
        return not_found()
    if status == 405:
        return Problem("method-not-allowed", status, "This address does not take that method.", {}, headers or {})
    return Problem("bad-request" if status < 500 else "internal", status, detail, {}, headers or {})


def not_found(iri: str = "") -> Problem:
    """Nothing is known under an address; `iri` is the resource that would be described there."""
    if iri:
        return Problem("not-found", 404, f"Nothing is known of <{iri}>.", {"resource": iri})
    return Problem("not-found", 404, "There is nothing at this address. Begin at the start page.")


def _of_query(error: QueryError) -> Problem:
    text = str(error)
    match error:
        case QuerySyntaxError():
            return Problem("syntax", 400, text, {"line": error.line, "column": error.column, "message": error.message})
        case QueryRefused():
            return Problem("refused", 403, text)
        case QueryTooLarge():
            return Problem("too-large", 413, text)
        case QueryTimeout():
            # Not 408: browsers send such a request again by themselves.
            return Problem("timeout", 504, text, {"seconds": error.seconds})
        case QueryBusy():
            return Problem(
                "busy", 503, text, {"retryAfter": error.retry_after}, {"Retry-After": str(error.retry_after)}
            )
        case QueryNotAcceptable():
            fields: dict[str, Value] = {"kind": error.kind, "available": list(error.available)}
            return Problem("not-acceptable", 406, text, fields)
        case StoreMissing():
            # Its own text names the directory: that is for the operator's log, not for the public.
            return Problem("no-data", 503, "Nothing is published here yet. Try again later.", {}, {"Retry-After": "60"})
    return Problem("failed", 500, "The engine could not evaluate the query.")


def _of_parameter(error: ParameterError) -> Problem:
    fields: dict[str, Value] = {}
    if isinstance(error, BadParameter | MissingParameter):
        fields = {"parameter": error.name, "expected": error.expected}
    return Problem("parameter", 400, str(error), fields)
