"""The overview of findings (controllers by item of Articles 13 and 14, counts by rule) and the catalogue of rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter

from server import figures, findings_queries
from server.findings_queries import Filter
from server.page_queries import PAGE, NotATerm
from server.pages import Pages, add
from server.problems import Problem
from server.protocol import HTML
from server.results import Row, Table
from server.service import Reply, Visit
from server.tables import Cell
from shapes.rules import SEVERITIES, Rule
from shapes.verdicts import Verdict

_WORST: Final = ("missing", "contradictory", "not-assessed", "met", "not-applicable")
"""Verdicts by weight: the cell of a controller with several notices shows the first that one of them has."""
_SIGNS: Final = {"met": "✓", "missing": "✗", "contradictory": "≠", "not-applicable": "–", "not-assessed": "?"}


@dataclass(frozen=True, slots=True)
class Square:
    """One controller by one item: the verdict that weighs most, how many of its notices have it, and where they are."""

    verdict: str
    sign: str
    word: str
    count: int
    href: str | None


class FindingsPages:
    """Replies for `/findings` and `/rules`."""

    def __init__(self, pages: Pages) -> None:
        self._service, self._renderer = pages.service, pages.renderer
        self._names = pages.service.names

    async def overview(self, visit: Visit) -> Reply:
        """The counts and a page of the matrix. Raises any QueryError."""
        tag, known = self._service.kept(visit)
        if known:
            return known
        asked = Filter(*(visit.fields.get(name, "").strip() for name in ("name", "item", "verdict")))
        problem = None
        try:
            rows, following = await self._matrix(visit, asked)
        except NotATerm:
            rows, following = [], None
            problem = Problem("bad-request", 400, "The filter holds what no item, verdict or name is. Choose anew.")
        counted, answer = await self._service.table(findings_queries.by_item())
        ruled, _ = await self._service.table(findings_queries.by_rule())
        headers = self._service.headers(answer, None if problem else tag)
        language = visit.language
        page = self._renderer.page(
            "findings.html", visit, status=problem.status if problem else 200, problem=problem, asked=asked, rows=rows,
            items=[(one.item, self._names.cited(one.article, language), one.labels[language])
                   for one in self._names.catalogue.items],
            verdicts=[(one, _SIGNS[one], self._names.word(one, language)) for one in map(str, Verdict)],
            counts=self._counts(counted, visit), rules=self._rules(ruled, visit), following=following,
            first="after" in visit.fields,
        )  # fmt: skip
        return Reply(page.body, HTML, page.status, {**page.headers, **headers})

    async def rules(self, visit: Visit) -> Reply:
        """Every rule of the check: what it demands, how severe it is and why, and how to mend what it finds."""
        tag, known = self._service.kept(visit)
        if known:
            return known
        table, answer = await self._service.table(findings_queries.by_rule())
        counts = {row["rule"].value: figures.number(row, "notices") for row in table.rows}
        page = self._renderer.page("rules.html", visit, groups=self._catalogue(counts, visit))
        return Reply(page.body, HTML, 200, {**page.headers, **self._service.headers(answer, tag)})

    async def _matrix(self, visit: Visit, asked: Filter) -> tuple[list[tuple[Cell, list[Square | None]]], str | None]:
        """A page of controllers with their squares, and the address of the next one."""
        after = visit.fields.get("after", "")
        found, _ = await self._service.table(
            findings_queries.controllers(self._service.settings.base, asked, after)
        )  # fmt: skip
        listed = found.rows[:PAGE]
        if not listed:
            return [], None
        judged, _ = await self._service.table(findings_queries.matrix([row["party"].value for row in listed]))
        cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in judged.rows:
            cells[row["party"].value, row["item"].value].append(row)
        items = [one.item for one in self._names.catalogue.items]
        rows = []
        for row in listed:
            party = row["party"].value
            name = Cell("text", row["name"].value, visit.links.resource(party))
            rows.append((name, [self._square(cells[party, item], party, visit) for item in items]))
        values = {"name": asked.name, "item": asked.item, "verdict": asked.verdict, "after": listed[-1]["key"].value}
        given = {name: value for name, value in values.items() if value}
        return rows, visit.links.page("/findings", given) if len(found.rows) > PAGE else None

    def _square(self, found: Iterable[Row], party: str, visit: Visit) -> Square | None:
        by_verdict = {row["verdict"].value: row for row in found}
        worst = next((one for one in _WORST if one in by_verdict), None)
        if worst is None:
            return None
        count = figures.number(by_verdict[worst], "notices")
        href = visit.links.resource(by_verdict[worst]["notice"].value if count == 1 else party)
        return Square(worst, _SIGNS[worst], self._names.word(worst, visit.language), count, href)

    def _counts(self, table: Table, visit: Visit) -> list[dict[str, Any]]:
        """Each item with how many notices got which verdict."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in table.rows:
            found[row["item"].value][row["verdict"].value] = figures.number(row, "notices")
        shown = []
        for one in self._names.catalogue.items:
            counts = found.get(one.item)
            if counts:
                total = sum(counts.values())
                parts, at = [], 0
                for verdict in ("met", "not-applicable", "not-assessed", "contradictory", "missing"):
                    count = counts.get(verdict, 0)
                    width = figures.share(count, total)
                    parts.append((verdict, self._names.word(verdict, visit.language), count, at, width))
                    at += width
                shown.append({
                    "item": one.item, "article": self._names.cited(one.article, visit.language),
                    "label": one.labels[visit.language], "parts": parts,
                    "href": visit.links.question("verdicts-on-item", {"item": one.item}),
                })  # fmt: skip
        return shown

    def _rules(self, table: Table, visit: Visit) -> list[dict[str, Any]]:
        most = max((figures.number(row, "notices") for row in table.rows), default=0)
        shown = []
        for row in table.rows:
            iri, count = row["rule"].value, figures.number(row, "notices")
            rule = self._names.catalogue.rules.get(iri)
            severity = rule.severity if rule else "info"
            shown.append({
                "text": self._names.rule(iri, visit.language) or iri, "href": visit.links.rule(iri),
                "badge": Cell("badge", self._names.word(severity, visit.language), tone=severity), "notices": count,
                "findings": figures.number(row, "findings"), "share": figures.share(count, most),
            })  # fmt: skip
        return shown

    def _catalogue(self, counts: dict[str, int], visit: Visit) -> list[dict[str, Any]]:
        """The rules by item, in the order of a report; what belongs to no item comes last."""
        order = [*(one.item for one in self._names.catalogue.items)]
        groups: dict[str, list[Rule]] = defaultdict(list)
        weights = list(SEVERITIES.values())
        for rule in sorted(self._names.catalogue.rules.values(), key=lambda r: (weights.index(r.severity), r.iri)):
            groups[rule.item].append(rule)
        ranked = sorted(groups, key=lambda item: (order.index(item) if item in order else len(order), item))
        return [
            {
                "item": item, "heading": self._names.item(item, visit.language) if item else "",
                "rules": [self._rule(rule, counts, visit) for rule in groups[item]],
            }
            for item in ranked
        ]  # fmt: skip

    def _rule(self, rule: Rule, counts: dict[str, int], visit: Visit) -> dict[str, Any]:
        language = visit.language
        condition = (rule.applies_when or rule.assessed_when or "").rpartition("#")[2]
        return {
            "id": rule.iri.rpartition("#")[2], "iri": rule.iri,
            "article": self._names.cited(rule.article, language), "law": rule.legal_text,
            "badge": Cell("badge", self._names.word(rule.severity, language), tone=rule.severity),
            "message": self._names.rule(rule.iri, language), "guidance": rule.guidance.get(language, ""),
            "reason": rule.reason.get(language, ""), "applies": visit.messages(f"condition.{condition}") if condition else "",
            "notices": counts.get(rule.iri, 0), "leads": self._names.word(rule.leads_to, language) if rule.leads_to else "",
        }  # fmt: skip


def router(pages: Pages) -> APIRouter:
    """The addresses of the overview and of the catalogue of rules."""
    routes, findings = APIRouter(), FindingsPages(pages)
    add(routes, pages, "/findings", findings.overview)
    add(routes, pages, "/rules", findings.rules)
    return routes
