"""How well notices are read, as data: precision and recall of each facet and language beside the dataset (W3C DQV).

The numbers come from a scorer that compares the graphs of hand-annotated notices with the annotations, run once for each
language with its result as JSON; nothing is measured or rounded here. What cannot be measured (nothing was annotated, or
nothing extracted) has no measurement.

    python -m ingest.quality --store DIR --date YYYY-MM-DD --score-json fi=FILE --score-json sv=FILE

    QualityError
    ├── UnreadableScore   a file is not the JSON of a score
    ├── FailedScore       notices were not mapped when the score was made
    └── NoStore           there is no store to write to
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from ingest.ntriples import iri, literal, triple
from ingest.store import JOURNAL, StoreError
from ingest.stores import NoticeStore, opened
from ontology.namespaces import DCTERMS, PREFIXES, SEL
from remote.location import located

DQV = "http://www.w3.org/ns/dqv#"
DATASET_GRAPH = "graph/dataset"
TYPE, XSD = PREFIXES["rdf"] + "type", PREFIXES["xsd"]
LANGUAGES = ("fi", "sv", "en")
FACETS: Mapping[str, str | None] = MappingProxyType(
    {
        "controller": "OrganisationFacet",
        "purpose": "PurposeFacet",
        "legal_basis": "LegalBasisFacet",
        "personal_data": "PersonalDataFacet",
        "data_subject": "DataSubjectFacet",
        "data_source": "SourceFacet",
        "recipient_named": "RecipientFacet",
        "transfer": "TransferFacet",
        "retention": "RetentionFacet",
        "right": "RightFacet",
        "measure": "MeasureFacet",
        "law_cited": "CitationFacet",
        "identity": None,
    }
)
"""The facets that the scorer knows, with our own; identity (identifiers, addresses, date, language) has none."""


class QualityError(ValueError):
    """The measurements were not written."""


class UnreadableScore(QualityError):
    """A file that is not the JSON of a score: which one, and what is wrong with it."""

    def __init__(self, file: Path, problem: str) -> None:
        self.file, self.problem = file, problem
        super().__init__(f"{file}: {problem}. Run the scorer again with --json.")


class FailedScore(QualityError):
    """A score made while notices could not be mapped: its numbers tell of the failure, not of extraction."""

    def __init__(self, file: Path, failed: Sequence[str]) -> None:
        self.file, self.failed = file, tuple(failed)
        super().__init__(
            f"{file}: {len(failed)} notices failed ({'; '.join(failed)[:200]}). Mend that and score again."
        )


class NoStore(QualityError):
    """There is no store at the path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"There is no store at {path}. Make one with: seloste ingest FILES --store {path}")


@dataclass(frozen=True, slots=True)
class FacetScore:
    """What was measured of one facet; None where nothing could be."""

    facet: str
    precision: Decimal | None
    recall: Decimal | None


@dataclass(frozen=True, slots=True)
class Score:
    """The score over the annotated notices of one language."""

    language: str
    notices: int
    facets: tuple[FacetScore, ...]


def read_score(file: Path, language: str) -> Score:
    """The score in a file.

    Raises:
        UnreadableScore: when it is not JSON, a part is missing or a number is none between 0 and 1.
        FailedScore: when notices failed.
    """
    try:
        found = json.loads(file.read_text("utf-8"), parse_float=Decimal)
        failed, notices, facets = found["failed"], found["notices"], found["facets"]
        scores = tuple(_facet_score(name, facets[name]) for name in sorted(facets))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnreadableScore(file, str(error)) from error
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise UnreadableScore(file, f"not the JSON of a score ({type(error).__name__}: {error})") from error
    if failed:
        raise FailedScore(file, [str(one) for one in failed])
    if not isinstance(notices, int) or notices < 1:
        raise UnreadableScore(file, "no notice was scored")
    return Score(language, notices, scores)


def _facet_score(name: str, found: Mapping[str, object]) -> FacetScore:
    if name not in FACETS:
        raise KeyError(name)
    counts = found["counts"]
    if not isinstance(counts, list):
        raise TypeError(f"{name} has no list of counts")
    true, extra, missed = map(int, counts)
    precision, recall = Decimal(str(found["p"])), Decimal(str(found["r"]))
    if not (0 <= precision <= 1 and 0 <= recall <= 1):
        raise ValueError(f"{name} is not between 0 and 1")
    return FacetScore(name, precision if true + extra else None, recall if true + missed else None)


