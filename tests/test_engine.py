"""The engine of record: what it mends of pySHACL, what it refuses, and that nothing is left over from the notice before."""
from __future__ import annotations

import re
from pathlib import Path

import pyshacl
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyshacl.helper.expression_helper import value_nodes_from_path
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, XSD, BNode, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

from ontology.namespaces import SH
from shapes import engine_lines, engine_paths
from shapes.engine_graph import NoticeGraph
from shapes.engine_pyshacl import CompiledShapes, NothingChecked, Unjudged, compiled
from shapes.rules import ShapesError

EX = Namespace("urn:x:")
PROLOGUE = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <urn:x:> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
PREFIXES = '<urn:p> sh:declare [ sh:prefix "ex" ; sh:namespace "urn:x:"^^xsd:anyURI ] .\n'
NAMED = PREFIXES + """
ex:named a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql ex:query .
ex:query sh:prefixes <urn:p> ; sh:message "Nimi on {?name} ({$code})."@fi , "The name is {?name} ({$code})."@en , "No language: {?name}." ;
  sh:select "SELECT $this ?value ?name ?code WHERE { $this ex:name ?value . BIND(STR(?value) AS ?name) BIND('A' AS ?code) }" ."""


def turtle(text: str) -> Graph:
    return Graph().parse(data=PROLOGUE + text, format="turtle")


def thing(*names: str) -> Graph:
    graph = Graph()
    graph.add((EX.a, RDF.type, EX.Thing))
    for name in names:
        graph.add((EX.a, EX.name, Literal(name)))
    return graph


def messages(data: Graph, shapes: Graph) -> set[Literal]:
    return set(CompiledShapes(shapes).validate(data).graph.objects(None, SH.resultMessage))


def test_messages_of_sparql_constraints_keep_their_language() -> None:
    said = messages(thing("Oy"), turtle(NAMED))
    assert said == {Literal("Nimi on Oy (A).", lang="fi"), Literal("The name is Oy (A).", lang="en"), Literal("No language: Oy.")}
    lost = pyshacl.validate(thing("Oy"), shacl_graph=turtle(NAMED))[1]
    assert {m.language for m in lost.objects(None, SH.resultMessage)} == {None}, "mended in pySHACL: the adapter can do less"


@pytest.mark.parametrize("value", ["C:\\1\\x", "\\g<0>", "a\\nb", "back\\"])
def test_a_backslash_in_a_value_is_a_backslash(value: str) -> None:
    outcome = compiled(shapes := turtle(NAMED)).validate(thing(value))
    assert f"Nimi on {value} (A)." in {str(m) for m in outcome.graph.objects(None, SH.resultMessage)}
    assert f"Message: Nimi on {value} (A)." in outcome.text
    try:
        stock = pyshacl.validate(thing(value), shacl_graph=shapes)[2]
    except re.error:
        return
    assert f"Nimi on {value} (A)." not in stock, "mended in pySHACL: the adapter can do less"


def test_what_a_value_holds_is_not_filled_in() -> None:
    said = messages(thing("{?code} {$this}"), turtle(NAMED))
    assert Literal("Nimi on {?code} {$this} (A).", lang="fi") in said


def test_a_message_on_the_shape_itself_is_filled_in_as_well() -> None:
    shapes = turtle(NAMED.replace("ex:named a", 'ex:named sh:message "Form: {?name}"@sv ; a'))
    assert Literal("Form: Oy", lang="sv") in messages(thing("Oy"), shapes)


