"""What the dataset says of itself: that it is one, and by which run of which program its notices were mapped (PROV, VoID)."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from ingest.ntriples import iri, literal, triple
from ontology.namespaces import DCTERMS, PREFIXES, PROV

TYPE = PREFIXES["rdf"] + "type"


def software_version() -> str:
    """The installed version of Seloste, or "unknown" when it runs from a folder that is not installed."""
    try:
        return version("seloste")
    except PackageNotFoundError:
        return "unknown"


def dataset_lines(run: str, base: str) -> list[str]:
    """The description of the dataset and of a run. No time of day: the same program gives the same graph."""
    dataset, software = f"{base}dataset", f"{base}software/seloste-{software_version()}"
    return sorted(
        [
            triple(dataset, TYPE, iri(PREFIXES["void"] + "Dataset")),
            triple(dataset, TYPE, iri(PREFIXES["dcat"] + "Dataset")),
            triple(dataset, DCTERMS.title, literal("Seloste: privacy notices as linked data", "en")),
            triple(dataset, PREFIXES["void"] + "uriSpace", literal(base)),
            triple(dataset, PROV.wasGeneratedBy, iri(run)),
            triple(run, TYPE, iri(PROV.Activity)),
            triple(run, PROV.wasAssociatedWith, iri(software)),
            triple(software, TYPE, iri(PROV.SoftwareAgent)),
            triple(software, DCTERMS.hasVersion, literal(software_version())),
        ]
    )
