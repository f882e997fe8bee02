"""What people come for, in a real browser: the worst loss and its cell, a decision that holds, a report handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as TooLateError

from etl.desk import current_version
from tests.browser.served import dashboards_at, settled
from tests.dashboards.small_site import SmallSite
from tests.etl.alerts.test_daily_report import read
from tests.etl.test_preflight import differing
from tests.ledger import load

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=60_000)


def test_the_worst_loss_of_the_day_and_its_cell_are_two_clicks_away(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.goto(f"{address}/?lang=en")
    settled(page)
    page.evaluate("window.opened = 1")
    page.get_by_role("link", name=re.compile("D01 · Breakdown")).first.click()
    expect(page.locator("h1")).to_have_text("Losses and scrap")
    page.get_by_role("link", name="2026-03-12_L1.xlsx / 早班!C7").first.click()
    expect(page.get_by_test_id("marked-cell")).to_have_attribute("aria-label", re.compile("^C7"))
    assert page.evaluate("window.opened") == 1, "a link inside the dashboards needs no new load"
    page.go_back()
    expect(page.get_by_test_id("marked-cell")).to_have_count(0)


def press_until(page: Page, key: str, address: str) -> None:
    """Press a key until its button listens: it does so a moment after it is drawn. At either end it does nothing."""
    for _ in range(20):
        settled(page)
        page.keyboard.press(key)
        try:
            page.wait_for_url(re.compile(address), timeout=3000)
        except TooLateError:
            continue
        return
    expect(page).to_have_url(re.compile(address))


def test_the_next_difference_is_one_key_away(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.goto(f"{address}/discrepancies?lang=en&severity=error,warning&line=L1&id=d-slip")
    expect(page.get_by_test_id("message")).to_be_visible()
    press_until(page, "j", "id=d-total")
    press_until(page, "k", "id=d-slip")


def test_a_page_as_a_workbook_holds_its_figures(served: tuple[SmallSite, str], page: Page, tmp_path: Path) -> None:
    _, address = served
    page.goto(f"{address}/losses?lang=zh&from=2026-03-12&to=2026-03-12")
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    download.value.save_as(tmp_path / "losses.xlsx")
    rows = load_workbook(tmp_path / "losses.xlsx")["损失时间(按原因)"].iter_rows(min_row=2, max_col=3, values_only=True)
    assert list(rows) == [("delay", "D01", 40), ("setup", "S01", 30), ("delay", "unknown", 10)]


def test_the_daily_report_comes_as_a_pdf_in_the_readers_language(
    served: tuple[SmallSite, str], page: Page, tmp_path: Path
) -> None:
    _, address = served
    page.goto(f"{address}/?lang=zh&plant=P1")
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "overview_P1_2026-03-12_v1.pdf"
    download.value.save_as(tmp_path / "report.pdf")
    assert "生产日报:P1" in read((tmp_path / "report.pdf").read_bytes())


def test_the_wall_screen_turns_by_itself_and_shows_no_controls(served: tuple[SmallSite, str], page: Page) -> None:
    _, address = served
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{address}/kiosk?lang=en&every=3&scenes=output,losses")
    scene = page.get_by_test_id("scene")
    first = scene.get_attribute("data-scene") or ""
    expect(scene).not_to_have_attribute("data-scene", first)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    size = page.locator(".sl-wall-value").first.evaluate("value => parseFloat(getComputedStyle(value).fontSize)")
    assert size >= 72, "figures are a good two centimetres high on a screen of 43 inches"


def test_a_reader_who_prefers_dark_gets_dark(served: tuple[SmallSite, str], browser: Browser) -> None:
    _, address = served
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/?lang=en")
    page.locator("h1").wait_for()
    expect(page.locator(".sl-card").first).to_have_css("background-color", "rgb(24, 32, 39)")
    context.close()


@pytest.fixture
def ledger(loaded_site: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A site that was really loaded, served."""
    variables = {"SHIFTLEDGER_KEY_DIR": str(tmp_path / "keys"), "SHIFTLEDGER_ACTOR": "wang.fang"}
    with dashboards_at(loaded_site, variables, tmp_path / "log") as address:
        yield loaded_site, address


def test_a_leader_corrects_a_report_and_a_supervisor_settles_what_is_left(
    ledger: tuple[Path, str], page: Page, tmp_path: Path
) -> None:
    home, address = ledger
    wrong = differing(home, "wrong.xlsx")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/desk?lang=en")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_test_id("verdict")).to_contain_text("hand in after correcting C9")
    with page.expect_download() as download:
        page.get_by_role("link", name="Take the copy with the marks").click()
    download.value.save_as(tmp_path / "marked.xlsx")
    assert load_workbook(tmp_path / "marked.xlsx")["早班"]["C9"].comment is not None

    right = differing(home, "right.xlsx", by=30)
    page.locator("input[type=file]").set_input_files(right)
    page.get_by_role("button", name=re.compile("^(send )?Hand in")).click()
    expect(page.get_by_text("Handed in as right.xlsx")).to_be_visible()
    load(home)

    page.set_viewport_size({"width": 1440, "height": 900})
    difference = _open_difference(home)
    page.goto(f"{address}/discrepancies?lang=en&id={difference}")
    page.get_by_text("The MES is right").click()
    page.get_by_label("Reason").last.fill("counted again on the pallet")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided.")).to_be_visible()
    load(home)
    page.reload()
    expect(page.get_by_text(re.compile("Decided|decided")).first).to_be_visible()
    assert _status(home, difference) == "decided"


def _open_difference(home: Path) -> str:
    connection = current_version(home).connect()
    try:
        row = connection.execute(
            "select discrepancy_id from discrepancy where status = 'open' and rule_id = 'good_vs_mes'"
        ).fetchone()
    finally:
        connection.close()
    assert row is not None
    return str(row[0])


def _status(home: Path, difference: str) -> str:
    connection = current_version(home).connect()
    try:
        row = connection.execute("select status from discrepancy where discrepancy_id = ?", [difference]).fetchone()
    finally:
        connection.close()
    assert row is not None
    return str(row[0])
