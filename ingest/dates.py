"""The date of a notice: when it was issued or last updated, as precisely as it is printed."""

from __future__ import annotations

import re
from datetime import date

from ingest.mentions import Reading, ReadSentence

_DAY = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_YEAR_MONTH = re.compile(r"(?<![\d.])(\d{1,2})[./](\d{4})(?!\d)")
_YEAR = re.compile(r"(19|20)\d\d")
FIRST_SENTENCES = 8
LONGEST_CLOSING = 12
"""Words. The last line of a notice is often its date, and stands under the heading about rights."""


class DateReader:
    """Reads the date of notices."""

    def date(self, reading: Reading) -> str | None:
        """The date as xsd:date, xsd:gYearMonth or xsd:gYear text: the latest that a sentence about updating states."""
        signalled = [
            s
            for s in reading.sentences
            if "DateSignal" in s.own_signals
            and ("RightTopic" not in s.section.topics or len(s.sentence.tokens) <= LONGEST_CLOSING)
        ]
        dates = [
            d for s in signalled for d in self._dates(reading, s) if "ActSignal" not in s.own_signals or len(d) == 10
        ]
        if not dates:
            dates = [
                d
                for s in reading.sentences[:FIRST_SENTENCES]
                if len(s.sentence.tokens) <= 4
                for d in self._dates(reading, s)
            ]
            dates += [d for s in reading.sentences[-2:] if len(s.sentence.tokens) <= 4 for d in self._dates(reading, s)]
        return max(dates, default=None)

    def _dates(self, reading: Reading, s: ReadSentence) -> list[str]:
        text = reading.notice.text[s.sentence.start : s.sentence.end]
        future = [m.start - s.sentence.start for m in s.signalled("FutureSignal")]
        if future:
            text = text[: min(future)]
        out = [_iso(m.group(3), m.group(2), m.group(1)) for m in _DAY.finditer(text)]
        out += [_iso(*m.groups()) for m in _ISO.finditer(text)]
        if not out:
            out = self._by_month_name(reading, s)
        if not out:
            out = [
                f"{m.group(2)}-{int(m.group(1)):02}"
                for m in _YEAR_MONTH.finditer(text)
                if 1 <= int(m.group(1)) <= 12 and _YEAR.fullmatch(m.group(2))
            ]
        return [d for d in out if d]

    def _by_month_name(self, reading: Reading, s: ReadSentence) -> list[str]:
        """«18 November 2019», «den 3 maj 2024», «tammikuu 2025», «May 3, 2021»."""
        tokens = s.sentence.tokens
        out: list[str] = []
        for match in s.of_kind("MonthEntry"):
            (month,), at = match.entry.values("value"), match.tokens[-1]
            near = [t.word for t in tokens[at + 1 : at + 3]]
            year = next((w for w in near if _YEAR.fullmatch(w)), None)
            if year is None:
                continue
            before = tokens[match.tokens[0] - 1].word if match.tokens[0] else ""
            day = next(
                (re.sub(r"\D", "", w) for w in (before, near[0]) if re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", w)), None
            )
            out.append(_iso(year, month, day) if day else f"{year}-{int(month):02}")
        return out


def _iso(year: str, month: str, day: str) -> str:
    """An ISO date, or nothing when there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
