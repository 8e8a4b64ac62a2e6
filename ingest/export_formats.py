"""The formats of exports: what each is called, what it is as a file, and whether this installation can make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

FIGURES: Final = "figures"
"""What is asked for in place of a format to have the VoID figures counted."""

_ZIP: Final = "application/zip"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: `member` is the media type of the files of one that comes as several, else empty."""

    name: str
    title: str
    media_type: str
    suffix: str
    member: str = ""

    def file(self, snapshot: str) -> str:
        """The name of the one file in which this format of a snapshot is handed over."""
        return f"seloste-{snapshot}{self.suffix}"


FORMATS: Final[Mapping[str, Format]] = {
    one.name: one
    for one in (
        Format("nquads", "All public graphs as N-Quads", "application/n-quads", ".nq"),
        Format("trig", "All public graphs as TriG", "application/trig", ".trig"),
        Format("turtle", "The union of the public graphs as Turtle", "text/turtle", ".ttl"),
        Format("jsonld", "All public graphs as JSON-LD", "application/ld+json", ".jsonld"),
        Format("csv", "Tables as CSV, with CSV on the Web metadata", _ZIP, "-csv.zip", "text/csv"),
        Format("parquet", "Tables as Parquet", _ZIP, "-parquet.zip", "application/vnd.apache.parquet"),
        Format("tilt", "Notices in the Transparency Information Language", "application/json", ".tilt.json"),
    )
}
"""The formats by their names."""


def available(name: str) -> bool:
    """Whether this installation can make a format; Parquet needs pyarrow."""
    return name != "parquet" or find_spec("pyarrow") is not None