@pytest.mark.parametrize(("text", "told"), [
    ('ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select "SELECT $this WHERE { VALUES ?x { 1 } $this ?p ?x }" ] .', "VALUES"),
    ('ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?o MINUS { $this ?p 1 } }" ] .', "MINUS"),
    ('ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select "SELECT $this WHERE { SERVICE <urn:s> { $this ?p ?o } }" ] .', "SERVICE"),
    ('ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select "SELECT $this WHERE { $this ex:name ?o }" ] .', "prefix ex is not declared"),
    ('ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select "SELECT $this WHERE { $this ?p " ] .', "not SPARQL"),
    ('ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select "SELECT $this WHERE { $this $PATH ?o }" ] .', "PATH"),
    ("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:minCount 1 .", "sh:path"),
    ("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:a , ex:b ; sh:minCount 1 .", "sh:path"),
    ("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ( ex:a ) ; sh:minCount 1 .", "single step"),
    ("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path [ sh:inversPath ex:a ] ; sh:minCount 1 .", "no property path"),
    ('ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path "a" ; sh:minCount 1 .', "no property path"),
    ("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:a ; sh:minCount 1 , 2 .", "minCount"),
    ("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:a ; sh:minCount -1 .", "minCount"),
    ("ex:s a sh:NodeShape ; sh:targetClass ex:Thing ; sh:or () .", "list"),
])
def test_broken_shapes_are_refused_before_the_first_notice(text: str, told: str) -> None:
    with pytest.raises(ShapesError, match=re.escape(told)) as caught:
        CompiledShapes(turtle(text))
    assert not isinstance(caught.value, Unjudged)


def test_a_prefix_that_only_the_data_binds_is_an_error_whatever_the_data_binds() -> None:
    shapes = turtle(NAMED.replace("sh:prefixes <urn:p> ; ", ""))
    data = thing("Oy")
    data.bind("ex", EX)
    assert not pyshacl.validate(data, shacl_graph=shapes)[0], "stock takes it from the data"
    with pytest.raises(ShapesError, match="prefix ex is not declared"):
        CompiledShapes(shapes)


def test_a_value_that_cannot_be_compared_is_an_error_of_that_graph() -> None:
    shapes = turtle("ex:s a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:a ; sh:lessThan ex:b .")
    data = turtle("ex:a a ex:Thing ; ex:a [] ; ex:b 1 .")
    with pytest.raises(Unjudged, match="BlankNode"):
        compiled(shapes).validate(data)
    assert compiled(shapes).validate(turtle("ex:a a ex:Thing ; ex:a 0 ; ex:b 1 .")).conforms, "the next graph is judged"


def test_shapes_that_find_no_node_do_not_let_the_graph_pass() -> None:
    shapes = compiled(turtle(NAMED))
    for data in (Graph(), turtle("ex:a a ex:Other ; ex:name 'x' .")):
        with pytest.raises(NothingChecked, match="nothing was checked"):
            shapes.validate(data)
        assert shapes.validate(data, vacuous=True).conforms
    with pytest.raises(NothingChecked):
        CompiledShapes(Graph()).validate(thing("Oy"))


def test_it_is_told_how_many_nodes_each_shape_was_asked_about() -> None:
    shapes = compiled(turtle(NAMED + " ex:idle a sh:NodeShape ; sh:targetObjectsOf ex:absent ; sh:nodeKind sh:IRI ."))
    targeted = shapes.validate(turtle("ex:a a ex:Thing . ex:b a ex:Thing .")).targeted
    assert {str(shape): count for shape, count in targeted.items()} == {"urn:x:named": 2, "urn:x:idle": 0}


def test_a_dataset_is_refused() -> None:
    with pytest.raises(ValueError, match="several graphs"):
        compiled(turtle(NAMED)).validate(Dataset())


def test_nothing_is_left_over_from_the_graph_before() -> None:
    shapes = compiled(turtle(NAMED))
    first, between, again = (shapes.validate(thing(*names)) for names in (["A", "B"], [], ["A", "B"]))
    assert (first.text, first.conforms) == (again.text, again.conforms)
    assert between.conforms
    assert len(list(again.graph.objects(None, SH.result))) == 2


def test_the_process_and_the_shapes_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    shapes = turtle(NAMED)
    before = set(shapes)
    compiled(shapes).validate(thing("Oy"))
    assert set(shapes) == before
    assert rdflib.NORMALIZE_LITERALS is False
    assert str(Literal("007", datatype=XSD.integer)) == "007"
    assert Literal("1", datatype=XSD.boolean).value is True


# Property paths, by pySHACL's own reading of them.

