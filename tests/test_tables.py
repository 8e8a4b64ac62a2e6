"""Answers on a terminal: a table where there is room, blocks where there is not, vocabulary by its prefixes."""
from __future__ import annotations

import json

import pytest

from queries.evaluation import Answer
from queries.tables import compact, to_table

ROW = {
    "controller": {"type": "literal", "value": "Havukka Oy"},
    "modality": {"type": "uri", "value": "https://w3id.org/seloste/ns#Conditional"},
    "quote": {"type": "literal", "value": "Mikäli asiakas tilaa tuotteita toimitettavaksi esimerkiksi Venäjälle, luovutamme tietoja " * 3},
}


def answer(value: object) -> Answer:
    return Answer(json.dumps(value).encode(), "application/sparql-results+json", "solutions", 1, False, "7")


@pytest.mark.parametrize("width", [60, 200])
def test_every_word_can_be_read_at_any_width(width: int) -> None:
    text = to_table(answer({"head": {"vars": list(ROW)}, "results": {"bindings": [ROW]}}), "Which?", width)
    assert "Havukka Oy" in text
    assert "sel:Conditional" in text
    assert "…" not in text
    assert text.count("Venäjälle") == 3
    assert max(map(len, text.splitlines())) <= width
    assert text.endswith("1 row, snapshot 7\n")


def test_truth_values_and_empty_answers() -> None:
    assert to_table(answer({"head": {}, "boolean": True}), None, 80) == "true\n"
    assert to_table(answer({"head": {"vars": ["a"]}, "results": {"bindings": []}}), None, 10).endswith("0 rows, snapshot 7\n")


def test_unknown_iris_stay_whole() -> None:
    assert compact({"type": "uri", "value": "https://example.org/a"}) == "https://example.org/a"
    assert compact({"type": "uri", "value": "https://w3id.org/dpv/loc#RU"}) == "loc:RU"
