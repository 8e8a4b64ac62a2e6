"""Mixed load on a real server for ten minutes: nothing may break, leak or hang. Run by `make soak`; no test.

    python -m tests.soak STORE [SECONDS]

First four heavy queries run, and `ASK {}` has to be answered meanwhile within a second, and they are cut within the time
limit and two seconds. Then visitors come for SECONDS (600): stored questions, random SPARQL, syntax errors, heavy queries,
huge bodies, dropped connections, requests cut off half way and pages. The server's memory and its processes are looked at
all the time. The exit code is 1 when an answer had a status of 500 or more that is not a limit (503, 504), when something
else than HTTP came back, when memory grew, or when query processes are left over or dead.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from queries.catalogue import load
from tests.processes import Running, seloste

TIMEOUT, VISITORS, LOOK, GROWTH = 5.0, 8, 5.0, 1.3
"""Seconds for a query; visitors at a time; seconds between two looks; how much the memory may grow after the first third."""
LIMITS = (503, 504)
WORKERS, BURST = 2, 4
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE {{ ?a ?p ?b . ?c ?q ?d . FILTER(STR(?b) < STR(?d)) }} # {}"
SORTED = "SELECT * WHERE {{ ?a ?p ?b . ?c ?q ?d }} ORDER BY ?d LIMIT 10 # {}"
Visit = Callable[[httpx.AsyncClient, random.Random], Awaitable[str]]


class Look(NamedTuple):
    """One look at the processes: kilobytes of the server and of all query processes, how many of these, and zombies."""

    at: float
    server: int
    workers: int
    count: int
    zombies: int


async def question(client: httpx.AsyncClient, draw: random.Random) -> str:
    name, found = draw.choice(list(load().items()))
    values = {one.name: one.example for one in found.parameters if one.default is None or draw.random() < 0.3}
    accept = draw.choice(["application/sparql-results+json", "text/csv", "text/html", "application/xml", "text/turtle"])
    return told(await client.get(f"/questions/{name}", params=values, headers={"Accept": accept}))


async def sparql(client: httpx.AsyncClient, draw: random.Random) -> str:
    size = draw.choice([1, 10, 1000])
    text = draw.choice([
        f"SELECT * WHERE {{ ?s ?p ?o }} LIMIT {size} OFFSET {draw.randint(0, 5000)}",
        f"CONSTRUCT WHERE {{ ?s a ?c }} LIMIT {size}",
        "ASK { ?s ?p ?o }", f"SELECT (RAND() AS ?r) (NOW() AS ?n) {{}} # {draw.random()}",
        "SELECT ?c (COUNT(*) AS ?n) WHERE { ?s a ?c } GROUP BY ?c",
        f"DESCRIBE <https://w3id.org/dpv#{draw.choice(['Marketing', 'Consent', 'Nothing'])}>",
    ])  # fmt: skip
    if draw.random() < 0.5:
        return told(await client.get("/sparql", params={"query": text}, headers={"Accept": "*/*"}))
    return told(await client.post("/sparql", data={"query": text}, headers={"Accept": draw.choice(["*/*", "text/html"])}))


async def wrong(client: httpx.AsyncClient, draw: random.Random) -> str:
    text = draw.choice(["SELECT", "SELECT * WHERE { ?s ?p ", "INSERT DATA { <a:b> <a:c> 1 }", "{" * 400, "(" * 60_000,
                        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "\x00\ud7ff", "ASK { FILTER(1/0) }"])  # fmt: skip
    return told(await client.post("/sparql", data={"query": text}))


async def heavy(client: httpx.AsyncClient, draw: random.Random) -> str:
    return told(await client.post("/sparql", data={"query": draw.choice([HEAVY, SORTED]).format(draw.random())}))


async def huge(client: httpx.AsyncClient, draw: random.Random) -> str:
    body = b"query=" + b"x" * draw.choice([200_000, 2_000_000, 20_000_000])
    with suppress(httpx.WriteError, httpx.ReadError):  # it is answered before it is sent, and the line is closed
        return told(await client.post(
            "/sparql", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        ))  # fmt: skip
    return "closed"


async def dropped(client: httpx.AsyncClient, draw: random.Random) -> str:
    with suppress(httpx.TimeoutException):
        await client.post("/sparql", data={"query": HEAVY.format(draw.random())}, timeout=draw.uniform(0.01, 1))
    return "dropped"


async def broken(client: httpx.AsyncClient, draw: random.Random) -> str:
    """Half a request, or what is none, and gone."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(draw.choice([
        b"GET /sparql?query=", b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nquery=", b"\x16\x03\x01" * 50,
        b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"y" * 200_000,
    ]))  # fmt: skip
    with suppress(OSError, TimeoutError):
        await writer.drain()
        await asyncio.wait_for(reader.read(200), draw.uniform(0.01, 0.5))
    writer.transport.abort()
    return "aborted"


async def page(client: httpx.AsyncClient, draw: random.Random) -> str:
    path = draw.choice(["/", "/questions", "/sparql", "/healthz", "/metrics", "/nowhere", "/id/graph/vocabulary", "/export"])
    return told(await client.get(path, headers={"Accept": "text/html", "Accept-Language": draw.choice(["fi", "sv", "en"])}))


def told(response: httpx.Response) -> str:
    return str(response.status_code)


KINDS: dict[Visit, int] = {question: 30, sparql: 30, wrong: 10, heavy: 2, huge: 4, dropped: 5, broken: 5, page: 14}


