"""Many notices at a glance: verdicts counted by item, findings by rule and severity, and the table of item by notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapes.dossiers import Dossier
from shapes.rules import SEVERITIES, Rule, completeness_catalogue
from shapes.validation import Report
from shapes.verdicts import Verdict

OUTCOMES = tuple(str(verdict) for verdict in Verdict)
"""In the order in which reports show them."""


@dataclass(frozen=True, slots=True)
class Controller:
    """The notices of one controller, and how often each verdict and each severity stands in them."""

    name: str
    notices: int
    verdicts: Counter[str]
    severities: Counter[str]


def worst(reports: Iterable[Report]) -> str | None:
    """Return the weightiest severity found ("violation", "warning", "info"), None when there is no finding."""
    found = {finding.severity for report in reports for finding in report.findings}
    return next((severity for severity in SEVERITIES.values() if severity in found), None)


def verdict_counts(reports: Iterable[Report]) -> Counter[tuple[str, str]]:
    """How often each item got each verdict."""
    return Counter((v.item, str(v.verdict)) for report in reports for v in report.verdicts)


def by_rule(reports: Iterable[Report]) -> list[tuple[Rule, int]]:
    """The rules that were broken with how often, the most frequent first."""
    rules = Counter(finding.rule for report in reports for finding in report.findings)
    ordered = sorted(rules.items(), key=lambda entry: (-entry[1], entry[0]))
    return [(completeness_catalogue().rule(iri), count) for iri, count in ordered]


def by_controller(dossiers: Sequence[Dossier]) -> list[Controller]:
    """The notices by controller, by name; those that name none come last, under "". A joint notice counts for each."""
    grouped: dict[str, list[Dossier]] = {}
    for dossier in dossiers:
        for name in dossier.controllers or ("",):
            grouped.setdefault(name, []).append(dossier)
    return [
        Controller(
            name,
            len(mine),
            Counter(str(v.verdict) for d in mine for v in d.report.verdicts),
            Counter(f.severity for d in mine for f in d.findings),
        )
        for name, mine in sorted(grouped.items(), key=lambda entry: (not entry[0], entry[0].casefold()))
    ]


def summary(dossiers: Sequence[Dossier]) -> dict[str, object]:
    """Return counts over several notices: verdicts by item, findings by severity, rule and controller, and the matrix."""
    reports = [dossier.report for dossier in dossiers]
    counts = verdict_counts(reports)
    items = [item.item for item in completeness_catalogue().items]
    severities = Counter(finding.severity for report in reports for finding in report.findings)
    return {
        "notices": len(reports),
        "items": {
            item: {o: counts[item, o] for o in sorted(OUTCOMES) if counts[item, o]} for item in items if reports
        },
        "severities": {severity: severities[severity] for severity in SEVERITIES.values()},
        "rules": {rule.iri: count for rule, count in by_rule(reports)},
        "controllers": [
            {
                "name": c.name or None,
                "notices": c.notices,
                "verdicts": {outcome: c.verdicts[outcome] for outcome in OUTCOMES},
                "severities": {severity: c.severities[severity] for severity in SEVERITIES.values()},
            }
            for c in by_controller(dossiers)
        ],
        "matrix": [
            {
                "notice": d.report.notice,
                "source": d.source,
                "verdicts": {v.item: str(v.verdict) for v in d.report.verdicts},
            }
            for d in dossiers
        ],
    }
