"""A store on a disk that fills up, and on one that becomes read-only: `python -m tests.full_disk DIRECTORY full|limit|read-only`.

`full` and `read-only` want a small file system of their own at DIRECTORY (tests.test_durability mounts one). `limit` is
for where none can be mounted: the system then refuses to let any file grow. What was seen is printed as JSON.
"""
from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ingest import store_check
from ingest.store import Store, StoreError
from ontology.namespaces import ID_BASE
from queries.evaluation_once import evaluate_once

ROOM = (1_500_000, 300_000, 60_000, 8_000, 0)
COUNT = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s <http://example.org/p> ?o } }"


def notice(number: int) -> dict[str, list[str]]:
    iri = f"{ID_BASE}notice/{number:016x}"
    return {
        iri: [f'<{iri}/{line}> <http://example.org/p> "{number} {line * 7919 % 104729}" .' for line in range(200)],
        f"{iri}/contacts": [f'<{iri}> <http://example.org/c> "{number}" .'],
    }


def whole(store: Store, acknowledged: set[str]) -> bool:
    """Each notice that was acknowledged is there, and each that is there is as it was given."""
    stored = store.notices()
    given = {iri: lines for one in stored for iri, lines in notice(int(one[-16:], 16)).items()}
    return acknowledged <= set(stored) and all(store.graph(iri) == tuple(sorted(lines)) for iri, lines in given.items())


def readers(path: Path) -> int:
    return int(evaluate_once(path, COUNT, "text/csv").body.split()[-1])


def filled(path: Path, close: Callable[[int], None], free: Callable[[], None]) -> dict[str, object]:
    """Fill the disk again and again, with less and less room; after each time there is room once more."""
    errors: list[str] = []
    acknowledged: set[str] = set()
    number, sound = 0, True
    for room in ROOM:
        with Store.open(path) as store:
            store.publish()
            seen = len(store.notices())
            close(room)
            for _ in range(200):
                number += 1
                try:
                    store.replace(notice(number))
                except StoreError as error:
                    errors.append(str(error))
                    break
                acknowledged |= {next(iter(notice(number)))}
            try:
                store.publish()
            except StoreError as error:
                errors.append(str(error))
            sound &= readers(path) >= seen
            free()
            number += 1
            store.replace(notice(number))  # the same process goes on
            acknowledged |= {next(iter(notice(number)))}
            store.publish()
            sound &= whole(store, acknowledged) and readers(path) == len(store.notices())
    return {"errors": errors, "sound": sound, "whole": store_check.check(path).whole, "acknowledged": len(acknowledged)}


def read_only(path: Path) -> dict[str, object]:
    errors: list[str] = []
    with Store.open(path) as store:
        store.replace(notice(1))
        store.publish()
        store.replace(notice(2))
    subprocess.run(["mount", "-o", "remount,ro", str(path.parent)], check=True)
    try:
        Store.open(path)
    except StoreError as error:
        errors.append(str(error))
    seen = {"readers": readers(path), "whole": store_check.check(path).whole}
    command = [sys.executable, "-m", "seloste", "store", "rollback", "CURRENT", "--store", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    subprocess.run(["mount", "-o", "remount,rw", str(path.parent)], check=True)
    with Store.open(path) as store:
        store.publish()
        sound = whole(store, {next(iter(notice(2)))})
    return {**seen, "errors": errors, "command": [done.returncode, done.stderr], "sound": sound, "later": readers(path)}


def main(directory: Path, kind: str) -> None:
    path, ballast = directory / "store", directory / "ballast"

    def take(room: int) -> None:
        status = os.statvfs(directory)
        left = status.f_bavail * status.f_frsize - room
        descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
        os.posix_fallocate(descriptor, 0, max(left, 1))
        os.close(descriptor)

    def bound(room: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        largest = max(file.stat().st_size for file in path.rglob("*") if file.is_file())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, resource.RLIM_INFINITY))

    def unbound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    if kind == "read-only":
        said = read_only(path)
    else:
        said = filled(path, take, ballast.unlink) if kind == "full" else filled(path, bound, unbound)
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
