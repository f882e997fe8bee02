"""Pictures of every page in both languages: ``python -m tests.browser.pictures --site HOME --out docs/pictures``."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image
from playwright.sync_api import Page

from dashboards.app import found_pages
from data_contracts.language import LANGUAGES
from data_contracts.scope import Actor, Scope
from data_contracts.site import SiteConfig, read_toml
from etl.desk import current_version, daily_report
from tests.browser.served import chromium, dashboards_at, settled

TALLEST = 1300
COLOURS = 256
"""Pages are drawn in few colours: a palette makes a picture a third of its size and looks the same."""


def main() -> None:
    """Take the pictures: every page, one difference and one case opened, and the daily report on paper."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, required=True, help="a site with a published version")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--difference", help="discrepancy_id to picture; default: a unit slip, if there is one")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    addresses = {module.PAGE.key: module.PAGE.key for module in found_pages()}
    addresses[found_pages()[0].PAGE.key] = ""
    difference = chosen.difference or _telling(chosen.site)
    if difference:
        addresses["difference"] = f"discrepancies?id={difference}"
    if case := _largest_case(chosen.site):
        addresses["case"] = f"discrepancies?id={case}"
    with (
        TemporaryDirectory() as folder,
        dashboards_at(chosen.site, {}, Path(folder) / "log") as server,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": chosen.width, "height": 900})
        for name, address in addresses.items():
            for language in LANGUAGES:
                page.set_viewport_size({"width": chosen.width, "height": 900})
                page.goto(f"{server}/{address}{'&' if '?' in address else '?'}lang={language}")
                _drawn(page)
                height = page.locator('[data-testid="stMain"]').evaluate("main => main.scrollHeight")
                page.set_viewport_size({"width": chosen.width, "height": min(max(height, 700), TALLEST)})
                _drawn(page)
                _save(page.screenshot(), chosen.out / f"{name}-{language}.png")
    for language in LANGUAGES:
        _save(_paper(chosen.site, language), chosen.out / f"report-{language}.png")


def _telling(site: Path) -> str | None:
    """A difference that shows what the product is for: a slip of a decimal place, with a cell on one side."""
    return _first(
        site,
        "select discrepancy_id from discrepancy where rule_no in (17, 45, 46) and source_cell is not null "
        "and status = 'open' order by probable_cause != 'unit_slip', discrepancy_id",
    )


def _largest_case(site: Path) -> str | None:
    """The difference from which most others follow."""
    return _first(
        site, "select case_id from discrepancy group by case_id having count(*) > 1 order by count(*) desc, 1"
    )


def _first(site: Path, sql: str) -> str | None:
    connection = current_version(site).connect()
    try:
        row = connection.execute(sql).fetchone()
    finally:
        connection.close()
    return None if row is None else str(row[0])


def _paper(site: Path, language: str) -> bytes:
    """The first page of the daily report of the first plant."""
    plant = read_toml(site / "site.toml", SiteConfig).plant[0].id
    content = daily_report(site, Actor("pictures"), Scope.parse(plant), None, language)
    picture = io.BytesIO()
    pypdfium2.PdfDocument(content)[0].render(scale=1.5).to_pil().save(picture, "PNG")
    return picture.getvalue()


def _drawn(page: Page) -> None:
    """Settled, and no grey placeholder is left where a control or a chart will stand."""
    settled(page)
    page.wait_for_function("""() => !document.querySelector('[data-testid="stSkeleton"]')""", timeout=60_000)
    settled(page)
    page.wait_for_timeout(500)  # charts and tables fade in


def _save(screenshot: bytes, path: Path) -> None:
    Image.open(io.BytesIO(screenshot)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(
        path, optimize=True
    )


if __name__ == "__main__":
    main()
