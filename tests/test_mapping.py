"""Processes that map documents: warm ones are used again, killed ones are replaced, and a full queue says so."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from server_fixture import SAMPLES

from ingest.document_errors import EmptyDocument, UnknownLanguage
from ingest.examination import Document
from server.mapping import Mapped, Mappers, MappingBusy, MappingLost, MappingTooLong

TEXT = (SAMPLES / "fi-yhdistys-tulikallion-melojat.txt").read_bytes()
NOTICE = Document(TEXT, "melojat.txt", "text/plain")


def pids(mappers: Mappers) -> list[int]:
    return [task.result()._process.pid for task in mappers._idle if task.done() and not task.exception()]


async def is_bounded(mappers: Mappers) -> None:
    """Time and memory bound a document and not the process that stands ready; a full queue is told."""
    long = Document(b"\n\n".join([TEXT] * 60), "long.txt", "text/plain", "fi")
    mappers._seconds, mappers._queue = 1.0, 2
    works = [asyncio.create_task(mappers.map(long)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(MappingBusy):
        await mappers.map(NOTICE)
    works[1].cancel()  # its client went away
    with pytest.raises(MappingTooLong):
        await works[0]
    mappers._seconds, mappers._queue, mappers._memory = 30.0, 8, 1 << 20
    with pytest.raises(MappingLost):
        await mappers.map(Document(b"\n\n".join([TEXT] * 20), "long.txt", "text/plain", "fi"))
    mappers._memory = 512 << 20


def test_one_process_serves_one_document_after_another_and_is_replaced_when_it_dies():
    async def run() -> None:
        async with Mappers(1) as mappers:
            found = await mappers.map(NOTICE, "json", "fi")
            assert isinstance(found, Mapped)
            assert f"{found.iri}/report" in found.graphs
            assert '"verdicts"' in (found.written or "")
            first = pids(mappers)
            for data, error in ((b" ", EmptyDocument), (b"xq zz qq " * 400, UnknownLanguage)):
                with pytest.raises(error):
                    await mappers.map(Document(data, "x.txt"))
            await is_bounded(mappers)
            assert (await mappers.map(NOTICE)).iri == found.iri
            assert pids(mappers) == first
            os.kill(first[0], signal.SIGKILL)
            await asyncio.sleep(0.2)
            assert (await mappers.map(NOTICE)).iri == found.iri
            assert pids(mappers) != first

    asyncio.run(run())
