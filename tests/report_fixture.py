"""Dossiers for the tests of reports: of the fictitious notice of the shapes, patched, and of notices with hostile words."""
from __future__ import annotations

from functools import cache
from pathlib import Path

from rdflib import Graph, Literal, URIRef

from ontology.namespaces import DCTERMS, DPV, OA, PREFIXES, PROV
from shapes import validation
from shapes.background import Background
from shapes.dossiers import Dossier, compile_dossier
from shapes.evidence import Heading

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
BASE = "https://w3id.org/seloste/id/notice/0261a5217727c137"
PROLOGUE = f"BASE <{BASE}/>\n" + "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())
CONTROLLER = URIRef("https://w3id.org/seloste/id/organisation/1234567-1")
BACKGROUND = Background.of(Graph().parse(FIXTURES / "background.ttl"))
HEADINGS = (
    Heading("Tietosuojaseloste", 0, 183, frozenset({"TitleTopic"})),
    Heading("Asiakasrekisteri", 183, 911, frozenset({"PurposeTopic", "RetentionTopic"})),
    Heading("Oikeutesi", 911, 1189, frozenset({"RightTopic"})),
)
HOSTILE = '<script>alert(1)</script> [x](javascript:alert(2)) | `a` \x01 ]]> =HYPERLINK("http://x.example") "quoted" & *b*'


def graph(patch: str | None = None, *updates: str) -> Graph:
    """The graph of the notice, with a patch of `violating/` or updates of one's own."""
    made = Graph().parse(FIXTURES / "base.ttl")
    made.set((URIRef(BASE), DCTERMS.source, URIRef("urn:file:koivulehto.txt")))
    made.add((CONTROLLER, DPV.hasName, Literal("Koivulehdon Kukkatukku Oy")))
    for update in (*([(FIXTURES / "violating" / f"{patch}.ru").read_text()] if patch else ()), *updates):
        for prefix, iri in PREFIXES.items():
            made.bind(prefix, iri, override=True)
        made.update(PROLOGUE + update)
    return made


@cache
def dossier(patch: str | None = None, headings: tuple[Heading, ...] | None = HEADINGS) -> Dossier:
    """The dossier of the notice, patched or not."""
    made = graph(patch)
    return compile_dossier(made, validation.validate(made, background=BACKGROUND), headings)


@cache
def hostile() -> Dossier:
    """A notice whose title, quotes and headings are written to break out of every format."""
    made = graph("13-1-d")
    made.set((URIRef(BASE), DCTERMS.title, Literal(HOSTILE, lang="fi")))
    for selector in set(made.objects(None, PROV.wasDerivedFrom)):
        made.set((selector, OA.exact, Literal(HOSTILE, lang="fi")))
    headings = (Heading(HOSTILE, 0, 2000, frozenset({"PurposeTopic", "RetentionTopic", "InterestTopic"})),)
    return compile_dossier(made, validation.validate(made, background=BACKGROUND), headings)
