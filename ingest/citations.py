"""Acts that the notice cites: by number («523/1999») or by name («henkilötietolaki»), with the sections named beside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.claims import Claim, Iri, Text, Value, said
from ingest.mentions import Process, Reading, ReadSentence
from ingest.notice import Span
from ontology.namespaces import SEL
from ontology.reference import Reference

_MARKED = re.compile(r"[/:]\d")
_NUMBER = re.compile(r"(?<![\d/.-])(\d{1,4})([/:])(\d{2,4})(?:/EY|/EU|/EG|/EC)?(?![\d-])")
_SECTION = re.compile(r"(\d+\s?[a-z]?)\s?(?:§|§:n|luku|luvun|kap\.?)", re.IGNORECASE)
BESIDE = 16
"""Characters between an act's name and the number that belongs to it."""
NEAR = 60
"""Characters before a number within which a word of law must stand for an unknown number to be an act's."""


class CitationReader:
    """Reads citations of acts in notices of any language."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def claims(self, reading: Reading) -> Iterator[Claim]:
        """The citations of a notice, unmerged. Headings cite too («Henkilötietolaki (523/1999) 10 ja 24 §»)."""
        for s in (*reading.headings, *reading.sentences):
            if "ContentsTopic" in s.section.topics:
                continue
            found = list(self._found(reading, s))
            if not found:
                continue
            sections = [
                m.group(1).replace(" ", "")
                for m in _SECTION.finditer(reading.notice.text, s.sentence.start, s.sentence.end)
            ]
            for number, span in found:
                yield self._claim(number, span, sections if len({n for n, _ in found}) == 1 else [], s.process)

    def _found(self, reading: Reading, s: ReadSentence) -> Iterator[tuple[str, Span]]:
        text, start, end = reading.notice.text, s.sentence.start, s.sentence.end
        numbered = list(_NUMBER.finditer(text, start, end)) if _MARKED.search(text, start, end) else []
        for mention in s.of("CitationFacet"):
            act = self._reference.acts.get(mention.entry.denotes or "")
            span = Span(mention.start, mention.end)
            beside = self._beside(reading, span, numbered)
            if act is not None and (act.number in beside or not beside):
                yield act.number, span
        if not numbered:
            return
        law = [m.start for m in s.signalled("ActSignal")] + [m.start for m in s.of("CitationFacet")]
        for match in numbered:
            number = self._number(match, bool(law) and any(abs(start - match.start()) < NEAR for start in law))
            if number is not None:
                yield number, Span(match.start(), match.end())

    def _beside(self, reading: Reading, name: Span, numbered: list[re.Match[str]]) -> set[str]:
        """The numbers printed right behind or before an act's name: they tell which act it is, if another than usual."""
        text = reading.notice.text
        behind = [m for m in numbered if 0 <= m.start() - name.end < BESIDE]
        # Before a name, a number is that name's only where it opens the bracket: «… Act (159/2007, Client Data Act)».
        before = [m for m in numbered if 0 <= name.start - m.end() < BESIDE and text[m.start() - 1] == "("]
        near = [*behind, *before]
        return {number for m in near if (number := self._number(m, near_law=True)) is not None}

    def _number(self, match: re.Match[str], near_law: bool) -> str | None:
        """The act's number as it is registered: years in full, a reversed EU number set right."""
        first, mark, last = match.groups()
        act = self._reference.act_by_number(f"{first}{mark}{last}")
        if act is not None:
            return act.number
        year = last if mark == "/" else first  # 523/1999 in Finland, 2018:218 in Sweden
        plausible = len(year) == 4 and 1900 <= int(year) <= 2100
        return f"{first}{mark}{last}" if near_law and plausible else None

    def _claim(self, number: str, span: Span, sections: list[str], process: Process) -> Claim:
        act = self._reference.act_by_number(number)
        values: list[tuple[str, Value]] = [(str(SEL.actNumber), Text(number))]
        if act is not None:
            values.append((str(SEL.act), Iri(act.iri)))
        values += [(str(SEL.section), Text(section)) for section in sections]
        step = number.replace("/", "-").replace(":", "-")
        return said(
            f"citation/{step}",
            (str(SEL.LawCitation),),
            [span],
            properties=(str(SEL.cites),),
            on_notice=True,
            processes=frozenset({process}),
            values=tuple(values),
        )
