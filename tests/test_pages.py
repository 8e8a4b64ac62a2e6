"""Pages and linked data: what people see, what machines get at the same address, and the words in three languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from server_fixture import BROWSER, browse, build, served

import server as package
from ingest.export_formats import FORMATS
from ontology.namespaces import DPV, ID_BASE, PREFIXES, SEL
from queries import catalogue
from queries.parameters import FACETS
from server import linked_data, messages, results
from server.links import Links
from server.messages import LANGUAGES, MessageError
from server.results import Table, Term
from shapes.reports import SUFFIXES
from shapes.rules import completeness_catalogue

NOTICE = "/id/notice/00000000000000aa"
MARKUP = "/id/notice/00000000000000bb"
QUOTE = "Tietoja voidaan luovuttaa ETA-alueen ulkopuolelle, kuten Venäjälle, mikäli varattu palvelu sitä edellyttää."
HOME = Path(package.__file__).parent
QUESTIONS = catalogue.load()
# A script that is not an empty element with a source under /static/, a handler or a style in an attribute.


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with served(build(tmp_path_factory.mktemp("pages") / "store")) as running:
        yield running.client


page = browse


def test_start_page_counts_and_asks(client):
    text = page(client, "/")
    assert re.search(r"<dt>selostetta</dt><dd>2</dd>", text)
    assert re.search(r"<dt>rekisterinpitäjää</dt><dd>1</dd>", text)
    assert re.search(r"<dt>väitettä</dt><dd>9</dd>", text)
    for question in QUESTIONS.values():
        assert f"/questions/{question.name}" in text
    assert '<option value="RU">Venäjä</option>' in text
    assert "Lumikellon Matkat Oy" in text


def test_russia_question_shows_the_quote_in_its_place(client):
    text = page(client, "/questions/transfers-to-country?country=RU")
    assert "Ketkä rekisterinpitäjät siirtävät tietoja maahan Venäjä?" in text
    assert f'<a href="{NOTICE}#char-200-301">{QUOTE}</a>' in text
    assert f'<a href="{NOTICE}">Lumikellon Matkat Oy</a>' in text
    assert '<span class="badge conditional">ehdollinen</span>' in text
    assert '<option value="RU" selected>Venäjä</option>' in text
    assert "PREFIX dpv:" in text
    assert "Yksi rivi" in text


def test_no_rows_are_explained(client):
    assert "vaikeneminen ei ole kielto" in page(client, "/questions/transfers-to-country?country=JP")


def test_unfilled_form_is_no_mistake_and_a_wrong_value_is(client):
    assert "role=\"alert\"" not in page(client, "/questions/transfers-to-country")
    assert "role=\"alert\"" not in page(client, "/questions/claims-about")
    wrong = page(client, "/questions/transfers-to-country?country=%3Cb%3E", status=400)
    assert "kaksikirjaiminen maakoodi" in wrong
    assert "<b>" not in wrong
    assert "ei ole kenttää" in page(client, "/questions/transfers-to-country?country=RU&colour=red", status=400)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_a_page_with_named_columns(client, name):
    values = QUESTIONS[name].examples()
    columns = client.get(f"/questions/{name}", params=values).json()["head"]["vars"]
    # Positions are folded into links, and labels into the names of what they label.
    shown = [one for one in columns if not re.fullmatch(r"start|end|\w*(Start|End|Label)", one)]
    for language in LANGUAGES:
        words = messages.load()[language]
        assert [one for one in shown if f"column.{one}" not in words.texts] == []
        response = client.get(f"/questions/{name}", params=values | {"lang": language}, headers={"Accept": BROWSER})
        assert response.status_code == 200
        assert not re.search(r">\w*(Start|End|Label)</th>", response.text)


def test_a_search_is_asked_and_shown(client):
    text = page(client, "/questions/search-quotes?text=luovuttaa&facet=transfer")
    assert "Venäjälle" in text
    assert '<option value="transfer" selected>siirto alueen ulkopuolelle</option>' in text
    assert '<option value="any" selected>kaikki, myös pois suljetut</option>' in text
    assert 'value="0001-01-01"' not in text
    assert "Venäjälle" not in page(client, "/questions/search-quotes?text=luovuttaa&facet=purpose")
    assert "jokin luettelon vaihtoehdoista" in page(client, "/questions/search-quotes?text=a&facet=all-of-it", status=400)


@pytest.mark.parametrize(
    ("accept", "media_type", "start"),
    [
        ("*/*", "application/sparql-results+json", '{"head"'),
        ("application/json", "application/json", '{"head"'),
        ("text/csv", "text/csv; charset=utf-8", "notice,controller,modality"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", "?notice\t"),
        ("application/sparql-results+xml", "application/sparql-results+xml", "<?xml"),
        ("text/turtle", "text/turtle; charset=utf-8", "@prefix rs:"),
    ],
)
def test_question_for_machines(client, accept, media_type, start):
    response = client.get("/questions/transfers-to-country?country=ru", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.text.startswith(start)
    assert "Venäjälle" in response.text
    again = client.get(
        "/questions/transfers-to-country?country=ru", headers={"Accept": accept, "If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304


def test_download_has_a_file_name(client):
    response = client.get("/questions/transfers-to-country?country=RU&format=csv", headers={"Accept": BROWSER})
    assert response.headers["content-disposition"] == 'attachment; filename="transfers-to-country.csv"'
    assert response.content.startswith(b"notice,controller")


def test_turtle_of_an_answer_is_a_result_set(client):
    response = client.get("/questions/transfers-to-country?country=RU&format=turtle")
    graph = Graph().parse(data=response.text, format="turtle")
    rs = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
    assert len(list(graph.objects(predicate=rs.solution))) == 1
    assert QUOTE in {str(value) for value in graph.objects(predicate=rs.value)}


def test_question_errors_for_machines(client):
    response = client.get("/questions/transfers-to-country?country=Russia", headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["parameter"] == "country"
    assert "ISO 3166" in response.json()["expected"]
    assert client.get("/questions/transfers-to-country").json()["type"].endswith("/parameter")
    assert client.get("/questions/nothing").status_code == 404
    assert client.get("/questions/no-controller", headers={"Accept": "image/png"}).status_code == 406


def test_list_of_questions(client):
    listed = client.get("/questions").json()["questions"]
    assert [one["name"] for one in listed] == list(QUESTIONS)
    one = next(one for one in listed if one["name"] == "transfers-to-country")
    assert one["parameters"][0]["type"] == "country"
    assert set(one["titles"]) == set(LANGUAGES)
    text = page(client, "/questions", "sv")
    assert "Vilka personuppgiftsansvariga överför uppgifter till" in text


def test_notice_page(client):
    text = page(client, NOTICE)
    assert f'id="char-200-301">{QUOTE}</q>' in text
    assert text.count('id="char-200-301"') == 1
    for words in (
        "Lumikellon Matkat Oy", "9.3.2020", "Asiakasrekisteri", "käyttötarkoitukset", "suoramarkkinointi", "ehdollinen",
        "mikäli varattu palvelu sitä edellyttää", "kaksi vuotta", "Oikeutta valittaa ei mainita.", "puuttuu", "Postikana Inc",
        "täyttämättä jäänyt kohta", "[täydennetään]",
    ):  # fmt: skip
        assert words in text
    assert '<a href="#char-200-301">' in text  # the finding leads to the passage
    english = page(client, NOTICE, "en")
    assert "No safeguard is named." in english
    assert "2020-03-09" in english


def test_markup_in_a_notice_is_text(client):
    text = page(client, MARKUP)
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    assert "Integritet &lt;b&gt;först&lt;/b&gt;" in text
    assert "rekisterinpitäjää ei mainita" in text
    answer = page(client, "/questions/claims-about?concept=dpv:DirectMarketing")
    assert "&lt;script&gt;" in answer
    asked = page(client, "/sparql?query=SELECT+*+%7B+%3Fs+oa%3Aexact+%3Fx+%7D")
    assert "&lt;script&gt;" in asked


def test_nothing_of_an_address_comes_back_as_markup(client):
    script = "%3Cscript%3Ex%3C/script%3E"
    for path in (f"/id/{script}", f"/{script}", f"/questions/{script}", f"/?{script}={script}&lang=%22%3E"):
        response = client.get(path, headers={"Accept": BROWSER})
        assert "<script>" not in response.text
        assert response.status_code in (200, 404)


def test_one_iri_for_page_and_rdf(client):
    iri = URIRef(f"{ID_BASE}notice/00000000000000aa")
    syntaxes = {
        "text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml", "application/ld+json": "json-ld",
    }  # fmt: skip
    for accept, name in syntaxes.items():
        response = client.get(NOTICE, headers={"Accept": accept})
        assert response.headers["content-type"].startswith(accept)
        graph = Graph().parse(data=response.content, format=name)
        assert (iri, RDF.type, DPV.PrivacyNotice) in graph
        assert len(list(graph.objects(iri, SEL.hasClaim))) == 7
    assert client.get(NOTICE, params={"format": "ttl"}, headers={"Accept": BROWSER}).text.startswith("@prefix")
    assert client.get(NOTICE, headers={"Accept": "text/csv"}).status_code == 406


def test_report_and_shared_graphs_have_addresses(client):
    report = Graph().parse(data=client.get(f"{NOTICE}/report").text, format="turtle")
    assert len(list(report.subjects(SEL.verdict))) == 3
    assert "Lumikellon Matkat Oy" in client.get("/id/graph/organisations").text
    page(client, "/id/graph/organisations")
    page(client, f"{NOTICE}/report")


def test_organisation_and_claim_pages(client):
    text = page(client, "/id/organisation/lumikello-oy")
    assert "<h1>Lumikellon Matkat Oy</h1>" in text
    assert f'<a href="{NOTICE}" lang="fi">Tietosuojaseloste</a>' in text or f'<a href="{NOTICE}">Tietosuojaseloste</a>' in text
    assert "Suomi" in text
    graph = Graph().parse(data=client.get("/id/organisation/postikana-inc").text, format="turtle")
    organisation = URIRef(f"{ID_BASE}organisation/postikana-inc")
    assert list(graph.subjects(SEL.entity, organisation)) == [URIRef(f"{ID_BASE}notice/00000000000000aa/recipient/postikana")]
    claim = page(client, f"{NOTICE}/transfer/1")
    assert "todiste tekstissä" in claim
    assert f'href="{NOTICE}#char-200-301"' in claim
    assert QUOTE in client.get(f"{NOTICE}/transfer/1", headers={"Accept": "text/turtle"}).text


@pytest.mark.parametrize("path", ["notice/ffffffffffffffff", "organisation/none", "x", "graph/none", "notice/x/none"])
def test_unknown_resources(client, path):
    response = client.get(f"/id/{path}")
    assert response.status_code == 404
    assert response.json()["resource"] == ID_BASE + path
    page(client, f"/id/{path}", status=404)


@pytest.mark.parametrize("path", ["a> ?x ?y } #", "a\n", "a b", "a|b", "", "a\\u003e", 'a"b', "a{b}"])
def test_no_address_becomes_sparql(client, path):
    assert linked_data.resource(ID_BASE, path) is None


def test_language_is_carried_along_when_chosen(client):
    text = client.get("/questions?lang=sv", headers={"Accept": BROWSER, "Accept-Language": "fi"}).text
    assert '<html lang="sv">' in text
    assert 'href="/questions/no-controller?lang=sv"' in text
    assert 'href="/questions?lang=fi"' in text
    assert '<input type="hidden" name="lang" value="sv">' in text


def test_page_etag(client):
    for path in ("/", NOTICE, "/questions/no-controller", "/id/organisation/lumikello-oy"):
        headers = {"Accept": BROWSER, "Accept-Language": "fi"}
        tag = client.get(path, headers=headers).headers["etag"]
        assert client.get(path, headers=headers | {"If-None-Match": tag}).status_code == 304
        other = client.get(path, headers=headers | {"If-None-Match": tag, "Accept-Language": "sv"})
        assert other.status_code == 200


def test_style_is_kept_by_its_version(client):
    address = re.search(r'href="(/static/style\.css\?v=\w+)"', page(client, "/"))
    response = client.get(address[1])
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]
    for name in ("../app.py", "..%2fapp.py", "app.py", "%2e%2e/settings.py"):
        assert client.get(f"/static/{name}").status_code == 404


def test_links_stay_on_this_side():
    links = Links("/app", ID_BASE, "fi")
    assert links.resource(f"{ID_BASE}notice/x/text#char=1,2") == "/app/id/notice/x?lang=fi#char-1-2"
    assert links.resource("https://w3id.org/dpv#Purpose") == "https://w3id.org/dpv#Purpose"
    assert links.resource("javascript:alert(1)") is None
    assert links.resource("urn:file:a.txt") is None
    assert links.passage(f"{ID_BASE}notice/x", "1", "2") == "/app/id/notice/x?lang=fi#char-1-2"
    assert links.question("a/b", {"x": "ä&"}) == "/app/questions/a%2Fb?x=%C3%A4%26&lang=fi"


def test_any_term_survives_turtle():
    terms = (
        Term("uri", "urn:a"), Term("literal", 'a "b" \\ \n\r\t', "fi"), Term("literal", "1", "", "http://www.w3.org/2001/XMLSchema#integer"),
        Term("bnode", "b0"), Term("literal", "plain"),
    )  # fmt: skip
    graph = Graph().parse(data=results.turtle(Table(("x", "y"), tuple({"x": term} for term in terms))), format="turtle")
    found = {str(value) for value in graph.objects(predicate=URIRef("http://www.w3.org/2001/sw/DataAccess/tests/result-set#value"))}
    assert {"urn:a", 'a "b" \\ \n\r\t', "1", "plain"} <= found
    assert Graph().parse(data=results.turtle(Table(("x",), ())), format="turtle")


# Keys made from data: the rest of each comes from the list beside it.
DERIVED = {
    "language.": {*LANGUAGES},
    "export.": {*FORMATS},
    "report.": {*SUFFIXES},
    "condition.": {
        one.rpartition("#")[2]
        for rule in completeness_catalogue().rules.values()
        for one in (rule.applies_when, rule.assessed_when)
        if one
    },
    "api.tag.": {"questions", "data", "check"},
    "modality.": {"Asserted", "Possible", "Conditional", "Negated"},
    "choice.": {"all", "asserted", "possible", "conditional", "negated", "any"},
    "choice.written.": {"all"},
    "choice.facet.": {"all", *FACETS},
    "expected.": {parameter.type for question in QUESTIONS.values() for parameter in question.parameters},
    "column.": {name for question in QUESTIONS.values() for name in re.findall(r"\?(\w+)", question.text)},
}


def _catalogues():
    return {one: json.loads((HOME / "messages" / f"{one}.json").read_text(encoding="utf-8")) for one in LANGUAGES}


def test_catalogues_have_the_same_keys_and_fields():
    found = _catalogues()
    assert list(found["fi"]) == list(found["sv"]) == list(found["en"])
    for key in found["en"]:
        fields = [{name for _, name, _, _ in Formatter().parse(found[one][key]) if name} for one in LANGUAGES]
        if key != "date":
            assert fields[0] == fields[1] == fields[2], key
        assert all(found[one][key].strip() for one in LANGUAGES), key


def test_every_message_is_used():
    sources = "".join(
        file.read_text(encoding="utf-8") for pattern in ("templates/*.html", "*.py", "frontend/src/*.ts") for file in HOME.glob(pattern)
    )
    named = set(re.findall(r"""["']([a-z][a-z-]*(?:\.[A-Za-z-]+)*)["']""", sources))
    problems = {f"problem.{name}{end}" for name in named for end in ("", ".help")}
    for key in messages.load()["en"].texts:
        head, _dot, rest = key.partition(".")
        if key in named or key in problems or (key.endswith((".one", ".many")) and key.rpartition(".")[0] in named):
            continue
        if head == "term":
            prefix, _, local = rest.partition(":")
            assert prefix in PREFIXES, key
            assert local, key
            continue
        assert any(key == start + end for start, ends in DERIVED.items() for end in ends) or head == "expected", f"{key} is not used"


def test_every_message_asked_for_exists():
    words = messages.load()["fi"]
    templates = "".join(file.read_text(encoding="utf-8") for file in (HOME / "templates").glob("*.html"))
    for key in re.findall(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""", templates):
        assert key in words.texts, key
    scripts = "".join(file.read_text(encoding="utf-8") for file in (HOME / "frontend" / "src").glob("*.ts"))
    asked = re.findall(r'\bsay\(\s*"([^"]+)"', scripts)
    assert len(asked) > 20
    assert [key for key in asked if key not in words.scripted()] == []
    assert [key for key in re.findall(r'\bsay\.count\(\s*"([^"]+)"', scripts) if f"{key}.many" not in words.scripted()] == []
    for start, rest in DERIVED.items():
        assert start == "column." or all(f"{start}{one}" in words.texts for one in rest)
    with pytest.raises(MessageError):
        words("no.such.key")


def test_broken_catalogue_says_which(tmp_path):
    for language in LANGUAGES:
        (tmp_path / f"{language}.json").write_text('{"a": "b"}', encoding="utf-8")
    (tmp_path / "sv.json").write_text("{", encoding="utf-8")
    with pytest.raises(MessageError, match="sv"):
        messages.load(tmp_path)
