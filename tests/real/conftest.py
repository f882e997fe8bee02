"""Where third-party files lie, and one load of each real site for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "real"


@pytest.fixture(scope="session")
def real() -> Path:
    if not SHARED.is_dir():
        pytest.skip("../shared/real is not there: acceptance tests on third-party data did not run")
    return SHARED


@pytest.fixture(scope="module")
def key_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder))
        yield folder
