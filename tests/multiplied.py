"""A store of many notices, shaped like the real ones: the graphs of the samples, each under many names.

    python -m tests.multiplied DIRECTORY COUNT

The samples are ingested once, with their reports. Each copy has a notice id and a controller of its own, and a date out
of ten years; of its claims about a tenth are left out, another tenth in each, so that no two sets are the same.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from ingest import batch
from ingest.pipeline import Pipeline
from ingest.store import CONTACTS, Store

SAMPLES = Path(__file__).parent.parent / "examples" / "notices"
SHARED = ("graph/vocabulary", "graph/organisations")
_CONTROLLER = re.compile(r"<[^>]*#hasDataController> <([^>]*)> \.")
_CLAIM = re.compile(r"#hasClaim> <([^>]*)> \.")
_DATE = re.compile(r'("\d{4}-\d\d-\d\d")(?=\^\^<http://www.w3.org/2001/XMLSchema#date> \.$)')
Graphs = Mapping[str, Sequence[str]]


def samples(folder: Path) -> tuple[dict[str, tuple[str, ...]], list[dict[str, tuple[str, ...]]]]:
    """The shared graphs, and the graphs of each sample without its contacts, from a store made in `folder`."""
    with Store.open(folder) as store:
        for _ in batch.ingest(list(batch.sources([SAMPLES])), store, Pipeline.load()):
            pass
        shared = {f"{store.base}{name}": store.graph(f"{store.base}{name}") for name in SHARED}
        found = []
        for notice in store.notices():
            graphs = [g for g in store.graphs() if g.startswith(notice) and not g.endswith(CONTACTS)]
            found.append({graph: store.graph(graph) for graph in graphs})
    return shared, found


def copies(notices: Sequence[Graphs], count: int) -> Iterator[tuple[Graphs, Graphs]]:
    """Graphs of `count` notices, each with the description of its controller."""
    draw = random.Random(20180525)
    for number in range(count):
        graphs = notices[number % len(notices)]
        notice = min(graphs, key=len)
        base = notice.partition("notice/")[0]
        new = f"{base}notice/{sha256(str(number).encode()).hexdigest()[:16]}"
        line = next((m for text in graphs[notice] if (m := _CONTROLLER.search(text))), None)
        name, old = f"{base}organisation/gen-{number // 2}", line[1] if line else "-"
        claims = [m[1] for text in graphs[notice] if (m := _CLAIM.search(text))]
        gone = {f"<{claim}>" for claim in draw.sample(claims, len(claims) // 10)}
        date = f'"{draw.randint(2015, 2025)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"'
        made = {}
        for graph, lines in graphs.items():
            kept = [text for text in lines if gone.isdisjoint(text.split(" ", 3))]
            held = {text.split(" ", 3)[2] for text in kept if "#wasDerivedFrom> " in text}
            kept = [text for text in kept if "/text#char=" not in text[:120] or text.split(" ", 1)[0] in held]
            dated = [_DATE.sub(date, text) if "/dc/terms/modified>" in text else text for text in kept]
            made[graph.replace(notice, new)] = [
                text.replace(notice, new).replace(f"<{old}>", f"<{name}>") for text in dated
            ]
        dpv = "https://w3id.org/dpv#"
        described = [f'<{name}> <{dpv}hasName> "Copy {number // 2} Oy" .', f"<{name}> <{dpv}hasCountry> <{dpv[:-1]}/loc#FI> ."]
        yield made, {name: described} if line else {}


def make(path: Path, count: int) -> None:
    """A published store of `count` notices at `path`, which must not exist."""
    with tempfile.TemporaryDirectory() as folder, Store.open(path) as store:
        shared, notices = samples(Path(folder) / "samples")
        for graph, lines in shared.items():
            store.load_shared(graph, lines)
        for number, (graphs, organisations) in enumerate(copies(notices, count)):
            store.replace(graphs, organisations)
            if number % 500 == 0:
                store.publish()  # as an ingestion does, now and then: it empties the engine's memory to the disk
        store.publish()


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
