"""The answer to a question as a reader sees it: which columns are shown, what a cell says and where it leads.

A quote leads to its passage in the notice's page; `?notice` is folded into the controller's name; a modality is said
in words; a concept leads to its page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from ontology.namespaces import SEL
from server.links import Links
from server.messages import Messages
from server.names import Names, severity, short
from server.results import Row, Table, Term

_XSD = "http://www.w3.org/2001/XMLSchema#"
_POSITION = re.compile(r"(.*?)(start|end|Start|End)")
_COUNTS = (f"{_XSD}integer", f"{_XSD}int", f"{_XSD}nonNegativeInteger")
# The question that a country leads to.
_TRANSFERS = "transfers-to-country"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: `kind` is its CSS class (text, quote, badge, number, none), `tone` distinguishes badges."""

    kind: str
    text: str = ""
    href: str | None = None
    language: str = ""
    tone: str = ""
    value: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A table for a page: headings and rows of cells."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom cells are made: in which words, with which addresses, and about which questions they may lead on."""

    names: Names
    links: Links
    messages: Messages
    questions: Sequence[str]

    def view(self, table: Table) -> View:
        """The table as shown."""
        columns = [name for name in table.columns if self._shown(name, table.columns)]
        rows = tuple(tuple(self._cell(name, row, table.columns) for name in columns) for row in table.rows)
        return View(tuple(self.heading(name) for name in columns), rows)

    def raw(self, table: Table) -> View:
        """Every column of somebody's own query, under its own name."""
        rows = tuple(
            tuple(self.term(row[name]) if name in row else Cell("none") for name in table.columns) for row in table.rows
        )
        return View(tuple(f"?{name}" for name in table.columns), rows)

    def heading(self, column: str) -> str:
        """What a column of a stored question is called."""
        return self.messages.get(f"column.{column}") or column

    def term(self, term: Term) -> Cell:
        """A term wherever it stands."""
        if term.kind == "uri":
            return self._iri(term.value)
        if term.datatype in _COUNTS and term.value.lstrip("-").isdecimal():
            return Cell("number", self.messages.number(int(term.value)), value=int(term.value))
        if term.datatype == f"{_XSD}boolean":
            return Cell("text", self.messages("yes") if term.value in ("true", "1") else self.messages("no"))
        if term.datatype == f"{_XSD}date":
            return Cell("text", self.day(term.value))
        return Cell("text", term.value, language=self._foreign(term.language))

    def country(self, iri: str) -> Cell:
        """A country by its name; it leads to the question who transfers data there."""
        return self._iri(iri)

    def modality(self, iri: str) -> Cell:
        """How firmly something is said, as a badge."""
        name = iri.removeprefix(str(SEL))
        known = self.messages.get(f"modality.{name}")
        return Cell("badge", known or short(iri), tone=name.lower() if known else "")

    def day(self, written: str) -> str:
        """A date as the language writes it; what is no whole date stays as it is."""
        try:
            day = date.fromisoformat(written)
        except ValueError:
            return written
        return self.messages("date", day=day.day, month=day.month, year=day.year, iso=day.isoformat())

    def _shown(self, name: str, columns: Sequence[str]) -> bool:
        if name == "notice":
            return "controller" not in columns
        if name.removesuffix("Label") in columns and name.endswith("Label"):
            return False  # the page names the concept itself, in its own language
        match = _POSITION.fullmatch(name)
        return match is None or _quote(match[1]) not in columns

    def _cell(self, name: str, row: Row, columns: Sequence[str]) -> Cell:
        term = row.get(name)
        notice = row["notice"].value if "notice" in row else None
        if name == "controller" and notice:
            text = term.value if term else self.messages("no-controller")
            return Cell("text", text, self.links.resource(notice))
        if term is None:
            return Cell("none")
        if name == "quote" or name.endswith("Quote"):
            prefix = name[: -len("quote")]
            places = (row.get(f"{prefix}{part if prefix else part.lower()}") for part in ("Start", "End"))
            start, end = (place.value if place else None for place in places)
            href = self.links.passage(notice, start, end) if notice else None
            return Cell("quote", term.value, href, self._foreign(term.language))
        return self._special(name, term) or self.term(term)

    def _special(self, name: str, term: Term) -> Cell | None:
        language = self.messages.language
        if name == "modality":
            return self.modality(term.value)
        if name == "severity":
            return Cell("badge", self.names.word(term.value, language), tone=severity(term.value))
        if name == "verdict":
            return Cell("badge", self.names.word(term.value, language), tone=term.value)
        if name == "item":
            return Cell("text", self.names.item(term.value, language))
        if name == "rule":
            rule = self.names.rule(term.value, language)
            return Cell("text", rule) if rule else None
        return None

    def _iri(self, iri: str) -> Cell:
        if iri.startswith(f"{SEL}") and self.messages.get(f"modality.{iri.removeprefix(str(SEL))}"):
            return self.modality(iri)
        label = self.names.label(iri, self.messages)
        country = self.names.country(iri)
        if country and _TRANSFERS in self.questions:
            return Cell("text", label, self.links.question(_TRANSFERS, {"country": country}))
        if self.names.known(iri):
            return Cell("text", label, self.links.concept(short(iri)))
        if label == iri and iri.startswith(self.links.base):
            label = unquote(iri.removeprefix(self.links.base))
        if label.startswith("urn:file:"):
            label = unquote(label.removeprefix("urn:file:"))
        return Cell("text", label, self.links.resource(iri))

    def _foreign(self, language: str) -> str:
        return language if language != self.messages.language else ""


def _quote(prefix: str) -> str:
    return f"{prefix}Quote" if prefix else "quote"
