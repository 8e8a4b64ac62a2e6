"""Every entry of the lexicon is proven by its own sentences, in both directions; fast look-up equals plain look-up."""

from __future__ import annotations

import pytest

from ingest.matcher import Matcher
from ingest.words import FastForms, PlainForms, spelled, words_of
from ontology import lexicon
from ontology.lexicon import Entry

LEXICON = lexicon.load()
MATCHERS = {language: Matcher(lex) for language, lex in LEXICON.items()}
ENTRIES = [entry for lex in LEXICON.values() for entry in lex.entries if entry.patterns]


def name(entry: Entry) -> str:
    return entry.iri.rpartition("#")[2]


def found(entry: Entry, sentence: str) -> bool:
    tokens = words_of(LEXICON[entry.language]).tokens(sentence)
    return any(match.entry is entry for match in MATCHERS[entry.language].match(tokens))


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_entry_matches_its_examples_and_not_its_counter_examples(entry: Entry) -> None:
    if entry.kind == "LexicalEntry":
        assert entry.examples, "an entry needs at least one sel:example"
    assert [s for s in entry.examples if not found(entry, s)] == []
    assert [s for s in entry.counter_examples if found(entry, s)] == []


@pytest.mark.parametrize("language", lexicon.LANGUAGES)
def test_fast_forms_equal_plain_forms(language: str) -> None:
    lex = LEXICON[language]
    words = sorted({w for e in lex.entries for p in e.patterns for s in p.slots for w in s.words}, key=repr)[::7]
    table = [(w, spelled(w, lex)) for w in words]
    fast, plain = FastForms(table), PlainForms(table)
    sentences = [s for e in lex.entries for s in (*e.examples, *e.counter_examples)][::31]
    asked = sorted({t.word for s in sentences for t in words_of(lex).tokens(s)})
    assert len(asked) > 50
    assert {w: fast.find(w) for w in asked} == {w: plain.find(w) for w in asked}
