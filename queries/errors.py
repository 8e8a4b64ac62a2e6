"""Why a query has no answer, drawn as a tree; the fields are what a reader or an HTTP response needs.

    QueryError
    ├── QuerySyntaxError      not SPARQL, with line and column
    ├── QueryRefused          SPARQL, but not for this endpoint: SERVICE, updates, graphs that are not here
    ├── QueryTooLarge         too long, nested too deeply, or needing more memory than a query gets
    ├── QueryTimeout          stopped at the time limit
    ├── QueryBusy             too many queries wait; try again later
    ├── QueryNotAcceptable    no format that was asked for fits the kind of answer
    ├── QueryFailed           the engine gave up for a reason of its own
    └── StoreMissing          nothing is published at the location
        └── StoreUnreachable  the server that holds the store cannot be asked
"""


from __future__ import annotations

from collections.abc import Sequence

from remote.location import Location


class QueryError(Exception):
    """A query was not answered; `outcome` is the word for it in counts and logs."""

    outcome = "failed"


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL query; `line` and `column` count from 1."""

    outcome = "syntax"

    def __init__(self, message: str, line: int, column: int) -> None:
        self.message, self.line, self.column = message, line, column
        super().__init__(f"Syntax error at line {line}, column {column}: {message}")


class QueryRefused(QueryError):
    """The query asks for something that this endpoint does not do."""

    outcome = "refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class QueryTooLarge(QueryError):
    """The query is beyond a limit of size."""

    outcome = "too-large"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class QueryTimeout(QueryError):
    """The query ran longer than it may."""

    outcome = "timeout"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            f"The query was stopped after {seconds:g} s. Ask for less: name a notice, a controller or a country, "
            "or put the most selective pattern into a sub-select."
        )


class QueryBusy(QueryError):
    """All workers are taken and the queue is full."""

    outcome = "busy"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many queries are running. Try again in {retry_after} s.")


class QueryNotAcceptable(QueryError):
    """The answer is of a kind that none of the formats asked for can carry."""

    outcome = "not-acceptable"

    def __init__(self, kind: str, asked: Sequence[str], available: Sequence[str]) -> None:
        self.kind, self.asked, self.available = kind, tuple(asked), tuple(available)
        super().__init__(f"The answer is a {kind}: ask for one of {', '.join(available)}, not {', '.join(asked)}.")


class QueryFailed(QueryError):
    """The engine reported an error while it evaluated the query."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The query could not be evaluated: {reason}")


class StoreMissing(QueryError):
    """Nothing is published at the location."""

    outcome = "no-data"

    def __init__(self, path: Location) -> None:
        self.path = path
        super().__init__(f"No published store at {path}. Make one with: seloste ingest FILES --store {path}")


class StoreUnreachable(StoreMissing):
    """The server that holds the store does not answer as one."""

    def __init__(self, path: Location, reason: str) -> None:
        super().__init__(path)
        self.args = (reason,)
