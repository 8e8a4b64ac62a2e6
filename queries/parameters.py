"""The values a stored question asks for: what each type accepts, and the SPARQL term that stands for it.

A value becomes a term by its type and never text inside a query, so nothing that is typed into a form can change what
is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

Languages = Mapping[str, str]

_LOC = "https://w3id.org/dpv/loc#"
_SEL = "https://w3id.org/seloste/ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_IRI = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|^`\\]+")
_MODALITIES = {"asserted": "Asserted", "possible": "Possible", "conditional": "Conditional", "negated": "Negated"}
_AFFIRMED = ("Asserted", "Possible", "Conditional")
_LANGUAGES = ("fi", "sv", "en")
ALL = "all"
TODAY = "today"
_DPV = "https://w3id.org/dpv#"
FACETS: Mapping[str, tuple[str, ...]] = {
    "purpose": (f"{_DPV}Purpose",),
    "legal-basis": (f"{_DPV}LegalBasis",),
    "personal-data": (f"{_DPV}PersonalData",),
    "data-subject": (f"{_DPV}DataSubject",),
    "source": (f"{_DPV}DataSource",),
    "recipient": (f"{_DPV}Recipient", f"{_DPV}DataProcessor"),
    "transfer": (f"{_SEL}Transfer",),
    "retention": (f"{_DPV}StorageCondition",),
    "measure": tuple(f"{_DPV}{kind}Measure" for kind in ("Technical", "Organisational", "Physical", "Legal")),
    "right": (f"{_DPV}Right",),
    "exercise": (f"{_DPV}RightExerciseActivity",),
    "automated-decisions": (f"{_DPV}AutomatedDecisionMaking",),
    "controller": (f"{_DPV}DataController",),
    "act": (f"{_SEL}LawCitation",),
    "defect": (f"{_SEL}Defect",),
}
"""What a quote can be about, as people name it, and the classes of the claims and defects that are (data-model, 3)."""
MAX_LENGTH = 500


class ParameterError(ValueError):
    """A question cannot be asked with the values given."""


class BadParameter(ParameterError):
    """A value that its type does not accept, or a parameter that the question does not have."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        self.name, self.value, self.expected = name, value, expected
        super().__init__(f"{name}={value!r} is not accepted: expected {expected}.")


class MissingParameter(ParameterError):
    """A parameter without a default that was not given."""

    def __init__(self, name: str, expected: str) -> None:
        self.name, self.expected = name, expected
        super().__init__(f"{name} is missing: give {expected}.")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a question asks for; `default` is None when it must be given. Labels by language (fi, sv, en)."""

    name: str
    type: str
    labels: Languages
    default: str | None
    example: str

    @property
    def expected(self) -> str:
        """What the type accepts, in words."""
        return TYPES[self.type].expected

    def term(self, value: str) -> str:
        """The SPARQL term for a value (for `modality`, `written`, `facet` a list, to stand after IN); raises BadParameter."""
        given = value.strip()
        term = TYPES[self.type].term(given) if len(given) <= MAX_LENGTH else None
        if term is None:
            raise BadParameter(self.name, value[:MAX_LENGTH], self.expected)
        return term


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of value: what it accepts, in words, and its term; no term means not accepted."""

    expected: str
    term: Callable[[str], str | None]


def _country(value: str) -> str | None:
    return f"<{_LOC}{value.upper()}>" if re.fullmatch("[A-Za-z]{2}", value) else None


def _text(value: str) -> str | None:
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", value):
        return None
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        value = value.replace(plain, escaped)
    return f'"{value}"'


def _concept(value: str) -> str | None:
    match = re.fullmatch(r"([a-z][a-z-]*):([A-Za-z0-9][A-Za-z0-9_-]*)", value)
    if match is None:
        return f"<{value}>" if _IRI.fullmatch(value) else None
    from ontology.namespaces import PREFIXES  # loads rdflib, which listing the questions does not need

    return f"<{PREFIXES[match[1]]}{match[2]}>" if match[1] in PREFIXES else None


def _organisation(value: str) -> str | None:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._~-]*", value):
        from ontology.namespaces import ID_BASE  # as above

        return f"<{ID_BASE}organisation/{value}>"
    return f"<{value}>" if _IRI.fullmatch(value) else None


def _integer(value: str) -> str | None:
    return str(int(value)) if re.fullmatch("[0-9]{1,12}", value) else None


def _date(value: str) -> str | None:
    try:
        day = datetime.now(UTC).date() if value.lower() == TODAY else date.fromisoformat(value)
        return f'"{day.isoformat()}"^^<{_XSD}date>'
    except ValueError:
        return None


def _language(value: str) -> str | None:
    return f'"{value.lower()}"' if re.fullmatch("[A-Za-z]{2,3}", value) else None


def modalities(value: str) -> tuple[str, ...] | None:
    """The names of the modalities that a value stands for; None for a value that stands for none."""
    match value.lower():
        case "all":
            return _AFFIRMED
        case "any":
            return tuple(_MODALITIES.values())
    name = _MODALITIES.get(value.lower())
    return (name,) if name else None


def _modality(value: str) -> str | None:
    chosen = modalities(value)
    return ", ".join(f"<{_SEL}{name}>" for name in chosen) if chosen else None


def _written(value: str) -> str | None:
    chosen = _LANGUAGES if value.lower() == ALL else (value.lower(),)
    return ", ".join(f'"{one}"' for one in chosen) if set(chosen) <= set(_LANGUAGES) else None


def _facet(value: str) -> str | None:
    classes = (f"{_SEL}Claim", f"{_SEL}Defect") if value.lower() == ALL else FACETS.get(value.lower(), ())
    return ", ".join(f"<{iri}>" for iri in classes) or None


def _item(value: str) -> str | None:
    return f'"{value.lower()}"' if re.fullmatch("1[34]-[1-4](-[a-z]+)*", value.lower()) else None


TYPES: Mapping[str, Type] = {
    "country": Type("an ISO 3166-1 alpha-2 code such as FI or US", _country),
    "text": Type(f"a text of at most {MAX_LENGTH} characters", _text),
    "concept": Type("a concept such as dpv:DirectMarketing, or its IRI", _concept),
    "organisation": Type("an organisation's identifier such as 2817330-9, or its IRI", _organisation),
    "integer": Type("a whole number, 0 or more", _integer),
    "date": Type("a date such as 2018-05-25, or today", _date),
    "language": Type("a language code: fi, sv or en", _language),
    "modality": Type("asserted, possible, conditional, negated, all (what is not negated) or any", _modality),
    "written": Type("a language that notices are written in: fi, sv, en or all", _written),
    "facet": Type(f"what is spoken of: {', '.join(FACETS)} or all", _facet),
    "item": Type("an item of Art. 13 or 14 such as 13-2-a", _item),
}
