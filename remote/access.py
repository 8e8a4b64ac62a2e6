"""How a SPARQL server is spoken to: addresses, credentials and time limits out of the environment, never off the command line.

    SELOSTE_REMOTE_QUERY      address of queries, where it is not found by itself
    SELOSTE_REMOTE_UPDATE     address of updates
    SELOSTE_REMOTE_USER, SELOSTE_REMOTE_PASSWORD   HTTP Basic
    SELOSTE_REMOTE_TOKEN      HTTP Bearer
    SELOSTE_REMOTE_TIMEOUT    seconds that one request of the command line may take

A certificate authority of one's own: SSL_CERT_FILE; a proxy: HTTPS_PROXY and NO_PROXY, as elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from remote import errors
from remote.location import BadAccess

RESULTS = "application/sparql-results+json"
_CONNECT = 10.0
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Access:
    """What was set for the server."""

    query: str = ""
    update: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    timeout: float = 120.0

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Access:
        """What the environment says. Raises BadAccess."""
        found = os.environ if environment is None else environment
        names = ("query", "update", "user", "password", "token")
        values: dict[str, Any] = {name: found.get(f"SELOSTE_REMOTE_{name.upper()}", "") for name in names}
        limit = found.get("SELOSTE_REMOTE_TIMEOUT")
        if limit:
            try:
                values["timeout"] = float(limit)
            except ValueError as error:
                raise BadAccess("SELOSTE_REMOTE_TIMEOUT", limit, "a number of seconds") from error
        return cls(**values)

    def options(self) -> dict[str, Any]:
        """The arguments of an HTTP client. Redirects are not followed: credentials go to the address given only."""
        headers = {"User-Agent": "seloste"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        auth = httpx.BasicAuth(self.user, self.password) if self.user else None
        return {"headers": headers, "auth": auth, "timeout": httpx.Timeout(self.timeout, connect=_CONNECT)}


def failed(url: str, error: httpx.HTTPError, seconds: float) -> errors.RemoteError:
    """What a failure of the transport means."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.UnsupportedProtocol):
        return errors.Unreachable(url, str(error) or type(error).__name__)
    if isinstance(error, httpx.TimeoutException):
        return errors.Slow(url, seconds)
    return errors.Broken(url, str(error) or type(error).__name__)


def refused(url: str, response: httpx.Response, body: bytes) -> errors.RemoteError:
    """What a status other than 2xx means; `body` is as much of the response as was read."""
    status = response.status_code
    detail = " ".join(body.decode("utf-8", "replace").split())[:_SHOWN] or response.reason_phrase
    if status in (401, 403):
        return errors.Unauthorised(url, status)
    if 300 <= status < 400:
        return errors.NotSparql(url, f"it sends elsewhere, to {response.headers.get('location', 'nowhere')}")
    if status in (408, 504) or (status == 503 and "time" in detail.lower()):
        return errors.Slow(url, response.elapsed.total_seconds() if response.is_closed else 0.0)
    if status in (429, 503):
        after = response.headers.get("retry-after", "")
        return errors.Overloaded(url, int(after) if after.isdecimal() else 5)
    if status in (404, 405):
        return errors.NotSparql(url, f"status {status}")
    return errors.Rejected(url, status, detail) if status < 500 else errors.Broken(url, f"{status}: {detail}")
