"""The command line as people meet it: what it prints, how it ends, and that nothing is lost on bad input."""
from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import Dataset, Graph

ROOT = Path(__file__).parent.parent
NOTICES = ROOT / "examples" / "notices"
RUSSIA = NOTICES / "fi-verkkokauppa-havukka.txt"
EXCLUDES = NOTICES / "fi-webhotelli-hattarapalvelin.txt"
NOBODY = NOTICES / "fi-ilman-rekisterinpitajaa.txt"


def run(*arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
    return subprocess.run([sys.executable, "-m", "seloste", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, env=environment,
                          input=stdin, timeout=180)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "store"
    done = run("ingest", RUSSIA, EXCLUDES, NOBODY, "--store", path)
    assert done.returncode == 0, done.stderr
    assert "3 notices stored" in done.stderr
    return path


def test_the_russia_question_gives_modality_and_sentence(store: Path) -> None:
    done = run("ask", "transfers-to-country", "--param", "country=RU", "--store", store, "--format", "csv")
    assert done.returncode == 0, done.stderr
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert row["controller"].startswith("Havukka")
    assert row["modality"].endswith("Conditional")
    assert "Venäjälle" in row["quote"]


def test_the_query_of_the_data_model_gives_the_same(store: Path) -> None:
    text = """SELECT DISTINCT ?name ?modality ?quote WHERE {
      ?notice a dpv:PrivacyNotice ; dpv:hasDataController/dpv:hasName ?name ; dpv:hasProcess+/sel:hasTransferStatement ?t .
      ?t dpv:hasThirdCountry/skos:broader* loc:RU ; sel:modality ?modality ; prov:wasDerivedFrom/oa:exact ?quote .
      FILTER(?modality != sel:Negated) }"""
    done = run("query", "-", "--store", store, "--format", "json", stdin=text)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["results"]["bindings"]
    assert "Venäjälle" in row["quote"]["value"]


def test_ingesting_again_changes_nothing(store: Path) -> None:
    before = run("export", "--store", store).stdout
    done = run("ingest", RUSSIA, "--store", store)
    assert "(0 changed)" in done.stderr
    assert run("export", "--store", store).stdout == before
    assert "@havukka" not in before, "no contacts in the export"


def test_a_bad_file_does_not_stop_the_batch(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "large.txt").write_bytes(b"a" * (50 << 20))
    (tmp_path / "german.txt").write_text("Der Verantwortliche verarbeitet personenbezogene Daten der Kunden gemäß der Verordnung.", "utf-8")
    (tmp_path / "good.txt").write_text(RUSSIA.read_text("utf-8"), "utf-8")
    path = tmp_path / "store"
    done = run("ingest", tmp_path / "missing.txt", *sorted(tmp_path.glob("*.txt")), "--store", path)
    assert done.returncode == 3
    assert done.stderr.count("error: ") == 5
    assert "1 notices stored" in done.stderr
    assert "Traceback" not in done.stderr
    answer = run("ask", "transfers-to-country", "--param", "country=RU", "--store", path, "--format", "json")
    assert len(json.loads(answer.stdout)["results"]["bindings"]) == 1


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["ask", "no-such-question", "--store", "{store}"], 2, "seloste questions"),
    (["ask", "transfers-to-country", "--store", "{store}"], 2, "country"),
    (["ask", "transfers-to-country", "--param", "country=Russia", "--store", "{store}"], 2, "country"),
    (["ask", "transfers-to-country", "--param", "country", "--store", "{store}"], 2, "NAME=VALUE"),
    (["ask", "defects", "--store", "{tmp}/nothing"], 3, "seloste ingest"),
    (["validate", "--store", "{tmp}/nothing"], 3, "seloste ingest"),
    (["validate"], 2, "files"),
    (["map", "{tmp}/none.txt"], 3, "cannot be read"),
    (["ingest", "{notices}", "--store", "{tmp}/file"], 3, "it is a file"),
    (["ingest", "{tmp}/empty-folder", "--store", "{tmp}/new"], 3, "no notices"),
])
def test_errors_say_what_to_do(store: Path, tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty-folder").mkdir()
    done = run(*(a.format(store=store, tmp=tmp_path, notices=RUSSIA) for a in arguments))
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_syntax_error_names_line_and_column(store: Path) -> None:
    done = run("query", "-", "--store", store, stdin="SELECT * WHERE {\n  ?s ?p }")
    assert done.returncode == 2
    assert "line 2" in done.stderr


@pytest.mark.parametrize("form", ["trig", "turtle", "nquads", "jsonld"])
def test_map_writes_every_format(form: str) -> None:
    done = run("map", RUSSIA, "--format", form)
    assert done.returncode == 0, done.stderr
    dataset = Dataset(default_union=True)
    dataset.parse(data=done.stdout, format={"jsonld": "json-ld"}.get(form, form))
    assert len(dataset) > 200


def test_validate_reports_the_missing_controller_and_only_where_it_is_missing() -> None:
    done = run("validate", NOBODY, RUSSIA, "--format", "json")
    assert done.returncode == 0, done.stderr
    verdicts = [{v["item"]: v["verdict"] for v in report["verdicts"]} for report in json.loads(done.stdout)]
    assert [v["13-1-a"] for v in verdicts] == ["missing", "met"]
    findings = json.loads(done.stdout)[0]["findings"]
    assert all(set(f["message"]) == {"fi", "sv", "en"} for f in findings)


def test_validate_fails_on_request_and_prints_in_the_asked_language() -> None:
    done = run("validate", NOBODY, "--fail-on", "violation", "--lang", "fi")
    assert done.returncode == 1
    assert "rekisterinpitäj" in done.stdout.lower()
    turtle = run("validate", NOBODY, "--format", "turtle")
    assert len(Graph().parse(data=turtle.stdout, format="turtle")) > 10


@pytest.mark.parametrize(("form", "made"), [("html", 4), ("sarif", 3)])
def test_validate_fills_a_folder(store: Path, tmp_path: Path, form: str, made: int) -> None:
    done = run("validate", "--store", store, "--format", form, "--lang", "sv", "--output", tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    files = list(tmp_path.iterdir())
    assert len(files) == made
    assert all(path.suffix == f".{form}" and path.stat().st_size > 1000 for path in files)


def test_validate_shows_the_sections_that_were_read_and_both_quotes_of_a_contradiction() -> None:
    done = run("validate", EXCLUDES, "--format", "json")
    report = json.loads(done.stdout)
    retention = next(v for v in report["verdicts"] if v["item"] == "13-2-a")
    assert retention["verdict"] == "missing"
    text = EXCLUDES.read_text("utf-8")
    assert len(report["read"]["sections"]) > 5
    assert all(" ".join(text[s["start"]:s["end"]].split()).find(s["heading"]) >= 0 for s in report["read"]["sections"])
    assert {pair["organisation"] for pair in report["contradictions"]} == {"Google Analytics", "Mailchimp"}
    for pair in report["contradictions"]:
        for side in ("denial", "statement"):
            assert text[pair[side]["start"]:pair[side]["end"]] == pair[side]["quote"]
    for verdict in report["verdicts"]:
        for quote in verdict["evidence"]:
            assert " ".join(text[quote["start"]:quote["end"]].split()) == " ".join(quote["quote"].split()) or verdict["item"] == "13-1-d"


def test_what_only_looks_like_a_contradiction_is_none() -> None:
    """«Health data are not transferred» beside «device data are transferred»: ingestion pairs them, the report does not."""
    report = json.loads(run("validate", NOTICES / "fi-sovellus-torkkula.txt", "--format", "json").stdout)
    assert report["contradictions"] == []
    assert "contradictory" not in {v["verdict"] for v in report["verdicts"]}


def test_a_stored_notice_and_its_file_get_the_same_verdicts_and_findings(store: Path) -> None:
    by_file = {r["notice"]: r for r in json.loads(run("validate", RUSSIA, EXCLUDES, NOBODY, "--format", "json").stdout)}
    for stored in json.loads(run("validate", "--store", store, "--format", "json").stdout):
        same = by_file[stored["notice"]]
        assert [(v["item"], v["verdict"], v["evidence"]) for v in stored["verdicts"]] == [(v["item"], v["verdict"], v["evidence"]) for v in same["verdicts"]]
        assert (stored["findings"], stored["contradictions"]) == (same["findings"], same["contradictions"])
        assert stored["read"]["sections"] is None


def test_validate_says_what_changed_since_an_earlier_report(tmp_path: Path) -> None:
    text, earlier = RUSSIA.read_text("utf-8"), tmp_path / "earlier.json"
    (tmp_path / "notice.txt").write_text(text, "utf-8")
    assert run("validate", tmp_path / "notice.txt", "--format", "json", "--output", earlier).returncode == 0
    (tmp_path / "notice.txt").write_text(text + "\n\nValvontaviranomainen\n\nVoit tehdä valituksen tietosuojavaltuutetulle.\n", "utf-8")
    done = run("validate", tmp_path / "notice.txt", "--format", "json", "--against", earlier)
    delta = json.loads(done.stdout)["delta"]
    assert [f["item"] for f in delta["fixed"]] == ["13-2-d"]
    assert delta["new"] == []
    assert delta["verdicts"] == [{"item": "13-2-d", "was": "missing", "is": "met"}]
    assert "Fixed (1)" in run("validate", tmp_path / "notice.txt", "--against", earlier).stdout


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["--against", "{tmp}/none.json"], 3, "none.json"),
    (["--against", "{tmp}/other.json"], 3, "--format json"),
    (["--output", "{tmp}/no/such/folder/report.txt"], 3, "No such file"),
    (["--lang", "et"], 2, "choose one of fi, sv, en"),
])
def test_validate_explains_what_it_cannot_do(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    (tmp_path / "other.json").write_text('{"name": "package"}')
    done = run("validate", RUSSIA, *(a.format(tmp=tmp_path) for a in arguments))
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_questions_are_listed_in_the_asked_language() -> None:
    done = run("questions", "--lang", "sv")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) >= 12
    assert "transfers-to-country" in done.stdout


