"""The words of the pages in Finnish, Swedish and English, one JSON catalogue a language with the same keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.negotiation import language_coverage, preferred

LANGUAGES = ("fi", "sv", "en")
DEFAULT = "en"
SCRIPTED = ("script.", "problem.", "answer.", "sparql.", "form.choose", "downloads", "yes", "no", "column.country")
"""What the scripts of the pages say: keys, and with a full stop at the end the beginnings of keys."""
FOLDER = Path(__file__).parent / "messages"


class MessageError(ValueError):
    """A catalogue that cannot be used, or a key that it does not have."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(f"messages {where}: {problem}. Add it to the catalogues fi.json, sv.json and en.json.")


@dataclass(frozen=True, slots=True)
class Messages:
    """The words in one language."""

    language: str
    texts: Mapping[str, str] = field(repr=False)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its `{fields}` filled in. Raises MessageError for an unknown key."""
        text = self.texts.get(key)
        if text is None:
            raise MessageError(self.language, f"no text for {key!r}")
        return text.format(**values) if values else text

    def count(self, key: str, number: int) -> str:
        """The text of `key.one` or `key.many` with `{number}`. Raises MessageError."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", number=self.number(number))

    def number(self, number: int) -> str:
        """A whole number with its thousands set apart as the language does it."""
        return f"{number:,}" if self.language == "en" else f"{number:,}".replace(",", "\u00a0")

    def scripted(self) -> dict[str, str]:
        """The texts that the scripts of the pages need."""
        parts = tuple(one for one in SCRIPTED if one.endswith("."))
        return {key: text for key, text in self.texts.items() if key in SCRIPTED or key.startswith(parts)}

    def get(self, key: str) -> str | None:
        """The text of a key that not every vocabulary term or column has."""
        return self.texts.get(key)


def load(folder: Path = FOLDER) -> Mapping[str, Messages]:
    """The catalogues by language. Raises MessageError when one is missing or not a flat JSON object of texts."""
    loaded = {}
    for language in LANGUAGES:
        try:
            texts = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise MessageError(language, f"cannot be read ({error})") from error
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise MessageError(language, "is not an object of texts")
        loaded[language] = Messages(language, texts)
    return loaded


def choose(asked: str | None, accept_language: str | None) -> str:
    """The language of a page: the one asked for by `?lang=`, else by the Accept-Language header, else English."""
    if asked in LANGUAGES:
        return asked
    if not accept_language:
        return DEFAULT
    found = preferred(accept_language, (DEFAULT, "fi", "sv"), language_coverage)
    return found[0] if found else DEFAULT
