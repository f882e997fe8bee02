"""One reader for all tests of a worker: the same children and caps as in a load."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_contracts.site import Limits
from etl.extract.pool import ReaderPool


@pytest.fixture(scope="session")
def reader() -> Iterator[ReaderPool]:
    with ReaderPool(Limits(workers=1)) as pool:
        yield pool
