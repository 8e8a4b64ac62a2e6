"""Text search: words are found in their other forms in three languages, in the snapshot that was published, and no contact is."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest import text_index
from ingest.store import Store
from ontology import stems
from queries.errors import QueryFailed, QueryRefused
from queries.evaluation_once import evaluate_once
from queries.search_terms import BadSearch, expand, parsed
from queries.text_search import Search, TextIndex

BASE = "https://w3id.org/seloste/id/"
NOTICE = f"{BASE}notice/aaaaaaaaaaaaaaaa"
DPV, SEL, OA = "https://w3id.org/dpv#", "https://w3id.org/seloste/ns#", "http://www.w3.org/ns/oa#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
FROM = "<http://www.w3.org/ns/prov#wasDerivedFrom>"

# Language, what is typed, a quote that it must find. Words of the lexicon and words that it does not know.
FOUND = [
    ("fi", "luovuttaa", "Tietoja luovutetaan viranomaisille"),
    ("fi", "luovuttaa", "emme luovuta niitä eteenpäin"),
    ("fi", "luovutetaan", "voimme luovuttaa tietoja"),
    ("fi", "tieto", "näiden tietojen perusteella"),
    ("fi", "tiedot", "tietoihin pääsee vain hoitaja"),
    ("fi", "siirto", "siirtoihin sovelletaan lausekkeita"),
    ("fi", "suostumus", "suostumuksesi voi perua"),
    ("fi", "suostumuksen peruuttaminen", "Suostumuksen peruuttamisesta kerrotaan tässä"),
    ("fi", "henkilötunnus", "pyydämme henkilötunnustasi"),
    ("fi", "säilytysaika", "säilytysajat vaihtelevat"),
    ("fi", "säilyttää", "säilytämme laskut kuusi vuotta"),
    ("fi", "asiakas", "asiakkaidemme osoitteet"),
    ("fi", "rekisteri", "asiakasrekisterissä olevat nimet"),  # a compound that ends in it
    ("fi", "ilmoittautumislomake", "ilmoittautumislomakkeella kerätyt"),
    ("fi", "oikeus", "oikeutta tarkastaa"),
    ("fi", "poistaa", "poistamme tilin"),
    ("fi", "evästeet", "evästeillä mitataan käyntejä"),
    ("fi", "terveystiedot", "terveystietojasi käsittelee lääkäri"),
    ("fi", "mehiläispesä", "mehiläispesistä kerätty"),  # unknown to the lexicon
    ("fi", "polkupyörä", "polkupyöriesi runkonumerot"),
    ("fi", "IP-osoite", "laitteen IP-osoitteesta"),
    ("sv", "uppgift", "dina uppgifter"),
    ("sv", "uppgifterna", "en felaktig uppgift rättas"),
    ("sv", "samtycke", "samtyckena kan återkallas"),
    ("sv", "behandla", "vi behandlar namn"),
    ("sv", "överföring", "inga överföringar görs"),
    ("sv", "rättighet", "dina rättigheter"),
    ("sv", "medlem", "medlemmarnas adresser"),
    ("sv", "kaka", "kakor på webbplatsen"),
    ("sv", "lagringstid", "lagringstiden är sex år"),
    ("sv", "kund", "kundernas order"),
    ("en", "transfer", "data are transferred to the United States"),
    ("en", "transferring", "we may transfer your data"),
    ("en", "cookie", "we use cookies"),
    ("en", "retain", "records are retained for six years"),
    ("en", "retention periods", "the retention period is six years"),
    ("en", "processing", "we process your address"),
    ("en", "rights", "you have the right to object"),
    ("en", "withdraw consent", "withdrawing your consent"),
    ("en", "children", "our children's service"),
]  # fmt: skip
NOT_FOUND = [
    ("fi", "luovuttaa", "tietoja säilytetään"),
    ("fi", "tili", "tilasto käynneistä"),
    ("fi", '"tietoja luovutetaan"', "luovutetaan tietoja"),
    ("sv", "rätt", "ratten i bilen"),
    ("en", "transfer", "transparent processing"),
    ("en", "transferred data", "data are kept"),
]
QUOTES = {(language, quote) for language, _, quote in (*FOUND, *NOT_FOUND)}


def graph(quotes: list[tuple[str, str]], notice: str = NOTICE, modality: str = "Asserted") -> dict[str, list[str]]:
    lines = [f"<{notice}> {TYPE} <{DPV}PrivacyNotice> .", f'<{notice}> <http://purl.org/dc/terms/title> "Seloste"@fi .']
    for number, (language, quote) in enumerate(quotes):
        span, claim = f"{notice}/text#char={number},{number + 1}", f"{notice}/purpose/{number}"
        lines += [f'<{span}> <{OA}exact> "{quote}"@{language} .', f"<{claim}> {FROM} <{span}> .",
                  f"<{claim}> {TYPE} <{DPV}Purpose> .", f"<{claim}> {TYPE} <{SEL}Claim> .",
                  f"<{notice}> <{SEL}hasClaim> <{claim}> .", f"<{claim}> <{SEL}modality> <{SEL}{modality}> ."]  # fmt: skip
    return {notice: lines}


def index_of(store: Store) -> Path:
    return store.publish().path / "search.sqlite"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "store"
    with Store.open(path) as store:
        contacts = [f'<{NOTICE}/contact/1> <http://www.w3.org/2006/vcard/ns#fn> "Sigrid Salanen" .',
                    f'<{NOTICE}/text#char=900,905> <{OA}exact> "Sigrid Salanen"@fi .']  # fmt: skip
        store.replace(graph(sorted(QUOTES)) | {f"{NOTICE}/contacts": contacts})
        store.publish()
    return path


@pytest.fixture(scope="module")
def index(path: Path) -> TextIndex:
    return TextIndex(next((path / "snapshots").iterdir()) / "search.sqlite")


def found(index: TextIndex, language: str, text: str) -> set[str]:
    numbers = {f"{NOTICE}/text#char={n},{n + 1}": quote for n, (_, quote) in enumerate(sorted(QUOTES))}
    return {numbers[iri] for iri in index.hits(Search(text, languages=(language,), kind="quote", limit=1000))}


@pytest.mark.parametrize(("language", "text", "quote"), FOUND)
def test_a_word_is_found_in_its_other_forms(index: TextIndex, language: str, text: str, quote: str) -> None:
    assert quote in found(index, language, text)


@pytest.mark.parametrize(("language", "text", "quote"), NOT_FOUND)
def test_another_word_is_not_found(index: TextIndex, language: str, text: str, quote: str) -> None:
    assert quote not in found(index, language, text)


def test_the_form_table_finds_more_than_stems_do() -> None:
    class Nothing:
        def of(self, words: object) -> tuple[tuple[str, str], ...]:
            return ()

    def met(lemmas: stems.Lemmas) -> int:
        rows = [(text.lower(), quote.lower().split()) for language, text, quote in FOUND if language == "fi" and " " not in text]
        return sum(any(stems.searched(t, "fi", lemmas) & stems.keys(w, "fi", lemmas) for w in words) for t, words in rows)

    assert met(stems.TableLemmas(stems.table())) > met(Nothing()) + 3


@pytest.mark.parametrize("text", ['"', "()", "*", "AND OR NOT", 'a" OR "b', "NEAR(", "fi : x", "{", "'; DROP TABLE items; --", "-", "ä" * 500, "x " * 200, ""])
def test_no_text_is_read_as_a_search_language(index: TextIndex, text: str) -> None:
    assert index.hits(Search(text)) == [] or text == "AND OR NOT"


def test_a_beginning_a_phrase_and_a_title(index: TextIndex) -> None:
    assert found(index, "fi", "luovut*") >= {"Tietoja luovutetaan viranomaisille", "voimme luovuttaa tietoja"}
    assert found(index, "fi", '"tietoja luovutetaan"') == {"Tietoja luovutetaan viranomaisille"}
    assert index.hits(Search("selosteet", kind="title")) == [NOTICE]
    assert index.hits(Search("luovuttaa", classes=("recipient",))) == []
    assert index.hits(Search("luovuttaa", modalities=("negated",))) == []
    assert len(index.hits(Search("luovuttaa", classes=("purpose",), modalities=("asserted",), limit=2))) == 2


def test_contacts_are_in_no_index(path: Path) -> None:
    assert TextIndex(next((path / "snapshots").iterdir()) / "search.sqlite").hits(Search("Sigrid")) == []
    assert not any(b"igrid" in file.read_bytes() for file in path.glob("snapshots/*/search.sqlite"))


def ask(path: Path, query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(evaluate_once(path, query, "text/csv").body.decode(), newline="")))[1:]


def test_hits_are_joined_in_sparql(path: Path) -> None:
    search = "<https://w3id.org/seloste/search?text=luovuttaa&language=fi>"
    assert len(ask(path, f"SELECT ?q {{ VALUES ?hit {{ {search} }} ?hit oa:exact ?q }}")) == 4
    rows = ask(path, f"SELECT ?rank ?q {{ VALUES (?hit ?rank) {{ ({search} UNDEF) }} ?hit oa:exact ?q }} ORDER BY ?rank")
    assert [rank for rank, _ in rows] == ["1", "2", "3", "4"]
    assert ask(path, f'SELECT ("{search}" AS ?text) {{}} # {search}') == [[search]]
    assert ask(path, "SELECT ?q { VALUES ?hit { <https://w3id.org/seloste/search?text=qqq> } ?hit oa:exact ?q }") == []


@pytest.mark.parametrize("fields", ["text=a&colour=red", "text=%ff", "text=a&language=de", "text=a&facet=all-of-it", "text=a&modality=maybe", "text=a&limit=-1", "text=a&in=body"])
def test_a_search_that_cannot_be_used_says_why(path: Path, fields: str) -> None:
    iri = f"https://w3id.org/seloste/search?{fields}"
    with pytest.raises(BadSearch, match="must be"):
        parsed(iri)
    with pytest.raises(QueryRefused, match="must be"):
        evaluate_once(path, f"SELECT * {{ VALUES ?hit {{ <{iri}> }} }}")


def test_an_address_says_what_is_looked_for() -> None:
    search = parsed("https://w3id.org/seloste/search?text=tiedot%20ja%C3%A4&language=fi&in=quote&facet=recipient&modality=all&limit=9")
    assert search == Search("tiedot jaä", ("fi",), "quote", ("recipient", "dataprocessor"), (), 9)
    assert parsed("https://w3id.org/seloste/search?text=a&modality=any&facet=all&language=all") == Search("a")
    assert expand("ASK {}", lambda _: []) == "ASK {}"


def rows_of(index: Path) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    with closing(sqlite3.connect(index)) as db:
        db.execute("INSERT INTO texts (texts) VALUES ('integrity-check')")
        texts = set(db.execute("SELECT iri, rest, fi, sv, en, marks FROM texts JOIN items ON items.id = texts.rowid JOIN graphs ON graphs.id = graph"))
        return texts, set(db.execute("SELECT language, form FROM terms"))


def test_a_snapshot_has_the_index_of_its_own_state(tmp_path: Path) -> None:
    other = f"{BASE}notice/bbbbbbbbbbbbbbbb"
    with Store.open(tmp_path / "store") as store:
        store.replace(graph([("fi", "kissan nimi"), ("fi", "koiran nimi")]))
        kept = TextIndex(index_of(store))
        store.replace(graph([("fi", "koiran nimi"), ("sv", "hästens namn")], modality="Negated"))
        store.replace(graph([("en", "the name of the goat")], other))
        second = index_of(store)
        store.remove(other)
        third = index_of(store)
        assert kept.hits(Search("kissa"))
        assert not TextIndex(second).hits(Search("kissa"))
        assert TextIndex(second).hits(Search("goats"))
        assert not TextIndex(third).hits(Search("goats"))
        assert TextIndex(second).hits(Search("häst", modalities=("negated",)))
        fresh = tmp_path / "fresh.sqlite"
        text_index.write(fresh, store._journal, BASE, None)
        assert rows_of(fresh)[0] == rows_of(third)[0]
        assert rows_of(fresh)[1] <= rows_of(third)[1]


def _shorten(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:40_000])


def _scramble(index: Path) -> None:
    index.write_bytes(b"no database at all" * 1000)


def _age(index: Path) -> None:
    with closing(sqlite3.connect(index)) as db:
        db.execute("PRAGMA user_version = 0")


@pytest.mark.parametrize("harm", [Path.unlink, _shorten, _scramble, _age])
def test_a_lost_or_damaged_index_is_made_again(tmp_path: Path, harm: object) -> None:
    assert callable(harm)
    query = "SELECT ?hit { VALUES ?hit { <https://w3id.org/seloste/search?text=koira> } }"
    for changed in (False, True):
        path = tmp_path / str(changed)
        with Store.open(path) as store:
            store.replace(graph([("fi", "koiran nimi")]))
            harm(index_of(store))
        with pytest.raises(QueryFailed, match="seloste ingest"):
            evaluate_once(path, query)
        assert evaluate_once(path, "ASK {}").kind == "boolean"
        with Store.open(path) as store:
            if changed:
                store.replace(graph([("fi", "kissan nimi")], f"{BASE}notice/cccccccccccccccc"))
            store.publish()
        assert len(ask(path, query)) == 1
