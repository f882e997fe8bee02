"""The hour board: hours add up, what has not come is no loss, stops lie in their hours, a number opens its cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl
import pytest

from dashboards.figures.hours import board, running_gap, stops_by_hour, takt
from dashboards.filters import Filters
from dashboards.queries import hours
from dashboards.queries._reading import Reader
from dashboards.words import Words
from data_contracts.scope import Scope
from etl.desk import current_version
from tests.dashboards.small_site import LAST_DAY, SmallSite
from tests.dashboards.test_pages import run, shown

SIX, SEVEN, EIGHT = (datetime(2026, 3, 12, hour) for hour in (6, 7, 8))  # noqa: DTZ001 - UTC by contract
HOURS = pl.DataFrame(
    {"hour_start": [EIGHT, SIX, SEVEN], "planned_qty": [100.0, 100.0, 100.0], "good_qty": [95.0, 80.0, None]},
    schema_overrides={"hour_start": pl.Datetime("us")},
)


def stop(source: str, start: datetime, end: datetime, code: str) -> dict[str, object]:
    return {"shift_id": "day", "source": source, "start_at": start, "end_at": end, "reason_code": code}


@pytest.fixture
def reader(at_site: SmallSite) -> Iterator[Reader]:
    with Reader(current_version(at_site.home)) as opened:
        yield opened


def test_an_hour_without_output_is_neither_made_nor_missed() -> None:
    rows = board(HOURS)
    assert rows["hour_start"].to_list() == [SIX, SEVEN, EIGHT]
    assert rows["gap_qty"].to_list() == [-20, None, -5]
    assert rows["gap_sum"].to_list() == [-20, None, -25]
    assert rows["plan_sum"].to_list() == [100, None, 200]
    assert rows["is_low"].to_list() == [True, False, False]


def test_a_stop_over_two_hours_is_cut_at_the_hour_and_the_mes_counts() -> None:
    at = datetime(2026, 3, 12, 6, 50)  # noqa: DTZ001
    until = datetime(2026, 3, 12, 7, 20)  # noqa: DTZ001
    stops = pl.DataFrame([stop("report", SIX, SEVEN, "D02"), stop("mes", at, until, "D01")])
    assert stops_by_hour(stops, HOURS).rows() == [(SIX, 10.0, ["D01"]), (SEVEN, 20.0, ["D01"])]
    only_report = stops.filter(pl.col("source") == "report")
    assert stops_by_hour(only_report, HOURS).rows() == [(SIX, 60.0, ["D02"])]


def test_charts_keep_the_order_of_the_day_and_leave_gaps() -> None:
    rows = board(HOURS).with_columns(hour=pl.Series(["22:00", "23:00", "00:00"]), capacity_qty=pl.lit(110.0))
    drawn = takt(rows, Words("en")).to_dict()
    assert {tuple(layer["encoding"]["x"]["sort"]) for layer in drawn["layer"]} == {("22:00", "23:00", "00:00")}
    values = running_gap(rows, Words("en")).to_dict()["datasets"].values()
    assert [row["gap_sum"] for rows in values for row in rows if "gap_sum" in row] == [-20, None, -25]


def test_hours_of_several_orders_are_one(reader: Reader) -> None:
    day = Filters(plant="P1", line="L1", shift="day", first=LAST_DAY, last=LAST_DAY)
    rows = hours.by_hour(reader, Scope.company(), day)
    assert rows.height == 12
    assert rows["planned_qty"].sum() == 1200
    assert hours.remarks(reader, Scope.company(), day)["note"].to_list() == ["counted twice?"]
    assert hours.by_hour(reader, Scope.parse("P2"), day).is_empty()


@pytest.mark.parametrize(("language", "so_far"), [("en", "Good so far"), ("zh", "累计良品")])
def test_the_board_shows_one_line_hour_by_hour(at_site: SmallSite, language: str, so_far: str) -> None:
    assert at_site.home.is_dir()
    text = shown(run("hours", lang=language, plant="P1", line="L1", **{"from": "2026-03-01", "to": "2026-03-12"}))
    assert so_far in text
    assert "counted twice?" in text
    assert "早班~C9" in text.replace("%7E", "~").replace("%E6%97%A9%E7%8F%AD", "早班")


def test_without_a_line_every_line_has_a_row_that_opens_it(at_site: SmallSite) -> None:
    assert at_site.home.is_dir()
    text = shown(run("hours", lang="en"))
    assert "sl-heat" in text
    assert "plant=P2&amp;line=L9" in text
