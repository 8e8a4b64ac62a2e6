"""The real command `seloste ingest`, killed at chosen moments: a process that loads what is known once and forks a run a time.

Reads JSON lines, answers with JSON lines. A request names the arguments of the command and when to send SIGKILL (or the signal `number`): when so
many documents were told of, or so many new ones, then `delay` seconds later; with neither the run ends by itself. The answer
has what the command had printed, which is what it has acknowledged, and its exit code (-9 when it was killed). `start` begins
a run beside the others, `wait` waits for its end.
"""
from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from pathlib import Path

import seloste
from ingest import batch, documents, receipts
from ingest.pipeline import Pipeline
from ontology import stems


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it runs in the background ignore it
    pipeline = Pipeline.load()
    assert pipeline.vocabulary_lines
    for sample in sys.argv[1:]:  # what is loaded for a language at its first notice
        batch.check(documents.read(Path(sample)), pipeline, pipeline.background)
    receipts.program()
    assert stems.table()
    gc.freeze()
    seloste._pipeline = lambda: pipeline
    answer("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            answer(forked(asked["start"], os.open(os.devnull, os.O_WRONLY)))
        elif "wait" in asked:
            answer(ended(asked["wait"]))
        else:
            answer(run(**asked))


def answer(said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def forked(arguments: list[str], output: int) -> int:
    """The process id of the command; this process has no threads, so its child holds no lock of another."""
    child = os.fork()
    if child:
        return child
    os.dup2(output, 1)
    try:
        seloste.app(arguments)
    except SystemExit as ended:
        sys.stdout.flush()
        os._exit(int(ended.code or 0))
    os._exit(70)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(
    arguments: list[str], told: int | None = None, new: int | None = None, delay: float = 0.0, number: int = signal.SIGKILL
) -> dict[str, object]:
    reading, writing = os.pipe()
    child = forked(arguments, writing)
    os.close(writing)
    said: list[dict[str, object]] = []
    pending = told is not None or new is not None
    with os.fdopen(reading, encoding="utf-8") as lines:
        while True:
            if pending and len(said) >= (told or 0) and sum(bool(one["changed"]) for one in said) >= (new or 0):
                pending = False
                time.sleep(delay)
                os.kill(child, number)
            line = lines.readline()
            if not line.endswith("\n"):
                break  # half a line acknowledges nothing
            said.append(json.loads(line))
    return {"said": said, "code": ended(child)}


if __name__ == "__main__":
    main()
