"""The triples of one notice, indexed for those who show it: its own graph with report, text and organisations, others apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ontology.namespaces import DPV, OA, PROV, SEL
from server.results import Row, Term

FAR = 1 << 40
"""Behind every place in a text."""
_APART = ("inferred", "contacts")


class NoticeGraph:
    """What the graphs of a notice say; `rows` have ?g ?s ?p ?o (`linked_data.Resource.content`)."""

    def __init__(self, iri: str, rows: Iterable[Row]) -> None:
        self.iri = iri
        self._out: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._apart: dict[str, list[tuple[Term, Term, Term]]] = {name: [] for name in _APART}
        for row in rows:
            name = row["g"].value.removeprefix(f"{iri}/")
            if name in self._apart:
                self._apart[name].append((row["s"], row["p"], row["o"]))
            else:
                self._out[row["s"].value][row["p"].value].append(row["o"])

    def all(self, subject: str, predicate: object) -> list[Term]:
        """The values of a property, in order."""
        return sorted(self._out.get(subject, {}).get(str(predicate), ()), key=lambda term: term.value)

    def one(self, subject: str, predicate: object) -> Term | None:
        """The first value of a property."""
        return next(iter(self.all(subject, predicate)), None)

    def text(self, subject: str, predicate: object) -> str:
        """The first value of a property as text; empty when there is none."""
        found = self.one(subject, predicate)
        return found.value if found else ""

    def apart(self, name: str) -> list[tuple[Term, Term, Term]]:
        """The triples of `inferred` or `contacts`, which are not what the notice says."""
        return self._apart[name]

    def spans(self, node: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and words of the places on which a node rests; of a place, itself."""
        for selector in (node, *(one.value for one in self.all(node, PROV.wasDerivedFrom))):
            start, end = self.text(selector, OA.start), self.text(selector, OA.end)
            if start.isdecimal() and end.isdecimal():
                yield int(start), int(end), self.text(selector, OA.exact)

    def place(self, node: str) -> int:
        """Where in the text a node rests first; behind everything when nowhere."""
        return min((start for start, _, _ in self.spans(node)), default=FAR)

    def controllers(self) -> Iterator[str]:
        """The IRIs of the controllers, of joint ones all."""
        for holder in (self.iri, *(one.value for one in self.all(self.iri, DPV.hasJointDataControllers))):
            for one in self.all(holder, DPV.hasDataController):
                yield one.value

    def processes(self) -> Iterator[str]:
        """The IRIs of the registers and of the activities within them."""
        ahead = [one.value for one in self.all(self.iri, DPV.hasProcess)]
        seen: set[str] = set()
        while ahead:
            one = ahead.pop()
            if one not in seen:
                seen.add(one)
                ahead += [found.value for found in self.all(one, DPV.hasProcess)]
                yield one

    def shown_text(self) -> str:
        """The text as it may be shown: masked, but where the contacts' own places are here too; empty when not stored."""
        text = self.text(f"{self.iri}/text", SEL.publicText)
        places: dict[str, dict[str, str]] = defaultdict(dict)
        for subject, predicate, value in self._apart["contacts"]:
            places[subject.value][predicate.value] = value.value
        for place in places.values():
            start, end, exact = (place.get(str(one), "") for one in (OA.start, OA.end, OA.exact))
            if start.isdecimal() and end.isdecimal() and int(end) <= len(text) and len(exact) == int(end) - int(start):
                text = text[: int(start)] + exact + text[int(end) :]
        return text
