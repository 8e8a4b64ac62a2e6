"""Pages in two languages: told apart by paragraph, read each in its own, put together as one set of claims."""

from __future__ import annotations

import re

import pytest

from ingest import documents
from ingest.notice import Passage, Span
from tests.conftest import ROOT
from tests.said import notice, pipeline

SAMPLE = ROOT / "examples" / "notices" / "fi-sv-musiikkiopisto-saarlanta.txt"


def test_the_passages_of_a_bilingual_page() -> None:
    read = documents.read(SAMPLE)
    assert read.languages == ("fi", "sv")
    assert [p.language for p in read.passages] == ["fi", "sv"]
    fi, sv = (read.text[p.span.start : p.span.end] for p in read.passages)
    assert "TIETOSUOJASELOSTE: OPPILASREKISTERI" in fi
    assert "Rekisteröity voi tehdä valituksen" in fi
    assert "DATASKYDDSBESKRIVNING: ELEVREGISTRET" in sv


def test_what_both_texts_say_is_one_claim_with_places_in_both() -> None:
    read = documents.read(SAMPLE)
    said = {c.path: c for c in pipeline().read(read).claims}
    quoted = {read.language_at(span.start) for span in said["purpose/PaymentManagement"].spans}
    assert quoted == {"fi", "sv"}


def test_a_transfer_that_one_text_alone_names_is_a_statement_of_its_own() -> None:
    statements = [c for c in pipeline().read(documents.read(SAMPLE)).claims if c.key.startswith("transfer/")]
    assert sorted(c.polarity.modality.value for c in statements) == ["Negated", "Possible"]
    denied = next(c for c in statements if c.polarity.modality.value == "Negated")
    assert len(denied.spans) == 2


def test_the_controller_is_told_once() -> None:
    said = pipeline().read(documents.read(SAMPLE))
    assert [c.organisation.name for c in said.controllers] == ["Saarlannan musiikkiopisto ry"]


def test_quotes_carry_the_language_of_their_passage() -> None:
    read = documents.read(SAMPLE)
    graphs = pipeline().map(read)
    tagged = re.findall(r'#char=(\d+),\d+> <http://www.w3.org/ns/oa#exact> ".*"@(\w+) .', "\n".join(graphs.graphs[graphs.iri]))
    assert {language for _, language in tagged} == {"fi", "sv"}
    assert all(read.language_at(int(start)) == language for start, language in tagged)


def test_a_text_in_one_language_has_no_passages() -> None:
    assert documents.read(ROOT / "examples" / "notices" / "fi-verkkokauppa-havukka.txt").passages == ()


def test_a_quotation_in_another_language_is_no_passage() -> None:
    finnish = "Rekisterinpitäjä käsittelee henkilötietoja asiakassuhteen hoitamiseksi ja laskutusta varten. " * 20
    quoted = "We may share your information with service providers that help us to run this website every day."
    assert notice(f"{finnish}\n\n{quoted}\n\n{finnish}", None).passages == ()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_places_stay_where_they_are_when_other_passages_are_blank(language: str) -> None:
    read = documents.read(SAMPLE)
    only = read.only(language)
    assert len(only.text) == len(read.text)
    for passage in read.passages:
        start, end = passage.span
        same = only.text[start:end] == read.text[start:end]
        assert same == (passage.language == language)
        assert same or not only.text[start:end].strip()


def test_language_of_a_place() -> None:
    read = notice("Yksi\n\nTvå", "fi")
    two = type(read)(read.text, "fi", passages=(Passage(Span(0, 4), "fi"), Passage(Span(6, 9), "sv")))
    assert (two.language_at(0), two.language_at(5), two.language_at(7)) == ("fi", "fi", "sv")
