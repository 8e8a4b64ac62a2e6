"""The same notice says the same as text, web page, Word document and PDF, also in columns; only places differ."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import documents
from ingest.notice import Notice
from ingest.pipeline import Pipeline
from ingest.sections import Sectioner
from ontology import lexicon
from tests import make_documents
from tests.make_documents import Part

NOTICES = Path(__file__).parent.parent / "examples" / "notices"
SAMPLES = (
    "fi-verkkokauppa-havukka",
    "fi-yhdistys-tulikallion-melojat",
    "fi-hammaslaakari-kielokallio",
    "fi-ilman-rekisterinpitajaa",
    "sv-webbutik-ullvide",
    "sv-forening-lillskar",
    "sv-museum-tornvika",
    "en-saas-tallygrove",
    "en-game-pipwick",
)
FORMATS: dict[str, Callable[[list[Part]], bytes]] = {
    "html": lambda content: make_documents.as_html(content).encode(),
    "docx": make_documents.as_docx,
    "pdf": make_documents.as_pdf,
    "two columns": make_documents.two_columns,
}


@pytest.fixture(scope="module")
def sectioners() -> dict[str, Sectioner]:
    return {language: Sectioner(words) for language, words in lexicon.load().items()}


def said(notice: Notice, pipeline: Pipeline) -> set[tuple[str, str]]:
    """The paths of the claims with their modality; offsets in paths taken out."""
    mapped = pipeline.map(notice)
    pattern = re.compile(rf"<{re.escape(mapped.iri)}/([^>]+)> <[^>]*#modality> <[^>]*#(\w+)>")
    found = (pattern.match(line) for line in mapped.graphs[mapped.iri])
    return {(re.sub(r"/\d{3,}$", "", match.group(1)), match.group(2)) for match in found if match}


@pytest.mark.parametrize("name", SAMPLES)
def test_all_formats_make_the_same_claims(name: str, pipeline: Pipeline, sectioners: dict[str, Sectioner]) -> None:
    text = documents.read(NOTICES / f"{name}.txt")
    expected = said(text, pipeline)
    assert len(expected) > 20
    content = make_documents.parts(text, sectioners[text.language])
    for kind, made in FORMATS.items():
        notice = documents.from_bytes(made(content), f"{name} as {kind}")
        assert notice.language == text.language
        assert said(notice, pipeline) == expected, kind


@pytest.mark.parametrize("name", SAMPLES[:2])
def test_evidence_is_exact_in_every_format(name: str, pipeline: Pipeline, sectioners: dict[str, Sectioner]) -> None:
    text = documents.read(NOTICES / f"{name}.txt")
    content = make_documents.parts(text, sectioners[text.language])
    for made in FORMATS.values():
        notice = documents.from_bytes(made(content), name)
        lines = [line for graph in pipeline.map(notice).graphs.values() for line in graph]
        quotes = [re.match(r'<[^>]*#char=(\d+),(\d+)> <[^>]*exact> "(.*)"@', line) for line in lines]
        places = [match for match in quotes if match]
        assert places
        for match in places:
            start, end, quote = int(match.group(1)), int(match.group(2)), match.group(3)
            assert notice.text[start:end] == quote.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
