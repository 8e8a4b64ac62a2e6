"""`Link` headers (RFC 8288): where the same is in other formats, what describes it, and under which licence."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.export_description import LICENCE

_ASCII = range(0x21, 0x7F)


def header(links: Iterable[tuple[str | None, str, str]]) -> dict[str, str]:
    """The header for triples of address, relation and media type (empty for none), with the licence of the data."""
    written = [
        f"<{address}>; rel=\"{relation}\"" + (f"; type=\"{media}\"" if media else "")
        for address, relation, media in links
        if address and all(ord(character) in _ASCII and character not in "<>\"" for character in address)
    ]
    return {"Link": ", ".join([*written, f'<{LICENCE}>; rel="license"'])}
