"""The server as a process: its logs, its socket, and an end that lets running answers finish.

On SIGTERM or SIGINT no connection is taken any more; answers under way get the setting `grace`; then the query
processes end.
"""

from __future__ import annotations

import uvicorn

from server import logs
from server.app import create_app
from server.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises what `create_app` raises."""
    logs.configure(settings.log_level)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_config=None, access_log=False,
        server_header=False, ws="none", timeout_graceful_shutdown=settings.grace,
    )  # fmt: skip
