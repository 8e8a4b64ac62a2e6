"""The dataset in the words of search engines (schema.org Dataset) as JSON-LD, for a data block in a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ingest.export_description import LICENCE
from ingest.export_formats import FORMATS, available
from server.service import Visit


def dataset(visit: Visit, base: str, snapshot: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """The dataset with its downloads; addresses are relative to the page."""
    said = visit.messages
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{base}dataset",
        "name": f"{said('site.name')} – {said('site.tagline')}",
        "description": said("home.lead"),
        "inLanguage": ["fi", "sv", "en"],
        "license": LICENCE,
        "isAccessibleForFree": True,
        "version": snapshot,
        "keywords": ["GDPR", "DPV", "SHACL", "SPARQL"],
        "size": said.count("unit.notices", counts.get("notices", 0)),
        "distribution": [
            {
                "@type": "DataDownload", "name": one.title, "encodingFormat": one.media_type,
                "contentUrl": visit.links.export(one.name),
            }
            for one in FORMATS.values()
            if available(one.name)
        ],
    }  # fmt: skip


def notice(visit: Visit, iri: str, title: str, language: str, controllers: list[str]) -> dict[str, Any]:
    """A notice as a creative work of its controllers, part of the dataset."""
    return {
        "@context": "https://schema.org/",
        "@type": "DigitalDocument",
        "@id": iri,
        "name": title,
        "inLanguage": language,
        "publisher": [{"@type": "Organization", "name": name} for name in controllers],
        "isPartOf": {"@type": "Dataset", "@id": f"{visit.links.base}dataset"},
    }


def block(data: Mapping[str, Any]) -> Markup:
    """The data as it may stand inside a script element: no character of it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - what could end the element is escaped above
