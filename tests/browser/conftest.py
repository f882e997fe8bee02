"""One site, one server and one browser for all tests of this folder.

No longer than that: a browser keeps an event loop running, in which nothing else of asyncio can run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.served import chromium, dashboards_at
from tests.dashboards.small_site import SmallSite


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallSite, str]]:
    folder = tmp_path_factory.mktemp("served")
    site = SmallSite(folder / "site", folder / "keys", days=10)
    site.publish()
    with dashboards_at(site.home, {**site.environment, "SHIFTLEDGER_ACTOR": "Wang"}, folder / "log") as address:
        yield site, address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    yield opened
    context.close()
