"""Reports as plain text, for a terminal and for whoever reads a notice without knowing SHACL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import fill

from shapes.deltas import Delta
from shapes.dossiers import Answer, Dossier
from shapes.evidence import Quote
from shapes.findings import Finding
from shapes.overview import OUTCOMES, by_controller, by_rule, verdict_counts
from shapes.rules import completeness_catalogue
from shapes.verdicts import Verdict
from shapes.wording import wording

WIDTH = 100
SHOWN = 2
"""Quotes shown for an item; how many more there are is said."""

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""Characters that command a terminal instead of showing something; a notice may hold them."""


def _flat(text: str, first: str, rest: str) -> str:
    return fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _indented(label: str, text: str) -> str:
    return _flat(f"{label}: {text}", "   ", "     ")


def _quoted(quote: Quote, dossier: Dossier, word: dict[str, str]) -> str:
    heading = dossier.section(quote.start)
    under = word["under-heading"].format(heading) + ", " if heading else ""
    return f"{word['quoted'].format(quote.text)} ({under}{word['place']} {quote.start}–{quote.end})"


def _finding(number: int, finding: Finding, dossier: Dossier, language: str) -> Iterator[str]:
    word = wording(language)
    rule = completeness_catalogue().rule(finding.rule)
    yield _flat(f"{number}. {word[finding.severity].upper()} · {finding.article} · {finding.message[language]}", "", "   ")
    if finding.quote is not None and finding.start is not None and finding.end is not None:
        yield _indented(word["quote"], _quoted(Quote(finding.start, finding.end, finding.quote), dossier, word))
    yield _indented(word["guidance"], rule.guidance[language])
    yield _indented(word["reason"], rule.reason[language])
    if rule.legal_text:
        yield _indented(word["legal-text"], rule.legal_text)


def _shown(answer: Answer, dossier: Dossier, word: dict[str, str]) -> Iterator[str]:
    """What shows a verdict, under its line."""
    for quote in answer.quotes[:SHOWN]:
        yield _flat(_quoted(quote, dossier, word), "      ", "        ")
    if len(answer.quotes) > SHOWN:
        yield "      " + word["more-quotes"].format(len(answer.quotes) - SHOWN)
    if answer.apart:
        yield "      " + word["apart"]
    if answer.sections:
        named = ", ".join(word["quoted"].format(h.text) for h in answer.sections if h.text)
        yield _flat(f"{word['looked-under']}: {named}", "      ", "        ")
    elif answer.verdict is Verdict.MISSING:
        yield "      " + word["looked-text" if dossier.headings is None else "looked-everywhere"]


def to_text(dossier: Dossier, language: str, delta: Delta | None = None) -> str:
    """Return a report as plain text in `language`: verdicts with what shows them, contradictions, findings.

    Raises shapes.wording.UnknownLanguageError for a language other than fi, sv, en.
    """
    word, report = wording(language), dossier.report
    width = max(len(word[str(a.verdict)]) for a in dossier.answers)
    articles = max(len(a.item.article) for a in dossier.answers)
    lines = [
        word["title"],
        f"{word['notice']}: {report.title or '–'} <{report.notice}>",
        f"{word['controller']}: {', '.join(dossier.controllers) or word['no-controller']}",
        f"{word['date']}: {dossier.date or word['no-date']}",
        "",
        word["items"],
    ]
    for answer in dossier.answers:
        verdict = word[str(answer.verdict)]
        lines.append(f"  {verdict:<{width}}  {answer.item.article:<{articles}}  {answer.item.labels[language]}")
        lines += _shown(answer, dossier, word)
    lines += _contradictions(dossier, word)
    lines += ["", f"{word['findings']} ({len(report.findings)})"]
    if not report.findings:
        lines.append(f"  {word['no-findings']}")
    for number, finding in enumerate(report.findings, start=1):
        lines += ["", *_finding(number, finding, dossier, language)]
    if delta is not None:
        lines += _delta(delta, language)
    read = f"{dossier.length} {word['characters']}, {dossier.claims} {word['statements']}"
    lines += ["", f"{word['read']}: {read}"]
    lines += [f"{word['made-with']}: {report.engine}, {word['rules']} {report.shapes_digest[:12]}"]
    return CONTROL.sub("�", "\n".join(lines)) + "\n"


def _contradictions(dossier: Dossier, word: dict[str, str]) -> Iterator[str]:
    if dossier.contradictions:
        yield ""
        yield f"{word['contradictions']} ({len(dossier.contradictions)})"
    for one in dossier.contradictions:
        yield ""
        yield _indented(word["denial"], _quoted(one.denial, dossier, word))
        yield _indented(word["statement"], _quoted(one.statement, dossier, word))
        if one.organisation:
            yield _flat(word["recipient-outside"].format(one.organisation), "   ", "     ")


def _delta(delta: Delta, language: str) -> Iterator[str]:
    word, items = wording(language), {i.item: i for i in completeness_catalogue().items}
    yield ""
    yield word["delta"]
    for key, found in (("new", delta.new), ("fixed", delta.fixed)):
        yield f"  {word[key]} ({len(found)})"
        for one in found:
            yield _flat(f"{one.article} · {one.message[language]}", "    ", "      ")
    yield f"  {word['unchanged']} ({len(delta.unchanged)})"
    for item, was, now in delta.turned:
        yield _flat(f"{word['turned']}: {items[item].labels[language]}: {word[was]} → {word[now]}", "  ", "    ")


def summary_text(dossiers: Sequence[Dossier], language: str) -> str:
    """Return the counts over several notices as plain text in `language`.

    Raises shapes.wording.UnknownLanguageError for a language other than fi, sv, en.
    """
    word, reports = wording(language), [dossier.report for dossier in dossiers]
    counts = verdict_counts(reports)
    lines = [f"{word['notices']}: {len(reports)}", "", word["by-item"]]
    lines.append("  " + "".join(f"{word[outcome]:>16}" for outcome in OUTCOMES))
    for item in completeness_catalogue().items:
        row = "".join(f"{counts[item.item, outcome] or '·':>16}" for outcome in OUTCOMES)
        lines.append(f"  {row}  {item.article:<14} {item.labels[language]}")
    lines += ["", word["by-controller"]]
    for one in by_controller(dossiers):
        row = "".join(f"{one.verdicts[outcome] or '·':>16}" for outcome in OUTCOMES)
        lines.append(f"  {row}  {one.name or word['no-controller']} ({one.notices})")
    lines += ["", word["by-rule"]]
    for rule, count in by_rule(reports):
        name = rule.iri.rpartition("#")[2]
        lines.append(f"  {count:>5}  {word[rule.severity]:<10} {rule.article:<18} {name}")
    return CONTROL.sub("�", "\n".join(lines)) + "\n"
