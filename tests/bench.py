"""How fast text becomes N-Quads on one core, and what each stage takes of it. Run by `make bench`; nothing here is a test.

Figures are of one run on one machine: compare ratios within a run, not numbers between machines.
"""
from __future__ import annotations

import cProfile
import pstats
import resource
import sys
import time
from pathlib import Path

from ingest import documents
from ingest.pipeline import Pipeline
from ingest.serialization import nquads

ROOT = Path(__file__).parent.parent
STAGES = {
    "sections": ("sections.py", "split"), "mentions": ("mentions.py", "read"), "concept claims": ("claims.py", "assemble"),
    "transfers": ("transfers.py", "statements"), "retention": ("retention.py", "claims"), "organisations": ("organisations.py", "others"),
    "graph": ("graph.py", "build"), "serialisation": ("serialization.py", "nquads"),
}


def main(folder: Path, copies: int) -> None:
    started = time.perf_counter()
    pipeline = Pipeline.load()
    loaded = time.perf_counter() - started
    notices = [documents.read(path) for path in sorted(folder.glob("*.txt")) if path.name != "README.md"]
    for notice in notices:
        nquads(pipeline.map(notice))
    size = sum(len(n.text) for n in notices)
    begun = time.process_time()
    for _ in range(copies):
        for notice in notices:
            nquads(pipeline.map(notice))
    spent = time.process_time() - begun
    count = copies * len(notices)
    print(f"{len(notices)} notices, {size / len(notices) / 1000:.1f} kB on average, {copies} times; knowledge loaded in {loaded:.1f} s")
    rate = copies * size / spent
    print(f"{count / spent:.0f} notices/s, {rate / 1e6:.2f} MB/s of text on one core: {rate / 8000:.0f} notices of 8 kB a second; "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB resident at most")
    profile = cProfile.Profile()
    profile.enable()
    for notice in notices:
        nquads(pipeline.map(notice))
    profile.disable()
    stats = pstats.Stats(profile)
    entries = stats.stats  # type: ignore[attr-defined]
    whole = sum(v[3] for k, v in entries.items() if k[0].endswith("pipeline.py") and k[2] == "map")
    print("share of mapping by stage (under the profiler; a generator's share is that of its body):")
    for name, (file, function) in STAGES.items():
        share = sum(v[3] for k, v in entries.items() if k[0].endswith("/" + file) and k[2] == function)
        print(f"  {name:16}{share / whole:6.0%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples" / "notices", int(sys.argv[2]) if len(sys.argv) > 2 else 20)
