"""The vocabulary: labels in three languages, hierarchies complete, and every DPV term and link as in DPV 2.3."""
import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, BNode, Graph, Literal, URIRef

from ontology import vocabulary
from ontology.namespaces import DPV, EU_GDPR, ID_BASE, LOC, PD, SEL, SKOS

ROOT = Path(__file__).parents[1]
DPV_FOLDER = ROOT.parent / "shared" / "dpv" / "2.3"
LANGUAGES = ("fi", "sv", "en")
NAME = re.compile(r"\bsel:([A-Za-z][\w-]*)")
NOT_NAMES = re.compile(r'"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*"|<[^>\s]*>|(?:^|\s)#[^\n]*')


@pytest.fixture(scope="module")
def words():
    return vocabulary.load()


@pytest.fixture(scope="module")
def taxonomy() -> Graph:
    """The terms of DPV that the project uses, without the rest of its ontology."""
    graph = Graph()
    for file in sorted((ROOT / "ontology" / "dpv").glob("*.ttl")):
        graph.parse(file)
    return graph


@pytest.fixture(scope="module")
def published() -> Graph:
    """DPV 2.3 as published, without its thousands of places."""
    if not DPV_FOLDER.is_dir():
        pytest.skip("DPV 2.3 does not lie beside the checkout, as ../shared/dpv/2.3")
    graph = Graph()
    for name in ("dpv", "pd", "eu-gdpr", "sector-finance"):
        graph.parse(DPV_FOLDER / f"{name}.ttl")
    return graph


def terms(graph: Graph) -> set:
    return set(graph.subjects(RDF.type, SKOS.Concept))


def labels(graph: Graph, term, predicate) -> Counter:
    return Counter(o.language for o in graph.objects(term, predicate) if isinstance(o, Literal) and str(o).strip())


def test_enough_terms_are_in_use(taxonomy):
    assert len(terms(taxonomy)) >= 250


def test_every_term_has_one_name_in_each_language_and_one_facet(taxonomy):
    one_each = Counter(LANGUAGES)
    assert not [t for t in terms(taxonomy) if labels(taxonomy, t, SKOS.prefLabel) != one_each]
    assert not [t for t in terms(taxonomy) if len(set(taxonomy.objects(t, SEL.facet))) != 1]
    assert set(taxonomy.subjects()) == terms(taxonomy)


def test_no_two_terms_of_a_facet_have_one_name(taxonomy):
    named = Counter((taxonomy.value(t, SEL.facet), str(o).casefold(), o.language)
                    for t in terms(taxonomy) for o in taxonomy.objects(t, SKOS.prefLabel))
    assert not [key for key, count in named.items() if count > 1]


def test_every_ancestor_is_described_too(words, taxonomy):
    known = terms(words.graph)
    parents = set(taxonomy.objects(None, SKOS.broader))
    parents |= set(words.graph.objects(SEL.NationalIdentificationNumber, SKOS.broader))
    assert not parents - known


def test_facets_are_declared_and_none_is_a_stray(words, taxonomy):
    facets = set(words.graph.subjects(RDF.type, SEL.Facet))
    assert set(taxonomy.objects(None, SEL.facet)) <= facets


def test_every_dpv_term_exists_and_is_linked_as_published(taxonomy, published):
    known = set(published.subjects(RDF.type, SKOS.Concept))
    assert not terms(taxonomy) - known
    for term in terms(taxonomy):
        assert set(taxonomy.objects(term, SKOS.broader)) == set(published.objects(term, SKOS.broader)), term


def test_no_definition_of_dpv_is_copied(taxonomy, published):
    prose = (SKOS.definition, SKOS.scopeNote, RDFS.comment)
    sentences = {str(o).strip() for p in prose for o in published.objects(None, p)}
    assert not [o for o in taxonomy.objects() if isinstance(o, Literal) and str(o) in sentences]


def test_the_own_vocabulary_is_named_and_explained():
    graph = Graph().parse(ROOT / "ontology" / "seloste.ttl")
    own = {s for s in graph.subjects() if isinstance(s, URIRef) and s in SEL and (s, RDFS.label, None) in graph}
    assert own == {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s in SEL}
    assert not [s for s in own if labels(graph, s, RDFS.label) != Counter(LANGUAGES)]
    comments = {s: [str(o) for o in graph.objects(s, RDFS.comment)] for s in own}
    assert not [s for s, said in comments.items() if len(said) != 1 or not said[0].endswith(".")]


@pytest.mark.parametrize("folder", ["ontology", "shapes", "queries"])
def test_every_own_name_in_use_is_declared(words, folder):
    declared = {vocabulary.local_name(str(s)) for s in words.graph.subjects() if isinstance(s, URIRef) and s in SEL}
    undeclared = {}
    for file in sorted(f for f in (ROOT / folder).rglob("*") if f.suffix in {".ttl", ".rq"}):
        used = set(NAME.findall(NOT_NAMES.sub(" ", file.read_text(encoding="utf-8"))))
        if used - declared:
            undeclared[file.name] = sorted(used - declared)
    assert not undeclared, "declare them in ontology/seloste.ttl"


def test_every_dpv_term_that_the_lexicon_points_to_is_in_the_vocabulary(words):
    lexicon = Graph()
    for file in sorted((ROOT / "ontology" / "lexicon").rglob("*.ttl")):
        lexicon.parse(file)
    meant = {str(o) for p in (SEL.denotes, SEL.announces) for o in lexicon.objects(None, p)}
    known = {str(s) for s in words.graph.subjects()}
    assert not sorted(iri for iri in meant - known if iri.startswith("https://w3id.org/dpv"))


