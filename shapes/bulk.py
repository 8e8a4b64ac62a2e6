"""Many notices: each validated once, by one of several processes, unless its report is kept already.

What goes wrong with a notice is said of that notice; the others are validated all the same.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from shapes import engine_lines, engines
from shapes.background import default
from shapes.crosscheck import validate_twice
from shapes.engine_pyshacl import Unjudged
from shapes.engines import EngineName
from shapes.pool import Lost, Piece, Pool, Work
from shapes.report_cache import ReportCache, key
from shapes.report_json import decoded, encoded
from shapes.rules import ShapesError, completeness_catalogue
from shapes.validation import NoticeCountError, Report, validate

EVERY = 10
"""Of so many notices that the fast lane validates, one is validated by the engine of record as well."""


@dataclass(frozen=True, slots=True)
class Task:
    """A notice to validate: its lines as N-Triples, with its contacts and the organisations it names."""

    notice: str
    lines: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a task: a report, or an error; `disagreement` where a second engine said otherwise."""

    notice: str
    report: Report | None = None
    error: str | None = None
    disagreement: str | None = None


def validate_all(
    tasks: Iterable[Task], cache: ReportCache | None = None, *, engine: EngineName = "pyshacl", jobs: int = 1, every: int = EVERY
) -> Iterator[Checked]:
    """Validate every task; with several jobs in the order in which they are done.

    Reports that `cache` holds are taken from it, others are put there; one on which two engines disagree is not kept,
    so that it is told again. Raises EngineMissing, and ShapesError when the shapes cannot be used: nothing is begun then.
    """
    chosen = engines.load(engine)
    completeness_catalogue()
    waiting: dict[str, bytes] = {}
    kept: list[Checked] = []

    def pieces() -> Iterator[Piece]:
        number = 0
        for task in tasks:
            under = key(task.lines, chosen)
            report = cache.find(task.notice, chosen, under) if cache is not None else None
            if report is not None:
                kept.append(Checked(task.notice, report))
                continue
            waiting[task.notice] = under
            twice = engine != "pyshacl" and number % every == 0
            number += 1
            yield Piece(task.notice, json.dumps([twice, *task.lines], ensure_ascii=False).encode())

    def done() -> Iterator[Checked]:
        if jobs == 1:
            judge: Work | None = None
            for piece in pieces():
                judge = judge or worker(engine)  # what it needs is loaded only when some report is not kept
                yield _read(piece, judge(piece.payload))
            return
        with Pool(jobs, partial(worker, engine)) as pool:
            for piece, answer in pool.map(pieces()):
                yield _read(piece, answer)

    for checked in done():
        under = waiting.pop(checked.notice)
        if cache is not None and checked.report is not None and checked.disagreement is None:
            cache.keep(checked.report, chosen, under)
        yield from kept
        kept.clear()
        yield checked
    yield from kept


def worker(engine: EngineName) -> Work:
    """Return the function that validates one notice in a process of its own: JSON in, JSON out."""
    chosen, background = engines.load(engine), default()

    def judge(payload: bytes) -> bytes:
        twice, *lines = json.loads(payload)
        try:
            graph = engine_lines.graph(lines)
            if twice:
                report, told = validate_twice(graph, background, chosen)
            else:
                report, told = validate(graph, background=background, engine=chosen), None
        except (NoticeCountError, Unjudged, engine_lines.BadLine) as error:
            return json.dumps({"error": str(error)}).encode()
        except ShapesError as error:  # no notice can be judged by these
            return json.dumps({"broken": [error.where, error.problem]}).encode()
        return json.dumps({"report": encoded(report), "disagreement": told}).encode()

    return judge


def _read(piece: Piece, answer: bytes | Lost) -> Checked:
    if isinstance(answer, Lost):
        return Checked(piece.name, error=f"it could not be validated: {answer.cause}, twice")
    values = json.loads(answer)
    if "broken" in values:
        raise ShapesError(*values["broken"])
    if "error" in values:
        return Checked(piece.name, error=values["error"])
    return Checked(piece.name, decoded(values["report"]), disagreement=values["disagreement"])
