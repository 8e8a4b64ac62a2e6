"""Text search: which quotes and notices hold given words, in any of their forms, out of a snapshot's index.

Words are looked for in all their inflected forms and, in Finnish, as the last part of compounds; `"words in quotation
marks"` just as they stand; `beginning*` with any ending. All words of a search must stand in one quote or title.
`ingest.text_index` writes the file and says what is in it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ontology import stems

FORMAT = 2
MAX_HITS = 1000
_LONGEST_WORD = 64
_MOST_FORMS = 3000
_MOST_WORDS = 32
_PART = re.compile(r'"([^"]*)"?|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")


class IndexUnreadable(Exception):
    """The snapshot has no text index, or one that cannot be read."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"The text index of this snapshot cannot be read ({detail}). The next publication makes it anew: run "
            "seloste ingest on the same store once more."
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `languages` of the text; `kind` is quote or title; marks are classes and modalities.

    Empty `kind`, `classes` or `modalities` stand for all there are.
    """

    text: str
    languages: Sequence[str] = stems.LANGUAGES
    kind: str = ""
    classes: Sequence[str] = ()
    modalities: Sequence[str] = ()
    limit: int = 500


class TextIndex:
    """The open index of one snapshot. Not to be shared by threads."""

    def __init__(self, path: Path) -> None:
        """Open the file read-only. Raises IndexUnreadable."""
        try:
            # It never changes once it is published, so no lock is taken and no journal looked for.
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise IndexUnreadable(str(error)) from error
        if version != FORMAT:
            raise IndexUnreadable(f"format {version}, this program reads {FORMAT}")

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def hits(self, search: Search) -> list[str]:
        """The IRIs of selectors of quotes and of notices, the closest first. Raises IndexUnreadable."""
        try:
            wanted = self._expression(search)
            if not wanted:
                return []
            rows = self._db.execute(
                "SELECT iri || rest FROM texts JOIN items ON items.id = texts.rowid JOIN graphs ON graphs.id = graph"
                " WHERE texts MATCH ? ORDER BY rank, iri || rest LIMIT ?",
                (wanted, min(search.limit, MAX_HITS)),
            )
            return [iri for (iri,) in rows]
        except sqlite3.Error as error:
            raise IndexUnreadable(str(error)) from error

    def of(self, words: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The lemmas of words, as the form table has them (ontology.stems.Lemmas)."""
        beginnings = sorted({word[:cut] for word in words for cut in range(len(word) + 1)})
        rows = self._db.execute(
            "SELECT beginning, list, lemma FROM paradigms JOIN endings ON endings.id = paradigms.endings"  # noqa: S608
            f" WHERE beginning IN ({_marks(beginnings)})",
            beginnings,
        ).fetchall()
        for beginning, listed, lemma in rows:
            endings = frozenset(json.loads(listed))
            for word in words:
                if word.startswith(beginning) and word[len(beginning) :] in endings:
                    yield word, lemma

    def _expression(self, search: Search) -> str:
        """The search in the language of FTS5; every word of it is quoted."""
        parts = [match.groups() for match in _PART.finditer(search.text.lower())][:_MOST_WORDS]
        each = []
        for language in search.languages:
            terms = [term for phrase, written in parts for term in self._terms(phrase, written, language)]
            if terms:
                each.append(f"({language} : ({' AND '.join(terms)}))")
        if not each:
            return ""
        conditions = [f"({' OR '.join(each)})"]
        for marks in ((search.kind,) if search.kind else (), search.classes, search.modalities):
            if marks:
                conditions.append(f"(marks : ({_any(marks)}))")
        return " AND ".join(conditions)

    def _terms(self, phrase: str | None, written: str, language: str) -> Iterator[str]:
        if phrase is not None:
            words = _WORD.findall(phrase)
            if words:
                yield f'("{" ".join(words)}")'
            return
        words = _WORD.findall(written)
        for number, word in enumerate(words, start=1):
            if number == len(words) and written.endswith("*"):
                yield f'("{word}"*)'
            else:
                yield f"({_any(self._forms(word, language))})"

    def _forms(self, word: str, language: str) -> list[str]:
        """The printed forms of a word in one language, itself first."""
        if len(word) > _LONGEST_WORD:
            return [word]
        keys = sorted(stems.searched(word, language, self))
        rows = self._db.execute(
            f"SELECT DISTINCT form FROM terms WHERE language = ? AND key IN ({_marks(keys)}) LIMIT {_MOST_FORMS}",  # noqa: S608
            (language, *keys),
        )
        return [word, *(form for (form,) in rows if form != word)]


def _any(words: Iterable[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
