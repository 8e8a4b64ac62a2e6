"""One query over a published store, for commands: a worker process that is started for it and ended after it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from queries.evaluation import Answer, Evaluator


def evaluate_once(
    store: Path, query: str, media_type: str | Sequence[str] = "*/*", *, timeout: float = 60.0, max_rows: int = 10_000,
    max_bytes: int = 256 << 20, memory: int = 4 << 30, contacts: bool = False,
) -> Answer:  # fmt: skip
    """The answer to one query, for the command line: one worker process, started for it and ended after it.

    Raises any QueryError. Not to be called where an event loop runs.
    """

    async def run() -> Answer:
        evaluator = Evaluator(
            store, workers=1, spare=0, burst=0, timeout=timeout, max_rows=max_rows, max_bytes=max_bytes, memory=memory,
            contacts=contacts,
        )  # fmt: skip
        evaluator.snapshot()
        try:
            return await evaluator.evaluate(query, media_type)
        finally:
            await evaluator.close()

    return asyncio.run(run())
