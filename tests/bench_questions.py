"""How long each stored question takes on a store, cold and in one worker. Run by `make bench-questions`; no test.

    python -m tests.bench_questions STORE

Each question is asked with its defaults, and its examples where it has none, three times in a worker as the service has
it; the best and the middle are printed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

from queries.catalogue import Question, load
from queries.errors import QueryError
from queries.evaluation import Evaluator

LIMIT = 300
TIMES = 3


def bound(question: Question) -> str:
    return question.bind({p.name: p.example for p in question.parameters if p.default is None})


async def main(store: Path) -> None:
    slow = []
    print(f"{'ms, best':>9} {'middle':>7} {'rows':>7}  question")
    async with Evaluator(store, workers=1, spare=0, timeout=60) as evaluator:
        await evaluator.evaluate("ASK {}")
        for name, question in load().items():
            spent = []
            try:
                for _ in range(TIMES):
                    begun = time.perf_counter()
                    answer = await evaluator.evaluate(bound(question), "text/csv")
                    spent.append((time.perf_counter() - begun) * 1000)
            except QueryError as error:
                print(f"{'-':>9} {'-':>7} {'-':>7}  {name}: {error}")
                continue
            rows = f"{answer.rows}{'+' if answer.truncated else ''}"
            print(f"{min(spent):9.0f} {statistics.median(spent):7.0f} {rows:>7}  {name}")
            slow += [name] if statistics.median(spent) > LIMIT else []
    print(f"{len(slow)} of {len(load())} above {LIMIT} ms: {', '.join(slow) or '-'}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
