"""Stored questions as forms: one field a parameter, with choices where the values are known beforehand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from queries.catalogue import Parameter, Question
from queries.parameters import ALL, FACETS, BadParameter
from server.messages import LANGUAGES, Messages
from server.names import Choices, Names

RESERVED = ("lang", "format", "limit")
"""Fields of an address that are about the answer and not about the question."""
_INPUTS = {"date": "date", "integer": "number"}
_MODALITIES = ("all", "asserted", "possible", "conditional", "negated", "any")
GAP = "…"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `choices` of a `select` are all there are, those of a `datalist` are suggestions."""

    name: str
    label: str
    control: str
    kind: str
    value: str
    example: str
    required: bool
    choices: Choices


@dataclass(frozen=True, slots=True)
class Sentence:
    """A question to be asked from a list: with a gap to fill in when it needs one value, else as a link."""

    name: str
    before: str
    after: str
    description: str
    gap: Field | None


def values(question: Question, fields: Mapping[str, str], language: str) -> dict[str, str]:
    """The values for a question out of an address; names are asked for in the language of the page."""
    given = {name: value for name, value in fields.items() if name not in RESERVED}
    for parameter in question.parameters:
        if parameter.type == "language" and not given.get(parameter.name):
            given[parameter.name] = language
    return given


def limit(fields: Mapping[str, str]) -> int | None:
    """How many rows an address asks for at most; None when it does not say. Raises BadParameter."""
    given = fields.get("limit", "").strip()
    if not given:
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", given):
        raise BadParameter("limit", given[:20], "a whole number, 1 or more")
    return int(given)


def fields(question: Question, given: Mapping[str, str], names: Names, messages: Messages) -> tuple[Field, ...]:
    """The fields of a question's form with what was given in them; the language is chosen elsewhere on the page."""
    return tuple(
        _field(parameter, given.get(parameter.name, ""), names, messages)
        for parameter in question.parameters
        if parameter.type != "language"
    )


def title(question: Question, given: tuple[Field, ...], messages: Messages) -> str:
    """The question as asked: with the value in its gap as soon as the one that it needs is given."""
    text = question.titles[messages.language]
    filled = [dict(one.choices).get(one.value, one.value) for one in given if one.required and one.value]
    return text.replace(GAP, filled[0], 1) if len(filled) == 1 else text


def sentence(question: Question, names: Names, messages: Messages) -> Sentence:
    """A question as one line of a list."""
    title = question.titles[messages.language]
    needed = [one for one in fields(question, {}, names, messages) if one.required]
    before, gap, after = title.partition(GAP)
    fillable = len(needed) == 1 and bool(gap) and needed[0].control != "datalist"
    description = question.descriptions[messages.language]
    if fillable:
        return Sentence(question.name, before.strip(), after.strip(), description, needed[0])
    return Sentence(question.name, title, "", description, None)


def _field(parameter: Parameter, value: str, names: Names, messages: Messages) -> Field:
    control, choices = "text", _choices(parameter, names, messages)
    if choices:
        control = "datalist" if parameter.type == "concept" else "select"
    # The defaults of dates are the ends of time: an empty field says the same.
    chosen = value or ("" if parameter.type == "date" else parameter.default or "")
    if parameter.type == "country":
        chosen = chosen.upper()
    return Field(
        parameter.name,
        parameter.labels[messages.language],
        control,
        _INPUTS.get(parameter.type, "text"),
        chosen,
        parameter.example,
        parameter.default is None,
        choices,
    )


def _choices(parameter: Parameter, names: Names, messages: Messages) -> Choices:
    match parameter.type:
        case "country":
            return names.countries[messages.language]
        case "concept":
            return names.concepts[messages.language]
        case "item":
            return names.items(messages.language)
        case "modality":
            return tuple((one, messages(f"choice.{one}")) for one in _MODALITIES)
        case "language":
            return tuple((one, one) for one in LANGUAGES)
        case "written":
            return ((ALL, messages("choice.written.all")), *((one, one) for one in LANGUAGES))
        case "facet":
            return tuple((one, messages(f"choice.facet.{one}")) for one in (ALL, *FACETS))
    return ()
