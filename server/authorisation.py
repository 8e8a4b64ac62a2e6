"""Who may write: whoever shows the bearer token of the settings (RFC 6750). There is one token, and no other right."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from pathlib import Path

from server.settings import SettingError, Settings

SHORTEST = 16
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1, b64token


class WritesOff(Exception):
    """No token is set: nobody may write."""

    def __init__(self) -> None:
        super().__init__(
            "This service only answers. Whoever runs it allows writing by setting a token (SELOSTE_TOKEN or "
            "SELOSTE_TOKEN_FILE, see docs/deploy.md)."
        )


class Unauthorised(Exception):
    """The token is missing, or not the one that is set; `challenge` is what WWW-Authenticate says."""

    def __init__(self, *, given: bool) -> None:
        self.challenge = 'Bearer realm="seloste"' + (', error="invalid_token"' if given else "")
        what = "The token is not valid" if given else "This needs a token"
        super().__init__(f"{what}. Send it as: Authorization: Bearer TOKEN")


class Gate:
    """Lets in who shows the token."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingError for a token that cannot be used, which it does not repeat."""
        token = _token(settings)
        self._digest = sha256(token.encode()).digest() if token else None

    @property
    def open(self) -> bool:
        """Whether anybody may write."""
        return self._digest is not None

    def admit(self, authorization: str | None) -> None:
        """See that the header shows the token; takes as long for every wrong one. Raises WritesOff or Unauthorised."""
        if self._digest is None:
            raise WritesOff
        scheme, _, shown = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorised(given=False)
        if not hmac.compare_digest(sha256(shown.strip().encode()).digest(), self._digest):
            raise Unauthorised(given=True)


def _token(settings: Settings) -> str:
    name, token = "token", settings.token
    if settings.token_file:
        name = "token_file"
        if token:
            raise SettingError(name, settings.token_file, "left out, or SELOSTE_TOKEN must be: only one can hold")
        try:
            token = Path(settings.token_file).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(name, settings.token_file, "a file that can be read, with a token in it") from error
        if not token:
            raise SettingError(name, settings.token_file, "a file with a token in it")
    if token and (len(token) < SHORTEST or not _TOKEN.fullmatch(token)):
        raise SettingError(name, "…", f"{SHORTEST} or more of the characters A-Z a-z 0-9 . _ ~ + / -")
    return token
