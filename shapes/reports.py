"""Reports for people and machines: renderers of one `Report`, and counts over several.

JSON is the contract of the command line; text is for a terminal and for whoever reads the notice without knowing SHACL;
Turtle is the standard sh:ValidationReport.
"""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill

from shapes.findings import Finding
from shapes.rules import SEVERITIES, completeness_catalogue
from shapes.validation import Report
from shapes.wording import wording

WIDTH = 100


def to_json(report: Report) -> dict[str, object]:
    """Return the report as plain values for JSON: notice, verdicts, findings (messages in fi, sv, en)."""
    return {
        "notice": report.notice,
        "verdicts": [{"item": v.item, "verdict": str(v.verdict)} for v in report.verdicts],
        "findings": [
            {
                "rule": f.rule, "item": f.item, "article": f.article, "severity": f.severity,
                "message": dict(f.message), "quote": f.quote, "start": f.start, "end": f.end,
            }
            for f in report.findings
        ],
    }


def to_ntriples(report: Report) -> tuple[str, ...]:
    """Return the report graph as sorted N-Triples lines, as the store takes them."""
    return tuple(sorted(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in report.graph))


def to_turtle(report: Report) -> str:
    """Return the report graph as Turtle."""
    return report.graph.serialize(format="turtle")


def _indented(label: str, text: str) -> str:
    flat = " ".join(text.split())
    return fill(f"{label}: {flat}", WIDTH, initial_indent="   ", subsequent_indent="     ", break_long_words=False)


def _finding(number: int, finding: Finding, language: str) -> Iterator[str]:
    word = wording(language)
    rule = completeness_catalogue().rule(finding.rule)
    head = f"{number}. {word[finding.severity].upper()} · {finding.article} · {finding.message[language]}"
    yield fill(" ".join(head.split()), WIDTH, subsequent_indent="   ", break_long_words=False)
    if finding.quote is not None:
        place = f"({word['place']} {finding.start}–{finding.end})"
        yield _indented(word["quote"], f"”{finding.quote}” {place}")
    yield _indented(word["guidance"], rule.guidance[language])
    yield _indented(word["reason"], rule.reason[language])
    if rule.legal_text:
        yield _indented(word["legal-text"], rule.legal_text)


def to_text(report: Report, language: str) -> str:
    """Return the report as plain text in `language`: a table of verdicts, then each finding with quote and guidance.

    Raises shapes.wording.UnknownLanguageError for a language other than fi, sv, en.
    """
    word = wording(language)
    items = {item.item: item for item in completeness_catalogue().items}
    width = max(len(word[str(v.verdict)]) for v in report.verdicts)
    articles = max(len(items[v.item].article) for v in report.verdicts)
    lines = [word["title"], f"{word['notice']}: {report.title or '–'} <{report.notice}>", "", word["items"]]
    for verdict in report.verdicts:
        item = items[verdict.item]
        lines.append(f"  {word[str(verdict.verdict)]:<{width}}  {item.article:<{articles}}  {item.labels[language]}")
    lines += ["", f"{word['findings']} ({len(report.findings)})"]
    if not report.findings:
        lines.append(f"  {word['no-findings']}")
    for number, finding in enumerate(report.findings, start=1):
        lines += ["", *_finding(number, finding, language)]
    lines += ["", f"{word['made-with']}: {report.engine}, {word['rules']} {report.shapes_digest[:12]}"]
    return "\n".join(lines) + "\n"


def written(reports: Sequence[Report], form: str, language: str, *, summarised: bool = False) -> str:
    """Return reports as the command line prints them.

    `form` is text, json or turtle; `summarised` gives only the counts. One report in JSON is an object, several a list.
    Raises shapes.wording.UnknownLanguageError for a language other than fi, sv, en.
    """
    if form == "json":
        each = [to_json(report) for report in reports]
        value = summary(reports) if summarised else each[0] if len(each) == 1 else each
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if summarised:
        return summary_text(reports, language)
    return "\n".join(to_turtle(report) if form == "turtle" else to_text(report, language) for report in reports)


def worst(reports: Iterable[Report]) -> str | None:
    """Return the weightiest severity found ("violation", "warning", "info"), None when there is no finding."""
    found = {finding.severity for report in reports for finding in report.findings}
    return next((severity for severity in SEVERITIES.values() if severity in found), None)


def summary(reports: Sequence[Report]) -> dict[str, object]:
    """Return counts over several reports: notices, verdicts by item, findings by severity and by rule."""
    verdicts: dict[str, Counter[str]] = {}
    for report in reports:
        for verdict in report.verdicts:
            verdicts.setdefault(verdict.item, Counter())[str(verdict.verdict)] += 1
    findings = [finding for report in reports for finding in report.findings]
    severities = Counter(finding.severity for finding in findings)
    rules = Counter(finding.rule for finding in findings)
    return {
        "notices": len(reports),
        "items": {item: dict(sorted(counts.items())) for item, counts in verdicts.items()},
        "severities": {severity: severities[severity] for severity in SEVERITIES.values()},
        "rules": dict(sorted(rules.items(), key=lambda entry: (-entry[1], entry[0]))),
    }


def summary_text(reports: Sequence[Report], language: str) -> str:
    """Return the counts over several reports as plain text in `language`.

    Raises shapes.wording.UnknownLanguageError for a language other than fi, sv, en.
    """
    word, catalogue = wording(language), completeness_catalogue()
    outcomes = ("met", "missing", "contradictory", "not-applicable", "not-assessed")
    counts = Counter((v.item, str(v.verdict)) for report in reports for v in report.verdicts)
    lines = [f"{word['notices']}: {len(reports)}", "", word["by-item"]]
    lines.append("  " + "".join(f"{word[outcome]:>16}" for outcome in outcomes))
    for item in catalogue.items:
        row = "".join(f"{counts[item.item, outcome] or '·':>16}" for outcome in outcomes)
        lines.append(f"  {row}  {item.article:<14} {item.labels[language]}")
    lines += ["", word["by-rule"]]
    rules = Counter(finding.rule for report in reports for finding in report.findings)
    for iri, count in sorted(rules.items(), key=lambda entry: (-entry[1], entry[0])):
        rule = catalogue.rule(iri)
        name = iri.rpartition("#")[2]
        lines.append(f"  {count:>5}  {word[rule.severity]:<10} {rule.article:<18} {name}")
    return "\n".join(lines) + "\n"
