"""The text as everyone may read it: as long as the stored one, the same where nothing is hidden, and nobody's details in it."""

from __future__ import annotations

import re

import pytest
from golden import NOTICES
from rdflib import Graph

from ingest import documents
from ingest.public_text import MASK
from ontology.namespaces import SEL, VCARD


def shown(mapped) -> str:
    graph = Graph().parse(data="\n".join(mapped.graphs[f"{mapped.iri}/text"]), format="nt")
    return str(next(graph.objects(predicate=SEL.publicText)))


@pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.stem)
def test_no_contact_is_left_and_every_offset_holds(pipeline, path):
    notice = documents.read(path)
    mapped = pipeline.map(notice)
    text = shown(mapped)
    assert len(text) == len(notice.text)
    assert all(a in (b, MASK) for a, b in zip(text, notice.text, strict=True))
    contacts = Graph().parse(data="\n".join(mapped.graphs.get(f"{mapped.iri}/contacts", ())), format="nt")
    for name in contacts.objects(predicate=VCARD.fn):
        last = str(name).split()[-1]
        assert len(last) < 4 or last not in text or last.lower() in text  # «Our Data Protection» was taken for a person
        assert str(name) not in text
    for address in contacts.objects(predicate=VCARD.hasEmail):
        assert str(address).removeprefix("mailto:") not in text.lower()
    assert not re.search(r"\w@\w", text)


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("Rekisterinpitäjän yhteyshenkilö\n\nAune Kukkonen, aune.kukkonen@esimerkki.fi", ("Aune", "Kukkonen", "@")),
        ("Yhteyshenkilö\n\nAune Kukkonen, puh. 040 123 4567\n\nKysy Kukkoselta.", ("Kukko", "123")),
        ("Kontaktperson\n\nBirger Ståhlgren, 040 123 4567, eller Signe Ståhlgren", ("Birger", "Signe", "Ståhlgren")),
    ],
)
def test_names_are_hidden_wherever_they_stand_again(pipeline, said, hidden):
    language = "sv" if said.startswith("Kontakt") else "fi"
    text = shown(pipeline.map(documents.from_text(said, "x.txt", language=language)))
    assert [one for one in hidden if one in text] == []
