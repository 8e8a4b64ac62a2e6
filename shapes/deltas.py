"""What changed since an earlier report: findings that are new, fixed or unchanged, and verdicts that turned.

A finding is known again by its fingerprint (rule and quote), not by its place: a paragraph put in above moves every place.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from shapes.dossiers import Dossier
from shapes.findings import Finding
from shapes.rules import LANGUAGES
from shapes.verdicts import Verdict


class EarlierReportError(ValueError):
    """What should be an earlier report is none: `source` says which file, the text what is wrong with it."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}; give a report written by: seloste validate … --format json")
        self.source = source


@dataclass(frozen=True, slots=True)
class Past:
    """A finding as an earlier report holds it."""

    fingerprint: str
    rule: str
    item: str
    article: str
    severity: str
    message: Mapping[str, str]
    quote: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier report of one notice."""

    notice: str
    source: str
    verdicts: Mapping[str, str]
    findings: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """What became of a notice: `new` and `unchanged` are findings of the later report, `fixed` of the earlier."""

    new: tuple[Finding, ...]
    fixed: tuple[Past, ...]
    unchanged: tuple[Finding, ...]
    turned: tuple[tuple[str, str, str], ...]


def fingerprint(finding: Finding) -> str:
    """What stays the same of a finding when the text around it moves: its rule and its quote, in any layout and case.

    A rule that finds something absent has no quote: its fingerprint is that of the rule.
    """
    return _digest(finding.rule, finding.quote)


def _digest(rule: str, quote: str | None) -> str:
    words = " ".join((quote or "").casefold().split())
    return sha256(f"{rule}\n{words}".encode()).hexdigest()[:16]


def earlier(text: str, source: str) -> tuple[Earlier, ...]:
    """Read what `--format json` wrote: the report of one notice, or a list of them.

    Raises:
        EarlierReportError: when it is not such a report.
    """
    try:
        value = json.loads(text)
        return tuple(_earlier(one) for one in (value if isinstance(value, list) else [value]))
    except json.JSONDecodeError as error:
        raise EarlierReportError(source, f"is not JSON (line {error.lineno})") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise EarlierReportError(source, "is JSON but not a report of this program") from error


def _earlier(one: Mapping[str, object]) -> Earlier:
    verdicts, findings = one["verdicts"], one["findings"]
    if not isinstance(verdicts, list) or not isinstance(findings, list):
        raise TypeError
    return Earlier(
        notice=str(one["notice"]),
        source=str(one.get("source") or ""),
        verdicts={str(v["item"]): str(Verdict(v["verdict"])) for v in verdicts},
        findings=tuple(_past(f) for f in findings),
    )


def _past(one: Mapping[str, object]) -> Past:
    rule, quote, message = str(one["rule"]), one["quote"], one["message"]
    if not isinstance(message, Mapping):
        raise TypeError
    words = None if quote is None else str(quote)
    texts = {language: str(message[language]) for language in LANGUAGES}
    return Past(
        _digest(rule, words), rule, str(one["item"]), str(one["article"]), str(one["severity"]), texts, words
    )


def _predecessor(dossier: Dossier, before: Sequence[Earlier]) -> Earlier | None:
    """The earlier report of the same notice: of the same text, else of the same file, else the only one there is."""
    same = [e for e in before if e.notice == dossier.report.notice]
    same = same or [e for e in before if e.source and e.source == dossier.source]
    return same[0] if same else None


def compared(dossiers: Sequence[Dossier], before: Sequence[Earlier]) -> dict[str, Delta]:
    """The delta of each notice that has an earlier report, by the notice's IRI."""
    out = {}
    for dossier in dossiers:
        known = _predecessor(dossier, before)
        if known is None and len(dossiers) == len(before) == 1:
            known = before[0]
        if known is not None:
            out[dossier.report.notice] = delta(dossier, known)
    return out


def delta(dossier: Dossier, before: Earlier) -> Delta:
    """Compare a notice with its earlier report. Findings alike in rule and quote are counted, not told apart."""
    left = Counter(past.fingerprint for past in before.findings)
    new: list[Finding] = []
    unchanged: list[Finding] = []
    for finding in dossier.findings:
        mark = fingerprint(finding)
        (unchanged if left[mark] else new).append(finding)
        left[mark] -= 1
    return Delta(tuple(new), tuple(_fixed(before.findings, left)), tuple(unchanged), tuple(_turned(dossier, before)))


def _fixed(findings: Iterable[Past], left: Counter[str]) -> Iterator[Past]:
    for past in findings:
        if left[past.fingerprint] > 0:
            left[past.fingerprint] -= 1
            yield past


def _turned(dossier: Dossier, before: Earlier) -> Iterator[tuple[str, str, str]]:
    """The items whose verdict is another now: item, what it was, what it is."""
    for verdict in dossier.report.verdicts:
        was = before.verdicts.get(verdict.item)
        if was is not None and was != str(verdict.verdict):
            yield verdict.item, was, str(verdict.verdict)
