"""A report as JSON and back, whole: how it crosses from one process to another and how it is kept."""
from __future__ import annotations

import json
from dataclasses import asdict

from shapes.findings import Finding
from shapes.validation import Report
from shapes.verdicts import ItemVerdict, Verdict


class NoReport(ValueError):
    """Text that is no report: cut short, altered, or of another version."""


def encoded(report: Report) -> str:
    """Return a report as one line of JSON."""
    return json.dumps(asdict(report), ensure_ascii=False, separators=(",", ":"))


def decoded(text: str) -> Report:
    """Return the report of a line of JSON. Raises NoReport."""
    try:
        values = json.loads(text)
        values["verdicts"] = tuple(ItemVerdict(v["item"], Verdict(v["verdict"])) for v in values["verdicts"])
        values["findings"] = tuple(Finding(**finding) for finding in values["findings"])
        values["lines"] = tuple(values["lines"])
        return Report(**values)
    except (ValueError, TypeError, KeyError) as error:
        raise NoReport(f"no report: {error}") from error
