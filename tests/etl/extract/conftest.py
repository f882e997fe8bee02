"""Where the corpus of broken files lies."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3].parent / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not SHARED.is_dir():
        pytest.skip("../shared/corpus is not there: tests on other parsers' files did not run")
    return SHARED
