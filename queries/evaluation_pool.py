"""Which query gets which worker: first come, first served, with a bound on the queue and a spare for each that dies.

A few processes answer most queries. When some are held by long ones and others have waited for a moment, more are
started, up to a bound, so that a light query is answered while heavy ones run; they go again when it is quiet.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from queries.errors import QueryBusy, QueryFailed
from queries.evaluation_process import WorkerDied, WorkerProcess

PATIENCE = 0.15
"""Seconds a query waits before a further process is started for it."""
LINGER = 3.0
"""Seconds after which further processes go when it is quiet; a process takes longer to start than many queries run."""


@dataclass(frozen=True, slots=True)
class PoolSize:
    """How many processes: always, ready in reserve, at most in addition; how many queries may wait and how long."""

    workers: int
    spare: int
    burst: int
    queue: int
    wait: float
    memory: int


class Pool:
    """The worker processes of one evaluator. Belongs to one event loop."""

    def __init__(self, size: PoolSize, snapshot: Callable[[], str]) -> None:
        """An empty pool; processes come with `start` or with the first query.

        `snapshot` names the checkpoint that a new process should open beforehand, or is empty.
        """
        self._size = size
        self._snapshot = snapshot
        self._allowed = size.workers
        self._idle: deque[WorkerProcess] = deque()
        self._busy: set[WorkerProcess] = set()
        self._starting = 0
        self._waiting: deque[asyncio.Future[WorkerProcess]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._calming: asyncio.TimerHandle | None = None
        self._closed = False

    async def start(self) -> None:
        """Bring up the standing processes and the spare ones. Raises QueryFailed when they do not start."""
        self._settle()
        while self._starting:
            await asyncio.gather(*self._tasks)
        if not self._idle and not self._busy:
            raise QueryFailed("no query process could be started")

    async def close(self) -> None:
        """End all processes; those who wait are told to come again."""
        self._closed = True
        if self._calming is not None:
            self._calming.cancel()
        for future in self._waiting:
            if not future.done():
                future.set_exception(QueryBusy(1))
        self._waiting.clear()
        while self._tasks:
            await asyncio.gather(*self._tasks)
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        self._busy.clear()
        await asyncio.gather(*(worker.kill() for worker in workers))

    async def acquire(self) -> WorkerProcess:
        """A worker for one query; give it back with `release`. Raises QueryBusy or QueryFailed."""
        if len(self._waiting) >= self._size.queue or self._closed:
            raise QueryBusy(max(1, math.ceil(self._size.wait / 2)))
        loop = asyncio.get_running_loop()
        future: asyncio.Future[WorkerProcess] = loop.create_future()
        self._waiting.append(future)
        self._settle()
        if future.done():
            return future.result()
        timer = loop.call_later(PATIENCE, self._grow)
        try:
            async with asyncio.timeout(self._size.wait):
                return await future
        except BaseException as error:
            # Handed over in the very moment of giving up: it must not be lost.
            if future.done() and not future.cancelled() and future.exception() is None:
                self.release(future.result(), usable=True)
            if isinstance(error, TimeoutError):
                raise QueryBusy(max(1, math.ceil(self._size.wait / 2))) from error
            raise
        finally:
            timer.cancel()
            if future in self._waiting:
                self._waiting.remove(future)

    def release(self, worker: WorkerProcess, *, usable: bool) -> None:
        """Give a worker back; one that is not usable is killed and replaced."""
        self._busy.discard(worker)
        if usable and not self._closed:
            self._idle.append(worker)
        else:
            self._run(worker.kill())
        self._settle()

    @property
    def processes(self) -> tuple[int, ...]:
        """The process ids, busy ones first."""
        return tuple(worker.pid for worker in (*self._busy, *self._idle))

    @property
    def busy(self) -> int:
        """How many processes evaluate a query."""
        return len(self._busy)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._waiting)

    def _grow(self) -> None:
        if self._waiting and self._allowed < self._size.workers + self._size.burst:
            self._allowed += 1
        self._settle()

    @property
    def _quiet(self) -> bool:
        return not self._waiting and len(self._busy) < self._size.workers

    def _shrink(self) -> None:
        self._calming = None
        if self._quiet:
            self._allowed = self._size.workers
        self._settle()

    def _settle(self) -> None:
        """Hand idle workers to those who wait, in order; start and stop processes to fit."""
        if self._closed:
            return
        while self._waiting and self._idle and len(self._busy) < self._allowed:
            future = self._waiting.popleft()
            if not future.done():
                worker = self._idle.popleft()
                self._busy.add(worker)
                future.set_result(worker)
        if self._allowed > self._size.workers and self._quiet and self._calming is None:
            self._calming = asyncio.get_running_loop().call_later(LINGER, self._shrink)
        wanted = max(self._size.workers, min(self._allowed, len(self._busy) + len(self._waiting))) + self._size.spare
        while len(self._idle) + len(self._busy) > self._allowed + self._size.spare and self._idle:
            self._run(self._idle.pop().kill())
        for _ in range(wanted - len(self._idle) - len(self._busy) - self._starting):
            self._starting += 1
            self._run(self._add())

    async def _add(self) -> None:
        try:
            worker = await WorkerProcess.start(self._size.memory, self._snapshot())
        except (WorkerDied, OSError) as error:
            self._starting -= 1
            # Not tried again by itself: the next query does.
            if self._waiting and not self._idle and not self._busy:
                future = self._waiting.popleft()
                if not future.done():
                    future.set_exception(QueryFailed(f"a query process could not be started ({error})"))
            return
        self._starting -= 1
        self._idle.append(worker)
        self._settle()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
