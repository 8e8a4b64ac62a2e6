"""The stored questions asked beforehand: when a snapshot is published, its visitors find their answers made.

Asked are those that need no value, in each language, one at a time and only while no visitor's query runs or waits; so a
query process is taken from nobody. A snapshot that is replaced soon after is not worth the work: it is let stand first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Final

from queries.errors import QueryError, StoreMissing
from queries.formats import JSON
from server.forms import values
from server.messages import LANGUAGES
from server.question_pages import PAGE_ROWS
from server.service import Service

_LOG = logging.getLogger("seloste.server")
SETTLED: Final = 2.0
"""Seconds for which a snapshot has to stand before its questions are asked."""
_LOOK = 0.5
_REST = 1.0
"""After each question there is a pause this many times as long as the question took."""


async def keep_warm(service: Service) -> None:
    """Ask the questions of each snapshot, until cancelled."""
    done: object = None
    while True:
        await asyncio.sleep(_LOOK)
        with contextlib.suppress(StoreMissing):
            state = service.state()
            if state == done:
                continue
            await asyncio.sleep(SETTLED)
            if service.state() == state and await _ask_all(service, state):
                done = state


async def _ask_all(service: Service, state: object) -> bool:
    """Whether all were asked while the data stayed as they were."""
    for shown, whole in _queries(service):
        await _quiet(service)
        if service.state() != state:
            return False
        began = asyncio.get_running_loop().time()
        # One that is too slow, or fails, is the visitor's to be told of.
        with contextlib.suppress(QueryError):
            answer = await service.answers.evaluate(shown, JSON)
            if answer.rows is not None and answer.rows <= PAGE_ROWS:
                await service.answers.evaluate(whole, JSON)
        await asyncio.sleep(_REST * (asyncio.get_running_loop().time() - began))
    with contextlib.suppress(QueryError):
        await service.overview()
    _LOG.info("stored questions are warm", extra={"snapshot": service.evaluator.snapshot()})
    return True


async def _quiet(service: Service) -> None:
    """Wait until no query runs or waits."""
    while service.evaluator.pool.busy or service.evaluator.pool.waiting:
        await asyncio.sleep(_LOOK / 10)


def _queries(service: Service) -> Iterator[tuple[str, str]]:
    """Each question as a page asks it, for the rows that it shows, and as a whole."""
    for question in service.questions.values():
        if all(one.default is not None for one in question.parameters):
            given = [values(question, {}, language) for language in LANGUAGES]
            yield from dict.fromkeys((question.bind(one, PAGE_ROWS + 1), question.bind(one)) for one in given)
