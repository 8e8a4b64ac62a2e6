"""What whoever runs the server can set: one table of name, default and meaning, which documents print as it stands.

A setting is given on the command line, else in the environment as `SELOSTE_` and its name in capitals, else it has its
default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from ontology.namespaces import ID_BASE
from remote.location import BadLocation, Location, Remote, located

_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_EXPECTED = {"int": "a whole number", "float": "a number", "bool": "true or false"}
_WRITERS = "Bearer token of those who may write, 16 characters or more; without one nobody may."


class SettingError(ValueError):
    """A setting that cannot be used."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        self.name, self.value, self.expected = name, value, expected
        super().__init__(f"{variable(name)}={value}: it must be {expected}. See docs/deploy.md.")


def _setting(default: Any, meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field has it
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one server. `table()` lists them with their meaning."""

    store: Location = field(metadata={"help": "The store that is served: a directory, or the address of a SPARQL server."})
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    query_timeout: float = _setting(10.0, "Seconds after which a query is stopped.")
    max_rows: int = _setting(10_000, "Rows or triples after which an answer is cut, and says so.")
    max_body: int = _setting(1 << 20, "Bytes of a request body that are read at most.")
    max_bytes: int = _setting(32 << 20, "Bytes after which an answer is cut, and says so.")
    memory: int = _setting(1 << 30, "Bytes of memory that one query may take.")
    cache: int = _setting(128 << 20, "Bytes of answers that are kept to be given again; 0 keeps none.")
    warm: bool = _setting(True, "Whether stored questions are asked beforehand when a snapshot is published.")
    workers: int = _setting(2, "Query processes that stand ready.")
    burst: int = _setting(4, "Query processes that come in addition while long queries hold the others.")
    queue: int = _setting(64, "Queries that may wait for a process; the next one is told to come again.")
    token: str = field(default="", repr=False, metadata={"help": _WRITERS})
    token_file: str = _setting("", "File that holds the token, in place of SELOSTE_TOKEN.")
    max_document: int = _setting(20 << 20, "Bytes of a document that are read at most.")
    write_queue: int = _setting(8, "Documents that may wait to be written; the next one is told to come again.")
    check_workers: int = _setting(1, "Processes that stand ready for /check; with 0, one starts when it is needed.")
    check_timeout: float = _setting(30.0, "Seconds after which the check of a document is stopped.")
    check_memory: int = _setting(512 << 20, "Bytes of memory that the check of one document may take.")
    check_queue: int = _setting(8, "Documents that may be under way or wait; the next one is told to come again.")
    base: str = _setting(ID_BASE, "Base of the instance IRIs that are served under /id/.")
    contacts: bool = _setting(False, "Whether contact details of named people are shown.")
    grace: int = _setting(10, "Seconds that running answers get when the server is told to stop.")
    log_level: str = _setting("info", "What is logged: debug, info, warning or error.")


def read(environment: Mapping[str, str] | None = None, **given: object) -> Settings:
    """The settings: what is `given` (None counts as not given), else what the environment says, else the default.

    Raises SettingError.
    """
    found = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for one in fields(Settings):
        if given.get(one.name) is not None:
            values[one.name] = given[one.name]
        elif found.get(variable(one.name)):
            values[one.name] = _value(one.name, str(one.type), found[variable(one.name)])
    if "store" not in values:
        raise SettingError("store", "", "the directory of a store, or the address of a SPARQL server")
    if isinstance(values["store"], Remote) and values.get("contacts"):
        raise SettingError("contacts", "true", "left out: a store on a server holds no contact details")
    return Settings(**values)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"SELOSTE_{name.upper()}"


def table() -> tuple[tuple[str, str, str], ...]:
    """The settings as rows of name, default (empty when it must be given, "none" when it may be missing) and meaning."""
    return tuple(
        (one.name, "" if one.default is MISSING else str(one.default) or "none", str(one.metadata["help"]))
        for one in fields(Settings)
    )


def _value(name: str, kind: str, text: str) -> object:
    try:
        match kind:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return _TRUTH[text.lower()]
            case "Location":
                return located(text)
    except BadLocation as error:
        raise SettingError(name, text, "a directory or the address of a SPARQL server") from error
    except (ValueError, KeyError) as error:
        raise SettingError(name, text, _EXPECTED[kind]) from error
    if name == "log_level" and text not in ("debug", "info", "warning", "error"):
        raise SettingError(name, text, "debug, info, warning or error")
    return text
