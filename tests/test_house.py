"""The rules of the house: sizes of modules and functions, and that no language is known outside the lexicon."""
from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = [*sorted(p for folder in ("ontology", "remote", "ingest", "shapes", "queries", "server") for p in (ROOT / folder).glob("*.py")), *(ROOT / f"{name}.py" for name in ("explanations", "hatch_build", "ingestion", "inspection", "seloste", "store_commands"))]
STEMS = ("luovut", "säilyt", "henkilötie", "överför", "personuppg", "rekisterinpit")
"""Beginnings of words that every notice has, and no rule of composition needs."""


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small_and_say_what_they_are(module: Path) -> None:
    text = module.read_text("utf-8")
    assert text.count("\n") <= 300
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with what it is in the world"
    long = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and (n.end_lineno or 0) - n.lineno >= 50]
    assert long == []


@pytest.mark.parametrize("module", [m for m in MODULES if m.parent.name == "ingest"], ids=lambda p: p.name)
def test_ingestion_knows_no_word_of_any_language(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    words = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in prose]
    assert [w for w in words if any(stem in w.lower() for stem in STEMS)] == []


def test_nothing_in_the_project_names_a_workplace_or_a_registry() -> None:
    suffixes = {".py", ".md", ".ttl", ".rq", ".toml", ".lock", ".html", ".css", ".ts", ".mjs", ".json"}
    made = {".venv", ".git", "node_modules", "assets", "fixtures", "store", "build", "dist"}
    files = [p for p in ROOT.rglob("*") if p.suffix in suffixes and not made & set(p.parts)]
    assert len(files) > 100
    assert ROOT / "server" / "frontend" / "package-lock.json" in files
    named = r"/tmp/|/work/|pypi\.org|files\.pythonhosted|registry\.npmjs"
    found = [(p.name, m.group()) for p in files if p != Path(__file__) for m in [re.search(named, p.read_text("utf-8"))] if m]
    assert found == []
