"""A store of many notices, shaped like the real ones: the graphs of the samples, each under many names.

    python -m tests.multiplied DIRECTORY COUNT

The samples are ingested once, with their reports. Each copy has a notice id and a controller of its own, and a date out
of ten years; of its claims about a tenth are left out, another tenth in each, so that no two sets are the same.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import islice
from pathlib import Path

from ingest import batch
from ingest.journal import Change, Journal, canonical
from ingest.pipeline import Pipeline
from ingest.store import CONTACTS, JOURNAL, LIVE, Store
from ontology.namespaces import ID_BASE

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
    """A published store of `count` notices at `path`, which must not exist.

    The journal is written first and by the hundred; the live copy is then made from it in bulk, as after its loss.
    """
    with tempfile.TemporaryDirectory() as folder:
        shared, notices = samples(Path(folder) / "samples")
    with Store.open(path) as store:
        for graph, lines in shared.items():
            store.load_shared(graph, lines)
    with closing(Journal.open(path / JOURNAL, ID_BASE)) as journal:
        made = changes(copies(notices, count))
        while some := list(islice(made, 1000)):
            journal.commit(some)
    shutil.rmtree(path / LIVE)
    with Store.open(path) as store:
        store.publish()


def changes(notices: Iterable[tuple[Graphs, Graphs]]) -> Iterator[Change]:
    """The graphs as changes from nothing; an organisation keeps its first description."""
    described: set[str] = set()
    for graphs, organisations in notices:
        for graph, lines in graphs.items():
            yield Change(graph, "", (), canonical(lines))
        for iri in organisations.keys() - described:
            described.add(iri)
            yield Change(f"{ID_BASE}{SHARED[1]}", iri, (), canonical(organisations[iri]))


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
