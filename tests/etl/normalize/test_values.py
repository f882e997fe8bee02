"""Numbers, minutes, days and clock times as people write them; what is ambiguous is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.normalize import values


def cells(*texts: str, kind: int = values.TEXT, numbers: list[float] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"kind": [kind] * len(texts), "text": list(texts), "number": numbers or [None] * len(texts)},
        schema={"kind": pl.UInt8, "text": pl.String, "number": pl.Float64},
    )


def read_number(text: str, decimal: str = ".") -> tuple[float | None, str | None, str | None]:
    row: tuple[Any, ...] = values.numbers(cells(text), decimal).select("value", "bad", "repair").row(0)
    return row


def grouped(digits: str, mark: str) -> str:
    return f"{int(digits):,}".replace(",", mark)


QUANTITIES = st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False)


@given(QUANTITIES, st.sampled_from(".,"))
def test_any_quantity_reads_back_with_either_decimal_mark(quantity: Decimal, decimal: str) -> None:
    assert read_number(f"{quantity:f}".replace(".", decimal), decimal)[:2] == (float(quantity), None)


@given(st.integers(1000, 10**12), st.sampled_from([".,", ",."]))
def test_thousands_separators_read_back_and_are_told(quantity: int, marks: str) -> None:
    decimal, thousands = marks[0], marks[1]
    assert read_number(grouped(str(quantity), thousands), decimal) == (float(quantity), None, "thousands")


@given(st.integers(0, 10**9))
def test_full_width_digits_read_back_and_are_told(quantity: int) -> None:
    wide = str(quantity).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert read_number(wide) == (float(quantity), None, "full_width")


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=5))
def test_a_sum_is_added_up_and_told(parts: list[int]) -> None:
    assert read_number(" + ".join(map(str, parts))) == (float(sum(parts)), None, "sum")


def test_a_sum_of_decimals_is_added_up_too() -> None:
    assert read_number("1.5+2.25") == (3.75, None, "sum")


@pytest.mark.parametrize(("text", "value"), [("1O", 10), ("2o5", 205), ("O5", 5), ("O", 0), ("o", 0)])
def test_the_letter_o_among_digits_is_a_zero_and_told(text: str, value: float) -> None:
    assert read_number(text) == (value, None, "letter_o")


@pytest.mark.parametrize("word", ["/", "-", "--", "—", "无", "None", "N/A", " na ", "／"])
def test_words_for_none_are_no_quantity_and_no_fault(word: str) -> None:
    value, bad, repair = read_number(word)
    assert (value, bad) == (None, None)
    assert "none" in str(repair)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("12.5", ","),  # a decimal comma was announced: is this 12.5 or 125?
        ("12,5", "."),
        ("1,23,456", "."),
        ("1.2.3", "."),
        ("1e5", "."),  # a number, or a code?
        ("1e5", ","),
        ("12 pcs", "."),
        ("about 12", "."),
        ("12+", "."),
        ("inf", "."),
        ("nan", "."),
        ("0x10", "."),
        ("1_000", "."),
    ],
)
def test_what_may_mean_two_things_or_nothing_is_refused(text: str, decimal: str) -> None:
    assert read_number(text, decimal)[:2] == (None, "cell_not_number")


WRITTEN = st.one_of(
    st.from_regex(r"\A[+-]?\d{1,6}([.,]\d{0,3}){0,2}\Z"),
    st.from_regex(r"\A ?[0-9Oo+\-. ,eE_]{1,8} ?\Z"),
    st.sampled_from(["/", "inf", "-inf", "nan", "NaN", "1e5", "1E-3", "TRUE", "0b1", "１２", "٣", ""]),
)


@given(WRITTEN, st.sampled_from(".,"))
def test_the_quick_way_and_the_slow_way_agree(text: str, decimal: str) -> None:
    frame = cells(text)
    quick = values.numbers(frame, decimal).select("value", "bad").row(0)
    slow = values.numbers_as_written(frame, decimal).select("value", "bad").row(0)
    assert quick == slow


def test_a_batch_keeps_the_order_of_its_cells_whichever_way_they_go() -> None:
    read = values.numbers(cells("1", "２", "x", "3", "4+5"), ".")
    assert read["text"].to_list() == ["1", "２", "x", "3", "4+5"]
    assert read["value"].to_list() == [1, 2, None, 3, 9]


def test_cells_of_other_kinds_say_what_is_wrong_with_them() -> None:
    for kind, bad in ((values.ERROR, "cell_error"), (values.FORMULA, "cell_formula"), (values.DATE, "cell_not_number")):
        frame = cells("x", kind=kind)
        assert values.numbers(frame, ".")["bad"].to_list() == [bad]
    for kind, bad in ((values.ERROR, "cell_error"), (values.FORMULA, "cell_formula")):
        frame = cells("x", kind=kind)
        assert values.minutes(frame, ".")["bad"].to_list() == [bad]
        assert values.days(frame, [])["bad"].to_list() == [bad]
        assert values.clocks(frame, whole_hours=True)["bad"].to_list() == [bad]
        assert values.texts(frame).select("value", "bad").row(0) == (None, bad)


@pytest.mark.parametrize(
    ("text", "value", "bad"),
    [
        ("15", 15, None),
        ("1:30", 90, None),
        ("0:01:30", 1.5, None),
        ("１：３０", 90, None),
        ("7.5", 7.5, None),
        ("/", None, None),
        ("1:75", None, "cell_not_number"),
        ("15 min", 15, None),
        ("15 pcs", None, "cell_not_number"),
    ],
)
def test_minutes_are_numbers_or_hours_and_minutes(text: str, value: float | None, bad: str | None) -> None:
    assert values.minutes(cells(text), ".").select("value", "bad").row(0) == (value, bad)


def test_a_time_of_day_in_a_column_of_minutes_is_a_duration() -> None:
    assert values.minutes(cells("00:20:00", kind=values.TIME, numbers=[20 / 1440]), ".")["value"].to_list() == [20]


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


@given(DAYS, st.sampled_from([*values.DATE_FORMATS, "%Y-%m-%d %H:%M:%S", "%Y/%m/%dT06:30"]), st.booleans())
def test_every_accepted_format_reads_back_with_and_without_leading_zeros(
    day: dt.date, written: str, is_short: bool
) -> None:
    text = day.strftime(written)
    if is_short and written != "%Y%m%d":
        text = text.replace("-0", "-").replace("/0", "/").replace(".0", ".").replace("年0", "年").replace("月0", "月")
    assert values.days(cells(text), [])["value"].to_list() == [day]


@given(DAYS)
def test_a_serial_is_a_day_and_told(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    read = values.days(cells(str(serial), kind=values.NUMBER, numbers=[float(serial)]), [])
    assert read.select("value", "repair").row(0) == (day, "serial")


@pytest.mark.parametrize(
    "text",
    ["3/4", "03/04/2026", "4.3.26", "26-01-05", "2026-02-30", "2026-13-01", "2026011", "20260", "Monday", "45992"],
)
def test_a_date_without_a_year_or_with_an_unclear_order_is_refused(text: str) -> None:
    assert values.days(cells(text), []).select("value", "bad").row(0) == (None, "cell_not_date")


@pytest.mark.parametrize(
    ("text", "written"),
    [("05.01.2026", "%d.%m.%Y"), ("1/5/2026", "%m/%d/%Y"), ("05.01.26", "%d.%m.%y"), ("2026-01-05", "%d.%m.%Y")],
)
def test_a_layout_may_name_the_order_of_its_dates(text: str, written: str) -> None:
    assert values.days(cells(text), [written])["value"].to_list() == [dt.date(2026, 1, 5)]


def test_a_named_format_asks_for_every_digit() -> None:
    assert values.days(cells("5.1.0026", "0512026"), ["%d.%m.%Y", "%d%m%Y"])["value"].to_list() == [None, None]


def read_clock(text: str) -> tuple[float | None, str | None]:
    row: tuple[Any, ...] = values.clocks(cells(text), whole_hours=True).select("value", "bad").row(0)
    return row


@given(st.times(), st.sampled_from(["%H:%M", "%H:%M:%S", "%H：%M", "%H点%M", "%H时%M分", "%I:%M %p", "%H:%M-23:59"]))
def test_a_clock_time_reads_back_in_every_way_of_writing_it(moment: dt.time, written: str) -> None:
    seconds = moment.second if "%S" in written else 0
    value, bad = read_clock(moment.strftime(written))
    assert bad is None
    assert value == pytest.approx(moment.hour * 60 + moment.minute + seconds / 60)


@pytest.mark.parametrize(
    ("text", "minutes"), [("24:00", 1440), ("12:00 AM", 0), ("12:30 p.m.", 750), ("8时", 480), ("25:05", 1505)]
)
def test_midnight_noon_and_hours_of_the_next_day(text: str, minutes: float) -> None:
    assert read_clock(text) == (minutes, None)


@pytest.mark.parametrize("text", ["11.30", "48:00", "12:60", "13:00 PM", "0:30 AM", "8", "noon", "6-7", "12:00:99"])
def test_a_time_that_cannot_be_or_may_be_something_else_is_refused(text: str) -> None:
    assert read_clock(text) == (None, "cell_not_time")


def test_a_time_cell_a_serial_and_a_bare_hour_are_times_of_day() -> None:
    assert values.clocks(cells("06:30:00", kind=values.TIME, numbers=[6.5 / 24]), whole_hours=False)[
        "value"
    ].to_list() == [390]
    fraction = cells("0.5", kind=values.NUMBER, numbers=[0.5])
    assert values.clocks(fraction, whole_hours=False).select("value", "repair").row(0) == (720, "serial")
    hour = cells("8", kind=values.NUMBER, numbers=[8.0])
    assert values.clocks(hour, whole_hours=True).select("value", "repair").row(0) == (480, "hour")
    assert values.clocks(hour, whole_hours=False)["bad"].to_list() == ["cell_not_time"]


def test_a_full_date_and_time_is_a_moment_and_no_time_of_day() -> None:
    read = values.clocks(cells("2026-01-05 06:30", "2026/1/5T06:30:15"), whole_hours=False)
    assert read["moment"].to_list() == [dt.datetime(2026, 1, 5, 6, 30), dt.datetime(2026, 1, 5, 6, 30, 15)]  # noqa: DTZ001
    assert read["value"].to_list() == [None, None]


@given(st.text(max_size=12))
def test_no_text_whatever_breaks_a_reader_or_is_lost_without_a_word(text: str) -> None:
    frame = cells(text)
    for read in (
        values.numbers(frame, "."),
        values.numbers(frame, ","),
        values.minutes(frame, "."),
        values.days(frame, []),
        values.clocks(frame, whole_hours=True),
    ):
        none = values.clean().str.replace_all(r"\s", "").str.to_lowercase().is_in(values.NONE_WORDS)
        told = read.filter(pl.col("value").is_null() & pl.col("bad").is_null() & ~none)
        assert told.select(c for c in told.columns if c == "moment").drop_nulls().height == told.height
