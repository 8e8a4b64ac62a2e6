"""What many tests share: the pipeline and the readers of each language, loaded once."""
from __future__ import annotations

from pathlib import Path

import pytest

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
