"""Ingestion as the command line asks for it: documents in, a line for each as soon as it is kept, one published snapshot out.

One run is one snapshot, so that `seloste store rollback` undoes a run. What was kept before a run ended early is
published by the next one, which goes on from there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ingest import batch
from ingest.batch import Outcome
from ingest.pipeline import Pipeline
from ingest.stores import opened
from queries import executables
from remote.location import Location


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a run: notices stored, how many of them were new or different, refused documents, the snapshot."""

    stored: int
    changed: int
    refused: int
    snapshot: int


class Stopped(Exception):
    """Someone stopped the run (Ctrl-C) when `stored` of `total` documents were kept and none of them published."""

    def __init__(self, stored: int, total: int) -> None:
        self.stored, self.total = stored, total
        super().__init__(
            f"stopped: {stored} of {total} notices are kept, and not published yet. Run the same command again: it goes "
            "on from there. Or give it up with: seloste store rollback CURRENT"
        )


def run(
    chosen: Sequence[Path], where: Location, pipeline: Pipeline, *, language: str | None, quiet: bool, lines: TextIO | None
) -> Run:
    """Put documents into a store and publish; refusals are told on standard error, outcomes as JSON on `lines`.

    Raises:
        StoreError: when the store cannot be written; what was told of before is kept.
        Stopped: when someone stopped it.
    """
    stored = changed = refused = 0
    with opened(where) as store:
        try:
            for outcome in progress(batch.ingest(chosen, store, pipeline, language=language), len(chosen), quiet):
                stored += outcome.error is None
                changed += outcome.changed
                refused += outcome.error is not None
                tell(outcome, lines)
            store.load_shared(f"{store.base}graph/questions", executables.lines(store.base))
            snapshot = store.publish()
        except KeyboardInterrupt as error:
            raise Stopped(stored, len(chosen)) from error
    return Run(stored, changed, refused, snapshot.revision)


def tell(outcome: Outcome, lines: TextIO | None) -> None:
    """Say what became of one document: at once, so that whoever reads knows what is on disk."""
    if outcome.error is not None:
        sys.stderr.write(f"error: {outcome.error}\n")
    if lines is not None:
        said = {
            "document": str(outcome.source), "notice": outcome.notice, "changed": outcome.changed,
            "error": str(outcome.error) if outcome.error else None,
        }  # fmt: skip
        lines.write(json.dumps(said, ensure_ascii=False) + "\n")
        lines.flush()


def progress(outcomes: Iterable[Outcome], total: int, quiet: bool) -> Iterator[Outcome]:
    """The same outcomes, with a progress bar on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(outcomes, "Notices", total=total, console=Console(stderr=True))
