"""A snapshot together with its contacts graphs, for an endpoint whose owner was given that setting.

The published checkpoint holds no contacts (data-model section 6), so this makes another beside it: the same tables by
hard links, and the contacts added. It goes when the snapshot is pruned.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox


def complete(snapshot: Path) -> Path:
    """A directory, readable by this user only, with the public graphs and the contacts graphs. Raises OSError."""
    target = Path(tempfile.mkdtemp(prefix="complete-", dir=snapshot))
    for file in sorted((snapshot / "public").iterdir()):
        if file.suffix == ".sst":  # never written again, so it can be shared
            os.link(file, target / file.name)
        elif file.name != "LOCK":
            shutil.copy2(file, target / file.name)
    store = ox.Store(str(target))
    store.bulk_load(path=str(snapshot / "contacts.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()
    return target
