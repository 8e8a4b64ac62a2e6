"""What whoever runs the server can set: one table of name, default and meaning, which documents print as it stands."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path

from ontology.namespaces import ID_BASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one server. `table()` lists them with their meaning."""

    store: Path = field(metadata={"help": "Directory of the store whose published snapshot is served."})
    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(default=8000, metadata={"help": "Port to listen on."})
    query_timeout: float = field(default=10.0, metadata={"help": "Seconds after which a query is stopped."})
    max_rows: int = field(default=10_000, metadata={"help": "Rows or triples after which an answer is cut, and says so."})
    max_body: int = field(default=1 << 20, metadata={"help": "Bytes of a request body that are read at most."})
    workers: int = field(default=2, metadata={"help": "Query processes that stand ready."})
    base: str = field(default=ID_BASE, metadata={"help": "Base of the instance IRIs that are served under /id/."})
    contacts: bool = field(default=False, metadata={"help": "Whether contact details of named people are shown."})


def table() -> tuple[tuple[str, str, str], ...]:
    """The settings as rows of name, default (empty when it must be given) and meaning."""
    return tuple(
        (one.name, "" if one.default is MISSING else str(one.default), str(one.metadata["help"]))
        for one in fields(Settings)
    )
