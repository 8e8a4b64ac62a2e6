"""Writes what the world calls its countries: CLDR names into `territories.ttl` and the lexicon (`make territories`).

A development tool: Babel is imported only here and only when the tool runs. It knows names, not law: whether a
territory lies where the GDPR applies stands in `territories.ttl` and is kept as it is found there. In the lexicon it
writes the part above the line «# --- By hand ---»; a name that is not a plain sequence of capitalised words must have
an entry below.
"""
from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from rdflib import RDF, Graph, Literal, URIRef

from ontology.namespaces import PREFIXES, SEL, SKOS

FOLDER = Path(__file__).parent
TERRITORIES = FOLDER / "territories.ttl"
LANGUAGES = ("fi", "sv", "en")
MARK = "# --- By hand ---"
_PLAIN = re.compile(r"[^\W\d_a-z][\w'-]*(?: [^\W\d_a-z][\w'-]*)*")
_TEMPLATE = re.compile(r"^# example: (.*\{\}.*)$", re.MULTILINE)
_BY_HAND = re.compile(r"^lex:\w\w-territory-([A-Z]{2})(?= )", re.MULTILINE)
_HEADER = """# The countries of ISO 3166-1 and whether the GDPR applies there. The names are CLDR's, written by
# `make territories`; everything else is kept by hand. It applies by Art. 355 TFEU in the outermost regions and by EEA
# Joint Committee decision 154/2018 in Iceland, Liechtenstein and Norway. EEA membership by skos:broader in DPV is wider
# and is not used for this.
"""


class TerritoryNamesError(ValueError):
    """The files and CLDR disagree: names the territories and says what to write by hand."""

    def __init__(self, where: Path, codes: list[str], what_to_do: str) -> None:
        self.where, self.codes = where, codes
        super().__init__(f"{where.name}: {', '.join(codes)}: {what_to_do}")


def country_names(language: str) -> dict[str, str]:
    """ISO 3166-1 code to the name in one language, as CLDR gives it, with plain apostrophes.

    Raises:
        ModuleNotFoundError: when Babel is not installed (`pip install seloste[territories]`).
    """
    from babel import Locale

    names: Mapping[str, str] = Locale(language).territories
    return {code: name.replace("’", "'") for code, name in names.items() if re.fullmatch("[A-Z]{2}", code)}


def relabel(graph: Graph, names: Mapping[str, Mapping[str, str]]) -> Graph:
    """The graph of territories with its country labels replaced by the given names: language to code to name.

    Raises:
        TerritoryNamesError: when a country says neither that the GDPR applies there nor that it does not.
    """
    out = Graph()
    for prefix, iri in PREFIXES.items():
        out.bind(prefix, iri)
    countries = {node: str(code) for node, code in graph.subject_objects(SEL.isoAlpha2) if isinstance(node, URIRef)}
    undecided = sorted(code for node, code in countries.items() if graph.value(node, SEL.inGDPRTerritory) is None)
    if undecided:
        raise TerritoryNamesError(TERRITORIES, undecided, "write sel:inGDPRTerritory true or false, with its class")
    for subject, predicate, value in graph:
        if predicate != SKOS.prefLabel or subject not in countries:
            out.add((subject, predicate, value))
    for node, code in countries.items():
        out.add((node, RDF.type, SEL.Territory))
        for language in LANGUAGES:
            out.add((node, SKOS.prefLabel, Literal(names[language][code], language)))
    return out


def lexicon_part(language: str, by_hand: str, names: Mapping[str, str], where: Path) -> str:
    """The generated part of one lexicon file: an entry for every country that has none by hand.

    Raises:
        TerritoryNamesError: when the hand part has no example line, or a name needs an entry by hand.
    """
    template = _TEMPLATE.search(by_hand)
    if template is None:
        raise TerritoryNamesError(where, ["example"], "write a line «# example: … {} …» below the mark")
    done = set(_BY_HAND.findall(by_hand))
    odd = sorted(code for code, name in names.items() if code not in done and not _PLAIN.fullmatch(name))
    if odd:
        raise TerritoryNamesError(where, odd, "write an entry by hand, the name is not a plain sequence of names")
    return "\n".join(
        f"lex:{language}-territory-{code} a sel:LexicalEntry ; sel:facet sel:TerritoryFacet ;\n"
        f"    sel:denotes loc:{code} ;\n"
        f'    skos:altLabel "{names[code]}"@{language} ;\n'
        f'    sel:example "{template[1].format(names[code])}"@{language} .\n'
        for code in sorted(names.keys() - done))


def lexicon_text(language: str, text: str, names: Mapping[str, str], where: Path) -> str:
    """A lexicon file with its generated part written anew and its hand part untouched.

    Raises:
        TerritoryNamesError: when the file has no hand part, or as `lexicon_part` does.
    """
    _, mark, by_hand = text.partition(MARK)
    if not mark:
        raise TerritoryNamesError(where, [MARK], "the line that begins the hand-written part is missing")
    lines = [f"@prefix {p}: <{PREFIXES[p]}> ." for p in ("lex", "sel", "skos", "loc")]
    head = "# How countries are named. Above the mark: an entry a country with CLDR's name (`make territories`).\n"
    return head + "\n".join(lines) + "\n\n" + lexicon_part(language, by_hand, names, where) + "\n" + MARK + by_hand


def main() -> int:
    """Write the labels and the lexicon parts; unchanged input gives unchanged files."""
    names = {language: country_names(language) for language in LANGUAGES}
    graph = relabel(Graph().parse(TERRITORIES, format="turtle"), names)
    TERRITORIES.write_text(_HEADER + graph.serialize(format="turtle"), "utf-8")
    codes = sorted(str(code) for code in graph.objects(None, SEL.isoAlpha2))
    for language in LANGUAGES:
        path = FOLDER / "lexicon" / language / "territories.ttl"
        mine = {code: names[language][code] for code in codes}
        path.write_text(lexicon_text(language, path.read_text("utf-8"), mine, path), "utf-8")
    sys.stderr.write(f"{len(codes)} territories, {len(LANGUAGES)} languages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
