"""A verdict for every item of GDPR Art. 13 and 14: never a bare "conforms".

`met`: the notice states it. `missing`: it does not. `contradictory`: what it states is denied by something else it
says. `not-applicable`: the condition of the duty does not hold. `not-assessed`: the text does not decide whether the
duty exists.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from shapes.findings import Finding
from shapes.rules import Catalogue, Rule


class Verdict(StrEnum):
    """The five answers to "does the notice tell this?"."""

    MET = "met"
    MISSING = "missing"
    CONTRADICTORY = "contradictory"
    NOT_APPLICABLE = "not-applicable"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """The verdict of one item."""

    item: str
    verdict: Verdict


_WEIGHT = (Verdict.CONTRADICTORY, Verdict.MISSING, Verdict.NOT_ASSESSED)


def _one(rules: list[Rule], found: Iterable[str], unmet: Collection[str]) -> Verdict:
    deciding = [rule for rule in rules if rule.leads_to]
    if not deciding or any(rule.assessed_when in unmet for rule in deciding):
        return Verdict.NOT_ASSESSED
    if any(rule.applies_when in unmet for rule in deciding):
        return Verdict.NOT_APPLICABLE
    fired = set(found)
    reached = {Verdict(rule.leads_to) for rule in deciding if rule.leads_to and rule.iri in fired}
    return next((verdict for verdict in _WEIGHT if verdict in reached), Verdict.MET)


def decide(catalogue: Catalogue, findings: Iterable[Finding], unmet: Collection[str]) -> tuple[ItemVerdict, ...]:
    """Return a verdict for each item of the catalogue, in its order; `unmet` are the conditions that do not hold."""
    fired = {finding.rule for finding in findings}
    return tuple(
        ItemVerdict(entry.item, _one([r for r in catalogue.rules.values() if r.item == entry.item], fired, unmet))
        for entry in catalogue.items
    )
