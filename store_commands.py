"""`seloste store …`: is a store whole, what is published in it, back to an earlier state, and less space.

Tables on a terminal, JSON when piped. Exit codes as in `seloste`: 3 when `check` finds something wrong.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from explanations import explained, stop
from remote.location import Remote, located

if TYPE_CHECKING:
    from ingest.store_check import Findings

app = typer.Typer(no_args_is_help=True, help="Check a store, list its snapshots, go back to one, give back space.")

Format = Literal["text", "json"]
StoreOption = Annotated[str, typer.Option("--store", help="The store's directory.", envvar="SELOSTE_STORE")]
AnyStoreOption = Annotated[
    str, typer.Option("--store", help="The store's directory, or its SPARQL server's address.", envvar="SELOSTE_STORE")
]
FormatOption = Annotated[Format | None, typer.Option("--format", "-f", help="text, or json (when piped).")]


@app.command()
def check(store: AnyStoreOption, format: FormatOption = None) -> None:
    """Is the store whole: journal, live copy, snapshots, text indexes, contacts? Exit code 3 when it is not.

    Of a store on a server: what the server does where servers differ, and whether the store on it is whole.
    """
    with explained():
        where = located(store)
        whole = _checked_there(where, format) if isinstance(where, Remote) else _checked_here(where, format)
    if not whole:
        raise typer.Exit(3)


@app.command()
def snapshots(store: StoreOption, format: FormatOption = None) -> None:
    """List what is published, oldest first; readers are pointed at the current one. Needs no lock."""
    from ingest import store_snapshots

    with explained():
        rows = [
            {
                "revision": one.kept.revision, "published": _time(one.kept.published), "notices": one.notices,
                "bytes": one.kept.size, "own_bytes": one.kept.own, "current": one.kept.current, "in_use": one.kept.in_use,
            }
            for one in store_snapshots.listed(_directory(store))
        ]  # fmt: skip
    if _machine(format):
        _json(rows)
        return
    if not rows:
        typer.echo(f"Nothing is published in {store}. Put notices in with: seloste ingest FILES --store {store}", err=True)
    for row in rows:
        marks = ", ".join(word for word in ("current", "in_use") if row[word]).replace("_", " ")
        size = f"{row['bytes']:>13,} bytes, {row['own_bytes']:>13,} its own"
        sys.stdout.write(f"{row['revision']:>8}  {row['published']}  {row['notices']:>7} notices  {size}  {marks}\n")


@app.command()
def rollback(
    store: StoreOption,
    revision: Annotated[
        str | None, typer.Argument(help="One that `snapshots` lists, or CURRENT; when none is given, the one before it.")
    ] = None,
    format: FormatOption = None,
) -> None:
    """Bring back what an earlier snapshot holds, and publish it as a new one.

    The journal keeps both, so a rollback can be rolled back. What it took out is stored again when it is ingested again.
    CURRENT gives up what a run that was stopped had kept without publishing it.
    """
    from ingest import store_snapshots

    with explained():
        done = store_snapshots.rollback(_directory(store), revision)
    if _machine(format):
        _json({"restored": done.restored, "changed": done.changed, "notices": done.notices, "snapshot": done.snapshot})
    else:
        what = f"again as in snapshot {done.restored}" if done.changed else f"as in snapshot {done.restored} already"
        sys.stdout.write(f"{store} is {what}: {done.notices} notices; published is snapshot {done.snapshot}.\n")


@app.command()
def compact(store: StoreOption, format: FormatOption = None) -> None:
    """Give back space: forget what was replaced, merge the engine's files, keep the current snapshot only.

    Earlier snapshots go, and with them the way back to them; those that are read now stay until the next publication.
    """
    from ingest import store_snapshots

    with explained():
        done = store_snapshots.compact(_directory(store))
    if _machine(format):
        _json({"bytes_before": done.before, "bytes_after": done.after, "snapshot": done.snapshot})
    else:
        sys.stdout.write(f"{store}: {done.before:,} bytes before, {done.after:,} after; snapshot {done.snapshot}.\n")


def _checked_here(store: Path, format: Format | None) -> bool:
    from ingest import store_check

    found = store_check.check(store)
    if _machine(format):
        _json(_findings(found))
    else:
        _told(found)
    return found.whole


def _checked_there(store: Remote, format: Format | None) -> bool:
    from ingest import remote_check

    found = remote_check.check(store)
    if _machine(format):
        _json(found.records())
    else:
        sys.stdout.write("".join(f"{line}\n" for line in found.lines()))
    return found.whole


def _directory(store: str) -> Path:
    """The directory of a store that has its files here. Ends the command for one on a server."""
    where = located(store)
    if isinstance(where, Remote):
        stop(2, f"{where} is a store on a server, which has no snapshots of ours. Use the server's own backups.")
    return where


def _findings(found: Findings) -> dict[str, Any]:
    return {
        "store": str(found.path), "whole": found.whole, "revision": found.revision, "notices": found.notices,
        "parts": [
            {
                "part": one.part, "whole": one.whole, "problems": list(one.problems),
                "remedy": one.remedy if one.problems else "", "note": one.note,
            }
            for one in found.parts
        ],
    }  # fmt: skip


def _told(found: Findings) -> None:
    for one in found.parts:
        note = f" ({one.note})" if one.note else ""
        sys.stdout.write(f"{'ok     ' if one.whole else 'DAMAGED'}  {one.part}{note}\n")
        for problem in one.problems:
            sys.stdout.write(f"         {problem}\n")
        if one.problems:
            sys.stdout.write(f"         What to do: {one.remedy}\n")
    if found.whole:
        sys.stdout.write(f"{found.path} is whole: {found.notices} notices, revision {found.revision}.\n")


def _machine(format: Format | None) -> bool:
    return format == "json" if format else not sys.stdout.isatty()


def _json(said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=1) + "\n")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
