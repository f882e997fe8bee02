"""Queries on the small site: sums, gaps, and rows outside a scope that never appear."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboards.filters import Filters
from dashboards.queries import discrepancies, health, hours, losses, output, reports, sources, state, trend
from dashboards.queries._reading import Reader
from dashboards.queries.discrepancies import Choice
from data_contracts.errors import StoreError
from data_contracts.scope import Scope
from etl.desk import current_version
from tests.dashboards.small_site import EXPORT, LAST_DAY, WORKBOOK, SmallSite, sha256, workbook

COMPANY = Scope.company()
NOW = datetime(2026, 3, 13, 1, 30)  # noqa: DTZ001 - UTC by contract
DAYS = Filters(first=LAST_DAY - timedelta(days=2), last=LAST_DAY)
TODAY = DAYS.window(1)
EVERYTHING = Choice(status=())


@pytest.fixture
def reader(at_site: SmallSite) -> Iterator[Reader]:
    with Reader(current_version(at_site.home)) as opened:
        yield opened


def test_sums_are_those_of_the_mart(reader: Reader) -> None:
    row = output.output(reader, COMPANY, replace(TODAY, plant="P1", line="L1")).row(0, named=True)
    assert row["good_qty"] == 2 * 1200 * 0.97
    assert row["scrap_qty"] == 48


def test_a_shift_without_a_report_does_not_count_against_the_plan(reader: Reader) -> None:
    row = output.output(reader, COMPANY, replace(TODAY, plant="P2")).row(0, named=True)
    assert row["planned_qty"] == 2400
    assert row["plan_base_qty"] == 1200
    assert row["good_qty"] == row["plan_met_qty"] == 1200 * 0.99


def test_the_two_sides_are_compared_where_both_have_spoken(reader: Reader) -> None:
    assert output.output(reader, COMPANY, replace(TODAY, plant="P2"))["sides_delta_qty"].item() == 0
    assert output.output(reader, COMPANY, replace(TODAY, plant="P1"))["sides_delta_qty"].item() == 1701


def test_a_sum_over_nothing_is_null(reader: Reader) -> None:
    row = output.output(reader, COMPANY, replace(TODAY, line="nowhere")).row(0, named=True)
    assert row["good_qty"] is None


def test_a_ratio_by_day_is_made_from_sums(reader: Reader) -> None:
    rows = output.output(reader, COMPANY, replace(DAYS, plant="P1", line="L2"), ("production_date",))
    assert rows["production_date"].to_list() == [LAST_DAY - timedelta(days=back) for back in (2, 1, 0)]
    assert (rows["plan_met_qty"] / rows["plan_base_qty"]).round(4).to_list() == [1.0, 0.7, 0.98]


def test_grouping_by_anything_else_is_refused(reader: Reader) -> None:
    with pytest.raises(ValueError, match="cannot group by good_qty; drop"):
        output.output(reader, COMPANY, DAYS, ("good_qty; drop",))


def test_the_hours_of_a_line_come_in_order_with_their_cells(reader: Reader) -> None:
    rows = hours.by_hour(reader, COMPANY, replace(TODAY, plant="P1", line="L1"))
    assert rows.height == 24
    assert rows["hour_start"].is_sorted()
    assert rows.row(2, named=True)["good_qty_cell"] == "C9"


def test_a_missing_report_is_counted_once_its_shift_has_ended(reader: Reader) -> None:
    due = state.completeness(reader, COMPANY, TODAY, NOW).row(0, named=True)
    assert (due["expected"], due["received"]) == (6, 5)
    assert state.missing_reports(reader, COMPANY, TODAY, NOW)["line_id"].to_list() == ["L9"]


def test_the_future_is_not_missing(reader: Reader) -> None:
    noon = datetime(2026, 3, 12, 12)  # noqa: DTZ001
    due = state.completeness(reader, COMPANY, TODAY, noon).row(0, named=True)
    assert (due["expected"], due["received"]) == (3, 3)


def test_the_worst_difference_stands_first(reader: Reader) -> None:
    rows = discrepancies.differences(reader, COMPANY, DAYS, Choice())
    assert rows["severity"].to_list() == ["block", "error", "error", "warning", "info"]
    assert rows["total"][0] == 5


def test_differences_can_be_chosen_by_everything_a_reader_may_turn(reader: Reader) -> None:
    choice = Choice(severity=("error",), status=("open",), rule=("good_vs_mes",), cause=("unit_slip",))
    assert discrepancies.differences(reader, COMPANY, DAYS, choice)["discrepancy_id"].to_list() == ["d-slip"]


def test_the_other_differences_of_the_same_cell_are_found(reader: Reader) -> None:
    found = discrepancies.same_cell(reader, COMPANY, "d-slip")["discrepancy_id"].to_list()
    assert found == ["d-total", "d-unknown-line"]


def test_the_reference_file_is_found_through_its_difference_only(reader: Reader) -> None:
    assert discrepancies.reference_file(reader, COMPANY, "d-slip", EXPORT).height == 1
    assert discrepancies.reference_file(reader, COMPANY, "d-night", EXPORT).height == 0
    assert discrepancies.reference_file(reader, Scope.parse("P2"), "d-slip", EXPORT).height == 0


QUESTIONS: list[tuple[Callable[..., pl.DataFrame], tuple[Any, ...]]] = [
    (output.output, (DAYS, ("plant_id", "line_id"))),
    (hours.by_hour, (DAYS,)),
    (hours.remarks, (DAYS,)),
    (losses.times, (DAYS, ("plant_id", "line_id"))),
    (losses.reasons, (DAYS, ("plant_id", "line_id"))),
    (losses.defects, (DAYS, ("plant_id", "line_id"))),
    (losses.stops, (DAYS,)),
    (losses.scrapped, (DAYS,)),
    (losses.timeline, (DAYS,)),
    (health.shifts, (DAYS, NOW)),
    (health.held_back, (DAYS,)),
    (reports.recent, (DAYS,)),
    (state.lines, ()),
    (state.completeness, (DAYS, NOW, ("plant_id", "line_id"))),
    (state.missing_reports, (DAYS, NOW)),
    (discrepancies.counts, (DAYS, EVERYTHING, ("plant_id", "line_id"))),
    (discrepancies.differences, (DAYS, EVERYTHING)),
    (discrepancies.cases, (DAYS, EVERYTHING)),
    (discrepancies.of_cases, (["d-slip", "d-night", "d-other-plant", "d-unknown-line"],)),
    (trend.differences, (DAYS, ("plant_id", "line_id"), "week")),
    (trend.first_pass, (DAYS, ("plant_id", "line_id"))),
    (trend.repeated, (DAYS, ("plant_id", "line_id"))),
    *((discrepancies.difference, (name,)) for name in ("d-slip", "d-night", "d-other-plant", "d-unknown-line")),
]
SCOPES = {
    "P1": {("P1", "L1"), ("P1", "L2"), ("P1", "L-??")},
    "P1/A1": {("P1", "L1")},
    "P1/A2/L2": {("P1", "L2")},
    "P2": {("P2", "L9")},
    "P1/A2,P2": {("P1", "L2"), ("P2", "L9")},
    "nowhere": set(),
}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("query", "arguments"), QUESTIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_rows_of_another_line_never_appear(
    reader: Reader, query: Callable[..., pl.DataFrame], arguments: tuple[Any, ...], scope: str
) -> None:
    rows = query(reader, Scope.parse(scope), *arguments)
    assert set(rows.select("plant_id", "line_id").iter_rows()) <= SCOPES[scope]
    everything = query(reader, COMPANY, *arguments)
    seen = {key for key in everything.select("plant_id", "line_id").iter_rows() if key in SCOPES[scope]}
    assert set(rows.select("plant_id", "line_id").iter_rows()) == seen


def test_sums_history_and_finality_stay_inside_the_scope_too(reader: Reader) -> None:
    scope = Scope.parse("P1/A2/L2")
    assert output.output(reader, scope, TODAY)["good_qty"].item() == 2 * 1200 * 0.98
    assert output.finality(reader, scope, TODAY)["rows_all"].item() == 24
    assert state.completeness(reader, scope, TODAY, NOW)["expected"].item() == 2
    assert discrepancies.history(reader, COMPANY, "d-slip").height == 2
    assert discrepancies.history(reader, scope, "d-slip").is_empty()
    since = datetime(2026, 3, 12, 20)  # noqa: DTZ001
    assert discrepancies.changes(reader, COMPANY, DAYS, since).rows() == [("changed", 1)]
    assert discrepancies.changes(reader, scope, DAYS, since).is_empty()
    assert discrepancies.same_cell(reader, scope, "d-slip").is_empty()
    assert state.last_day(reader, Scope.parse("nowhere"))["day"].item() is None
    assert state.shifts(reader, Scope.parse("nowhere")).is_empty()


def test_counts_of_loads_are_for_who_sees_the_company(reader: Reader) -> None:
    assert state.loads(reader, COMPANY)["files_new"][0] == 6
    assert state.loads(reader, Scope.parse("P1"))["files_new"].null_count() == 4


def test_a_workbook_that_also_holds_other_lines_is_known(reader: Reader) -> None:
    file = sha256(workbook())
    assert discrepancies.report_holds_other_lines(reader, COMPANY, file)["beyond"].item() is False
    assert discrepancies.report_holds_other_lines(reader, Scope.parse("P1/A2"), file)["beyond"].item() is True


def test_products_and_ends_of_days_are_of_the_scope(reader: Reader) -> None:
    assert output.made(reader, Scope.parse("nowhere"), DAYS, "order_id").is_empty()
    assert losses.day_ends(reader, Scope.parse("P2"), DAYS)["plant_id"].to_list() == ["P2"]


def test_files_and_originals_are_those_of_the_scope(reader: Reader) -> None:
    shift = replace(TODAY, plant="P1", line="L1", shift="day")
    other, file = Scope.parse("P1/A2"), sha256(workbook())
    assert sources.report_file(reader, COMPANY, shift, WORKBOOK)["source_file_id"].to_list() == [file]
    assert sources.report_file(reader, other, shift, WORKBOOK).is_empty()
    assert sources.export_file(reader, COMPANY, shift, EXPORT).height == 1
    assert sources.export_file(reader, other, shift, EXPORT).is_empty()
    assert sources.export_file(reader, COMPANY, shift, "elsewhere.csv").is_empty()
    assert reports.loaded(reader, COMPANY, [file, "unknown"])["source_file_id"].to_list() == [file]
    assert reports.loaded(reader, Scope.parse("nowhere"), [file]).is_empty()
    assert health.files(reader, COMPANY).is_empty()
    assert health.loads(reader, COMPANY)["files_new"].to_list() == [6, 5, 4, 3]
    assert health.loads(reader, other)["files_new"].null_count() == 4


def test_every_query_is_asked_here() -> None:
    queries = {
        name
        for module in (output, state, discrepancies, trend, hours, losses, health, reports, sources)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    text = inspect.getsource(inspect.getmodule(test_every_query_is_asked_here))  # type: ignore[arg-type]
    assert {name for name in queries if f".{name}" not in text} == set()


def test_a_version_cannot_be_written_through_a_reader(reader: Reader) -> None:
    for attempt in ("delete from discrepancy", "create table x (a int)", "select * from read_text('/etc/hostname')"):
        with pytest.raises(StoreError):
            reader.rows(attempt)


def test_a_reader_lets_go_of_the_file(at_site: SmallSite) -> None:
    published = current_version(at_site.home)
    with Reader(published) as opened:
        connection = published.connect()
        opened.rows("select 1")
    connection.close()
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")