def measurements(scores: Iterable[Score], day: date, base: str) -> list[str]:
    """The sorted N-Triples lines of the measurements: the same scores and day, the same lines.

    Parameters:
        day: when the scores were made.
        base: the base of instance IRIs.
    """
    lines: set[str] = set()
    for score in scores:
        for one in score.facets:
            for dimension, value in ((SEL.Precision, one.precision), (SEL.Recall, one.recall)):
                if value is not None:
                    lines |= set(_measurement(score, one.facet, dimension, value, day, base))
    return sorted(lines)


def _measurement(score: Score, facet: str, dimension: str, value: Decimal, day: date, base: str) -> Iterator[str]:
    dataset, step = f"{base}dataset", f"{dimension.rpartition('#')[2].lower()}/{facet.replace('_', '-')}"
    node, metric = f"{base}quality/{score.language}/{step}", f"{base}metric/{step}"
    yield triple(dataset, DQV + "hasQualityMeasurement", iri(node))
    yield triple(node, TYPE, iri(DQV + "QualityMeasurement"))
    yield triple(node, DQV + "isMeasurementOf", iri(metric))
    yield triple(node, DQV + "computedOn", iri(dataset))
    yield triple(node, DQV + "value", literal(_decimal(value), datatype=XSD + "decimal"))
    yield triple(node, DCTERMS.language, literal(score.language))
    yield triple(node, DCTERMS.date, literal(day.isoformat(), datatype=XSD + "date"))
    yield triple(node, SEL.annotatedNotices, literal(str(score.notices), datatype=XSD + "nonNegativeInteger"))
    yield triple(metric, TYPE, iri(DQV + "Metric"))
    yield triple(metric, DQV + "inDimension", iri(dimension))
    yield triple(metric, DQV + "expectedDataType", iri(XSD + "decimal"))
    yield triple(metric, DCTERMS.identifier, literal(step))
    if FACETS[facet] is not None:
        yield triple(metric, SEL.facet, iri(f"{SEL}{FACETS[facet]}"))


def _decimal(value: Decimal) -> str:
    """The canonical form of an xsd:decimal with a point, so that stores keep it as it is."""
    whole, _, part = f"{value:f}".partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


def measured(lines: Iterable[str], base: str) -> list[str]:
    """The lines of the dataset's graph that are measurements: they stay when the rest is described anew."""
    known = list(lines)
    rest = set(others(known, base))
    return [line for line in known if line not in rest]


def others(lines: Iterable[str], base: str) -> list[str]:
    """The lines of the dataset's graph that are no measurements."""
    mine = re.compile(rf"<{re.escape(base)}(?:quality|metric)/|<[^>]*> <{re.escape(DQV)}hasQualityMeasurement> ")
    return [line for line in lines if not mine.match(line)]


def write(scores: Sequence[Score], store: NoticeStore, day: date) -> bool:
    """Put the measurements into the dataset's graph in place of all that were there; True when something changed.

    Raises:
        StoreError: when the store cannot be written.
    """
    graph = store.base + DATASET_GRAPH
    kept = others(store.graph(graph), store.base)
    return store.load_shared(graph, sorted({*kept, *measurements(scores, day, store.base)}))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read scores, write their measurements, publish: 0 done, 2 wrong usage, 3 unreadable input, 4 a broken store."""
    parser = argparse.ArgumentParser(prog="python -m ingest.quality", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--store", type=located, required=True, help="the store's directory or address")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="when the scores were made, YYYY-MM-DD")
    parser.add_argument(
        "--score-json",
        type=_language_file,
        action="append",
        required=True,
        metavar="LANGUAGE=FILE",
        help=f"the scorer's JSON over the notices of one language ({', '.join(LANGUAGES)}); may be repeated",
    )
    chosen = parser.parse_args(arguments)
    if len({language for language, _ in chosen.score_json}) < len(chosen.score_json):
        parser.error("give one score for each language")
    try:
        if isinstance(chosen.store, Path) and not (chosen.store / JOURNAL).is_file():
            raise NoStore(chosen.store)
        scores = [read_score(file, language) for language, file in chosen.score_json]
        with opened(chosen.store) as store:
            changed = write(scores, store, chosen.date)
            snapshot = store.publish()
    except (QualityError, StoreError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 3 if isinstance(error, QualityError) else 4
    said = "written" if changed else "unchanged"
    for score in scores:
        sys.stderr.write(f"{score.language}: {score.notices} annotated notices, {len(score.facets)} facets\n")
    sys.stderr.write(f"Measurements {said} in {chosen.store}, snapshot {snapshot.revision}.\n")
    return 0


def _language_file(text: str) -> tuple[str, Path]:
    language, equals, file = text.partition("=")
    if not equals or language not in LANGUAGES:
        raise argparse.ArgumentTypeError(f"{text}: write it as LANGUAGE=FILE with {', '.join(LANGUAGES)}")
    return language, Path(file)


if __name__ == "__main__":
    sys.exit(main())
