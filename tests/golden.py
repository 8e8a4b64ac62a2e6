"""The graphs that the sample notices must give: written by `make golden`, compared by test_pipeline."""
from __future__ import annotations

from pathlib import Path

from ingest import documents
from ingest.pipeline import Pipeline
from ingest.serialization import serialized
from ontology.namespaces import ID_BASE

ROOT = Path(__file__).parent.parent
NOTICES = sorted((ROOT / "examples" / "notices").glob("*.txt"))
FOLDER = Path(__file__).parent / "fixtures" / "golden"
RUN = f"{ID_BASE}run/golden"


def graph(notice: Path, pipeline: Pipeline) -> str:
    """The TriG of a sample notice; the run is named the same whatever the lexicon's digest, since that is not the notice's."""
    return serialized(pipeline.map(documents.read(notice)), "trig").replace(pipeline.run, RUN).replace(pipeline.run.rpartition("/")[2], "golden")


def file(notice: Path) -> Path:
    return FOLDER / f"{notice.stem}.trig"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    pipeline = Pipeline.load()
    for notice in NOTICES:
        file(notice).write_text(graph(notice, pipeline), "utf-8")


if __name__ == "__main__":
    main()
