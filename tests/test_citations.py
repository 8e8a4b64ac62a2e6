"""Acts by name and number: the printed number says which act a name means."""
from __future__ import annotations

import pytest
from rdflib import Graph

from ingest import documents
from ingest.batch import rdf
from ingest.pipeline import Pipeline
from ontology.namespaces import SEL


@pytest.mark.parametrize(("language", "sentence", "numbers"), [
    ("fi", "Seloste perustuu henkilötietolakiin.", {"523/1999"}),
    ("fi", "Henkilötietolaki (523/99) 10 §.", {"523/1999"}),
    ("fi", "Noudatamme tietosuoja-asetusta (679/2016).", {"2016/679"}),
    # a name given to several acts in turn means the one whose number stands beside it, before or behind
    ("fi", "Tiedot arkistoidaan annetun lain (159/2007, asiakastietolaki) perusteella.", {"159/2007"}),
    ("fi", "Tiedot arkistoidaan asiakastietolain (159/2007) perusteella.", {"159/2007"}),
    # a number that belongs to the act before says nothing of the next one
    ("fi", "Tiedot ovat salassa pidettäviä (julkisuuslaki 621/1999, varhaiskasvatuslaki 40 §).", {"621/1999", "540/2018"}),
    ("fi", "Seuraava tarkistus tehdään 3/2027 ja vuonna 2028.", set()),
    ("sv", "Vi följer skollagen (2010:800).", {"2010:800"}),
])
def test_cited_acts(pipeline: Pipeline, language: str, sentence: str, numbers: set[str]) -> None:
    graph: Graph = rdf(pipeline.map(documents.from_text(sentence, "x", language=language)))
    assert {str(n) for n in graph.objects(None, SEL.actNumber)} == numbers
