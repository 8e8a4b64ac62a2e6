"""Reports for other programs: JSON, CSV, and the standard sh:ValidationReport as Turtle or JSON-LD.

JSON is the contract of the command line: `verdicts` and `findings` stay as they are, more may stand beside them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from rdflib import Graph

from ontology.namespaces import PREFIXES
from shapes.deltas import Delta, Past, fingerprint
from shapes.dossiers import Dossier
from shapes.evidence import Heading, Quote
from shapes.findings import Finding
from shapes.rules import completeness_catalogue

COLUMNS = (
    "notice", "source", "title", "controller", "kind", "item", "article", "verdict", "severity", "rule", "message",
    "quote", "start", "end", "fingerprint",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is a formula to a spreadsheet; the words of a notice must not run there."""


def to_json(dossier: Dossier, delta: Delta | None = None) -> dict[str, object]:
    """Return a dossier as plain values for JSON; messages in fi, sv, en."""
    known = {answer.item.item: answer for answer in dossier.answers}
    value: dict[str, object] = {
        "notice": dossier.report.notice,
        "verdicts": [
            {
                "item": v.item,
                "verdict": str(v.verdict),
                "evidence": [_quote(q) for q in known[v.item].quotes],
                "contactDetails": known[v.item].apart,
                "sectionsRead": [_heading(h) for h in known[v.item].sections],
            }
            for v in dossier.report.verdicts
        ],
        "findings": [_finding(f) for f in dossier.findings],
        "contradictions": [
            {"denial": _quote(c.denial), "statement": _quote(c.statement), "organisation": c.organisation}
            for c in dossier.contradictions
        ],
        "title": dossier.report.title,
        "source": dossier.source,
        "language": dossier.language,
        "date": dossier.date,
        "controllers": list(dossier.controllers),
        "read": {
            "characters": dossier.length,
            "claims": dossier.claims,
            "sections": None if dossier.headings is None else [_heading(h) for h in dossier.headings],
        },
        "madeWith": {
            "engine": dossier.report.engine,
            "shapes": dossier.report.shapes_digest,
            "text": dossier.text_digest,
        },
    }
    if delta is not None:
        value["delta"] = {
            "new": [fingerprint(f) for f in delta.new],
            "fixed": [_past(p) for p in delta.fixed],
            "unchanged": [fingerprint(f) for f in delta.unchanged],
            "verdicts": [{"item": item, "was": was, "is": now} for item, was, now in delta.turned],
        }
    return value


def _finding(f: Finding) -> dict[str, object]:
    rule = completeness_catalogue().rule(f.rule)
    return {
        "rule": f.rule, "item": f.item, "article": f.article, "severity": f.severity,
        "message": dict(f.message), "quote": f.quote, "start": f.start, "end": f.end,
        "fingerprint": fingerprint(f), "legalText": rule.legal_text, "guidance": dict(rule.guidance),
    }  # fmt: skip


def _past(p: Past) -> dict[str, object]:
    return {
        "rule": p.rule, "item": p.item, "severity": p.severity, "message": dict(p.message), "quote": p.quote,
        "fingerprint": p.fingerprint,
    }  # fmt: skip


def _quote(quote: Quote) -> dict[str, object]:
    return {"quote": quote.text, "start": quote.start, "end": quote.end}


def _heading(heading: Heading) -> dict[str, object]:
    return {"heading": heading.text, "start": heading.start, "end": heading.end}


def json_text(value: object) -> str:
    """Plain values as the JSON that people can read too."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def to_csv(dossiers: Iterable[Dossier], language: str) -> str:
    """Return one row for each verdict and each finding, in `language`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for dossier in dossiers:
        shared = {
            "notice": dossier.report.notice,
            "source": dossier.source,
            "title": dossier.report.title or "",
            "controller": "; ".join(dossier.controllers),
        }
        for answer in dossier.answers:
            first = answer.quotes[0] if answer.quotes else None
            row = {"kind": "verdict", "item": answer.item.item, "article": answer.item.article}
            place = {"quote": first.text, "start": first.start, "end": first.end} if first else {}
            writer.writerow(_cells({**shared, **row, "verdict": str(answer.verdict), **place}))
        for f in dossier.findings:
            row = {"kind": "finding", "item": f.item, "article": f.article, "severity": f.severity, "rule": f.rule}
            said = {"message": f.message[language], "quote": f.quote or "", "fingerprint": fingerprint(f)}
            place = {} if f.start is None else {"start": f.start, "end": f.end}
            writer.writerow(_cells({**shared, **row, **said, **place}))
    return out.getvalue()


def _cells(row: Mapping[str, object]) -> dict[str, object]:
    """A row whose words no spreadsheet takes for a formula."""
    return {k: f"'{v}" if isinstance(v, str) and v.startswith(FORMULA) else v for k, v in row.items()}


def to_rdf(graphs: Sequence[Graph], form: str) -> str:
    """Return report graphs together, as "turtle" or "json-ld"."""
    together = Graph(bind_namespaces="none")
    for prefix in ("sh", "sel", "rule", "xsd", "dpv", "oa"):
        together.bind(prefix, PREFIXES[prefix])
    for graph in graphs:
        for triple in graph:
            together.add(triple)
    return str(together.serialize(format=form))
