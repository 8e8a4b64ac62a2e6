"""The server as a process: its logs, its socket, and an end that lets running answers finish.

On SIGTERM or SIGINT no connection is taken any more; answers under way get the setting `grace`; then the query
processes end.
"""

from __future__ import annotations

from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server import logs
from server.app import create_app
from server.settings import Settings

LONGEST_HEAD: Final = 64 << 10
"""Bytes of a request line with its headers, about: the parser itself would read on for ever."""


class BoundedHttp(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, for requests whose head comes to an end."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as uvicorn makes it
        super().__init__(*args, **named)
        self._in_head, self._head = True, 0

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head is too long already."""
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response(f"The head of the request is longer than {LONGEST_HEAD} bytes.")


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises what `create_app` raises."""
    logs.configure(settings.log_level)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_config=None, access_log=False,
        server_header=False, ws="none", http=BoundedHttp, timeout_graceful_shutdown=settings.grace,
    )  # fmt: skip
