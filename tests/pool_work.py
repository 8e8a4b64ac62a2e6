"""What workers do in the tests of the pool; importable, since a worker begins with nothing but an import."""
from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from shapes.pool import Work


def obedient() -> Work:
    """Upper case; `die` kills the worker, `die once <file>` does if the file is not there yet, `end` makes it end."""

    def work(payload: bytes) -> bytes:
        words = payload.decode().split(" ", 2)
        if words[0] == "die":
            once = Path(words[2]) if words[1:2] == ["once"] else None
            if once is None or not once.exists():
                if once is not None:
                    once.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        if words[0] == "end":
            sys.exit(7)
        return payload.upper()

    return work


def unable() -> Work:
    sys.exit(3)
