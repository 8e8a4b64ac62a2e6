"""Processes that share out work, one piece at a time each, so that it is known what a process that dies was doing.

Processes, not threads: an engine holds the state of the run it is in. They are forked from a server without threads of
its own (`forkserver`), since the store's threads do not survive a fork. A piece whose worker was killed is given to a
fresh one once; a second death is told, and the rest goes on.
"""
from __future__ import annotations

import gc
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.context import ForkServerProcess
from types import TracebackType

Work = Callable[[bytes], bytes]
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work, and what it is called when something goes wrong with it."""

    name: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece that took its worker with it twice; `cause` says how."""

    cause: str


class PoolBroken(Exception):
    """The processes of a pool died again and again before they could take any work."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"no worker process could start: {cause}. See what it wrote above, or run with --jobs 1")


@dataclass(slots=True)
class _Worker:
    process: ForkServerProcess
    line: connection.Connection
    ready: bool = False
    piece: Piece | None = None


class Pool:
    """`jobs` processes, each with a function of its own making; a context manager."""

    def __init__(self, jobs: int, make: Callable[[], Work]) -> None:
        """Use up to `jobs` processes, started when there is work; `make` runs in each of them once and is importable."""
        self._jobs = jobs
        self._make = make
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            worker.line.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()

    def map(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, bytes | Lost]]:
        """Yield each piece with its answer, as they come; pieces are taken when a worker is free for them.

        Raises PoolBroken.
        """
        source = iter(pieces)
        waiting: deque[Piece] = deque()
        deaths: Counter[str] = Counter()
        stillborn = 0
        while True:
            self._hand_out(source, waiting)
            watched = [worker for worker in self._workers if worker.piece is not None or not worker.ready]
            if not watched:
                return
            stirred = set(connection.wait([end for w in watched for end in (w.line, w.process.sentinel)]))
            for worker in watched:
                if not stirred & {worker.line, worker.process.sentinel}:
                    continue
                piece, answer = worker.piece, self._answer(worker)
                if piece is None and isinstance(answer, Lost):
                    stillborn += 1
                    if stillborn >= _TRIES * self._jobs:
                        raise PoolBroken(answer.cause)
                    continue
                worker.ready, worker.piece = True, None
                if piece is not None and isinstance(answer, Lost):
                    deaths[piece.name] += 1
                    if deaths[piece.name] < _TRIES:
                        waiting.append(piece)
                        continue
                if piece is not None:
                    yield piece, answer

    def _hand_out(self, source: Iterator[Piece], waiting: deque[Piece]) -> None:
        """Give a piece to each worker that is free; start another worker while there is more to do."""
        free = deque(worker for worker in self._workers if worker.ready and worker.piece is None)
        coming = sum(not worker.ready for worker in self._workers)
        while free or len(self._workers) < self._jobs:
            if len(waiting) <= coming and (piece := next(source, None)) is not None:
                waiting.append(piece)
            if free and waiting:
                worker = free.popleft()
                worker.piece = waiting.popleft()
                with suppress(OSError):  # it died with nothing to do: its sentinel says so, and the piece is given out again
                    worker.line.send_bytes(worker.piece.payload)
            elif len(waiting) > coming and len(self._workers) < self._jobs:
                self._start()
                coming += 1
            else:
                return

    def _answer(self, worker: _Worker) -> bytes | Lost:
        try:
            return worker.line.recv_bytes()
        except (EOFError, OSError):
            self._workers.remove(worker)
            worker.line.close()
            worker.process.join()
            code = worker.process.exitcode or 0
            killed = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            return Lost(f"its process {killed}")

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._make), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))


def _serve(line: connection.Connection, make: Callable[[], Work]) -> None:
    """The life of a worker: make the function, say so, then answer until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C for all
    work = make()
    gc.collect()
    gc.freeze()  # what was made lives as long as the process: looking it through for garbage costs more than the work
    line.send_bytes(b"ready")
    while True:
        try:
            payload = line.recv_bytes()
        except EOFError:
            return
        line.send_bytes(work(payload))
