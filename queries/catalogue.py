"""The stored questions: one competency question a file in this folder, with its titles, parameters and SPARQL.

A question's name is its file's name. In the text a parameter is written `$name`, and a variable `?name`; within an IRI
`$name` stands for the value as given, percent-encoded. This module knows neither a store nor a web framework.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from queries import headers
from queries.headers import Header
from queries.parameters import (
    TYPES,
    BadParameter,
    Languages,
    MissingParameter,
    Parameter,
    ParameterError,
)

__all__ = ["BadParameter", "BadQuestion", "MissingParameter", "Parameter", "ParameterError", "Question", "load", "read"]

LANGUAGES = ("fi", "sv", "en")
FOLDER = Path(__file__).parent
_SLOT = re.compile(r"\$([A-Za-z_]\w*)")
_IRI = re.compile(r"<[^<>\s$]+\$[^<>\s]*>")
_KEYS = {"title", "description", "parameters"}
_PARAMETER_KEYS = {"type", "label", "default", "example"}


class BadQuestion(ValueError):
    """A question file that cannot be used."""

    def __init__(self, file: Path, problem: str) -> None:
        self.file, self.problem = file, problem
        super().__init__(f"{file}: {problem}. Mend the file or take it out of the folder.")


@dataclass(frozen=True, slots=True)
class Question:
    """A stored question. `titles`, `descriptions` by language (fi, sv, en); `text` has `$name` for its parameters."""

    name: str
    titles: Languages
    descriptions: Languages
    parameters: tuple[Parameter, ...]
    text: str

    def bind(self, values: Mapping[str, str], rows: int | None = None) -> str:
        """The SPARQL query for `values`, for its first `rows` rows when that is given; an empty value counts as none.

        Raises BadParameter for a value that its type does not accept or a name the question does not have, and
        MissingParameter.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in values.items():
            if name not in known:
                names = ", ".join(known) or "none"
                raise BadParameter(name, value, f"one of the parameters of {self.name}: {names}")
        terms: dict[str, str] = {}
        chosen: dict[str, str] = {}
        for parameter in self.parameters:
            given = values.get(parameter.name, "").strip()
            if not given and parameter.default is None:
                raise MissingParameter(parameter.name, parameter.expected)
            chosen[parameter.name] = given or parameter.default or ""
            terms[parameter.name] = parameter.term(chosen[parameter.name])

        def encoded(iri: re.Match[str]) -> str:
            return _SLOT.sub(lambda match: quote(chosen[match[1]], safe=""), iri.group())

        text = _SLOT.sub(lambda match: terms[match[1]], _IRI.sub(encoded, self.text))
        return text if rows is None else f"{text.rstrip()}\nLIMIT {rows}\n"

    def examples(self) -> dict[str, str]:
        """Values with which the question can be tried."""
        return {parameter.name: parameter.example for parameter in self.parameters}


def load(folder: Path = FOLDER) -> Mapping[str, Question]:
    """All questions of a folder by name, in order of name. Raises BadQuestion."""
    return {file.stem: read(file) for file in sorted(folder.glob("*.rq"))}


def read(file: Path) -> Question:
    """One question. Raises BadQuestion naming the file and what is wrong with it."""
    try:
        header, text = headers.split(file.read_text(encoding="utf-8"))
    except (headers.HeaderError, UnicodeDecodeError, OSError) as error:
        raise BadQuestion(file, str(error)) from error
    _only(file, header, _KEYS)
    described = header.get("parameters", {})
    if isinstance(described, str):
        raise BadQuestion(file, "'parameters' must list them by name")
    parameters = tuple(_parameter(file, name, found) for name, found in described.items())
    slots, declared = set(_SLOT.findall(text)), {parameter.name for parameter in parameters}
    if slots != declared:
        raise BadQuestion(file, f"the header declares {sorted(declared)}, the query uses {sorted(slots)}")
    titles, descriptions = _languages(file, header, "title"), _languages(file, header, "description")
    return Question(file.stem, titles, descriptions, parameters, text)


def _parameter(file: Path, name: str, found: str | Header) -> Parameter:
    if isinstance(found, str):
        raise BadQuestion(file, f"parameter {name!r} needs type, label and example")
    _only(file, found, _PARAMETER_KEYS)
    kind, default, example = found.get("type"), found.get("default"), found.get("example")
    if not isinstance(kind, str) or kind not in TYPES:
        raise BadQuestion(file, f"parameter {name!r} has type {kind!r}, known are {', '.join(TYPES)}")
    if not isinstance(example, str) or isinstance(default, Mapping):
        raise BadQuestion(file, f"parameter {name!r} needs an example, and a default that is text")
    return Parameter(name, kind, _languages(file, found, "label"), default, example)


def _languages(file: Path, header: Header, key: str) -> Languages:
    found = header.get(key)
    texts = {lang: found.get(lang) for lang in LANGUAGES} if isinstance(found, Mapping) else {}
    complete = {lang: text for lang, text in texts.items() if isinstance(text, str) and text}
    if len(complete) != len(LANGUAGES):
        raise BadQuestion(file, f"{key!r} must be given in {', '.join(LANGUAGES)}")
    return complete


def _only(file: Path, header: Header, keys: set[str]) -> None:
    unknown = set(header) - keys
    if unknown:
        raise BadQuestion(file, f"unknown key {', '.join(sorted(unknown))} in the header")
