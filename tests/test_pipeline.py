"""From text to graph: golden graphs of the samples, and what must hold of every notice whatever it says."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from ingest import documents
from ingest.batch import rdf
from ingest.graph import NoticeGraphs
from ingest.pipeline import Pipeline
from ingest.sections import Sectioner
from ontology import lexicon
from ontology.namespaces import DCTERMS, DPV, OA, PROV, SEL
from shapes.validation import wellformedness
from tests import golden

LEXICON = lexicon.load()
SECTIONERS = {language: Sectioner(lex) for language, lex in LEXICON.items()}
SENTENCES = {language: sorted({s for e in lex.entries for s in e.examples if len(s) > 15})[::3] for language, lex in LEXICON.items()}
HEADINGS = {language: sorted({s for e in lex.of_kind("HeadingEntry") for s in e.examples}) for language, lex in LEXICON.items()}
NOISE = ["Sähköposti: matti.meikalainen@esimerkki.example", "Puhelin: 040 123 4567", "Yhteyshenkilö: Maija Mallinen", "-", "\u00a0", "§ – ”’", "1.", "•  ",
         "[LISÄÄ NIMI]", "https://www.esimerkki.example/a?b=c", "\U0001F512 a\u0308", "EU:n/ETA:n", "x" * 300]
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


@pytest.mark.parametrize("notice", golden.NOTICES, ids=lambda p: p.stem)
def test_sample_gives_its_golden_graph(notice: Path, pipeline: Pipeline) -> None:
    expected, got = Dataset(), Dataset()
    expected.parse(golden.file(notice), format="trig")
    got.parse(data=golden.graph(notice, pipeline), format="trig")
    assert {g.identifier for g in got.graphs()} == {g.identifier for g in expected.graphs()}
    for part in expected.graphs():
        mine = got.graph(part.identifier)
        assert isomorphic(mine, part), _difference(mine, part)


def _difference(mine: Graph, expected: Graph) -> str:
    lines = [f"- {' '.join(t.n3() for t in s)}" for s in sorted(set(expected) - set(mine))[:15]]
    return "\n".join(lines + [f"+ {' '.join(t.n3() for t in s)}" for s in sorted(set(mine) - set(expected))[:15]])


@pytest.mark.parametrize("notice", golden.NOTICES, ids=lambda p: p.stem)
def test_sample_is_well_formed_exact_and_private(notice: Path, pipeline: Pipeline) -> None:
    read = documents.read(notice)
    mapped = pipeline.map(read)
    assert wellformedness(rdf(mapped)) == ()
    _holds(read.text, mapped)
    assert pipeline.map(documents.read(notice)) == mapped, "the same text gives the same graph"


@st.composite
def notices(draw: st.DrawFn) -> tuple[str, str]:
    language = draw(st.sampled_from(["fi", "sv", "en"]))
    piece = st.one_of(st.sampled_from(SENTENCES[language]), st.sampled_from(HEADINGS[language]), st.sampled_from(NOISE))
    separator = st.sampled_from(["\n\n", "\n", " ", "\n- ", "\n\n\n", ":\n", "  "])
    return language, "".join(draw(piece) + draw(separator) for _ in range(draw(st.integers(1, 25))))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(notices())
def test_every_quote_is_exact_and_sections_tile(pipeline: Pipeline, made: tuple[str, str]) -> None:
    language, text = made
    if not text.strip():
        return
    notice = documents.from_text(text, "generated.txt", language=language)
    sections = SECTIONERS[language].split(notice)
    assert [s.start for s in sections[1:]] == [s.end for s in sections[:-1]]
    assert (sections[0].start, sections[-1].end) == (0, len(notice.text))
    for section in sections:
        inside = [(s.start, s.end) for s in section.sentences]
        assert all(section.start <= a < b <= section.end for a, b in inside)
        assert inside == sorted(inside)
    mapped = pipeline.map(notice)
    _holds(notice.text, mapped)
    assert wellformedness(rdf(mapped)) == ()


def _holds(text: str, mapped: NoticeGraphs) -> None:
    """What is true of every notice's graphs: exact quotes, no blank nodes, nothing of people in public."""
    for iri, lines in mapped.graphs.items():
        assert list(lines) == sorted(set(lines))
        graph = Graph().parse(data="\n".join(lines), format="nt")
        for place in graph.subjects(RDF.type, OA.TextPositionSelector):
            start, end = (int(str(graph.value(place, p))) for p in (OA.start, OA.end))
            assert str(graph.value(place, OA.exact)) == text[start:end]
            assert str(place).endswith(f"#char={start},{end}")
        assert not any(line.startswith("_:") or " _:" in line.split('"')[0] for line in lines)
        if not iri.endswith("/contacts"):
            assert [o for o in graph.objects() if isinstance(o, Literal) and EMAIL.search(str(o))] == []
            assert (None, PROV.wasDerivedFrom, None) in graph or (None, RDF.type, SEL.Claim) not in graph


def test_one_text_one_notice_whatever_its_line_ends(pipeline: Pipeline) -> None:
    text = golden.NOTICES[0].read_text("utf-8")
    one = documents.from_bytes(text.encode("utf-8"), "a.txt")
    other = documents.from_bytes(text.replace("\n", "\r\n").encode("utf-16"), "a.txt")
    assert pipeline.map(one).graphs == pipeline.map(other).graphs


def test_a_notice_without_a_controller_has_none(pipeline: Pipeline) -> None:
    mapped = pipeline.map(documents.read(golden.ROOT / "examples/notices/fi-ilman-rekisterinpitajaa.txt"))
    assert (None, DPV.hasDataController, None) not in rdf(mapped)


def test_the_conditional_transfer_to_russia(pipeline: Pipeline) -> None:
    mapped = pipeline.map(documents.read(golden.ROOT / "examples/notices/fi-verkkokauppa-havukka.txt"))
    graph = rdf(mapped)
    (transfer,) = graph.subjects(DPV.hasThirdCountry, URIRef("https://w3id.org/dpv/loc#RU"))
    assert graph.value(transfer, SEL.modality) == SEL.Conditional
    assert graph.value(transfer, SEL.destinationsExhaustive).toPython() is False
    assert any("Venäjälle" in str(graph.value(p, OA.exact)) for p in graph.objects(transfer, PROV.wasDerivedFrom))


def test_dates_and_language(pipeline: Pipeline) -> None:
    text = "Tietosuojaseloste\n\nPäivitetty 3.4.2024\n\nRekisterinpitäjä\n\nEsimerkki Oy\n\nRekisterin tietosisältö\n\nNimi ja sähköpostiosoite\n"
    graph = rdf(pipeline.map(documents.from_text(text, "x.txt")))
    (notice,) = graph.subjects(RDF.type, DPV.PrivacyNotice)
    assert str(graph.value(notice, DCTERMS.modified)) == "2024-04-03"
    assert str(graph.value(notice, DCTERMS.language)) == "fi"
