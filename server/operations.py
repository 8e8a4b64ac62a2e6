"""What whoever runs the server asks it: is it alive, can it answer, and how does it fare."""

from __future__ import annotations

import asyncio
import json
import time

from queries.errors import QueryBusy, StoreMissing
from queries.formats import JSON
from server import metrics
from server.service import Reply, Service

_PATIENCE = 1.0


def alive(service: Service) -> Reply:
    """`/healthz`: the process runs and answers; whether there is anything to serve is no matter of its health."""
    try:
        snapshot = service.evaluator.snapshot()
    except StoreMissing:
        snapshot = None
    return _told({"status": "ok", "snapshot": snapshot, "waiting": service.evaluator.pool.waiting})


async def ready(service: Service) -> Reply:
    """`/readyz`: the store can be read, found out by a query, or, when all processes are busy, by its pointer.

    Raises StoreMissing or QueryFailed: send no requests here then.
    """
    status = "ready"
    try:
        async with asyncio.timeout(_PATIENCE):
            snapshot = (await service.evaluator.evaluate("ASK {}", JSON)).snapshot
    except (TimeoutError, QueryBusy):
        status, snapshot = "busy", service.evaluator.snapshot()
    return _told({"status": status, "snapshot": snapshot, "waiting": service.evaluator.pool.waiting})


def measured(service: Service) -> Reply:
    """`/metrics`: what was counted, with the state of this moment."""
    pool = service.evaluator.pool
    service.metrics.workers(pool.busy, len(pool.processes) - pool.busy, pool.waiting)
    kept = service.cache
    service.metrics.cache(kept.bytes, len(kept), kept.evictions)
    try:
        snapshot = service.evaluator.snapshot()
    except StoreMissing:
        snapshot = "0"
    published = service.published(snapshot)
    service.metrics.snapshot(int(snapshot), max(0.0, time.time() - published) if published else float("nan"))
    return Reply(service.metrics.document(), metrics.MEDIA_TYPE, 200, {"Cache-Control": "no-store"})


def _told(state: dict[str, str | int | None]) -> Reply:
    body = json.dumps(state) + "\n"
    return Reply(body.encode(), "application/json", 200, {"Cache-Control": "no-store"})
