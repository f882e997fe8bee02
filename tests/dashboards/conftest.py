"""A published small site, read-only for all tests of a worker; each test may also make its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from tests.dashboards.small_site import SmallSite


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    folder = tmp_path_factory.mktemp("small")
    site = SmallSite(folder / "site", folder / "keys")
    site.publish()
    return site


@pytest.fixture
def at_site(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    use(small_site, monkeypatch)
    return small_site


@pytest.fixture
def new_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """A site that the test itself publishes."""
    site = SmallSite(tmp_path / "site", tmp_path / "keys")
    use(site, monkeypatch)
    return site


def use(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dashboards of this process serve that site."""
    for name in ("SHIFTLEDGER_SCOPE", "SHIFTLEDGER_ACTOR", "SHIFTLEDGER_DATA_DIR", "SHIFTLEDGER_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_data.clear()
    st.cache_resource.clear()
