"""What was made before and may be asked for again, within a number of bytes: the least recently used goes first.

Everything in it belongs to one state of the data. When the data change, nothing of it is right any more and all of it
goes; what was begun on the old state and is finished later does not come in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

_OVERHEAD = 512
"""Bytes that an entry takes beside its content, about."""
_SHARE = 4
"""One entry may take this part of the whole, so that a single long answer does not drive all others out."""


class ByteCache:
    """Values by key, at most `limit` bytes of them; 0 keeps nothing. Belongs to one event loop."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._state: Hashable = None
        self.bytes = 0
        self.evictions = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def enabled(self) -> bool:
        """Whether anything is kept at all."""
        return self._limit > 0

    def get(self, state: Hashable, key: Hashable) -> object | None:
        """What is kept for `key` while the data are in `state`."""
        if state != self._state:
            self._renew(state)
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, state: Hashable, key: Hashable, value: object, size: int) -> None:
        """Keep `value`, which takes `size` bytes and was made of the data in `state`."""
        size += _OVERHEAD
        if state != self._state or size > self._limit // _SHARE:
            return
        self._drop(key)
        self._entries[key] = (value, size)
        self.bytes += size
        while self.bytes > self._limit:
            self._drop(next(iter(self._entries)))
            self.evictions += 1

    def _drop(self, key: Hashable) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self.bytes -= found[1]

    def _renew(self, state: Hashable) -> None:
        self._state = state
        self._entries.clear()
        self.bytes = 0
