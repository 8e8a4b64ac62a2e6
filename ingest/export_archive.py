"""A folder as one zip file, the same bytes for the same files: fixed order, times and permissions."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that zip can say
_READABLE = 0o644 << 16


def archive(folder: Path, target: Path) -> None:
    """Write all files below `folder` into a new zip file at `target`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as whole:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _LONG_AGO)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _READABLE, 3
            with file.open("rb") as source, whole.open(entry, "w", force_zip64=True) as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
