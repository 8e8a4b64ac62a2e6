"""What validating a notice costs: stock pySHACL, the adapter, the adapter with the report kept, the fast lane.

One run, the same notices and shapes (completeness and conditions) for all, CPU time of this process. Run by `make bench`;
nothing here is a test. Compare ratios within a run, not numbers between machines.
"""
from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyshacl
from rdflib import Graph

from ingest import documents
from ingest.pipeline import Pipeline
from shapes import engine_lines, engines, rules
from shapes.background import Background
from shapes.engine_graph import NoticeGraph
from shapes.report_cache import FILE, ReportCache, key
from shapes.validation import validate

ROOT = Path(__file__).parent.parent
ROUNDS = 3


def lines_of(pipeline: Pipeline, path: Path) -> tuple[str, ...]:
    mapped = pipeline.map(documents.read(path))
    said = [lines for iri, lines in mapped.graphs.items() if not iri.endswith("/inferred")]
    return tuple(line for part in (*said, *mapped.organisations.values()) for line in part)


def cost(work: Callable[[int], object], count: int, rounds: int = ROUNDS) -> float:
    """Milliseconds of CPU a notice, in the best of several rounds."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        for number in range(count):
            work(number)
        spent.append(time.process_time() - begun)
    return min(spent) / count * 1000


def merged(graph: Graph, background: Background) -> Graph:
    out = Graph()
    for source in (graph, background.about(graph)):
        for triple in source:
            out.add(triple)
    return out


def row(name: str, engine: float | None, whole: float, stock: tuple[float, float] | None = None) -> None:
    def cell(value: float | None, against: float | None) -> str:
        if value is None:
            return f"{'–':>9}{'':8}"
        return f"{value:9.2f}" + (f"{against / value:7.0f}×" if against else f"{'':8}")

    print(f"  {name:34}{cell(engine, stock and stock[0])}{cell(whole, stock and stock[1])}")


def main(paths: Sequence[Path]) -> None:
    pipeline = Pipeline.load()
    background = Background.of(pipeline.vocabulary.graph)
    catalogue = rules.completeness_catalogue()
    sets = (catalogue.shapes, catalogue.conditions)
    stored = [lines_of(pipeline, path) for path in paths]
    graphs = [merged(engine_lines.graph(lines), background) for lines in stored]
    count, record = len(stored), engines.load("pyshacl")
    gc.collect()
    gc.freeze()  # the same for all: what was loaded is not looked through for garbage

    def stock(data: Graph) -> None:
        for shapes in sets:
            pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)

    def engine(name: engines.EngineName, data: Graph) -> None:
        tables, chosen = NoticeGraph(data, data), engines.load(name)
        for shapes in sets:
            chosen.run(tables, shapes)

    def whole(name: engines.EngineName, lines: Sequence[str]) -> None:
        validate(engine_lines.graph(lines), background=background, engine=engines.load(name))

    for name in ("pyshacl", "shacl"):
        engine(name, graphs[0])  # compiled once
    base = (cost(lambda n: stock(graphs[n]), count, 1),
            cost(lambda n: stock(merged(Graph().parse(data="\n".join(stored[n]), format="nt"), background)), count, 1))
    print(f"{count} notices of {sum(map(len, stored)) / count:.0f} triples, {len(catalogue.rules)} rules; ms of CPU a notice")
    print(f"  {'':34}{'engine':>9}{'':8}{'lines to report':>17}")
    row("stock pyshacl.validate()", *base)
    for name, title in (("pyshacl", f"adapter ({record.name})"), ("shacl", f"fast lane ({engines.load('shacl').name})")):
        row(title, cost(lambda n: engine(name, graphs[n]), count), cost(lambda n: whole(name, stored[n]), count), base)  # noqa: B023
    with tempfile.TemporaryDirectory() as folder, ReportCache(Path(folder) / FILE) as cache:
        notices = []
        for lines in stored:
            report = validate(engine_lines.graph(lines), background=background)
            notices.append(report.notice)
            cache.keep(report, record, key(lines, record))

        def kept(number: int) -> None:
            if cache.find(notices[number], record, key(stored[number], record)) is None:
                raise SystemExit("a kept report was not found")

        row("adapter, report kept and unchanged", None, cost(kept, count), base)


if __name__ == "__main__":
    main(sorted((Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples" / "notices").glob("*.txt")))
