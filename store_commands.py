"""`seloste store …`: is a store whole, and what does the server do that holds it. Exit code 3 when something is wrong."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from explanations import explained, stop
from remote.location import Remote, located

app = typer.Typer(no_args_is_help=True, help="Check a store.")


@app.callback()
def _store() -> None:
    """Check a store."""


@app.command()
def check(
    store: Annotated[str, typer.Option("--store", help="Address of a SPARQL server.", envvar="SELOSTE_STORE")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What does the server do where servers differ, and is the store on it whole?"""
    with explained():
        where = located(store)
        if not isinstance(where, Remote):
            stop(2, f"{store} is a directory: give the address of a server.")
        whole = remote(where, as_json=as_json)
    if not whole:
        raise typer.Exit(3)


def remote(where: Remote, *, as_json: bool) -> bool:
    """Write what is found of a remote store; True when nothing is wrong with it. Raises StoreError."""
    from ingest import remote_check

    found = remote_check.check(where)
    if as_json:
        sys.stdout.write(json.dumps(found.records(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in found.lines()))
    return found.whole
