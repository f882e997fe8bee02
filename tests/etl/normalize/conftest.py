"""A plant for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.extract.pool import ReaderPool
from tests.etl.normalize.plant import Plant


@pytest.fixture
def plant(tmp_path: Path, reader: ReaderPool) -> Plant:
    return Plant(tmp_path, reader)