async def beside_heavy_ones(address: str) -> list[str]:
    """What is wrong with how small queries fare beside four heavy ones, and with when these are cut."""
    limit = httpx.Timeout(60)
    async with httpx.AsyncClient(base_url=address, timeout=limit) as client:
        began = time.monotonic()
        asked = [asyncio.create_task(client.post("/sparql", data={"query": HEAVY.format(n)})) for n in range(4)]
        spent = []
        while time.monotonic() - began < TIMEOUT - 0.5:
            await asyncio.sleep(0.2)
            before = time.monotonic()
            # Another text each time: one that is evaluated, not one that is remembered.
            answer = await client.get("/sparql", params={"query": f"ASK {{}} # {before}"})
            spent.append(time.monotonic() - before)
            assert answer.json()["boolean"] is True
        cut = await asyncio.gather(*asked)
        took = time.monotonic() - began
    print(f"beside 4 heavy queries: {len(spent)} ASK {{}}, longest {max(spent):.2f} s; heavy ones cut after {took:.1f} s "
          f"(limit {TIMEOUT:.0f}), statuses {[one.status_code for one in cut]}", flush=True)  # fmt: skip
    wrong = ["ASK {} took longer than a second beside heavy queries"] if max(spent) > 1 else []
    wrong += ["heavy queries ran longer than they may"] if took > TIMEOUT + 2 else []
    return wrong + (["a heavy query was not cut"] if any(one.status_code not in LIMITS for one in cut) else [])


async def visitor(address: str, number: int, until: float, counts: Counter[str]) -> None:
    draw = random.Random(number)
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        while time.monotonic() < until:
            kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
            try:
                status = await kind(client, draw)
            except httpx.HTTPError as error:
                status = type(error).__name__
            counts[f"{kind.__name__} {status}"] += 1


def look(pid: int, began: float) -> Look:
    server, workers, count, zombies = 0, 0, 0, 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(entry.name) != pid and int(parent) != pid:
                continue
            kilobytes = int((entry / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
            if int(entry.name) == pid:
                server = kilobytes
            elif state == "Z":
                zombies += 1
            else:
                workers, count = workers + kilobytes, count + 1
    return Look(time.monotonic() - began, server, workers, count, zombies)


async def watch(pid: int, until: float, looks: list[Look]) -> None:
    began = time.monotonic()
    while time.monotonic() < until:
        looks.append(look(pid, began))
        await asyncio.sleep(LOOK)


async def at_rest(pid: int) -> Look:
    """How it looks when everybody has gone: what came for the load has half a minute to go again."""
    found = look(pid, time.monotonic())
    for _ in range(30):
        if found.count <= WORKERS + 1 and not found.zombies:
            break
        await asyncio.sleep(1)
        found = look(pid, time.monotonic())
    return found


def judged(counts: Counter[str], looks: list[Look], rest: Look) -> list[str]:
    """What is wrong with what was seen."""
    bad = [name for name in counts if name.split()[1] not in map(str, range(500)) and name.split()[1].isdecimal()]
    found = [f"{counts[name]} times {name}" for name in bad if int(name.split()[1]) not in LIMITS]
    found += [f"{counts[name]} times {name}" for name in counts if name.endswith(("Error", "Timeout")) and "huge" not in name]
    third = [one.server for one in looks[: max(1, len(looks) // 3)]]
    last = [one.server for one in looks[-max(1, len(looks) // 3):]]
    if max(last) > max(third) * GROWTH:
        found.append(f"the server grew from {max(third) // 1024} to {max(last) // 1024} MB")
    if max(one.count for one in looks) > WORKERS + BURST + 1 + 2:  # two may just be on their way out
        found.append(f"there were {max(one.count for one in looks)} query processes")
    if rest.zombies or rest.count > WORKERS + 1:
        found.append(f"at rest {rest.count} query processes and {rest.zombies} zombies are left")
    return found


async def load_on(at: Running, seconds: float) -> list[str]:
    wrong = await beside_heavy_ones(at.address)
    counts: Counter[str] = Counter()
    looks: list[Look] = []
    until = time.monotonic() + seconds
    await asyncio.gather(watch(at.pid, until, looks), *(visitor(at.address, n, until, counts) for n in range(VISITORS)))
    rest = await at_rest(at.pid)
    print(f"{'s':>5} {'server, MB':>11} {'queries, MB':>12} {'processes':>10} {'zombies':>8}")
    for one in [*looks[:: max(1, len(looks) // 20)], rest._replace(at=seconds)]:
        print(f"{one.at:5.0f} {one.server / 1024:11.0f} {one.workers / 1024:12.0f} {one.count:10} {one.zombies:8}")
    for name, count in sorted(counts.items()):
        print(f"{count:8}  {name}")
    print(f"{sum(counts.values())} visits in {seconds:.0f} s")
    return wrong + judged(counts, looks, rest)


def main(store: Path, seconds: float) -> int:
    with seloste(store, query_timeout=TIMEOUT, workers=WORKERS, burst=BURST, cache=64 << 20) as at:
        wrong = asyncio.run(load_on(at, seconds))
        address = httpx.URL(at.address)
        with socket.create_connection((address.host, address.port or 80), timeout=5):
            pass
    print("\n".join(wrong) if wrong else "nothing broke, leaked or hung")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]) if sys.argv[2:] else 600))
