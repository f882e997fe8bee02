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
from openpyxl.utils.cell import range_boundaries

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


def exported(site: SmallSite, name: str, days: int = 1, **address: str) -> Workbook:
    """The workbook of a page over the last ``days``."""
    module = import_module(f"dashboards.app_pages.{name}")
    with Reader(current_version(site.home)) as reader:
        view = view_of(site, reader)
        view = view.with_filters(view.filters.window(days))
        return opened(export.made(view, module.PAGE.key, module.exported, address))


def test_the_workbook_of_the_trend_holds_its_groups_periods_and_yields(at_site: SmallSite) -> None:
    book = exported(at_site, "09_trend", days=3, by="line", step="day")
    groups = {row[0]: row[1:] for row in book["Differences found"].iter_rows(min_row=2, values_only=True)}
    for plant, line, *counts in asked(
        at_site, "select plant_id, line_id, sum(opened), sum(open) from mart_discrepancy group by all"
    ):
        name = next(name for name in groups if str(name).startswith(f"{plant} / {line}"))
        assert list(groups[name][:2]) == counts
    periods = list(book["Differences over time"].iter_rows(min_row=2, values_only=True))
    cells = "select distinct production_date, plant_id, line_id from mart_discrepancy"
    assert len(periods) == len(asked(at_site, cells))
    assert isinstance(periods[0][0], datetime)
    line = book["First-pass yield by line"]
    of_reports = "from mart_completeness where received and line_id = 'L1'"
    ((share,),) = asked(at_site, f"select count(*) filter (first_pass) / count(*) {of_reports}")
    assert line["D2"].value == pytest.approx(share)
    assert line["D2"].number_format == "0.0%"
    assert {sheet.title for sheet in book.chartsheets} == {
        "Differences found (2)",
        "First-pass yield of reports (2)",
        "First-pass yield by line (2)",
        "First-pass yield by layout (2)",
    }


def test_the_workbook_of_the_rollout_holds_stages_and_reports(at_site: SmallSite) -> None:
    book = exported(at_site, "10_rollout", days=3)
    rows = {row[1]: row for row in book["Stages"].iter_rows(min_row=2, values_only=True)}
    for line, received in asked(
        at_site, "select line_id, count(*) filter (received) from mart_completeness group by line_id"
    ):
        assert rows[line][5] == received
        assert rows[line][2] == "Shadow"
    assert [sheet.title for sheet in book.chartsheets] == ["Candidates for the next step"], "no kind was timed yet"


@pytest.mark.parametrize("module", GIVING, ids=lambda module: module.PAGE.key)
def test_every_page_with_figures_to_compare_has_a_chart_sheet_over_cells_that_are_there(
    at_site: SmallSite, module: Any
) -> None:
    with Reader(current_version(at_site.home)) as reader:
        view = view_of(at_site, reader)
        view = view.with_filters(replace(view.filters.window(3), plant="P1", line="L1"))
        book = opened(export.made(view, module.PAGE.key, module.exported, {}))
    assert book.chartsheets
    for sheet in book.chartsheets:
        for chart in sheet._charts:
            for series in chart.series:
                name, _, cells = series.val.numRef.f.replace("$", "").rpartition("!")
                left, top, right, bottom = range_boundaries(cells)
                rows = book[name.strip("'")].iter_rows(top, bottom, left, right, values_only=True)
                assert any(isinstance(value, int | float) for (value,) in rows), cells


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
    sql = "select sum(good_qty) from mart_output where line_id = 'L2' and production_date = ?"
    ((made,),) = asked(at_site, sql, LAST_DAY)
    assert f"{made:,.0f} good of" in paper["L2"]
    assert [record["target"] for record in records(at_site)][-3:] == [
        f"daily report P1/A1/L1 {LAST_DAY}",
        f"daily report P1/A2/L2 {LAST_DAY}",
        f"daily report * {LAST_DAY}",
    ]


def asked(site: SmallSite, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the published version, by plain SQL."""
    with Reader(current_version(site.home)) as reader:
        return reader.rows(sql, values).rows()
