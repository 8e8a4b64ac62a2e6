"""What holds for every response, as plain ASGI: security headers, CORS without credentials, HEAD and OPTIONS.

Pages load nothing from elsewhere and run no script but those of the build; data may be read by any other site, since
nothing here depends on who asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

CSP: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "script-src 'self'; style-src 'self'"
)
HEADERS: Final = (
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("access-control-allow-origin", "*"),
    (
        "access-control-expose-headers",
        "Content-Disposition, ETag, Retry-After, Server-Timing, X-Seloste-Snapshot, X-Seloste-Truncated",
    ),
    ("timing-allow-origin", "*"),
)
_ENCODED = tuple((name.encode(), value.encode()) for name, value in HEADERS)
_ASKED = b"Accept, Accept-Language, Content-Type, If-None-Match"


class ResponseRules:
    """Wraps an ASGI application; `posted` are the paths that take POST."""

    def __init__(self, app: App, posted: tuple[str, ...] = ("/sparql", "/sparql/lint", "/check")) -> None:
        self._app = app
        self._posted = posted

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer OPTIONS here; pass everything else on and complete what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await self._options(scope, send)
            return
        head, began = scope["method"] == "HEAD", perf_counter()

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = f"total;dur={(perf_counter() - began) * 1000:.1f}".encode()
                headers = [*message.get("headers", ()), *_ENCODED, (b"server-timing", took)]
                message = {**message, "headers": headers}
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, complete)

    async def _options(self, scope: Message, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        methods = b"GET, HEAD, POST, OPTIONS" if path in self._posted else b"GET, HEAD, OPTIONS"
        headers = [
            (b"allow", methods + _written(path)), (b"access-control-allow-methods", methods),
            (b"access-control-allow-headers", _ASKED), (b"access-control-max-age", b"86400"), *_ENCODED,
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _written(path: str) -> bytes:
    """The methods that write at a path (server.notices). Pages of other sites are not told that they may use them."""
    if path == "/notices":
        return b", POST"
    return b", PUT, DELETE" if path.startswith("/id/notice/") else b""
