"""Reports for people, as stand-alone HTML and as Markdown: Jinja2 templates in which every word of a notice is escaped.

A notice is untrusted text: in HTML markup is escaped by Jinja2, in Markdown every character that means something there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shapes.citing import cited
from shapes.deltas import Delta
from shapes.dossiers import Dossier
from shapes.findings import Finding
from shapes.overview import OUTCOMES, by_controller, by_rule, verdict_counts
from shapes.rules import HERE, SEVERITIES, Rule, completeness_catalogue
from shapes.wording import wording

SHOWN = 3
"""Quotes shown for an item; how many more there are is said."""
SIGNS: Mapping[str, str] = {
    "met": "✓",
    "missing": "✗",
    "contradictory": "≠",
    "not-applicable": "–",
    "not-assessed": "?",
}
GROUPS: Mapping[str, str] = {"violation": "violations", "warning": "warnings", "info": "infos"}
"""Severities with the word that heads their findings."""
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~&@]|(?<=www)\.|:(?=//)|^[-+=](?=\s|$)|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
"""What means something in Markdown: anywhere, in an address that would become a link, or at the beginning of a line."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding as a page shows it: its number, its rule."""

    number: int
    finding: Finding
    rule: Rule


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: the reports whole, or only their overview, and whether that links to a file for each notice."""

    dossiers: Sequence[Dossier]
    language: str
    deltas: Mapping[str, Delta]
    summarised: bool = False
    linked: bool = False


def to_html(shown: Shown) -> str:
    """Return the reports as one HTML file that needs nothing else; several begin with their overview."""
    return _rendered(_html(), "report.html", shown)


def to_markdown(shown: Shown) -> str:
    """Return the reports as Markdown (GitHub flavour, for tables)."""
    return _rendered(_markdown(), "report.md", shown)


def _rendered(environment: Environment, template: str, shown: Shown) -> str:
    words, catalogue = wording(shown.language), completeness_catalogue()
    reports = [dossier.report for dossier in shown.dossiers]
    return environment.get_template(template).render(
        w=words,
        language=shown.language,
        cite=_citer(words),
        dossiers=shown.dossiers,
        deltas=shown.deltas,
        summarised=shown.summarised or not shown.dossiers,
        linked=shown.linked,
        numbered=_numbered,
        items=catalogue.items,
        labels={item.item: item.labels[shown.language] for item in catalogue.items},
        outcomes=OUTCOMES,
        signs=SIGNS,
        groups=GROUPS,
        severities=tuple(SEVERITIES.values()),
        shown=SHOWN,
        counts=verdict_counts(reports),
        rules=by_rule(reports),
        controllers=by_controller(shown.dossiers),
    )


def _citer(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda article: cited(article, words)


def _numbered(dossier: Dossier) -> list[Numbered]:
    rule = completeness_catalogue().rule
    return [Numbered(number, finding, rule(finding.rule)) for number, finding in enumerate(dossier.findings, 1)]


@cache
def _html() -> Environment:
    return _environment(autoescape=True, finalize=None)


@cache
def _markdown() -> Environment:
    # Autoescape would write HTML entities; what escapes here is the last step of every expression.
    return _environment(autoescape=False, finalize=in_markdown)


def _environment(*, autoescape: bool, finalize: Callable[[object], object] | None) -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=autoescape,  # noqa: S701 -- Markdown is escaped by `finalize`, HTML by autoescape
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def in_markdown(value: object) -> object:
    """A value as literal text of Markdown, on one line; what a template marks as safe is left as it is."""
    if isinstance(value, Markup | int):
        return value
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(str(value).split()))
