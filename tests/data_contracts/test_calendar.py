"""Shift windows come from instants: nights belong to their start day, clocks may change, calendars have exceptions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.calendar import shift_windows, to_utc
from data_contracts.tables import TABLES

MONDAY = date(2026, 3, 2)
EVERY_DAY = "1234567"


def master(
    shifts: list[dict[str, object]],
    exceptions: list[dict[str, object]] | None = None,
    lines: list[dict[str, object]] | None = None,
) -> dict[str, pl.DataFrame]:
    one_line: list[dict[str, object]] = [{"plant_id": "P1", "line_id": "L1"}]
    defaults: dict[str, dict[str, object]] = {
        "line": {"area_id": "A1", "calendar_id": "cal"},
        "shift": {"calendar_id": "cal", "weekdays": EVERY_DAY, "break_min": 30.0},
        "calendar_exception": {"calendar_id": "cal"},
    }
    rows = {"line": lines or one_line, "shift": shifts, "calendar_exception": exceptions or []}
    return {
        name: TABLES[name].conform(pl.DataFrame([{**defaults[name], **row} for row in given]))
        for name, given in rows.items()
    }


def shift(shift_id: str, start: str, end: str, **more: object) -> dict[str, object]:
    return {"shift_id": shift_id, "start": start, "end": end, **more}


def told(frame: pl.DataFrame) -> list[tuple[str, str, str, float]]:
    """Shift, start and end in UTC, minutes."""
    return [
        (r["shift_id"], f"{r['start_at']:%m-%d %H:%M}", f"{r['end_at']:%m-%d %H:%M}", r["shift_min"])
        for r in frame.iter_rows(named=True)
    ]


NIGHT = [shift("night", "22:00", "06:00")]
THREE = [shift("early", "06:00", "14:00"), shift("late", "14:00", "22:00"), shift("night", "22:00", "06:00")]


def test_a_night_shift_belongs_to_the_day_on_which_it_starts() -> None:
    windows = shift_windows(master(NIGHT), {"P1": "UTC"}, MONDAY, MONDAY)
    assert windows["production_date"].to_list() == [MONDAY]
    assert told(windows) == [("night", "03-02 22:00", "03-03 06:00", 480)]


def test_the_zone_decides_which_instants_a_local_shift_means() -> None:
    windows = shift_windows(master(NIGHT), {"P1": "Asia/Shanghai"}, MONDAY, MONDAY)
    assert told(windows) == [("night", "03-02 14:00", "03-02 22:00", 480)]


def test_two_shifts_of_twelve_hours_fill_a_day() -> None:
    two = [shift("day", "07:00", "19:00"), shift("night", "19:00", "07:00")]
    windows = shift_windows(master(two), {"P1": "UTC"}, MONDAY, MONDAY)
    assert told(windows) == [("day", "03-02 07:00", "03-02 19:00", 720), ("night", "03-02 19:00", "03-03 07:00", 720)]


def test_a_shift_may_end_at_24_00_and_one_may_last_the_whole_day() -> None:
    until_midnight = shift_windows(master([shift("late", "16:00", "24:00")]), {"P1": "UTC"}, MONDAY, MONDAY)
    assert told(until_midnight) == [("late", "03-02 16:00", "03-03 00:00", 480)]
    whole_day = shift_windows(master([shift("day", "06:00", "06:00")]), {"P1": "UTC"}, MONDAY, MONDAY)
    assert told(whole_day) == [("day", "03-02 06:00", "03-03 06:00", 1440)]


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 420),
        ("Europe/Berlin", date(2026, 3, 29), 480),
        ("Europe/Berlin", date(2026, 10, 24), 540),
        ("America/New_York", date(2026, 3, 7), 420),
        ("America/New_York", date(2026, 10, 31), 540),
        ("Asia/Shanghai", date(2026, 3, 28), 480),
        ("Australia/Lord_Howe", date(2026, 4, 4), 510),
    ],
)
def test_a_night_in_which_the_clocks_change_is_shorter_or_longer(zone: str, day: date, minutes: float) -> None:
    windows = shift_windows(master(NIGHT), {"P1": zone}, day, day)
    assert windows["shift_min"].to_list() == [minutes]


def test_a_zone_of_half_an_hour_shifts_the_windows_by_half_an_hour() -> None:
    windows = shift_windows(master([shift("early", "06:00", "14:00")]), {"P1": "Asia/Kolkata"}, MONDAY, MONDAY)
    assert told(windows) == [("early", "03-02 00:30", "03-02 08:30", 480)]


def test_two_plants_in_different_zones_keep_their_own_clocks() -> None:
    lines: list[dict[str, object]] = [{"plant_id": "P1", "line_id": "L1"}, {"plant_id": "P2", "line_id": "L1"}]
    zones = {"P1": "Asia/Shanghai", "P2": "America/New_York"}
    windows = shift_windows(master([shift("early", "06:00", "14:00")], lines=lines), zones, MONDAY, MONDAY)
    starts = dict(windows.select("plant_id", "start_at").iter_rows())
    assert starts == {"P1": datetime(2026, 3, 1, 22), "P2": datetime(2026, 3, 2, 11)}  # noqa: DTZ001 - UTC as stored


def test_weekdays_say_on_which_days_a_shift_starts() -> None:
    weekdays = [shift("early", "06:00", "14:00", weekdays="135")]
    windows = shift_windows(master(weekdays), {"P1": "UTC"}, MONDAY, MONDAY + timedelta(days=6))
    assert [d.isoweekday() for d in windows["production_date"]] == [1, 3, 5]


def test_a_shift_and_a_line_count_only_while_they_are_valid() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    versions = [
        shift("early", "06:00", "14:00", valid_to=tuesday),
        shift("early", "05:00", "13:00", valid_from=wednesday),
    ]
    lines: list[dict[str, object]] = [{"plant_id": "P1", "line_id": "L1", "valid_from": tuesday, "valid_to": wednesday}]
    windows = shift_windows(master(versions, lines=lines), {"P1": "UTC"}, MONDAY, MONDAY + timedelta(days=6))
    assert [t[1] for t in told(windows)] == ["03-03 06:00", "03-04 05:00"]


def exception(is_working: bool, shift_id: str | None = None, **more: object) -> dict[str, object]:
    return {"production_date": MONDAY, "is_working": is_working, "shift_id": shift_id, **more}


@pytest.mark.parametrize(
    ("exceptions", "starts"),
    [
        ([exception(False)], []),
        ([exception(False, "late")], ["06:00", "22:00"]),
        ([exception(True, "late", start="15:00", end="21:00")], ["06:00", "15:00", "22:00"]),
        ([exception(False), exception(True, "early")], ["06:00"]),
        ([exception(True), exception(False, "night")], ["06:00", "14:00"]),
        ([exception(True), exception(True, "early", start="08:00", end="12:00")], ["08:00", "14:00", "22:00"]),
    ],
)
def test_what_an_exception_says_of_a_shift_counts_more_than_what_it_says_of_the_day(
    exceptions: list[dict[str, object]], starts: list[str]
) -> None:
    windows = shift_windows(master(THREE, exceptions), {"P1": "UTC"}, MONDAY, MONDAY)
    assert [f"{at:%H:%M}" for at in windows["start_at"]] == starts


def test_an_extra_day_works_with_the_times_that_are_in_force_on_that_day() -> None:
    versions = [
        shift("early", "06:00", "14:00", weekdays="2345", valid_to=date(2026, 6, 30)),
        shift("early", "07:00", "15:00", weekdays="2345", valid_from=date(2026, 7, 1)),
    ]
    windows = shift_windows(master(versions, [exception(True)]), {"P1": "UTC"}, MONDAY, MONDAY)
    assert told(windows) == [("early", "03-02 06:00", "03-02 14:00", 480)]


def test_a_holiday_that_is_worked_has_the_times_of_its_weekday() -> None:
    friday = date(2026, 3, 6)
    versions = [shift("early", "06:00", "14:00", weekdays="1234"), shift("early", "06:00", "12:00", weekdays="5")]
    worked = [exception(True) | {"production_date": friday}]
    windows = shift_windows(master(versions, worked), {"P1": "UTC"}, MONDAY, friday)
    assert windows["shift_min"].to_list() == [480, 480, 480, 480, 360]


def test_an_exception_changes_the_length_but_keeps_the_break() -> None:
    short = [exception(True, "night", start="22:00", end="02:00")]
    windows = shift_windows(master(NIGHT, short), {"P1": "UTC"}, MONDAY, MONDAY)
    assert windows.select("shift_min", "break_min").row(0) == (240.0, 30.0)


def test_exceptions_of_another_calendar_or_day_change_nothing() -> None:
    other = [exception(False) | {"calendar_id": "other"}, exception(False) | {"production_date": date(2026, 4, 1)}]
    assert shift_windows(master(THREE, other), {"P1": "UTC"}, MONDAY, MONDAY).height == 3


def test_an_hour_that_exists_twice_means_the_first_and_one_that_does_not_exist_the_next() -> None:
    local = pl.DataFrame({"at": [datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30)]})  # noqa: DTZ001
    utc = local.select(to_utc(pl.col("at"), "Europe/Berlin")).to_series().to_list()
    assert utc == [datetime(2026, 10, 25, 0, 30), datetime(2026, 3, 29, 1, 30)]  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(sorted(z for z in available_timezones() if "/" in z)),
    year=st.integers(2015, 2030),
    first=st.integers(0, 7 * 60 + 59),
    lengths=st.tuples(st.integers(240, 600), st.integers(240, 600)),
)
def test_shifts_without_gaps_never_overlap_nor_leave_a_gap_in_any_zone(
    zone: str, year: int, first: int, lengths: tuple[int, int]
) -> None:
    starts = [first, first + lengths[0], first + sum(lengths)]
    clocks = [f"{s % 1440 // 60:02}:{s % 60:02}" for s in starts]
    shifts = [
        shift(name, clocks[i], clocks[(i + 1) % 3])
        for i, name in enumerate(("one", "two", "three"))
        if starts[i] < 1440
    ]
    if len(shifts) < 3:
        shifts[-1]["end"] = clocks[0]
    windows = shift_windows(master(shifts), {"P1": zone}, date(year, 1, 1), date(year, 12, 31))
    assert windows.null_count().sum_horizontal().item() == 0
    assert windows["shift_min"].min() > 0  # type: ignore[operator]
    assert windows["end_at"][:-1].to_list() == windows["start_at"][1:].to_list()
