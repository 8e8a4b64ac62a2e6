"""Exports for researchers: a published snapshot as graphs, tables or TILT documents, without contacts.

What is written depends on the snapshot alone, so the same store gives the same bytes. One graph or one notice is in
memory at a time. `python -m ingest.exports` makes one format in a process of its own, for the server.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

from ingest import export_rdf, export_tables, export_tilt, published_remote
from ingest.export_archive import archive
from ingest.export_description import File, about, describe, digest, figures
from ingest.export_formats import FIGURES, FORMATS, Format, available
from ingest.export_records import Records
from ingest.published import Published
from ingest.store_errors import StoreError
from ontology.namespaces import ID_BASE
from remote.location import Location, located

DESCRIPTION: Final = "dataset.ttl"
_Tables = Callable[[Records, Path, Mapping[str, object]], None]
_TABLES: Final[Mapping[str, _Tables]] = {"csv": export_tables.write_csv, "parquet": export_tables.write_parquet}


class BadExport(ValueError):
    """An export that cannot be made as asked; says how to ask for it."""


_MEDIA_TYPES: Final = {".md": "text/markdown", ".json": "application/json"}


def export(
    store: Location, names: Sequence[str], output: Path | None, stream: BinaryIO, *, base: str = ID_BASE
) -> tuple[File, ...]:
    """Export what is published: to `stream`, to a file, or to a folder that then describes itself in dataset.ttl.

    `output` is a folder when it is one or has no suffix. Raises BadExport, NothingPublished, StoreError or OSError.
    """
    chosen = [_format(name) for name in dict.fromkeys(names or ("nquads",))]
    one = chosen[0]
    with published_remote.opened(store, base=base) as published:
        if output is None:
            if len(chosen) > 1 or one.member:
                raise BadExport(f"{', '.join(names)} is more than one file: give a folder with --output.")
            for text in _texts(published, one):
                stream.write(text.encode())
            stream.flush()
            return ()
        if output.is_dir() or not output.suffix:
            return _folder(published, chosen, output)
        if len(chosen) > 1:
            raise BadExport(f"{', '.join(names)} do not fit into one file: give a folder with --output.")
        if one.member and output.suffix != ".zip":
            raise BadExport(f"{one.name} is several files: give --output a folder, or a name that ends with .zip.")
        return (_file(published, one, output),)


def _format(name: str) -> Format:
    found = FORMATS.get(name)
    if found is None:
        raise BadExport(f"there is no format «{name}»; there are: {', '.join(FORMATS)}.")
    if not available(name):
        raise BadExport("Parquet needs pyarrow; run: pip install 'seloste[parquet]', or use --format csv.")
    return found


def _texts(published: Published, one: Format) -> Iterator[str]:
    """A format that is one text, piece by piece."""
    if one.name == "tilt":
        return export_tilt.documents(Records(published), published.snapshot)
    return export_rdf.WRITERS[one.name]((graph, published.triples(graph)) for graph in published.graphs())


def _folder(published: Published, chosen: Iterable[Format], folder: Path) -> tuple[File, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    files: list[File] = []
    for one in chosen:
        if one.member:
            _TABLES[one.name](Records(published), folder / one.name, about(published.snapshot))
            files += _described(folder, folder / one.name, one)
        else:
            files.append(_file(published, one, folder / one.file(published.snapshot)))
    (folder / DESCRIPTION).write_text(describe(figures(published), files), encoding="utf-8")
    return tuple(files)


def _file(published: Published, one: Format, target: Path) -> File:
    """One format as one file, which is there when it is whole."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        if one.member:
            with tempfile.TemporaryDirectory(prefix="seloste-") as name:
                folder = Path(name)
                _TABLES[one.name](Records(published), folder, about(published.snapshot))
                members = _described(folder, folder, one)
                (folder / DESCRIPTION).write_text(describe(figures(published), members), encoding="utf-8")
                archive(folder, unfinished)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                file.writelines(_texts(published, one))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return File(target.name, one.media_type, one.title, *digest(target))


def _described(root: Path, folder: Path, one: Format) -> list[File]:
    """The files of a format that comes as several, with addresses relative to `root`."""
    return [
        File(
            file.relative_to(root).as_posix(), _MEDIA_TYPES.get(file.suffix, one.member), f"{one.title}: {file.name}",
            *digest(file),
        )
        for file in sorted(folder.iterdir())
    ]  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Make one format, or the figures, of a store in a folder; say on standard output what was made, as JSON."""
    store, name, folder, base = arguments
    try:
        with published_remote.opened(located(store), base=base) as published:
            if name == FIGURES:
                made = asdict(figures(published))
            else:
                one = _format(name)
                made = asdict(_file(published, one, Path(folder) / one.file(published.snapshot)))
            sys.stdout.write(json.dumps(made | {"snapshot": published.snapshot}) + "\n")
    except (BadExport, StoreError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
