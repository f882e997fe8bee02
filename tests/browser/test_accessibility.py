"""Every page is held against axe-core: both languages, light and dark, a desk and a telephone. None scrolls sideways.

axe-core comes with axe-playwright-python. What Streamlit itself does wrong is named here, and nothing else is let pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dashboards.app import found_pages
from tests.browser.served import settled
from tests.dashboards.small_site import SmallSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = [module.PAGE.key for module in found_pages()]
OPENED = [
    "hours?plant=P1&line=L1",
    "losses?reason=D01&source=P1~L1~2026-03-12~day~2026-03-12_L1.xlsx~早班~C7",
    "losses?category=scrap",
    "discrepancies?id=d-slip",
    "discrepancies?many=1&each=1",
]
WIDTHS = (1400, 390)
STREAMLIT = {
    # Streamlit 1.67 gives the area of a file uploader role="presentation" and a label; neither can be turned off.
    ("presentation-role-conflict", "stFileUploaderDropzone"),
}
AREA_OF_FILES = {"desk", "layouts"}


SEEN = (("light", "en"), ("dark", "zh"))
"""Each ground and each language once for every page: colours do not depend on words."""


@pytest.fixture
def theme() -> Literal["light", "dark"]:
    return "light"


@pytest.fixture
def seen_in(browser: Browser, theme: Literal["light", "dark"]) -> Iterator[Page]:
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.mark.parametrize(("theme", "language"), SEEN)
@pytest.mark.parametrize("address", [*PAGES, *OPENED])
def test_a_page_has_no_fault_of_ours(served: tuple[SmallSite, str], seen_in: Page, address: str, language: str) -> None:
    _, server = served
    for width in WIDTHS:
        seen_in.set_viewport_size({"width": width, "height": 900})
        seen_in.goto(f"{server}/{address}{'&' if '?' in address else '?'}lang={language}")
        settled(seen_in)
        at_rest(seen_in)
        ours, theirs = apart(Axe().run(seen_in).response["violations"])
        assert ours == [], width
        assert theirs == (STREAMLIT if address in AREA_OF_FILES else set()), "a fault of Streamlit that is gone"
        assert sideways(seen_in) == [], width


def at_rest(page: Page) -> None:
    """Wait until nothing moves any more: on a telephone the side bar slides away."""
    page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")


def apart(violations: list[dict[str, Any]]) -> tuple[list[str], set[tuple[str, str]]]:
    """Our faults with what they are, and which of Streamlit's known ones are there."""
    ours, theirs = [], set()
    for violation in violations:
        for node in violation["nodes"]:
            known = next((one for one in STREAMLIT if one[0] == violation["id"] and one[1] in node["html"]), None)
            if known is None:
                ours.append(f"{violation['id']}: {node['html'][:200]} {[why['message'] for why in node['any']]}")
            else:
                theirs.add(known)
    return ours, theirs


def sideways(page: Page) -> list[str]:
    """What is wider than the window: the document, or the part of it that scrolls."""
    wide = """() => [document.scrollingElement, document.querySelector('[data-testid="stMain"]')]
        .filter(part => part.scrollWidth > part.clientWidth).map(part => part.tagName)"""
    found: list[str] = page.evaluate(wide)
    return found


def test_the_check_finds_a_picture_without_a_text_and_a_page_that_is_too_wide(seen_in: Page) -> None:
    seen_in.set_viewport_size({"width": 390, "height": 900})
    seen_in.set_content(
        "<html lang=en><title>x</title><main data-testid=stMain><h1>x</h1><img src=a.png>"
        "<p style='width:600px'>wide</p></main>"
    )
    ours, _ = apart(Axe().run(seen_in).response["violations"])
    assert any(fault.startswith("image-alt: <img") for fault in ours)
    assert sideways(seen_in)
