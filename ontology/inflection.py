"""Inflects the Finnish words of the lexicon at build time (`make forms`), with omorfi through pyomorfi.

A development tool: pyomorfi (GPL-3) is never imported when Seloste runs; only the table of forms is shipped. A compound
is inflected by its last part, so «kuntoutussuunnitelma» takes the forms of «suunnitelma». A word that omorfi does not
know takes the case endings of `lexicon/fi/endings.tsv` by vowel harmony and is reported.
"""

from __future__ import annotations

import fcntl
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from ontology.forms import ENDINGS, TABLES, Paradigm, paradigm, read_table, write_table
from ontology.lexicon import FOLDER, inflected, read

CASES = ("NOM", "GEN", "PAR", "INE", "ELA", "ILL", "ADE", "ABL", "ALL", "ESS", "TRA", "ABE")
OWNED_CASES = ("NOM", "GEN", "PAR", "INE", "ELA", "ILL", "ADE", "ABL", "ALL", "ESS", "TRA")
OWNERS = ("SG1", "SG2", "PL1", "PL2", "3")
PERSONS = ("SG1", "SG2", "SG3", "PL1", "PL2", "PL3")
_END = re.compile(r"\[NUM=\w+\]\[CASE=NOM\]$")
_UNINFLECTED = re.compile(r"\[UPOS=(?:ADV|ADP|SCONJ|CCONJ|AUX)\]")
SHORTEST_TAIL = 4
_WORD_ID = re.compile(r"\[WORD_ID=([^\]]+)\]")


class _Analysis(Protocol):
    raw: str


class Omorfi(Protocol):
    """What is used of pyomorfi."""

    def analyse(self, token: str) -> Iterable[_Analysis]:
        """The readings of a word."""

    def generate(self, omorstring: str) -> object:
        """The forms of a reading, parted by slashes; something else when there are none."""


class Inflector:
    """Omorfi's analyser and generator, asked for all forms of a lemma."""

    def __init__(self, omorfi: Omorfi, loan_endings: Mapping[str, Paradigm]) -> None:
        self._omorfi = omorfi
        self._loan_endings = loan_endings
        self._memo: dict[str, frozenset[str]] = {}
        self.unknown: list[str] = []

    def forms(self, lemma: str) -> frozenset[str]:
        """All forms of a lemma, lower case.

        A compound takes those of its last part, which omorfi inflects better than long compounds it has listed.
        """
        word = lemma.lower()
        parted = self._parted(lemma)
        if parted is not None:
            beginning, last = parted
            # A short last part may be a misreading («sija + inti»): then the word's own forms count too.
            own = self._known(lemma) if len(last) <= SHORTEST_TAIL or "-" in lemma else frozenset()
            return frozenset({word, *own, *(beginning + form for form in self._known(last))})
        for cut in range(max(1, len(word) - 2)):
            tail = word[cut:]
            if cut and len(tail) < SHORTEST_TAIL:
                break
            found = self._known(lemma if cut == 0 else tail)
            if found:
                return frozenset(word[:cut] + form for form in found)
        self.unknown.append(lemma)
        harmony = "back" if re.search("[aou]", word) else "front"
        return frozenset({word} | {word + e for e in self._loan_endings[harmony].endings})

    def _parted(self, lemma: str) -> tuple[str, str] | None:
        """A compound as its beginning and its last dictionary word, when omorfi can read it so."""
        word = lemma.lower()
        for raw in self._raw(lemma):
            last = _WORD_ID.findall(raw)[-1].lower()
            if (
                "BOUNDARY=COMPOUND" in raw
                and "BLACKLIST" not in raw
                and len(last) >= SHORTEST_TAIL
                and word.endswith(last)
                and len(word) > len(last) + 1
            ):
                return word[: -len(last)], last
        return None

    def _known(self, word: str) -> frozenset[str]:
        if word not in self._memo:
            readings = [raw for raw in self._raw(word) if len(_WORD_ID.findall(raw)) == 1]
            out = {form for raw in readings for tags in _paradigm(raw) for form in self._generate(tags)}
            self._memo[word] = frozenset({word.lower()} | out) if out else frozenset()
        return self._memo[word]

    def _raw(self, word: str) -> list[str]:
        """The readings of a word as a base form, as strings of tags."""
        found = (re.sub(r"\[WEIGHT=[^\]]*\]$", "", str(a.raw)) for a in self._omorfi.analyse(word))
        return [raw for raw in found if "GUESS" not in raw and "DRV=" not in raw and _is_base(raw)]

    def _generate(self, tags: str) -> list[str]:
        made = self._omorfi.generate(tags)
        return [form.lower() for form in made.split("/")] if isinstance(made, str) else []


