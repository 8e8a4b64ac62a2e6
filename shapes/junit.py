"""Reports as JUnit XML, for build servers: a suite for each notice, a case for each item and each further finding.

What is missing or contradictory fails, and so does a finding of a severity that the caller does not let pass; what does
not apply or was not assessed is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from shapes.dossiers import Answer, Dossier
from shapes.findings import Finding
from shapes.rules import SEVERITIES, completeness_catalogue
from shapes.verdicts import Verdict
from shapes.wording import wording

FAILED = frozenset({Verdict.MISSING, Verdict.CONTRADICTORY})
SKIPPED = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_ASSESSED})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold; a notice may."""


def to_junit(dossiers: Sequence[Dossier], language: str, fail_on: str = "warning") -> str:
    """Return the reports as JUnit XML; findings of `fail_on` or a worse severity fail."""
    root = Element("testsuites", name="seloste")
    for dossier in dossiers:
        _suite(root, dossier, language, fail_on)
    for total in ("tests", "failures", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("errors", "0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, dossier: Dossier, language: str, fail_on: str) -> None:
    suite = SubElement(root, "testsuite", name=_clean(dossier.name))
    properties = SubElement(suite, "properties")
    facts = (("notice", dossier.report.notice), ("engine", dossier.report.engine), ("shapes", dossier.report.shapes_digest))
    for name, value in facts:
        SubElement(properties, "property", name=name, value=value)
    for answer in dossier.answers:
        mine = [f for f in dossier.findings if f.item == answer.item.item and _deciding(f)]
        _item(suite, dossier, answer, mine, language)
    weights = list(SEVERITIES.values())
    failing = weights[: weights.index(fail_on) + 1]
    for finding in dossier.findings:
        if not _deciding(finding):
            _finding(suite, dossier, finding, language, finding.severity in failing)
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")


def _deciding(finding: Finding) -> bool:
    return completeness_catalogue().rule(finding.rule).leads_to is not None


def _item(suite: Element, dossier: Dossier, answer: Answer, findings: Iterable[Finding], language: str) -> None:
    name = f"{answer.item.article} {answer.item.labels[language]}"
    case = SubElement(suite, "testcase", classname=_clean(dossier.name), name=name, time="0")
    said = "\n".join(_told(finding, language) for finding in findings)
    word = wording(language)[str(answer.verdict)]
    if answer.verdict in FAILED:
        SubElement(case, "failure", type=str(answer.verdict), message=word).text = _clean(said)
    elif answer.verdict in SKIPPED:
        SubElement(case, "skipped", message=word)


def _finding(suite: Element, dossier: Dossier, finding: Finding, language: str, fails: bool) -> None:
    name = f"{finding.article} {finding.rule.rpartition('#')[2]}"
    if finding.start is not None:
        name += f" {finding.start}-{finding.end}"
    case = SubElement(suite, "testcase", classname=_clean(dossier.name), name=name, time="0")
    said = _clean(_told(finding, language))
    if fails:
        message = _clean(finding.message[language])
        SubElement(case, "failure", type=finding.severity, message=message).text = said
    else:
        SubElement(case, "system-out").text = said


def _told(finding: Finding, language: str) -> str:
    rule = completeness_catalogue().rule(finding.rule)
    quote = f"\n”{finding.quote}”" if finding.quote is not None else ""
    return f"{finding.message[language]}{quote}\n{rule.guidance[language]}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
