"""A page as a workbook: real types, frozen header, a chart sheet, no formulas, the same figures, on record."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from typing import Any

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook

from dashboards import export
from dashboards.app import found_pages
from dashboards.filters import Filters
from dashboards.queries._reading import Reader
from dashboards.view import View
from dashboards.words import Words
from dashboards.workbook import Chart, Sheet, workbook
from data_contracts.scope import Actor, Scope
from etl.desk import current_version
from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.small_site import LAST_DAY, SmallSite
from tests.etl.alerts.test_daily_report import read

ROWS = pl.DataFrame(
    {
        "line": ["L1", "=1+1"],
        "day": [date(2026, 3, 12), None],
        "at": [datetime(2026, 3, 12, 20), None],  # noqa: DTZ001 - UTC by contract
        "good_qty": [1890.0, None],
        "share": [0.5, 0.25],
    }
)
GIVING = [module for module in found_pages() if hasattr(module, "exported")]


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def a_workbook() -> Workbook:
    headings = {name: name.title() for name in ROWS.columns}
    sheet = Sheet("By line", ROWS, headings, Chart("Good", "line", ("good_qty",)), frozenset({"share"}))
    return opened(workbook([("Page", "Output")], [sheet, sheet], "Asia/Shanghai", "About"))


def test_values_keep_their_types_and_what_is_missing_stays_blank() -> None:
    page = a_workbook()["By line"]
    assert [cell.value for cell in page[1]] == ["Line", "Day", "At", "Good_Qty", "Share"]
    assert [cell.value for cell in page[2]] == ["L1", datetime(2026, 3, 12), datetime(2026, 3, 13, 4), 1890, 0.5]  # noqa: DTZ001
    assert page["E2"].number_format == "0.0%"
    assert [cell.value for cell in page[3]][1:4] == [None, None, None]
    assert page.freeze_panes == "A2"


def test_text_that_looks_like_a_formula_stays_text() -> None:
    cell = a_workbook()["By line"]["A3"]
    assert (cell.value, cell.data_type) == ("'=1+1", "s")


def test_sheets_have_names_of_their_own_and_a_chart_sheet_follows() -> None:
    book = a_workbook()
    assert book.sheetnames == ["About", "By line", "By line (2)", "Good", "Good (2)"]
    assert [sheet.title for sheet in book.chartsheets] == ["Good", "Good (2)"]


def view_of(site: SmallSite, reader: Reader, scope: str = "*") -> View:
    days = Filters(first=LAST_DAY, last=LAST_DAY)
    return View(site.home, Actor("Wang"), Scope.parse(scope), Words("en", "Asia/Shanghai"), days, reader)


def records(site: SmallSite) -> list[dict[str, Any]]:
    data = data_folder(site.home)
    return list(AuditLog(data, load_keys(data, site.key_dir, create=False)).records())


@pytest.mark.parametrize("module", GIVING, ids=lambda module: module.PAGE.key)
def test_every_page_gives_its_figures_in_scope_and_says_so_on_record(at_site: SmallSite, module: Any) -> None:
    with Reader(current_version(at_site.home)) as reader:
        view = view_of(at_site, reader, "P1/A2")
        book = opened(export.made(view, module.PAGE.key, module.exported, {}))
    assert book.sheetnames[0] == "About"
    texts = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "L1" not in texts
    assert "L9" not in texts
    last = records(at_site)[-1]
    assert (last["actor"], last["action"]) == ("Wang", "export")
    assert str(last["target"]).startswith(f"{module.PAGE.key}?")


def test_the_workbook_of_losses_holds_the_figures_of_the_page(at_site: SmallSite) -> None:
    losses = import_module("dashboards.app_pages.04_losses")
    with Reader(current_version(at_site.home)) as reader:
        book = opened(export.made(view_of(at_site, reader), "losses", losses.exported, {}))
    page = book["Minutes lost, by reason"]
    assert [row[:4] for row in page.iter_rows(min_row=2, values_only=True)] == [
        ("delay", "D01", 40, 1),
        ("setup", "S01", 30, 1),
        ("delay", "unknown", 10, 1),
    ]
    assert book["About"]["B6"].value == "Reports received 5 of 6"


def test_the_overview_on_paper_is_of_what_is_chosen_and_on_record(at_site: SmallSite) -> None:
    overview = import_module("dashboards.app_pages.01_overview")
    with Reader(current_version(at_site.home)) as reader:
        view = view_of(at_site, reader)
        paper = {
            line: read(overview.printed(view.with_filters(replace(view.filters, plant="P1", line=line))))
            for line in ("L1", "L2")
        }
        company = read(overview.printed(view))
    assert "P1/L2" not in paper["L1"]
    assert "P1/L2" in paper["L2"]
    assert "P2/L9" in company
    (made,) = one(
        at_site, "select sum(good_qty) from mart_output where line_id = 'L2' and production_date = ?", LAST_DAY
    )
    assert f"{made:,.0f} good of" in paper["L2"]
    assert [record["target"] for record in records(at_site)][-3:] == [
        f"daily report P1/A1/L1 {LAST_DAY}",
        f"daily report P1/A2/L2 {LAST_DAY}",
        f"daily report * {LAST_DAY}",
    ]


def one(site: SmallSite, sql: str, *values: object) -> tuple[float, ...]:
    with Reader(current_version(site.home)) as reader:
        return reader.rows(sql, values).row(0)