def _is_base(raw: str) -> bool:
    """Whether a reading is that of a base form: nominative, infinitive, or a word that does not inflect."""
    return bool(_END.search(raw)) or "[INF=A]" in raw or _UNINFLECTED.search(raw) is not None


def _paradigm(raw: str) -> Iterator[str]:
    """The tag strings of the whole paradigm that a base form's reading belongs to."""
    if "[UPOS=VERB]" in raw and "[INF=A]" in raw:
        yield from _verb(raw.split("[VOICE=")[0])
    elif _END.search(raw) and "[UPOS=VERB]" not in raw:
        yield from _nominal(_END.sub("", raw))
    else:
        yield raw


def _nominal(stem: str, owned: bool = True) -> Iterator[str]:
    for number in ("SG", "PL"):
        for case in CASES:
            yield f"{stem}[NUM={number}][CASE={case}]"
        if owned and "PROPN" not in stem:
            yield from (f"{stem}[NUM={number}][CASE={case}][POSS={owner}]" for case in OWNED_CASES for owner in OWNERS)
    if owned:
        yield f"{stem}[CASE=COM][POSS=3]"
        yield f"{stem}[NUM=PL][CASE=INS]"


def _verb(stem: str) -> Iterator[str]:
    for tense in ("PRESENT", "PAST"):
        yield f"{stem}[VOICE=PSS][MOOD=INDV][TENSE={tense}][PERS=PE4]"
        yield from (f"{stem}[VOICE=ACT][MOOD=INDV][TENSE={tense}][PERS={person}]" for person in PERSONS)
    for mood in ("COND", "POTN"):
        yield f"{stem}[VOICE=PSS][MOOD={mood}][PERS=PE4]"
        yield from (f"{stem}[VOICE=ACT][MOOD={mood}][PERS={person}]" for person in PERSONS)
    yield f"{stem}[VOICE=PSS][MOOD=INDV][TENSE=PRESENT][PERS=PE4][NEG=CON]"
    yield f"{stem}[VOICE=ACT][MOOD=INDV][TENSE=PRESENT][NEG=CON]"
    yield f"{stem}[VOICE=ACT][INF=A][NUM=SG][CASE=LAT]"
    yield f"{stem}[VOICE=ACT][INF=A][CASE=TRA][POSS=3]"
    yield f"{stem}[VOICE=ACT][INF=A][CASE=TRA][POSS=PL1]"
    yield f"{stem}[VOICE=ACT][INF=E][NUM=SG][CASE=INE]"
    yield f"{stem}[VOICE=ACT][INF=E][NUM=SG][CASE=INS]"
    yield f"{stem}[VOICE=ACT][INF=E][CASE=INE][POSS=3]"
    yield f"{stem}[VOICE=PSS][INF=E][NUM=SG][CASE=INE]"
    yield f"{stem}[VOICE=PSS][INF=MA][NUM=SG][CASE=INS]"
    yield from (f"{stem}[VOICE=ACT][INF=MA][NUM=SG][CASE={case}]" for case in ("INE", "ELA", "ILL", "ADE", "ABE"))
    for voice in ("ACT", "PSS"):
        for participle in ("VA", "NUT"):
            yield from _nominal(f"{stem}[VOICE={voice}][PCP={participle}][CMP=POS]", owned=False)
    yield from _nominal(f"{stem}[PCP=AGENT][CMP=POS]", owned=True)
    yield from _nominal(f"{stem}[DRV=MINEN]", owned=True)


def lemmas(folder: Path = FOLDER) -> set[str]:
    """The Finnish words of the lexicon that inflect."""
    entries, _ = read(folder)
    return inflected(e for e in entries if e.language == "fi")


def main() -> int:
    """Bring the table up to date with the lexicon: inflect what is new, drop what is gone."""
    path = FOLDER / TABLES / "fi.tsv"
    path.parent.mkdir(exist_ok=True)
    endings = read_table(FOLDER / "fi" / ENDINGS)
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = lemmas()
        known = read_table(path) if path.exists() and "--all" not in sys.argv else {}
        table = {lemma: known[lemma] for lemma in wanted & known.keys()}
        new = sorted(wanted - known.keys())
        if new:
            from pyomorfi import load_omorfi

            inflector = Inflector(load_omorfi(load_segmenter=False), endings)
            table |= {lemma: paradigm(inflector.forms(lemma)) for lemma in new}
            if inflector.unknown:
                sys.stderr.write(f"not known to omorfi, given plain endings: {', '.join(sorted(inflector.unknown))}\n")
        write_table(path, table)
    sys.stderr.write(f"{len(table)} words, {len(new)} new, {sum(len(p.endings) for p in table.values())} forms in {path.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
