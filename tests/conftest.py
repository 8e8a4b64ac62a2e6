"""What many tests share, made once: the pipeline, the reference notices, a server over a small store."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from server_fixture import Server, build, served

from ingest.pipeline import Pipeline

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return Pipeline.load()


@pytest.fixture(scope="session")
def reference_notices() -> Path:
    folder = REFERENCE / "notices"
    if not folder.is_dir():
        pytest.skip("the reference notices do not lie beside this checkout")
    return folder


@pytest.fixture(scope="session")
def sample_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server over the store of the fixture, with the settings that it has by default."""
    with served(build(tmp_path_factory.mktemp("sample") / "store")) as running:
        yield running