NODES = [EX[name] for name in "abcdef"]
STEPS = [EX.p, EX.q]
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(STEPS), st.sampled_from(NODES)), max_size=14)
PATHS = st.recursive(st.sampled_from(STEPS), lambda inner: st.one_of(
    st.tuples(st.just("list"), st.lists(inner, min_size=2, max_size=3)), st.tuples(st.just("alternativePath"), st.lists(inner, min_size=2, max_size=3)),
    st.tuples(st.sampled_from(["inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]), inner)), max_leaves=6)


def written(path: object, graph: Graph) -> URIRef | BNode:
    if isinstance(path, URIRef):
        return path
    kind, inner = path
    members = [written(part, graph) for part in (inner if isinstance(inner, list) else [inner])]
    if kind == "list":
        return Collection(graph, BNode(), members).uri
    node = BNode()
    graph.add((node, SH[kind], Collection(graph, BNode(), members).uri if isinstance(inner, list) else members[0]))
    return node


@settings(max_examples=300, deadline=None)
@given(EDGES, PATHS)
def test_paths_lead_where_pyshacl_goes(edges: list, path: object) -> None:
    data, shapes = Graph(), Graph()
    for edge in edges:
        data.add(edge)
    node = written(path, shapes)
    walk = engine_paths.compiled(shapes, node)
    stock = ShapesGraph(shapes)
    for focus in NODES:
        assert walk(NoticeGraph(data), focus) == value_nodes_from_path(stock, focus, node, data)


# The tables and the lines.

LITERALS = st.builds(
    lambda text, kind: Literal(text, lang=kind) if kind in ("fi", "en-GB") else Literal(text, datatype=kind),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), st.sampled_from(["fi", "en-GB", None, XSD.string, EX.type]))
TRIPLES = st.lists(st.tuples(st.sampled_from([*NODES, BNode("b")]), st.sampled_from(STEPS), st.one_of(st.sampled_from(NODES), LITERALS)), max_size=20)


@given(TRIPLES)
def test_lines_are_what_rdflib_reads_and_come_back_the_same(triples: list) -> None:
    graph = NoticeGraph(triples)
    text = engine_lines.written(graph)
    assert set(engine_lines.graph(text.split("\n"))) == set(graph)
    named = engine_lines.written(NoticeGraph(t for t in triples if not isinstance(t[0], BNode)))
    assert set(engine_lines.graph(named.split("\n"))) == set(Graph().parse(data=named, format="nt"))


@pytest.mark.parametrize("line", ["<urn:a> <urn:b> .", '<urn:a> <urn:b> "x" <urn:g> .', "<urn:a> <urn:b> <urn:c>", "a b c .", '<urn:a> <urn:b> "x"y" .'])
def test_a_line_that_is_no_triple_is_an_error(line: str) -> None:
    with pytest.raises(engine_lines.BadLine) as caught:
        engine_lines.graph([line])
    assert caught.value.line == line


@given(TRIPLES)
def test_the_tables_answer_as_the_graph_does(triples: list) -> None:
    graph, tables = Graph(), NoticeGraph(triples)
    for triple in triples:
        graph.add(triple)
    assert len(tables) == len(graph)
    for s in (None, *NODES):
        for p in (None, *STEPS, STEPS[0] / STEPS[1], ~STEPS[0]):
            for o in (None, *NODES, *(t[2] for t in triples[:3])):
                assert sorted(tables.triples((s, p, o)), key=str) == sorted(graph.triples((s, p, o)), key=str)
                assert ((s, p, o) in tables) == ((s, p, o) in graph)
    query = "SELECT ?s (COUNT(?o) AS ?n) WHERE { ?s <urn:x:p>/<urn:x:q>* ?o OPTIONAL { ?o <urn:x:q> ?x } } GROUP BY ?s ORDER BY ?s"
    assert list(tables.query(query)) == list(graph.query(query))


def test_graphs_of_different_notices_are_not_taken_for_one() -> None:
    assert NoticeGraph([]) != NoticeGraph([])


def test_the_project_s_shapes_need_no_other_truth() -> None:
    """"1"^^xsd:boolean is read as true here and not by SHACL: it does not stand in our shapes."""
    for path in Path(engine_paths.__file__).parent.rglob("*.ttl"):
        assert not re.search(r'"[01]"\^\^xsd:boolean', path.read_text("utf-8"))
