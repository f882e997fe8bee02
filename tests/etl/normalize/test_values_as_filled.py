"""More ways in which people write numbers, times and durations: written in a style, read back equal, or refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.units import UNIT_WORDS
from etl.normalize import values
from tests.etl.normalize.test_values import cells

COUNTS = st.integers(0, 10**7)


@given(COUNTS, st.sampled_from([("{}-", -1), ("({})", -1), ("( {} )", -1), ("- {}", -1), ("+{}", 1), (" {}　", 1)]))
def test_signs_of_either_kind_read_back(count: int, style: tuple[str, int]) -> None:
    written, sign = style
    assert values.numbers(cells(written.format(count)), ".").select("value", "bad").row(0) == (sign * count, None)


@given(st.integers(1000, 10**9), st.sampled_from(" '’\u00a0\u202f"), st.sampled_from(".,"))
def test_thousands_may_be_set_apart_by_blanks_and_apostrophes(count: int, mark: str, decimal: str) -> None:
    read = values.numbers(cells(f"{count:,}".replace(",", mark)), decimal)
    assert read.select("value", "bad").row(0) == (count, None)
    assert "thousands" in read["repair"][0]


@given(st.integers(10, 99), st.integers(0, 99))
def test_digits_with_a_blank_that_parts_no_thousands_are_refused(first: int, second: int) -> None:
    assert values.numbers(cells(f"{first} {second}"), ".")["bad"].to_list() == ["cell_not_number"]


@given(COUNTS, st.sampled_from(sorted(UNIT_WORDS)), st.sampled_from(["", " "]))
def test_a_known_unit_behind_a_number_is_told(count: int, word: str, between: str) -> None:
    read = values.numbers(cells(f"{count}{between}{word.upper()}"), ".", units=UNIT_WORDS)
    assert read.select("value", "stated", "bad").row(0) == (count, UNIT_WORDS[word], None)


@pytest.mark.parametrize("word", ["lbs", "打", "kgs", "x"])
def test_an_unknown_unit_is_refused_as_such(word: str) -> None:
    assert values.numbers(cells(f"12 {word}"), ".", units=UNIT_WORDS)["bad"].to_list() == ["cell_unknown_unit"]
    assert values.numbers(cells(f"12 {word}"), ".")["bad"].to_list() == ["cell_not_number"]


@given(COUNTS, st.sampled_from(["{}%", "% {}", "{} €", "€{}", "-€{}", "€-{}"]))
def test_signs_beside_a_number_are_read_only_where_the_column_allows_them(count: int, style: str) -> None:
    text = style.format(count)
    sign = -1 if "-" in style else 1
    assert values.numbers(cells(text), ".", signs=["%", "€"])["value"].to_list() == [sign * count]
    assert values.numbers(cells(text), ".")["bad"].to_list() == ["cell_not_number"]


@given(
    st.integers(0, 99),
    st.integers(0, 59),
    st.sampled_from(["{}h{}", "{} h {} min", "{}小时{}分", "{}时{}分钟", "{}H{}m"]),
)
def test_durations_in_words_read_back(hours: int, rest: int, style: str) -> None:
    read = values.minutes(cells(style.format(hours, rest)), ".")
    assert read.select("value", "bad", "repair").row(0) == (hours * 60 + rest, None, "duration")


@pytest.mark.parametrize(("text", "value"), [("80'", 80), ("1.5h", 90), ("1,5 h", 90), ("45分", 45), ("2小时", 120)])
def test_a_duration_may_name_one_unit(text: str, value: float) -> None:
    assert values.minutes(cells(text), ".")["value"].to_list() == [value]


@pytest.mark.parametrize("text", ["1.5h20", "1h75", "h", "1d", "20'30"])
def test_a_duration_that_cannot_be_is_refused(text: str) -> None:
    assert values.minutes(cells(text), ".")["bad"].to_list() == ["cell_not_number"]


def clock(text: str, **how: str) -> float | None:
    frame = values.clocks(cells(text), whole_hours=False, **how)  # type: ignore[arg-type]
    value: float | None = frame["value"][0]
    return value


@given(st.times().map(lambda t: t.replace(second=0, microsecond=0)))
def test_clock_times_with_chinese_halves_of_the_day_read_back(time: dt.time) -> None:
    half = "下午" if time.hour >= 12 else "上午"
    assert clock(f"{half}{time.hour % 12 or 12}:{time.minute:02}") == time.hour * 60 + time.minute


@given(st.integers(0, 23), st.integers(0, 59))
def test_typed_times_are_what_the_layout_says_and_refused_without_its_word(hour: int, minute: int) -> None:
    text = f"{hour}.{minute:02}"
    assert clock(text, clock=".") == hour * 60 + minute
    assert clock(text) is None
    assert clock(text, clock="decimal") == pytest.approx(hour * 60 + minute * 0.6, abs=0.01)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("8点半", 510), ("凌晨12:10", 10), ("中午12点", 720), ("PM 2:30", 870), ("晚上12点", None), ("下午14:00", None)],
)
def test_halves_of_the_day_in_words(text: str, wanted: float | None) -> None:
    assert clock(text) == wanted


def test_own_formats_of_times_and_a_range_where_an_end_belongs() -> None:
    assert values.clocks(cells("6h30"), whole_hours=False, formats=["%Hh%M"])["value"].to_list() == [390]
    assert values.clocks(cells("06:00-07:00"), whole_hours=False, ranges=False)["bad"].to_list() == ["cell_not_time"]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2150, 12, 31)), st.sampled_from("/.-"))
def test_day_and_month_in_either_order_are_read_only_when_the_order_is_certain(day: dt.date, mark: str) -> None:
    for written in ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y"):
        read = values.days(cells(day.strftime(written.format(mark))), [])
        if day.day > 12 or day.day == day.month:
            assert read.select("value", "repair").row(0) == (day, "day_order")
        else:
            assert read["bad"].to_list() == ["cell_not_date"]


@pytest.mark.parametrize("text", ["2026年1月5日 星期一", "2026-01-05 (Mon)", "2026-01-05 周一"])
def test_a_weekday_behind_a_date_does_not_count(text: str) -> None:
    assert values.days(cells(text), [])["value"].to_list() == [dt.date(2026, 1, 5)]
