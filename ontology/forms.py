"""The inflected forms of the lexicon's words: a generated table for Finnish, affix rules for Swedish and English.

Finnish inflects too much for rules of thumb; its table ``lexicon/forms/fi.tsv`` is written by :mod:`ontology.inflection`
(``make forms``) and read here. Each line is ``lemma TAB common beginning TAB ending,ending,…``. Swedish and English words
take the endings of the `sel:AffixRule`\\ s that fit; over-generation is harmless, since a form that no one writes never
matches. A million forms are kept as beginnings with shared sets of endings: they take a few megabytes, not hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TABLES = "forms"
ENDINGS = "endings.tsv"
NAMES = "name"


class FormsError(ValueError):
    """Words without forms, or a table that cannot be read; says which and what to run."""


@dataclass(frozen=True, slots=True)
class AffixRule:
    """How words of one language with a certain ending inflect: strip the ending, append each replacement."""

    language: str
    ending: str
    replacements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paradigm:
    """The forms of a word as the letters they all begin with and the endings; lower case."""

    beginning: str
    endings: frozenset[str]

    def __iter__(self) -> Iterator[str]:
        return (self.beginning + ending for ending in sorted(self.endings))

    def __contains__(self, form: object) -> bool:
        if not isinstance(form, str) or not form.startswith(self.beginning):
            return False
        return form[len(self.beginning) :] in self.endings


BARE = frozenset({""})


@dataclass(frozen=True, slots=True)
class FormTable:
    """Lemma to its paradigms."""

    paradigms: Mapping[str, tuple[Paradigm, ...]]

    def of(self, lemma: str) -> tuple[Paradigm, ...]:
        """The paradigms of a lemma; the lemma alone when nothing is known of it."""
        return self.paradigms.get(lemma) or (Paradigm(lemma.lower(), BARE),)

    @classmethod
    def load(
        cls, folder: Path, language: str, lemmas: Iterable[str], names: Iterable[str], rules: Sequence[AffixRule]
    ) -> FormTable:
        """The forms of the given lemmas, and of names of organisations, which take the plain endings of their language.

        Raises:
            FormsError: when the language has a table and lemmas are missing from it, or a line is malformed.
        """
        path = folder / TABLES / f"{language}.tsv"
        wanted = set(lemmas)
        if path.exists():
            table = read_table(path)
            missing = sorted(wanted - table.keys())
            if missing:
                shown = ", ".join(missing[:5])
                raise FormsError(f"{len(missing)} words have no forms in {path.name} ({shown}, …): run `make forms`")
            found = {lemma: (table[lemma],) for lemma in wanted}
        else:
            mine = [rule for rule in rules if rule.language == language]
            found = {lemma: (paradigm(apply_rules(lemma, mine)),) for lemma in wanted}
        endings = _name_endings(folder / language / ENDINGS)
        for name in set(names):
            found[name] = (*found.get(name, ()), Paradigm(name.lower(), endings))
        return cls(found)


def _name_endings(path: Path) -> frozenset[str]:
    """What may follow a name, nothing included."""
    return BARE | (read_table(path)[NAMES].endings if path.exists() else frozenset())


def paradigm(forms: Iterable[str]) -> Paradigm:
    """Forms as what they share and what they differ in."""
    each = sorted(set(forms))
    shared = _shared_beginning(each[0], each[-1])
    return Paradigm(shared, frozenset(form[len(shared) :] for form in each))


def apply_rules(lemma: str, rules: Iterable[AffixRule]) -> tuple[str, ...]:
    """The forms of a lemma under all rules whose ending it has."""
    word = lemma.lower()
    out = {word}
    for rule in rules:
        if word.endswith(rule.ending) and len(word) > len(rule.ending) + 1:
            stem = word[: len(word) - len(rule.ending)]
            out |= {stem + replacement for replacement in rule.replacements}
    return tuple(sorted(out))


def read_table(path: Path) -> dict[str, Paradigm]:
    """Read a committed form table.

    Raises:
        FormsError: when a line has not three columns.
    """
    out: dict[str, Paradigm] = {}
    shared: dict[str, frozenset[str]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 3:
            raise FormsError(f"{path.name}:{number}: not «lemma, beginning, endings»: run `make forms`")
        lemma, beginning, endings = columns
        if endings not in shared:
            shared[endings] = frozenset(endings.split(","))
        out[lemma] = Paradigm(beginning, shared[endings])
    return out


def write_table(path: Path, table: Mapping[str, Paradigm]) -> None:
    """Write a form table, sorted, so that the same lexicon gives the same bytes."""
    lines = ["# Inflected forms of the lexicon's words. Generated by `make forms`; do not edit."]
    lines += [f"{lemma}\t{table[lemma].beginning}\t{','.join(sorted(table[lemma].endings))}" for lemma in sorted(table)]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text("\n".join(lines) + "\n", "utf-8")
    partial.replace(path)


def _shared_beginning(first: str, last: str) -> str:
    """The letters that the first and the last of sorted words begin with, and so all between them."""
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]
