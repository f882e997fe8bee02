"""One site with the shipped layouts for all tests of a worker."""

from __future__ import annotations

import pytest

from tests.etl.normalize.layouts.reading import Reader, small_site


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(small_site(tmp_path_factory.mktemp("layouts")))
