"""The scripts of the pages and what they load, as the build left them in `assets/` (server/frontend/build.mjs).

Their names hold a digest of their content, so they may be kept for ever. Where they were not built, nothing is named
here and the pages go without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "assets"
TYPES: Final = {".js": "text/javascript", ".json": "application/json", ".txt": "text/plain", ".map": "application/json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `compressed` is it in gzip where the build made that."""

    body: bytes = field(repr=False)
    media_type: str
    compressed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was built: files by name, and the names of the scripts that pages begin with."""

    files: Mapping[str, Asset]
    entries: Mapping[str, str]

    def __call__(self, entry: str) -> str | None:
        """The file of a script that pages begin with, such as "main"; None when it was not built."""
        return self.entries.get(entry)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Bundle:
        """Read what is there. A build that is missing or was broken off gives no assets, and pages without scripts."""
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            files = {str(name): _read(folder / name) for name in manifest["files"] if Path(name).name == name}
            entries = {str(entry): str(name) for entry, name in manifest["entries"].items() if name in files}
        except (OSError, ValueError, KeyError, AttributeError):
            return cls({}, {})
        return cls(files, entries)


def _read(file: Path) -> Asset:
    twin = file.with_name(f"{file.name}.gz")
    return Asset(file.read_bytes(), TYPES[file.suffix], twin.read_bytes() if twin.is_file() else None)