def test_a_broken_lexicon_stops_before_the_first_notice(tmp_path: Path) -> None:
    from ontology import lexicon

    (tmp_path / "fi").mkdir()
    (tmp_path / "fi" / "broken.ttl").write_text(
        '@prefix sel: <https://w3id.org/seloste/ns#> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n'
        '<https://w3id.org/seloste/lexicon#fi-x> a sel:LexicalEntry ; skos:altLabel "oikeus .."@fi .')
    with pytest.raises(lexicon.LexiconError) as raised:
        lexicon.load(tmp_path)
    assert raised.value.entry == "fi-x"
    (tmp_path / "fi" / "broken.ttl").write_text("this is not Turtle")
    with pytest.raises(lexicon.LexiconError, match="not Turtle"):
        lexicon.load(tmp_path)


def test_the_stored_questions_stand_in_the_store(store: Path) -> None:
    question = "SELECT (COUNT(DISTINCT ?q) AS ?n) { GRAPH <https://w3id.org/seloste/id/graph/questions> { ?q a sh:SPARQLExecutable ; sh:select|sh:ask ?text } }"
    done = run("query", "-", "--store", store, "--format", "csv", stdin=question)
    assert int(done.stdout.splitlines()[1]) == len(list((ROOT / "queries").glob("*.rq"))), done.stderr


def test_a_setting_that_cannot_be_used_is_wrong_usage(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELOSTE_PORT", "http")
    done = run("serve", "--store", store)
    assert done.returncode == 2
    assert "SELOSTE_PORT=http: it must be a whole number" in done.stderr
