"""Reports for people and machines: the formats in which dossiers are written, and into which files.

JSON is the contract of the command line; text is for a terminal; HTML and Markdown are for readers; Turtle and JSON-LD are
the standard sh:ValidationReport; CSV is for spreadsheets; JUnit and SARIF are for build servers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shapes.deltas import Delta
from shapes.dossiers import Dossier
from shapes.exchange import json_text, to_csv, to_json, to_rdf
from shapes.junit import to_junit
from shapes.overview import summary, worst
from shapes.pages import Shown, to_html, to_markdown
from shapes.plain_text import summary_text, to_text
from shapes.rules import SEVERITIES
from shapes.sarif import to_sarif
from shapes.validation import Report
from shapes.wording import wording

__all__ = ["SUFFIXES", "Written", "fails", "files", "to_ntriples", "written"]

SUFFIXES: Mapping[str, str] = {
    "text": ".txt",
    "markdown": ".md",
    "html": ".html",
    "json": ".json",
    "turtle": ".ttl",
    "jsonld": ".jsonld",
    "csv": ".csv",
    "junit": ".xml",
    "sarif": ".sarif",
}
"""The formats, with how the names of their files end."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be written: the dossiers, in which language, compared with what, and from which severity a finding fails."""

    dossiers: Sequence[Dossier]
    language: str
    deltas: Mapping[str, Delta] = field(default_factory=dict)
    fail_on: str = "warning"
    summarised: bool = False
    linked: bool = False

    @property
    def page(self) -> Shown:
        """What a page shows of it."""
        return Shown(self.dossiers, self.language, self.deltas, self.summarised, self.linked)


def to_ntriples(report: Report) -> tuple[str, ...]:
    """Return the report graph as sorted N-Triples lines, as the store takes them."""
    return tuple(sorted(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in report.graph))


def fails(dossiers: Sequence[Dossier], severity: str) -> bool:
    """Whether any finding is of this severity ("violation", "warning", "info") or a worse one."""
    weights, found = list(SEVERITIES.values()), worst(dossier.report for dossier in dossiers)
    return found is not None and weights.index(found) <= weights.index(severity)


def _json(asked: Written) -> str:
    if asked.summarised:
        return json_text(summary(asked.dossiers))
    each = [to_json(d, asked.deltas.get(d.report.notice)) for d in asked.dossiers]
    return json_text(each[0] if len(each) == 1 else each)


def _text(asked: Written) -> str:
    if asked.summarised:
        return summary_text(asked.dossiers, asked.language)
    return "\n".join(to_text(d, asked.language, asked.deltas.get(d.report.notice)) for d in asked.dossiers)


_WRITERS: Mapping[str, Callable[[Written], str]] = {
    "text": _text,
    "markdown": lambda a: to_markdown(a.page),
    "html": lambda a: to_html(a.page),
    "json": _json,
    "turtle": lambda a: to_rdf([d.report.graph for d in a.dossiers], "turtle"),
    "jsonld": lambda a: to_rdf([d.report.graph for d in a.dossiers], "json-ld") + "\n",
    "csv": lambda a: to_csv(a.dossiers, a.language),
    "junit": lambda a: to_junit(a.dossiers, a.language, a.fail_on),
    "sarif": lambda a: json_text(to_sarif(a.dossiers, a.language, a.deltas)),
}


def written(asked: Written, form: str) -> str:
    """Return the reports in a format of `SUFFIXES`. One report in JSON is an object, several a list.

    Formats for machines that hold every finding (turtle, jsonld, csv, junit, sarif) have no summary of their own.
    Raises shapes.wording.UnknownLanguageError for a language other than fi, sv, en.
    """
    wording(asked.language)
    return _WRITERS[form](asked)


def files(asked: Written, form: str) -> Iterator[tuple[str, str]]:
    """Yield name and content of the files of a directory: one for each notice, and the overview as `index`."""
    for dossier in asked.dossiers:
        one = Written([dossier], asked.language, asked.deltas, asked.fail_on)
        yield f"{dossier.report.notice.rpartition('/')[2]}{SUFFIXES[form]}", written(one, form)
    if form in {"text", "markdown", "html", "json"}:
        overview = Written(asked.dossiers, asked.language, asked.deltas, asked.fail_on, True, True)
        yield f"index{SUFFIXES[form]}", written(overview, form)
