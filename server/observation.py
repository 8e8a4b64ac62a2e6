"""What is seen of every request, as plain ASGI: it is counted, and logged in one line (server.logs says what is not)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any

from server.metrics import Metrics

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_LOG = logging.getLogger("seloste.access")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Asked for every few seconds by machines: counted, and logged only when one goes looking.
_QUIET = ("/healthz", "/readyz", "/metrics")


class Observation:
    """Wraps an ASGI application."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on and see what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, sent = perf_counter(), 0, 0

        async def seen(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            # Nothing was sent when the application raised: the server itself answers 500 then.
            self._note(scope, status or 500, sent, perf_counter() - began)

    def _note(self, scope: Message, status: int, sent: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.request(route, method, status, seconds)
        if any(name == b"if-none-match" for name, _ in scope["headers"]):
            self._metrics.revalidated(hit=status == 304)
        fields = {"route": route, "method": method, "status": status, "bytes": sent}
        _LOG.log(
            logging.DEBUG if route in _QUIET and status < 500 else logging.INFO,
            "request", extra={**fields, "milliseconds": round(seconds * 1000, 1)},
        )  # fmt: skip
