"""The scripts of the pages: how the build is told from its sources, what is served of it, and what happens without it."""
from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from server_fixture import BROWSER

import hatch_build
from server import messages
from server.bundle import Bundle
from server.rendering import Renderer

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "server" / "frontend"


@pytest.fixture
def sources(tmp_path):
    """A checkout that has the front end and nothing built."""
    for name in hatch_build.SOURCES:
        source, place = FRONTEND / name, tmp_path / "server" / "frontend" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, place) if source.is_dir() else shutil.copy(source, place)
    return tmp_path


def hook(root):
    builder = WheelBuilder(str(ROOT))
    return hatch_build.CustomBuildHook(str(root), {}, builder.config, builder.metadata, str(root / "dist"), "wheel")


def command(place, script):
    place.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    place.chmod(0o755)
    return str(place)


def pretend(root):
    """A build of what is there, as far as the hook looks at it."""
    folder = root / "server" / "assets"
    folder.mkdir(parents=True)
    manifest = {"sources": hatch_build.digest(root / "server" / "frontend")}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_the_build_writes_the_digest_that_the_hook_computes():
    if not (FRONTEND.parent / "assets" / "manifest.json").is_file():
        pytest.skip("the scripts of the pages are not built: make frontend")
    assert hatch_build.built(ROOT), "the scripts are not of these sources: make frontend"


def test_assets_are_built_anew_when_a_source_changes(sources):
    assert not hatch_build.built(sources)
    pretend(sources)
    assert hatch_build.built(sources)
    script = sources / "server" / "frontend" / "src" / "map.ts"
    script.write_text(script.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not hatch_build.built(sources)


def test_node_is_asked_for_only_where_it_is_needed(sources, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    asked = hook(sources).dependencies()
    assert [one.split(";")[0] for one in asked] == [hatch_build.NODE]
    pretend(sources)
    assert hook(sources).dependencies() == []
    shutil.rmtree(sources / "server" / "assets")
    for version, enough in (("v20.20.2", True), ("v18.0.0", True), ("v12.22.9", False), ("", False)):
        node = command(sources / "node", f"echo {version}")
        monkeypatch.setattr(shutil, "which", {"npm": "/bin/npm", "node": node}.get)
        assert (hook(sources).dependencies() == []) is enough


def test_a_package_is_built_without_scripts_where_npm_fails(sources, monkeypatch, capfd):
    npm = command(sources / "npm", "echo 'npm error code ENOTFOUND' >&2\nexit 1")
    node = command(sources / "node", "echo v20.20.2")
    monkeypatch.setattr(shutil, "which", {"npm": npm, "node": node}.get)
    data = {"artifacts": []}
    hook(sources).initialize("editable", data)
    said = capfd.readouterr()
    assert "no scripts: npm failed (npm error code ENOTFOUND)" in said.out + said.err
    assert data == {"artifacts": []}


def test_assets_go_into_the_package(sources):
    pretend(sources)
    data = {"artifacts": []}
    hook(sources).initialize("standard", data)
    assert data == {"artifacts": ["/server/assets/"]}


def test_the_lock_file_names_versions_and_no_registry():
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert len(packages) > 20
    assert [name for name, one in packages.items() if "integrity" not in one or "resolved" in one] == []
    wanted = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert [name for name, version in versions.items() if not version[0].isdigit()] == []


def test_a_page_without_a_build_has_no_script(tmp_path):
    assert Bundle.load(tmp_path)("main") is None
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    assert Bundle.load(tmp_path).files == {}
    # A build that was broken off: the manifest names what is not there.
    manifest = {"sources": "x", "entries": {"main": "main-A1.js"}, "files": ["main-A1.js"]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert Bundle.load(tmp_path)("main") is None


def test_only_what_the_build_made_is_served(tmp_path):
    for name, body in (("main-A1.js", b"one"), ("main-A1.js.gz", gzip.compress(b"one")), ("other.js", b"x")):
        (tmp_path / name).write_bytes(body)
    manifest = {"sources": "x", "entries": {"main": "main-A1.js"}, "files": ["main-A1.js", "../frontend/package.json"]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    bundle = Bundle.load(tmp_path)
    assert set(bundle.files) == {"main-A1.js"}
    assert bundle("main") == "main-A1.js"
    assert bundle("editor") is None
    assert gzip.decompress(bundle.files["main-A1.js"].compressed) == b"one"


@pytest.mark.parametrize(("accepted", "coding"), [
    ("gzip, deflate, br", "gzip"), ("*", "gzip"), ("gzip;q=0.5", "gzip"), ("gzip;q=0", None), ("br", None), ("identity", None), ("", None), ("*, gzip;q=0", None),
])  # fmt: skip
def test_files_are_compressed_for_who_asks(accepted, coding):
    renderer = Renderer(messages.load())
    reply = renderer.static("style.css", accepted)
    assert reply.headers.get("Content-Encoding") == coding
    assert reply.headers["Vary"] == "Accept-Encoding"
    plain = gzip.decompress(reply.body) if coding else reply.body
    assert plain == renderer.static("style.css").body


def test_words_of_the_scripts_are_a_part_of_the_catalogue(sample_server):
    page = sample_server.client.get("/", headers={"Accept": BROWSER, "Accept-Language": "sv"}).text
    version = page.partition("/static/style.css?v=")[2].partition('"')[0]
    response = sample_server.client.get(f"/static/words.sv.json?v={version}")
    assert response.headers["content-type"] == "application/json"
    assert "immutable" in response.headers["cache-control"]
    words = response.json()
    assert words["script.editor.cancel"] == "Avbryt"
    assert not [key for key in words if key.startswith(("term.", "home.", "notice."))]
