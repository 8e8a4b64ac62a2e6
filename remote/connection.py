"""A connection to a SPARQL server for one thread: queries read row by row, and update requests (SPARQL 1.1 Protocol).

Queries go as forms, which every server reads. What a server calls an error is an error here, whatever its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

import httpx

from remote import endpoints, errors
from remote.access import RESULTS, Access, failed, refused
from remote.endpoints import FORM, Endpoint
from remote.location import Remote
from remote.rows import NotResults, RowReader, Term

_COMPLAINT = 4096


class ReadOnly(errors.RemoteError):
    """The server takes no updates from us."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} is read only. Start the server so that it takes updates, name the address for them in "
            "SELOSTE_REMOTE_UPDATE, or set the credentials of somebody who may write."
        )


class Connection:
    """Speaks to one server; a context manager. `row_cap` is the number of rows after which it stops without saying so."""

    def __init__(self, endpoint: Endpoint, client: httpx.Client, access: Access) -> None:
        """For `Connection.open`."""
        self.endpoint = endpoint
        self.row_cap: int | None = None
        self._client = client
        self._access = access

    @classmethod
    def open(cls, remote: Remote, access: Access | None = None, *, writing: bool = True) -> Connection:
        """Find the server's addresses. Raises RemoteError."""
        chosen = access or Access.read()
        client = httpx.Client(**chosen.options())
        try:
            endpoint = endpoints.find(remote, chosen, client, writing=writing)
        except BaseException:
            client.close()
            raise
        return cls(endpoint, client, chosen)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def select(self, query: str) -> Iterator[dict[str, Term]]:
        """The rows of a SELECT as they arrive. Raises RemoteError, Capped after the last row that came."""
        count = 0
        for row in self._answer(query):
            if isinstance(row, dict):
                count += 1
                yield row
        if self.row_cap is not None and count == self.row_cap:
            raise errors.Capped(self.endpoint.query, count)

    def ask(self, query: str) -> bool:
        """The answer to an ASK. Raises RemoteError."""
        return any(row is True for row in self._answer(query))

    def update(self, text: str) -> None:
        """Carry out an update request. Raises RemoteError; ReadOnly where there is no address for it."""
        url = self.endpoint.update
        if url is None:
            raise ReadOnly(self.endpoint.query)
        try:
            if self.endpoint.update_body == FORM:
                response = self._client.post(url, data={"update": text})
            else:
                headers = {"Content-Type": self.endpoint.update_body}
                response = self._client.post(url, content=text.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise failed(url, error, self._access.timeout) from error
        if not response.is_success:
            raise refused(url, response, response.content[:_COMPLAINT])

    def _answer(self, query: str) -> Iterator[dict[str, Term] | bool]:
        url, reader = self.endpoint.query, RowReader()
        try:
            with self._client.stream("POST", url, data={"query": query}, headers={"Accept": RESULTS}) as response:
                if not response.is_success:
                    raise refused(url, response, response.read()[:_COMPLAINT])
                for chunk in response.iter_bytes():
                    yield from (row.terms for row in reader.feed(chunk))
                truth = reader.end()
        except httpx.HTTPError as error:
            raise failed(url, error, self._access.timeout) from error
        except NotResults as error:
            raise errors.Broken(url, f"its answer cannot be read: {error}") from error
        if truth is not None:
            yield truth
