"""The tables for researchers and what each column means: the data dictionary, from which all else about them is made.

One description serves the CSV header, the Parquet schema, CSV on the Web (W3C, csv-metadata.json) and the Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "anyURI", "integer", "boolean", "date", "json"]
"""Datatypes by their names in CSV on the Web."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, datatype and meaning."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row stands for, and its columns. The first `keys` columns tell its rows apart."""

    name: str
    row: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    refers: bool = True
    """Whether its column `notice` refers to the table of notices."""


_NOTICE = Column("notice", "anyURI", "IRI of the notice.", required=True)
_MODALITY = Column(
    "modality", "string",
    "How it is said: Asserted, Possible (may, might), Conditional (if, where), Negated. Negated rows say that it is not so.",
)  # fmt: skip
_CONDITION = Column("condition", "string", "The notice's words for the condition, when Conditional.")
_DEFAULT = Column("default_polarity", "string", "Negated when the condition is an exception to a denial («not …, unless …»).")
_PLACE = (
    Column("quote", "string", "The words that prove it, exactly as in the notice: the first place in the text."),
    Column("start", "integer", "Where the quote begins in the stored text: code points, counted from 0."),
    Column("end", "integer", "Where the quote ends, exclusive."),
)
_LABELS = tuple(
    Column(f"label_{code}", "string", f"Name of the concept in {language}.")
    for code, language in (("en", "English"), ("fi", "Finnish"), ("sv", "Swedish"))
)
_ENTITY = (
    Column("entity", "anyURI", "IRI of the organisation named, the same in all notices that name it."),
    Column("entity_name", "string", "Name of that organisation."),
)

NOTICES = Table(
    "notices", "One privacy notice.",
    (
        _NOTICE,
        Column("title", "string", "The notice's own title."),
        Column("language", "string", "Language of the notice (fi, sv, en); several are parted by a blank."),
        Column("date", "date", "The date that the notice gives for itself."),
        Column("source", "anyURI", "File or address that the notice came from."),
        Column("controllers", "anyURI", "IRIs of the data controllers, parted by a blank; empty when the text names none."),
        Column("controller_names", "string", "Their names, parted by « | »."),
        Column("text_sha256", "string", "SHA-256 of the stored text; its first 16 digits end the notice's IRI."),
        Column("text_length", "integer", "Length of the stored text in code points."),
        Column("registers", "integer", "Processing activities that the notice describes."),
        Column("claims", "integer", "Rows that the notice has in the table of claims."),
        Column("violations", "integer", "Findings with severity Violation."),
        Column("warnings", "integer", "Findings with severity Warning."),
        Column("infos", "integer", "Findings with severity Info."),
    ),
    ("notice",), refers=False,
)  # fmt: skip
CLAIMS = Table(
    "claims", "One thing that one notice says, with its modality and proof.",
    (
        _NOTICE,
        Column("claim", "anyURI", "IRI of the claim.", required=True),
        Column("types", "string", "DPV and own classes of the claim by their last names, parted by a blank."),
        Column("concept", "anyURI", "What it is about: a term of DPV 2.3 or of the project's vocabulary."),
        *_LABELS,
        _MODALITY, _CONDITION, _DEFAULT, *_ENTITY,
        Column("properties", "string", "Properties by which notice and processes point to it; empty for denials."),
        Column("processes", "anyURI", "IRIs of the processes that point to it, parted by a blank."),
        Column("retention_kind", "string", "FixedPeriod, CriteriaOnly or Indefinite; only of statements on storage."),
        Column("retention_period", "string", "The period (xsd:duration) as the store writes it: P12M stands as P1Y."),
        Column("retention_text", "string", "The notice's words for the period."),
        *_PLACE,
        Column("quotes", "json", "All quotes, a JSON array of strings, in the order of the text."),
        Column("spans", "string", "All places as start-end, parted by a blank, in the order of the text."),
    ),
    ("claim",),
)  # fmt: skip
TRANSFERS = Table(
    "transfers", "One statement about transfers out of the EEA, or one transfer that follows from a recipient's seat.",
    (
        _NOTICE,
        Column("transfer", "anyURI", "IRI of the statement or of the inference.", required=True),
        Column("kind", "string", "«stated» by the notice, or «implied»: not said, but the named recipient's seat is there.",
               required=True),
        _MODALITY, _CONDITION, _DEFAULT,
        Column("countries", "string", "Third countries, ISO 3166-1 alpha-2, parted by a blank."),
        Column("scope", "string", "Wider destination, such as non-EEA."),
        Column("excluded", "string", "Destinations that are denied."),
        Column("exhaustive", "boolean", "Whether the countries are all (true) or examples (false)."),
        Column("instruments", "string", "Safeguards named, as GDPR articles (A46-2-c) or own terms, parted by a blank."),
        Column("instrument_status", "string", "Status of each safeguard at the notice's date, as instrument=status."),
        Column("adequacy", "string", "Adequacy decision in force at the notice's date; only of implied transfers."),
        *_ENTITY, *_PLACE,
    ),
    ("transfer",),
)  # fmt: skip
RECIPIENTS = Table(
    "recipients", "One recipient or category of recipients in one notice.",
    (
        _NOTICE,
        Column("recipient", "anyURI", "IRI of the claim.", required=True),
        Column("kind", "string", "«named» organisation or «category».", required=True),
        Column("roles", "string", "Recipient, DataProcessor, ThirdParty, …, parted by a blank."),
        Column("category", "anyURI", "The concept, when it is a category."),
        *_LABELS, *_ENTITY,
        Column("entity_country", "string", "Seat of the organisation, ISO 3166-1 alpha-2, where it is known."),
        Column("entity_parent", "anyURI", "IRI of the organisation that it belongs to, where it is known."),
        _MODALITY, _CONDITION, _DEFAULT, *_PLACE,
    ),
    ("recipient",),
)  # fmt: skip
FINDINGS = Table(
    "findings", "One finding of the validation against GDPR Articles 13 and 14.",
    (
        _NOTICE,
        Column("finding", "anyURI", "IRI of the finding.", required=True),
        Column("item", "string", "What the notice should tell, as an article: 13-1-f is Art. 13(1)(f)."),
        Column("verdict", "string", "Verdict on that item: met, missing, contradictory, not-applicable, not-assessed."),
        Column("severity", "string", "Violation, Warning or Info."),
        Column("rule", "anyURI", "IRI of the SHACL shape that was not met."),
        Column("focus", "anyURI", "IRI of what the finding is about."),
        Column("value", "string", "The value that was found, when there is one."),
        Column("message_en", "string", "The finding in English."),
        Column("message_fi", "string", "The finding in Finnish."),
        Column("message_sv", "string", "The finding in Swedish."),
    ),
    ("finding",),
)  # fmt: skip
VERDICTS = Table(
    "verdicts", "The verdict on one item of Articles 13 and 14 for one notice, also when nothing is missing.",
    (
        _NOTICE,
        Column("item", "string", "What a notice should tell, as an article.", required=True),
        Column("verdict", "string", "met, missing, contradictory, not-applicable or not-assessed.", required=True),
    ),
    ("notice", "item"),
)  # fmt: skip
TABLES = (NOTICES, CLAIMS, TRANSFERS, RECIPIENTS, FINDINGS, VERDICTS)


def csv_on_the_web(about: Mapping[str, object]) -> dict[str, object]:
    """The tables as CSV on the Web metadata; `about` are members that say whose data these are."""
    tables = []
    for table in TABLES:
        schema: dict[str, object] = {
            "columns": [_column(column) for column in table.columns],
            "primaryKey": list(table.keys),
        }
        if table.refers:
            reference = {"resource": f"{NOTICES.name}.csv", "columnReference": "notice"}
            schema["foreignKeys"] = [{"columnReference": "notice", "reference": reference}]
        tables.append({"url": f"{table.name}.csv", "dc:description": table.row, "tableSchema": schema})
    dialect = {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]}
    return {"@context": "http://www.w3.org/ns/csvw", **about, "dialect": dialect, "tables": tables}


def dictionary(tables: Iterable[Table] = TABLES) -> str:
    """The data dictionary in Markdown."""
    lines: list[str] = []
    for table in tables:
        keys = ", ".join(f"`{key}`" for key in table.keys)
        lines += [f"### {table.name}", "", f"{table.row} Key: {keys}.", "", "| column | datatype | meaning |", "|---|---|---|"]
        lines += [f"| `{c.name}` | {c.kind} | {c.meaning.replace('|', chr(92) + '|')} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


def _column(column: Column) -> dict[str, object]:
    described: dict[str, object] = {
        "name": column.name, "titles": column.name, "datatype": column.kind, "dc:description": column.meaning,
    }  # fmt: skip
    if column.kind == "anyURI" and "parted" in column.meaning:
        described["separator"] = " "
    return described | ({"required": True} if column.required else {})
