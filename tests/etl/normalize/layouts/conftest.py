"""One site with the shipped layouts for all tests of a worker."""

from __future__ import annotations

import pytest

from data_contracts.site import Site
from tests.etl.normalize.layouts.reading import small_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return small_site(tmp_path_factory.mktemp("layouts"))
