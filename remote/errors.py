"""What can go wrong between here and a SPARQL server, drawn as a tree; each error says what to do about it.

RemoteError
├── Unreachable     no connection: name, address, TLS, or nobody listens
├── NotSparql       somebody answers, but not as a SPARQL 1.1 endpoint
├── Unauthorised    401 or 403
├── Slow            no answer within the time limit
├── Overloaded      429, or 503: come again later
├── Rejected        the server does not take this request (400, 413, 415 …)
├── Broken          the server failed (5xx), or broke off its answer
└── Capped          the server gives so many rows and no more, without saying so
"""

from __future__ import annotations


class RemoteError(Exception):
    """A SPARQL server did not do what it was asked."""


class Unreachable(RemoteError):
    """There is no connection."""

    def __init__(self, url: str, cause: object) -> None:
        super().__init__(
            f"{url} cannot be reached ({cause}). See that the server runs and that the address is right; "
            "seloste store check --store ADDRESS tells what is found there."
        )


class NotSparql(RemoteError):
    """No SPARQL 1.1 endpoint was found."""

    def __init__(self, url: str, tried: object) -> None:
        super().__init__(
            f"{url} is no SPARQL 1.1 server ({tried}). Give the address that the server's query address begins with, "
            "or name the query address itself in SELOSTE_REMOTE_QUERY and the update address in SELOSTE_REMOTE_UPDATE."
        )


class Unauthorised(RemoteError):
    """The server wants to know who asks, or does not let them."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(
            f"{url} refuses access ({status}). Set SELOSTE_REMOTE_USER and SELOSTE_REMOTE_PASSWORD, or "
            "SELOSTE_REMOTE_TOKEN, to what the server accepts."
        )


class Slow(RemoteError):
    """The server took too long."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(f"{url} did not answer within {seconds:g} s. Try again, or raise SELOSTE_REMOTE_TIMEOUT.")


class Overloaded(RemoteError):
    """The server has too much to do; `retry_after` in seconds."""

    def __init__(self, url: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"{url} has too much to do. Try again in {retry_after} s.")


class Rejected(RemoteError):
    """The server says that the request is wrong; `detail` is what it says."""

    def __init__(self, url: str, status: int, detail: str) -> None:
        self.status, self.detail = status, detail
        hint = " Raise the size of a request that the server takes." if status == 413 else ""
        super().__init__(f"{url} does not take this request ({status}: {detail}).{hint}")


class Broken(RemoteError):
    """The server failed, or what it sent ended before it was whole."""

    def __init__(self, url: str, detail: str) -> None:
        self.detail = detail
        super().__init__(f"{url} failed ({detail}). The server's own log says why; try again when it is mended.")


class Capped(RemoteError):
    """An answer as long as the longest that the server gives: there may be more that it keeps to itself."""

    def __init__(self, url: str, rows: int) -> None:
        self.rows = rows
        super().__init__(f"{url} gives {rows:,} rows and no more, without saying so. Raise that limit in the server.")
