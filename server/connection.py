"""The client's end of the line: read its body up to a bound, and stop the work when it goes away (ASGI)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeVar

T = TypeVar("T")
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BodyTooLarge(Exception):
    """More was sent than is read."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The body is longer than {limit:,} bytes. Send less.")


class ClientGone(Exception):
    """The client closed the connection: nobody waits for an answer."""


async def read_body(receive: Receive, declared: str | None, limit: int) -> bytes:
    """The whole body; `declared` is its Content-Length. Raises BodyTooLarge before reading on, or ClientGone."""
    if declared and declared.isdecimal() and int(declared) > limit:
        raise BodyTooLarge(limit)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge(limit)
        if not message.get("more_body", False):
            return bytes(body)


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; it is cancelled when the client goes away, and so is the query it waits for.

    Raises ClientGone, and what `work` raises.
    """
    task = asyncio.current_task()
    gone = False

    async def watch() -> None:
        nonlocal gone
        await _disconnected(receive)
        gone = True
        if task is not None:
            task.cancel()

    watching = asyncio.ensure_future(watch())
    try:
        return await work
    except asyncio.CancelledError as error:
        if not gone or task is None or task.uncancel():
            raise
        raise ClientGone from error
    finally:
        watching.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