@pytest.mark.parametrize(("iri", "lang", "label"), [
    (DPV.DataController, "fi", "rekisterinpitäjä"), (DPV.DataController, "sv", "personuppgiftsansvarig"),
    (DPV.LegitimateInterest, "fi", "oikeutettu etu"), (EU_GDPR["A21"], "fi", "vastustamisoikeus"),
    (SEL.NationalIdentificationNumber, "sv", "personbeteckning"), (SEL.Negated, "en", "negated"),
    (DPV.DirectMarketing, "de", "direct marketing"),              # no German: English
    (DPV.NoSuchTerm, "fi", "NoSuchTerm"), (ID_BASE + "organisation/2817330-9", "fi", "2817330-9"),  # no label at all
])
def test_labels_fall_back_to_english_and_then_to_the_iri(words, iri, lang, label):
    assert words.label(str(iri), lang) == label


@pytest.mark.parametrize(("iri", "above", "not_above"), [
    (DPV.DirectMarketing, {DPV.DirectMarketing, DPV.Marketing, DPV.Purpose}, {DPV.PersonalData}),
    (PD.PhysicalAddress, {PD.Contact, PD.Location, DPV.PersonalData}, {PD.EmailAddress}),        # two parents
    (SEL.NationalIdentificationNumber, {PD.OfficialID, DPV.PersonalData}, set()),                # own term under DPV's
    (EU_GDPR["A46-2-c"], {DPV.DataTransferLegalBasis, DPV.Contract}, set()),                 # crosses facets, as in DPV
    (EU_GDPR["A7-3"], {DPV.DataSubjectRight, DPV.Right}, {DPV.Consent}),                         # a right, not a basis
])
def test_broader_is_transitive_and_includes_the_term(words, iri, above, not_above):
    closure = words.broader(str(iri))
    assert {str(iri), *map(str, above)} <= closure
    assert not {str(x) for x in not_above} & closure


def test_an_unknown_term_is_only_itself(words):
    assert words.broader("urn:unknown") == {"urn:unknown"}
    assert words.facet("urn:unknown") is None
    assert words.claim_class("urn:unknown") is None
    assert words.concepts("urn:unknown") == frozenset()


def test_facets_hold_their_concepts(words):
    assert words.facet(str(EU_GDPR["A7-3"])) == str(SEL.RightFacet)
    assert str(PD.EmailAddress) in words.concepts(str(SEL.PersonalDataFacet))
    assert str(SEL.NationalIdentificationNumber) in words.concepts(str(SEL.PersonalDataFacet))


@pytest.mark.parametrize(("iri", "kind"), [
    (DPV.DirectMarketing, DPV.Purpose), (EU_GDPR["A15"], DPV.Right), (PD.EmailAddress, DPV.PersonalData),
    (DPV.PasswordAuthentication, DPV.TechnicalMeasure), (DPV.StaffTraining, DPV.OrganisationalMeasure),
    (DPV.PhysicalAccessControlMethod, DPV.PhysicalMeasure),       # its links in DPV lead to the technical measures
    (DPV.ControllerProcessorAgreement, DPV.LegalMeasure),         # its links in DPV lead to the legal bases
    (LOC.FI, None)])
def test_a_claim_gets_the_class_of_its_concept(words, iri, kind):
    assert words.claim_class(str(iri)) == (None if kind is None else str(kind))


def test_only_the_vocabulary_is_read_and_not_the_lexicon(words):
    names = {f.relative_to(vocabulary.FOLDER).as_posix() for f in words.turtle_files()}
    assert {"seloste.ttl", "prefixes.ttl", "dpv/purposes.ttl"} <= names
    assert not [n for n in names if n.startswith("lexicon")]


def test_stored_lines_have_no_blank_nodes(words):
    lines = words.n_triples()
    assert list(lines) == sorted(set(lines))
    parsed = Graph().parse(data="\n".join(lines), format="nt")
    assert len(parsed) == len(lines)
    assert not any(isinstance(node, BNode) for node in parsed.all_nodes())
    assert (DPV.DirectMarketing, SKOS.broader, DPV.Marketing) in parsed


def write(folder: Path, **files: str) -> Path:
    head = "@prefix : <urn:> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . "
    for name, text in files.items():
        (folder / f"{name}.ttl").write_text(head + text)
    return folder


def test_the_digest_names_the_files_and_their_contents(tmp_path):
    one = vocabulary.load(write(tmp_path, a=":a skos:broader :b ."))
    assert vocabulary.load(tmp_path).digest() == one.digest()
    other = vocabulary.load(write(tmp_path, a=":a skos:broader :c ."))
    assert other.digest() != one.digest()
    (tmp_path / "a.ttl").rename(tmp_path / "b.ttl")
    assert vocabulary.load(tmp_path).digest() not in {one.digest(), other.digest()}


def test_a_cycle_ends(tmp_path):
    loop = vocabulary.load(write(tmp_path, a=":a skos:broader :b . :b skos:broader :a ."))
    assert loop.broader("urn:a") == {"urn:a", "urn:b"}


@pytest.mark.parametrize("content", [b"<urn:a> <urn:b>", b"\xff\xfe<urn:a>"])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "broken.ttl").write_bytes(content)
    with pytest.raises(vocabulary.VocabularyError, match=r"broken\.ttl.*not Turtle") as caught:
        vocabulary.load(tmp_path)
    assert caught.value.file == tmp_path / "broken.ttl"


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(vocabulary.VocabularyError, match="no Turtle file"):
        vocabulary.load(tmp_path)
