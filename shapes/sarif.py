"""Reports as SARIF 2.1.0 (OASIS), for code scanning and editors: rules with their help, results with their places.

Places are code points (`columnKind`), as everywhere in the project. A finding that nothing stands in the text has the
whole text for its place. There is no time of day in it: a rerun gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote as percent

from shapes.deltas import Delta, Past, fingerprint
from shapes.dossiers import Dossier
from shapes.findings import Finding
from shapes.rules import Rule, completeness_catalogue

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Mapping[str, str] = {"violation": "error", "warning": "warning", "info": "note"}


def to_sarif(dossiers: Sequence[Dossier], language: str, deltas: Mapping[str, Delta]) -> dict[str, object]:
    """Return the reports as one run; with deltas, each result says whether it is new, unchanged or absent by now."""
    rules = sorted(completeness_catalogue().rules.values(), key=lambda rule: rule.iri)
    places = {rule.iri: place for place, rule in enumerate(rules)}
    results = []
    for artifact, dossier in enumerate(dossiers):
        delta = deltas.get(dossier.report.notice)
        results += [_result(f, dossier, artifact, language, places, delta) for f in dossier.findings]
        results += [_absent(p, dossier, artifact, language, places) for p in (delta.fixed if delta else ())]
    engines = sorted({dossier.report.engine for dossier in dossiers})
    digests = sorted({dossier.report.shapes_digest for dossier in dossiers})
    driver = {
        "name": "Seloste",
        "informationUri": "https://w3id.org/seloste/shapes",
        "rules": [_rule(rule, language) for rule in rules],
        "properties": {"engines": engines, "shapes": digests},
    }
    run = {
        "tool": {"driver": driver},
        "language": language,
        "columnKind": "unicodeCodePoints",
        "artifacts": [_artifact(dossier) for dossier in dossiers],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _id(iri: str) -> str:
    return iri.rpartition("#")[2]


def _rule(rule: Rule, language: str) -> dict[str, object]:
    return {
        "id": _id(rule.iri),
        "shortDescription": {"text": rule.messages[language]},
        "fullDescription": {"text": rule.guidance[language]},
        "help": {"text": f"{rule.guidance[language]}\n\n{rule.reason[language]}"},
        "helpUri": rule.legal_text,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"iri": rule.iri, "item": rule.item, "article": rule.article},
    }


def _uri(dossier: Dossier) -> str:
    """The address of the text: its file by name, or the notice's IRI."""
    if "://" in dossier.source:
        return percent(dossier.source, safe=":/?&=%#@!$'()*+,;~[]")
    return percent(dossier.source) if dossier.source else dossier.report.notice


def _artifact(dossier: Dossier) -> dict[str, object]:
    hashes = {"hashes": {"sha-256": dossier.text_digest}} if dossier.text_digest else {}
    return {"location": {"uri": _uri(dossier)}, "length": -1, "encoding": "utf-8", **hashes}


def _location(dossier: Dossier, artifact: int, start: int | None, end: int | None, words: str | None) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(dossier), "index": artifact}}
    if start is not None and end is not None:
        place["region"] = {"charOffset": start, "charLength": end - start, "snippet": {"text": words or ""}}
    return {"physicalLocation": place}


def _result(
    finding: Finding, dossier: Dossier, artifact: int, language: str, places: Mapping[str, int], delta: Delta | None
) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": _id(finding.rule),
        "ruleIndex": places[finding.rule],
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message[language]},
        "locations": [_location(dossier, artifact, finding.start, finding.end, finding.quote)],
        "partialFingerprints": {"ruleAndQuote/v1": fingerprint(finding)},
    }
    if delta is not None:
        result["baselineState"] = "new" if finding in delta.new else "unchanged"
    denials = [c.denial for c in dossier.contradictions if c.denial.text in finding.message[language]]
    if completeness_catalogue().rule(finding.rule).leads_to == "contradictory" and denials:
        denial = denials[0]
        related = _location(dossier, artifact, denial.start, denial.end, denial.text)
        result["relatedLocations"] = [{"id": 1, **related, "message": {"text": denial.text}}]
    return result


def _absent(past: Past, dossier: Dossier, artifact: int, language: str, places: Mapping[str, int]) -> dict[str, object]:
    """A finding of the earlier report that is fixed. Its rule may be gone too."""
    known = {"ruleIndex": places[past.rule]} if past.rule in places else {}
    return {
        "ruleId": _id(past.rule),
        **known,
        "level": LEVELS[past.severity],
        "message": {"text": past.message[language]},
        "locations": [_location(dossier, artifact, None, None, None)],
        "partialFingerprints": {"ruleAndQuote/v1": past.fingerprint},
        "baselineState": "absent",
    }
