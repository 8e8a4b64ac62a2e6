"""Maps, graphs and bars: each is a table first, which a script may draw from its attributes (data-country, data-source)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.results import Row, Table
from server.tables import Cell, Reader

_COUNTRIES = ("country", "seat")


@dataclass(frozen=True, slots=True)
class Country:
    """One country of a map: its ISO 3166 code, its name, how many notices, and where it leads."""

    code: str
    name: str
    count: int
    share: int
    href: str | None


@dataclass(frozen=True, slots=True)
class Edge:
    """One line of a graph, from an organisation to another one: IRIs, names, and the page of the one it leads to."""

    source: str
    target: str
    names: tuple[Cell, Cell]
    count: int
    href: str | None


def share(count: int, most: int) -> int:
    """A part of the most, in hundredths; what there is at all is seen."""
    return max(1, round(100 * count / most)) if count and most else 0


def countries(counts: Iterable[tuple[str, int]], reader: Reader) -> tuple[Country, ...]:
    """The countries of a map out of pairs of IRI and count, the most first; what has no code is left out."""
    known = [(iri, code, count) for iri, count in counts if (code := reader.names.country(iri))]
    most = max((count for *_, count in known), default=0)
    made = []
    for iri, code, count in sorted(known, key=lambda one: (-one[2], one[1])):
        cell = reader.country(iri)
        made.append(Country(code, cell.text, count, share(count, most), cell.href))
    return tuple(made)


def of_answer(table: Table, reader: Reader) -> tuple[Country, ...]:
    """The countries that an answer names: by its own counts, else by the notices whose rows name them."""
    column = next((name for name in _COUNTRIES if name in table.columns), None)
    if column is None:
        return ()
    counts: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for row in table.rows:
        if column not in row:
            continue
        country = row[column].value
        if "notices" in row:
            counts[country] += number(row, "notices")
        elif "notice" in row and (country, row["notice"].value) not in seen:
            seen.add((country, row["notice"].value))
            counts[country] += 1
    return countries(counts.items(), reader)


def most(table: Table) -> int:
    """The largest count of an answer whose rows are counts; 0 for other answers."""
    if "notices" not in table.columns or "notice" in table.columns:
        return 0
    return max((number(row, "notices") for row in table.rows), default=0)


def number(row: Row, name: str) -> int:
    """A count in a row; 0 when there is none."""
    found = row.get(name)
    return int(found.value) if found and found.value.lstrip("-").isdecimal() else 0


def edges(pairs: Sequence[tuple[str, str, str, str, int]], reader: Reader, here: str) -> tuple[Edge, ...]:
    """A graph out of source, its name, target, its name, and count; each line leads to what is not `here`."""
    made = []
    for source, source_name, target, target_name, count in pairs:
        cells = (
            Cell("text", source_name, reader.links.resource(source)),
            Cell("text", target_name, reader.links.resource(target)),
        )
        made.append(Edge(source, target, cells, count, reader.links.resource(target if source == here else source)))
    return tuple(made)
