"""Whole responses given again without the work behind them, as plain ASGI in front of the application.

Only a response that names the snapshot it was made of is kept, and has an entity tag for it; so what differs from one
asking to the next, errors, streams and files are not. A request is the same when its address, its body and the headers
that a response may depend on are the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from queries.byte_cache import ByteCache
from queries.errors import StoreMissing

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

PATHS: Final = ("/sparql", "/questions/", "/graphs", "/id/")
"""Where addresses begin whose responses are kept; the first takes POST too."""
# A response depends on these and no others; whoever proves who they are is answered by the application.
_ASKED = frozenset((b"accept", b"accept-language", b"content-type", b"host"))
_PRIVATE = frozenset((b"authorization", b"range", b"cookie"))
_OF_CONTENT = frozenset((b"content-type", b"content-length", b"content-disposition", b"x-seloste-truncated"))
_LONGEST_BODY = 16 << 10


@dataclass(frozen=True, slots=True)
class Kept:
    """A response with the route that it came from."""

    headers: Headers
    body: bytes
    tag: bytes
    route: object


@dataclass(frozen=True, slots=True)
class Asked:
    """What a response depends on, as a key, and the entity tags that the client has."""

    key: Hashable
    known: bytes | None


class ResponseCache:
    """Wraps an ASGI application."""

    def __init__(
        self, app: App, cache: ByteCache, state: Callable[[], Hashable], observe: Callable[[str], None]
    ) -> None:
        """`state` tells one state of the data from another, or raises StoreMissing; `observe` is told of each hit."""
        self._app = app
        self._cache = cache
        self._state = state
        self._observe = observe

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer what was answered before; see what the application answers to the rest."""
        began = perf_counter()
        if scope["type"] != "http" or not self._cache.enabled or not _may_be_kept(scope):
            await self._app(scope, receive, send)
            return
        body = b""
        if scope["method"] == "POST":
            body, receive = await _read(receive)
        asked = _asked(scope, body)
        try:
            state = self._state()
        except StoreMissing:
            asked = None
        if asked is None:
            await self._app(scope, receive, send)
            return
        kept = self._cache.get(state, asked.key)
        if isinstance(kept, Kept):
            scope["route"] = kept.route
            self._observe("hit")
            await _give(kept, asked, scope["method"], began, send)
        else:
            await self._app(scope, receive, self._watched(scope, state, asked.key, send))

    def _watched(self, scope: Message, state: Hashable, key: Hashable, send: Send) -> Send:
        """`send`, with an eye on what goes by: a whole response of this snapshot is kept."""
        head: Headers | None = None

        async def seen(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                head = tuple(message.get("headers", ())) if message["status"] == 200 else None
            elif head is not None and scope["method"] != "HEAD" and not message.get("more_body", False):
                self._keep(state, key, head, message.get("body", b""), scope.get("route"))
            else:
                head = None
            await send(message)

        return seen

    def _keep(self, state: Hashable, key: Hashable, head: Headers, body: bytes, route: object) -> None:
        named = {name.lower(): value for name, value in head}
        tag, snapshot = named.get(b"etag"), named.get(b"x-seloste-snapshot")
        if tag is None or snapshot is None or not tag.startswith(b'"' + snapshot + b"-"):
            return
        # Compressed or not by what the client takes, which is no part of the key.
        if b"accept-encoding" in named.get(b"vary", b"").lower():
            return
        headers = tuple((name, value) for name, value in head if name.lower() != b"server-timing")
        size = len(body) + sum(len(name) + len(value) for name, value in headers)
        try:
            unchanged = self._state() == state
        except StoreMissing:
            return
        if unchanged:
            self._cache.put(state, key, Kept(headers, body, tag, route), size)


def _may_be_kept(scope: Message) -> bool:
    path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
    if scope["method"] == "POST":
        return path == PATHS[0]
    return scope["method"] in ("GET", "HEAD") and path.startswith(PATHS)


def _asked(scope: Message, body: bytes) -> Asked | None:
    """What is asked; None for what is not for this cache."""
    if len(body) > _LONGEST_BODY:
        return None
    found, known = [], None
    for name, value in scope["headers"]:
        if name in _ASKED:
            found.append((name, value))
        elif name == b"if-none-match":
            known = value if known is None else known + b"," + value
        elif name in _PRIVATE:
            return None
    posted = scope["method"] == "POST"
    path = (scope.get("root_path", ""), scope.get("raw_path") or scope["path"], scope["query_string"])
    return Asked((posted, scope["scheme"], *path, tuple(found), body), known)


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The body, when it is short, and a `receive` that gives the same messages again and then the rest."""
    messages: list[Message] = []
    body = b""
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False) or len(body) > _LONGEST_BODY:
            break
    messages.reverse()

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    # A body that is not all here is none that can be compared.
    whole = message["type"] == "http.request" and not message.get("more_body", False)
    return (body if whole else b" " * (_LONGEST_BODY + 1)), again


async def _give(kept: Kept, asked: Asked, method: str, began: float, send: Send) -> None:
    fresh = asked.known is not None and _matches(asked.known, kept.tag)
    headers = [pair for pair in kept.headers if pair[0] not in _OF_CONTENT] if fresh else [*kept.headers]
    headers.append((b"server-timing", b"cache;desc=hit, total;dur=%.1f" % ((perf_counter() - began) * 1000)))
    await send({"type": "http.response.start", "status": 304 if fresh else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if fresh or method == "HEAD" else kept.body})


def _matches(known: bytes, tag: bytes) -> bool:
    """If-None-Match by weak comparison (RFC 9110 section 13.1.2)."""
    return any(one.strip().removeprefix(b"W/") in (tag, b"*") for one in known.split(b","))
