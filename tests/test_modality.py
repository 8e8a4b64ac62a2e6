"""Polarity in tables: the sentence, the words whose polarity is asked, and what it must be."""
from __future__ import annotations

import pytest

from ingest.modality import Modality, PolarityReader
from ingest.tokens import tokenize
from ontology import lexicon

READERS = {language: PolarityReader(lex) for language, lex in lexicon.load().items()}
A, P, C, N = Modality.ASSERTED, Modality.POSSIBLE, Modality.CONDITIONAL, Modality.NEGATED

FINNISH = [
    # plain statements
    ("Tiedot siirretään palveluntarjoajalle Irlantiin.", "Irlantiin", A),
    ("Luovutamme tietoja kuljetusyhtiölle.", "kuljetusyhtiölle", A),
    # possibility
    ("Tietoja voidaan luovuttaa perintätoimistolle.", "perintätoimistolle", P),
    ("Tietoja saatetaan siirtää Kanadaan.", "Kanadaan", P),
    ("Tarvittaessa tiedot luovutetaan poliisille.", "poliisille", P),
    # negation, before and after the words
    ("Tietoja ei luovuteta EU:n ulkopuolelle.", "ulkopuolelle", N),
    ("Emme siirrä tietoja kolmansiin maihin.", "kolmansiin", N),
    ("Kolmansille osapuolille tietoja ei anneta.", "osapuolille", N),
    ("Rekisteriä ei yhdistetä muihin rekistereihin eikä tietoja luovuteta mainostajille.", "mainostajille", N),
    # an enumeration goes on over commas
    ("Emme luovuta tietoja mainostajille, medioille tai tutkimuslaitoksille.", "tutkimuslaitoksille", N),
    # a negation ends where the next clause says otherwise
    ("Tietoja ei myydä, mutta niitä siirretään palvelimelle Irlantiin.", "Irlantiin", A),
    ("Tietoja ei julkaista, vaan ne säilytetään arkistossa.", "arkistossa", A),
    # exceptions make a no conditional
    ("Tietoja ei siirretä EU:n ulkopuolelle, ellei palvelun toteutus sitä edellytä.", "ulkopuolelle", C),
    ("Tietoja ei luovuteta ulkopuolisille muutoin kuin lain niin vaatiessa.", "ulkopuolisille", C),
    ("Tietoja ei luovuteta ulkopuolisille, paitsi viranomaisille.", "ulkopuolisille", C),
    ("Tietoja ei pääsääntöisesti siirretä ETA-alueen ulkopuolelle.", "ulkopuolelle", C),
    ("Tietoja ei säännönmukaisesti luovuteta kolmansille.", "kolmansille", C),
    ("Emme luovuta tietojasi ilman nimenomaista suostumustasi mainostajille.", "mainostajille", C),
    # conditions
    ("Tiedot siirretään Intiaan, mikäli tuki toimii sieltä.", "Intiaan", C),
    ("Jos tilaat lisäpalvelun, tietosi siirretään Norjaan.", "Norjaan", C),
    ("Joissain tapauksissa tietoja voidaan luovuttaa Turkkiin.", "Turkkiin", C),
    ("Tietoja voidaan siirtää Venäjälle, mikäli matka suuntautuu sinne.", "Venäjälle", C),
    # pseudo-negation
    ("Tietoja ei käytetä ainoastaan laskutukseen.", "laskutukseen", A),
]
SWEDISH = [
    ("Uppgifterna överförs till Irland.", "Irland", A),
    ("Uppgifter kan överföras till Kanada.", "Kanada", P),
    ("Vi överför inte uppgifter utanför EU.", "EU", N),
    ("Uppgifterna lämnas inte ut till tredje part.", "part", N),
    ("Vi överför inte uppgifter utanför EU om inte tjänsten kräver det.", "EU", C),
    ("Om du beställer en resa överförs uppgifterna till Norge.", "Norge", C),
]
ENGLISH = [
    ("Data is transferred to Ireland.", "Ireland", A),
    ("We may transfer your data to Canada.", "Canada", P),
    ("We do not transfer your data outside the EEA.", "EEA", N),
    ("Your data is never sold to third parties.", "parties", N),
    ("Data is not transferred outside the EU unless necessary for support.", "EU", C),
    ("If you book a trip, your data is transferred to Turkey.", "Turkey", C),
]


@pytest.mark.parametrize(("language", "sentence", "word", "expected"), [
    *(("fi", *row) for row in FINNISH), *(("sv", *row) for row in SWEDISH), *(("en", *row) for row in ENGLISH)])
def test_polarity(language: str, sentence: str, word: str, expected: Modality) -> None:
    reader, tokens = READERS[language], tokenize(sentence, 0, len(sentence))
    at = [i for i, t in enumerate(tokens) if sentence[t.start : t.end] == word]
    assert at, "the word stands in the sentence"
    assert reader.polarity(reader.clauses(sentence, tokens), at).modality is expected


def test_a_denied_transfer_with_an_exception_departs_from_no() -> None:
    sentence = "Tietoja ei siirretä EU:n ulkopuolelle, ellei tekninen toteutus sitä vaadi."
    reader, tokens = READERS["fi"], tokenize(sentence, 0, len(sentence))
    polarity = reader.polarity(reader.clauses(sentence, tokens), [4])
    assert polarity.default_negated
    assert polarity.condition is not None
    assert sentence[polarity.condition.start : polarity.condition.end] == "ellei tekninen toteutus sitä vaadi"
