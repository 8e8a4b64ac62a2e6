"""Logs for machines: one JSON object a line on standard error, and nothing in it about who asked or what for.

A query can name a person, and so can an address under `/id/` (a private person can be a controller). So a request is
logged by its route, never by its address, query, body, client address or headers (GDPR Art. 5(1)(c), data minimisation).
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

NAME: Final = "seloste"
_FIELDS: Final = ("route", "method", "status", "milliseconds", "bytes", "outcome", "host", "port", "snapshot")
_OTHERS = ("uvicorn", "uvicorn.error")


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, event, and the fields it was given."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. An exception is told by its kind and place: its message may quote what was asked."""
        ours = record.name.partition(".")[0] in (NAME, *_OTHERS)
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # What another library says may quote anything: only where it said it.
            "event": str(record.msg if record.exc_info else record.getMessage()).strip() if ours else "withheld",
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if not ours:
            line["at"] = [f"{record.module}:{record.lineno}"]
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = _places(record)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str) -> None:
    """Send the logs of this program and of its web server to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in (NAME, *_OTHERS):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level.upper())
    logging.getLogger().handlers = [handler]
    # Its own lines name the client and the whole address; ours (server.observation) take their place.
    logging.getLogger("uvicorn.access").disabled = True


def _places(record: logging.LogRecord) -> list[str]:
    found = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        found.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-8:]
