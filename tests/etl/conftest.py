"""One reader for all tests of a worker: the same children and caps as in a load."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from data_contracts.site import Limits
from etl.extract.pool import ReaderPool

# No test depends on how fast the machine is.
settings.register_profile("any machine", deadline=None, max_examples=40)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def reader() -> Iterator[ReaderPool]:
    with ReaderPool(Limits(workers=1)) as pool:
        yield pool


SHARED = Path(__file__).parents[2].parent / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Where the corpus of odd and broken files lies."""
    if not SHARED.is_dir():
        pytest.skip("../shared/corpus is not there: tests on other parsers' files did not run")
    return SHARED
