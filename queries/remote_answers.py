"""The exchange with a SPARQL server that answers queries: what is sent, how much is read, and what its errors mean here."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from queries.errors import QueryBusy, QueryError, QueryFailed, QueryRefused, QuerySyntaxError, QueryTimeout
from queries.formats import Kind
from remote import endpoints, errors
from remote.access import RESULTS, Access, failed, refused
from remote.connection import Connection
from remote.endpoints import Endpoint
from remote.location import Remote
from remote.probe import row_cap
from remote.rows import NotResults, RowReader, Term

_N_TRIPLES = "application/n-triples"
_COMPLAINT = 4096
_POSITION = re.compile(r"line:? (\d+),? col(?:umn)?:? (\d+)|error at (\d+):(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Taken:
    """As much of an answer as was read: rows as JSON text, lines of N-Triples, or a truth value; `cut` when there is more."""

    rows: list[str] = field(default_factory=list)
    lines: list[bytes] | None = None
    truth: bool | None = None
    cut: bool = False

    @property
    def count(self) -> int:
        """How many rows or triples there are."""
        return len(self.rows if self.lines is None else self.lines)

    def document(self, names: list[str]) -> bytes:
        """It as one whole document of results JSON or N-Triples; a last row stands twice where it was cut by its size."""
        if self.lines is not None:
            return b"\n".join([*self.lines, *(self.lines[-1:] if self.cut else ())])
        if self.truth is not None:
            return json.dumps({"head": {}, "boolean": self.truth}).encode()
        head = json.dumps({"vars": names})
        rows = ",".join([*self.rows, *(self.rows[-1:] if self.cut else ())])
        return f'{{"head":{head},"results":{{"bindings":[{rows}]}}}}'.encode()


class Exchange:
    """Asks one server, `at_once` queries at a time (`turns`); `row_cap` is where it ends answers without a word.

    Belongs to one event loop; each call raises RemoteError.
    """

    def __init__(self, remote: Remote, base: str, at_once: int) -> None:
        self._remote = remote
        self._access = Access.read()
        self._client = httpx.AsyncClient(**self._access.options())
        self._endpoint: Endpoint | None = None
        self._finding = asyncio.Lock()
        dataset, dcat, dct = f"<{base}dataset>", "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
        self._marker = (
            f"SELECT ?revision ?modified WHERE {{ GRAPH <{base}graph/revision> {{ {dataset} <{dcat}version> ?revision "
            f"OPTIONAL {{ {dataset} <{dct}modified> ?modified }} }} }}"
        )
        self.turns = asyncio.Semaphore(at_once)
        self.row_cap: int | None = None
        self.probed = False

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def marker(self, seconds: float) -> tuple[str, str] | None:
        """The present revision and when it was written; None when there is no store."""
        rows = await self.rows(self._marker, seconds)
        newest = max(rows, key=lambda row: int(row["revision"]["value"]), default=None)
        return None if newest is None else (newest["revision"]["value"], newest.get("modified", {}).get("value", ""))

    async def rows(self, query: str, seconds: float) -> list[dict[str, Term]]:
        """All rows of a small SELECT of our own."""
        taken = await self.take({"query": query}, "solutions", 10_000, 1 << 20, seconds)
        return [json.loads(row) for row in taken.rows]

    async def take(self, fields: dict[str, Any], kind: Kind, rows: int, size: int, seconds: float) -> Taken:
        """Ask, and read `rows` rows or triples, or about `size` bytes, at most."""
        endpoint = await self._found(seconds)
        sent = fields | ({"timeout": f"{seconds:g}"} if endpoint.limits else {})
        accept = _N_TRIPLES if kind == "graph" else RESULTS
        timeout = httpx.Timeout(seconds, connect=min(seconds, 10.0))
        try:
            async with self._client.stream(
                "POST", endpoint.query, data=sent, headers={"Accept": accept}, timeout=timeout
            ) as response:
                if not response.is_success:
                    raise refused(endpoint.query, response, (await response.aread())[:_COMPLAINT])
                taken = await (_triples if kind == "graph" else _rows)(response, rows, size)
                taken.cut = taken.cut or (taken.count == self.row_cap and taken.count < rows)
                return taken
        except httpx.HTTPError as error:
            raise failed(endpoint.query, error, seconds) from error
        except NotResults as error:
            raise errors.Broken(endpoint.query, f"its answer cannot be read: {error}") from error

    def meaning(self, error: errors.RemoteError, seconds: float, before: int = 0) -> QueryError:
        """What an error of the server means to who asked; `before` characters were put before the query on its first line."""
        match error:
            case errors.Slow():
                return QueryTimeout(seconds)
            case errors.Overloaded():
                return QueryBusy(error.retry_after)
            case errors.Rejected():
                found = _POSITION.search(error.detail)
                if found is None:
                    return QueryRefused(f"The server of this store does not take the query: {error.detail}")
                line, column = (int(one) for one in found.groups() if one)
                return QuerySyntaxError(error.detail, line, max(1, column - before) if line == 1 else column)
        return QueryFailed(str(error))

    async def capped(self, seconds: float) -> None:
        """Find out where the server ends answers without a word."""
        endpoint = await self._found(seconds)
        found = await asyncio.to_thread(self._probed, endpoint)
        self.row_cap, self.probed = found or None, True

    def _probed(self, endpoint: Endpoint) -> int:
        with Connection(endpoint, httpx.Client(**self._access.options()), self._access) as connection:
            return row_cap(connection)

    async def _found(self, seconds: float) -> Endpoint:
        async with self._finding:
            if self._endpoint is None:
                self._endpoint = await asyncio.to_thread(self._look, seconds)
            return self._endpoint

    def _look(self, seconds: float) -> Endpoint:
        access = replace(self._access, timeout=seconds)
        with httpx.Client(**access.options()) as client:
            return endpoints.find(self._remote, access, client, writing=False)


async def _rows(response: httpx.Response, rows: int, size: int) -> Taken:
    taken, reader, read = Taken(), RowReader(), 0
    async for chunk in response.aiter_bytes():
        for row in reader.feed(chunk):
            taken.rows.append(row.text)
            read += len(row.text)
            if len(taken.rows) >= rows or read > size:
                taken.cut = len(taken.rows) < rows
                return taken  # the connection is closed, and a server that notices stops
    taken.truth = reader.end()
    return taken


async def _triples(response: httpx.Response, rows: int, size: int) -> Taken:
    found, rest, read = Taken(lines=[]), b"", 0
    lines: list[bytes] = []
    async for chunk in response.aiter_bytes():
        *whole, rest = (rest + chunk).split(b"\n")
        lines += [line for line in whole if line.strip() and not line.startswith(b"#")]
        read += len(chunk)
        if len(lines) >= rows or read > size:
            found.cut = bool(lines) and len(lines) < rows
            break
    else:
        lines += [rest] if rest.strip() else []
    found.lines = lines[:rows]
    return found
