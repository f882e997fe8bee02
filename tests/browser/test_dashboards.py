"""A person opens a difference from a link, sees the cell, turns the language, and finds everything where it was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, expect

from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.browser.served import settled
from tests.dashboards.small_site import EXPORT, WORKBOOK, SmallSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ENGLISH = "English"
expect.set_options(timeout=60_000)


def test_a_link_opens_the_difference_at_its_cell(served: tuple[SmallSite, str], page: Page) -> None:
    site, address = served
    page.goto(f"{address}/discrepancies?lang=zh&id=d-slip")
    marked = page.get_by_test_id("marked-cell")
    expect(marked.first).to_contain_text("1890")
    expect(marked.first).to_have_attribute("aria-label", re.compile("^C9,此处有疑问:1890"))
    expect(page.get_by_text(f"{WORKBOOK} / 早班!C9")).to_be_visible()
    expect(page.get_by_text(f"{EXPORT} · record 3")).to_be_visible()
    data = data_folder(site.home)
    log = AuditLog(data, load_keys(data, site.key_dir, create=False))
    assert "Wang" in {record["actor"] for record in log.records()}
    assert log.verify() == []


def test_turning_the_language_keeps_the_difference_open(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.goto(f"{address}/discrepancies?lang=zh&severity=error&id=d-slip")
    expect(page.locator("h1")).to_have_text("差异")
    settled(page)
    page.get_by_role("radio", name=ENGLISH).click()
    expect(page.locator("h1")).to_have_text("Differences")
    expect(page.get_by_test_id("marked-cell").first).to_contain_text("1890")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for part in ("lang=en", "severity=error", "id=d-slip"):
        expect(page).to_have_url(re.compile(part))


def test_the_same_address_shows_the_same_view_in_the_other_language(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    query = "plant=P1&line=L1&from=2026-03-12&to=2026-03-12"
    for language, heading in (("en", "Hour board"), ("zh", "小时板")):
        page.goto(f"{address}/hours?lang={language}&{query}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        expect(page.get_by_role("cell", name="◆ +1,793")).to_be_visible()


def test_a_page_link_carries_filters_and_language(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.goto(f"{address}/output?lang=zh&plant=P1")
    expect(page.locator("h1")).to_have_text("产量与 OEE")
    settled(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="差异").click()
    expect(page.locator("h1")).to_have_text("差异")
    expect(page).to_have_url(re.compile("plant=P1"))
    expect(page).to_have_url(re.compile("lang=zh"))


def test_a_count_in_the_overview_opens_its_differences(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.goto(f"{address}/?lang=en")
    page.locator(".sl-table").get_by_role("link", name=re.compile("1 block", re.I)).click()
    expect(page.locator("h1")).to_have_text("Differences")
    expect(page).to_have_url(re.compile("severity=block"))
    expect(page).to_have_url(re.compile("line=L2"))


def test_ticking_a_row_opens_it_and_back_returns(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.goto(f"{address}/discrepancies?lang=en&severity=error&line=L1")
    settled(page)
    page.locator(".stDataFrameGlideDataEditor").first.click(position={"x": 16, "y": 52})
    expect(page.get_by_test_id("message")).to_be_visible()
    expect(page).to_have_url(re.compile("id=d-slip"))
    settled(page)
    page.get_by_role("button", name="Back to the list").click()
    expect(page).not_to_have_url(re.compile("id="))
    expect(page.get_by_test_id("message")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrameResizable").first).to_be_visible()


def test_markup_in_a_source_stays_text(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(f"{address}/discrepancies?lang=en&id=d-slip")
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    assert asked == []


def test_no_page_wants_more_than_the_policy_allows(served: tuple[SmallSite, str], page: Page) -> None:
    """But for the pages' icons, which Streamlit would fetch from elsewhere."""
    _, address = served
    blocked: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text and "materialsymbols" not in message.text:
            blocked.append(message.text)

    page.on("console", note)
    for path in ("overview", "output", "losses", "health", "trend", "layouts", "discrepancies?id=d-slip"):
        page.goto(f"{address}/{path}")
        settled(page)
    assert blocked == []
    page.evaluate("document.head.appendChild(document.createElement('script')).textContent = 'window.evil = 1'")
    assert page.evaluate("window.evil") is None, "a script that is not ours does not run"
    assert len(blocked) == 1
