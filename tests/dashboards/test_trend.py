"""The page about how differences develop: sums over periods, yields from sums, repetition, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from dashboards.filters import Filters
from dashboards.queries import trend
from dashboards.queries._reading import Reader
from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.scope import Scope
from data_contracts.tables import TABLES
from etl.desk import current_version
from tests.dashboards.small_site import LAST_DAY, SmallSite
from tests.dashboards.test_pages import run, shown

COMPANY = Scope.company()
DAYS = Filters(first=LAST_DAY - timedelta(days=2), last=LAST_DAY)


@pytest.fixture
def reader(at_site: SmallSite) -> Iterator[Reader]:
    with Reader(current_version(at_site.home)) as opened:
        yield opened


def test_differences_add_up_over_every_grouping(reader: Reader) -> None:
    for by in (("rule_id",), ("probable_cause",), ("plant_id", "line_id"), ("layout_id",)):
        assert trend.differences(reader, COMPANY, DAYS, by)["opened"].sum() == 7
    assert trend.differences(reader, COMPANY, DAYS).row(0) == (7, 1, 0, 6)


def test_a_week_begins_on_monday_and_a_month_on_its_first(reader: Reader) -> None:
    assert trend.differences(reader, COMPANY, DAYS, (), "week")["period_start"].to_list() == [date(2026, 3, 9)]
    assert trend.differences(reader, COMPANY, DAYS, (), "month")["period_start"].to_list() == [date(2026, 3, 1)]
    with pytest.raises(ValueError, match="no period"):
        trend.differences(reader, COMPANY, DAYS, (), "day', now()) --")


def test_yield_counts_only_reports_that_came(reader: Reader) -> None:
    assert trend.first_pass(reader, COMPANY, DAYS).row(0) == (17, 15)
    by_line = trend.first_pass(reader, COMPANY, DAYS, ("plant_id", "line_id"))
    assert by_line.rows() == [("P1", "L1", 6, 4), ("P1", "L2", 6, 6), ("P2", "L9", 5, 5)]


def test_yield_of_a_layout_counts_the_reports_it_recognised(reader: Reader) -> None:
    rows = trend.first_pass(reader, COMPANY, DAYS, ("layout_id",))
    assert ("shift-sheet", 1, 0) in rows.rows()


def test_only_what_fails_on_several_days_is_repeated(reader: Reader) -> None:
    lines = trend.repeated(reader, COMPANY, DAYS, ("plant_id", "line_id"))
    assert lines.rows() == [("P1", "L2", "hourly_total", 3, 3, 3, LAST_DAY)]
    layouts = trend.repeated(reader, COMPANY, DAYS, ("layout_id",))
    assert layouts["layout_id"].to_list() == ["monthly-book"]
    assert trend.repeated(reader, Scope.parse("P1/A1"), DAYS, ("plant_id", "line_id")).is_empty()


def test_no_figure_can_be_asked_for_a_person(reader: Reader) -> None:
    people = {"leader", "employee_id", "actor"}
    assert not people & set(TABLES["mart_discrepancy"].columns())
    for name in people:
        with pytest.raises(ValueError, match="cannot group by"):
            trend.differences(reader, COMPANY, DAYS, (name,))
        with pytest.raises(ValueError, match="cannot group by"):
            trend.repeated(reader, COMPANY, DAYS, (name,))


@pytest.mark.parametrize("by", ["rule", "cause", "line", "layout"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_each_grouping(at_site: SmallSite, language: str, by: str) -> None:
    assert at_site.home.is_dir()
    text = shown(run("trend", lang=language, by=by, step="week", **{"from": "2026-03-10", "to": "2026-03-12"}))
    assert ("15 of 17 reports" if language == "en" else "17 份报表中 15 份") in text
    assert "monthly-book" in text
    total = CROSSCHECKS["hourly_total"].name[language]
    assert {"rule": total, "cause": "status=%2A", "line": "L2", "layout": "shift-sheet"}[by] in text


def test_the_address_keeps_what_was_turned(at_site: SmallSite) -> None:
    assert at_site.home.is_dir()
    test = run("trend", lang="en")
    test.selectbox(key="control.by").set_value("layout").run()
    assert test.query_params["by"] == "layout"
    assert not test.exception


def test_nonsense_in_the_address_shows_the_first_grouping(at_site: SmallSite) -> None:
    assert at_site.home.is_dir()
    assert run("trend", lang="en", by="leader", step="'; drop").selectbox(key="control.by").value == "rule"
