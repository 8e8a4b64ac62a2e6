"""Where a store is: a directory on this machine, or the address of a SPARQL 1.1 server.

What is kept on this machine for a remote store (contacts, the text index, kept reports) lies in a directory of its own:
`SELOSTE_STATE`, else `$XDG_STATE_HOME/seloste`, else `~/.local/state/seloste`, and in it a folder for each address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

STATE = "SELOSTE_STATE"
STATES = (STATE, "XDG_STATE_HOME", "HOME")
"""The environment that says where the state lies."""
VARIABLES = tuple(f"SELOSTE_REMOTE_{name}" for name in ("QUERY", "UPDATE", "USER", "PASSWORD", "TOKEN", "TIMEOUT"))
"""The environment of a connection (remote.access), for processes that are given nothing else."""


class BadLocation(ValueError):
    """What was given as a store can be neither a directory nor the address of a server."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"--store {text}: {why}. Give a directory, or an address such as https://host:7878.")


class BadAccess(BadLocation):
    """A setting of the connection (remote.access) that cannot be used."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        ValueError.__init__(self, f"{name}={value}: it must be {expected}. See docs/remote.md.")


@dataclass(frozen=True, slots=True)
class Remote:
    """A store on a SPARQL server, by the address that its query, update and other addresses begin with."""

    url: str

    def __str__(self) -> str:
        return self.url


Location = Path | Remote


def located(text: str) -> Location:
    """The store that a command line or a setting names. Raises BadLocation."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        return Path(text)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise BadLocation(text, str(error)) from error
    if parts.username is not None or parts.password is not None:
        hidden = text.replace(parts.netloc, f"…@{parts.hostname}")
        raise BadLocation(hidden, "a password in an address is seen by others: set SELOSTE_REMOTE_USER and …_PASSWORD")
    if not usable or parts.query or parts.fragment:
        raise BadLocation(text, "it must be http:// or https://, a host and a path")
    return Remote(text.rstrip("/"))


def beside(where: Location, environment: Mapping[str, str] | None = None) -> Path:
    """The directory of what is kept on this machine for a store: its own, or one named after the server's address."""
    if isinstance(where, Path):
        return where
    found = os.environ if environment is None else environment
    home = found.get("XDG_STATE_HOME") or "~/.local/state"
    root = Path(found.get(STATE) or f"{home}/seloste").expanduser()
    host = re.sub(r"[^A-Za-z0-9.-]+", "-", urlsplit(where.url).netloc)
    return root / f"{host}-{sha256(where.url.encode()).hexdigest()[:12]}"
