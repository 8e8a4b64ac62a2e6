"""What an export says of itself: VoID figures with class and property partitions, and DCAT with its files' checksums.

No time of day stands in it: the same snapshot gives the same description.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.dataset import software_version
from ingest.ntriples import iri, literal
from ontology.namespaces import PREFIXES

if TYPE_CHECKING:
    from ingest.published import Published  # the server describes too, and does without the engine

LICENCE: Final = "https://www.apache.org/licenses/LICENSE-2.0"
RIGHTS: Final = (
    "The licence covers the descriptions. Quotes are passages of the notices: their rights stay with those who wrote them."
)
TITLE: Final = "Seloste: privacy notices as linked data"
TYPE: Final = PREFIXES["rdf"] + "type"
_USED: Final = ("dpv", "sel", "oa", "prov", "skos", "dct", "sh")
_PREFIXES: Final = {
    "dcat": PREFIXES["dcat"],
    "dct": PREFIXES["dct"],
    "prov": PREFIXES["prov"],
    "spdx": "http://spdx.org/rdf/terms#",
    "void": PREFIXES["void"],
    "xsd": PREFIXES["xsd"],
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the export: `address` may be relative to the description; size and digest are known when it was made."""

    address: str
    media_type: str
    title: str
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """How much a snapshot holds: statements, named graphs, notices, instances by class, statements by property."""

    snapshot: str
    base: str
    triples: int
    graphs: int
    notices: int
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]


def figures(published: Published) -> Figures:
    """Count the union of the public graphs: a statement that two graphs hold counts once."""
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    mark = f"{PREFIXES['dcat']}version"
    dataset = f"{published.base}dataset"
    for subject, predicate, term in published.merged():
        if subject == dataset and predicate == mark:
            continue  # the store's own revision
        properties[predicate] += 1
        if predicate == TYPE and not term.literal:
            classes[term.value] += 1
    return Figures(
        published.snapshot, published.base, properties.total(), len(published.graphs()), len(published.notices()),
        tuple(sorted(classes.items())), tuple(sorted(properties.items())),
    )  # fmt: skip


def digest(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def about(snapshot: str) -> dict[str, object]:
    """Title, licence and version as members of CSV on the Web and keys of Parquet."""
    return {"dc:title": TITLE, "dc:license": LICENCE, "dc:rights": RIGHTS, "dc:identifier": f"snapshot {snapshot}"}


def describe(counted: Figures, files: Iterable[File]) -> str:
    """The description in Turtle."""
    return "".join(_lines(counted, list(files)))


def _lines(counted: Figures, files: list[File]) -> Iterator[str]:
    dataset = iri(f"{counted.base}dataset")
    yield from (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in _PREFIXES.items())
    yield (
        f"\n{dataset} a void:Dataset , dcat:Dataset ;\n"
        f"    dct:title {literal(TITLE, 'en')} ;\n"
        f"    dct:license {iri(LICENCE)} ;\n"
        f"    dct:rights {literal(RIGHTS, 'en')} ;\n"
        f"    dct:identifier {literal(f'snapshot-{counted.snapshot}')} ;\n"
        f"    dcat:version {literal(counted.snapshot)} ;\n"
        f"    prov:wasAttributedTo {iri(f'{counted.base}software/seloste-{software_version()}')} ;\n"
        f"    dct:language {', '.join(literal(code) for code in ('fi', 'sv', 'en'))} ;\n"
        f"    void:uriSpace {literal(counted.base)} ;\n"
    )
    for prefix in _USED:
        yield f"    void:vocabulary {iri(PREFIXES[prefix])} ;\n"
    for file in files:
        yield f"    dcat:distribution {_node(file)} ;\n    void:dataDump {iri(file.address)} ;\n"
    for name, count in counted.classes:
        yield f"    void:classPartition [ void:class {iri(name)} ; void:entities {count} ] ;\n"
    for name, count in counted.properties:
        yield f"    void:propertyPartition [ void:property {iri(name)} ; void:triples {count} ] ;\n"
    yield (
        f"    void:classes {len(counted.classes)} ;\n    void:properties {len(counted.properties)} ;\n"
        f"    void:documents {counted.notices} ;\n    void:triples {counted.triples} .\n"
    )
    for file in files:
        yield _distribution(file)


def _distribution(file: File) -> str:
    media = iri(f"https://www.iana.org/assignments/media-types/{file.media_type}")
    lines = [
        f"\n{_node(file)} a dcat:Distribution",
        f"dct:title {literal(file.title, 'en')}",
        f"dct:license {iri(LICENCE)}",
        f"dcat:downloadURL {iri(file.address)}",
        f"dcat:mediaType {media}",
    ]
    if file.size is not None:
        lines += [
            f"dcat:byteSize {file.size}",
            "spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ; "
            f'spdx:checksumValue "{file.sha256}"^^xsd:hexBinary ]',
        ]
    return " ;\n    ".join(lines) + " .\n"


def _node(file: File) -> str:
    """The distribution, which is not the file: the address with a fragment."""
    return iri(f"{file.address}#distribution")
