"""One prefix, one namespace, in Python, Turtle and SPARQL alike."""
import re
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph

from ontology.namespaces import PREFIXES, SH

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / name for name in ("ontology", "shapes", "queries")]
FILES = sorted(f for folder in FOLDERS for f in folder.rglob("*") if f.suffix in {".ttl", ".rq"})
BINDING = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)


def declared(graph: Graph) -> dict[str, str]:
    nodes = list(graph.objects(None, SH.declare))
    pairs = {str(graph.value(node, SH.prefix)): str(graph.value(node, SH.namespace)) for node in nodes}
    assert len(pairs) == len(nodes), "a prefix is declared twice"
    return pairs


def test_the_declarations_are_those_of_the_code():
    graph = Graph().parse(ROOT / "ontology" / "prefixes.ttl")
    assert declared(graph) == PREFIXES
    assert all((owner, RDF.type, OWL.Ontology) in graph for owner in graph.subjects(SH.declare))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_a_file_binds_prefixes_as_declared(file):
    bindings = BINDING.findall(file.read_text(encoding="utf-8"))
    wrong = {prefix: iri for prefix, iri in bindings if prefix in PREFIXES and iri != PREFIXES[prefix]}
    assert not wrong, f"{file.name} binds {wrong}, ontology/prefixes.ttl says otherwise"


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".ttl"], ids=lambda f: f.relative_to(ROOT).as_posix())
def test_a_file_gives_no_second_name_to_a_declared_namespace(file):
    names = {iri: prefix for prefix, iri in PREFIXES.items()}
    bindings = BINDING.findall(file.read_text(encoding="utf-8"))
    assert not {prefix: iri for prefix, iri in bindings if iri in names and names[iri] != prefix}


@pytest.mark.parametrize("file", sorted((ROOT / "shapes").rglob("*.ttl")), ids=lambda f: f.name)
def test_shapes_declare_prefixes_alike(file):
    graph = Graph().parse(file)
    assert declared(graph).items() <= PREFIXES.items()
