"""Pictures of every page in both languages: ``python -m tests.browser.pictures --site HOME --out docs/pictures``."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboards.app import found_pages
from data_contracts.language import LANGUAGES
from tests.browser.served import chromium, dashboards_at, settled


def main() -> None:
    """Take the pictures; the first difference of the list is pictured too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, required=True, help="a site with a published version")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--difference", help="discrepancy_id to picture")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    addresses = {module.PAGE.key: module.PAGE.key for module in found_pages()}
    addresses[found_pages()[0].PAGE.key] = ""
    if chosen.difference:
        addresses["difference"] = f"discrepancies?id={chosen.difference}"
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
                settled(page)
                height = page.locator('[data-testid="stMain"]').evaluate("main => main.scrollHeight")
                page.set_viewport_size({"width": chosen.width, "height": min(max(height, 700), 1800)})
                settled(page)
                page.screenshot(path=chosen.out / f"{name}-{language}.png")


if __name__ == "__main__":
    main()
