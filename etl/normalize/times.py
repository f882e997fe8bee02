"""Days, times of day and durations as people write them. What may mean two things is refused, not guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from etl.normalize.numbers import numbers
from etl.normalize.reading import DATE, DATETIME, DURATION, NUMBER, TEXT, TIME, clean, repairs, the_rest, unreadable

_ISO = "%Y-%m-%d"
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_MOMENTS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_WEEKDAY = r"\s*\(?(?:(?:星期|周|礼拜)[一二三四五六日天]|(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?)\)?$"
_DURATION = (
    r"(?i)^(?:(\d+(?:[.,]\d+)?) ?(h|hr|hrs|hours?|小时|时) ?)?"
    r"(?:(\d+(?:[.,]\d+)?) ?(m|min|mins|minutes?|分|分钟|'|′)?)?$"
)


def minutes(frame: pl.DataFrame, decimal: str, *, units: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Adds ``value`` in minutes: a number is minutes, a time of day, ``h:mm`` and ``1h20`` are durations.

    With ``units``, ``stated`` says the unit when the cell itself does; a number may then be hours as well.
    """
    read = numbers(frame, decimal)
    if units is not None:
        read = read.with_columns(stated=pl.lit(None, pl.String))
    return the_rest(read, pl.col("bad").is_not_null(), lambda cells: _durations(cells, told=units is not None))


def _durations(cells: pl.DataFrame, *, told: bool) -> pl.DataFrame:
    """What is no plain number: times of day, ``h:mm``, ``1h20``."""
    parts = clean().str.extract_groups(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$")
    hour, minute, second = (parts.struct.field(str(i)).cast(pl.Float64, strict=False) for i in (1, 2, 3))
    clock = hour * 60 + minute + second.fill_null(0) / 60
    said = _said_minutes()
    timed = pl.col("kind").is_in([TIME, DURATION])
    is_text = pl.col("kind") == TEXT
    value = pl.when(timed).then((pl.col("number") * 86400).round() / 60).when(is_text).then(pl.coalesce(clock, said))
    done = cells.with_columns(
        value=value,
        bad=pl.when(value.is_null()).then(unreadable("cell_not_number")),
        repair=pl.when(is_text & said.is_not_null()).then(pl.lit("duration")),
    )
    return done.with_columns(stated=pl.when(value.is_not_null()).then(pl.lit("min"))) if told else done


def _said_minutes() -> pl.Expr:
    """``1h20``, ``1小时20分``, ``80'``; hours may have decimals when no minutes follow."""
    parts = clean().str.extract_groups(_DURATION)
    hours, hour_word, rest, minute_word = (parts.struct.field(str(i)) for i in (1, 2, 3, 4))
    h, m = (text.str.replace(",", ".").cast(pl.Float64, strict=False) for text in (hours, rest))
    whole = h.is_null() | m.is_null() | ((h == h.floor()) & (m < 60))  # minutes of an hour
    said = (hour_word.is_not_null() | minute_word.is_not_null()) & whole
    return pl.when(said).then(h.fill_null(0) * 60 + m.fill_null(0))


def days(frame: pl.DataFrame, formats: Sequence[str]) -> pl.DataFrame:
    """Adds ``value`` (Date). A date without a year or with an unclear order of day and month is refused.

    The order is clear when the layout names it, or when it can only be one: ``13/4/2026``, ``4/13/2026``, ``4/4/2026``.
    """
    written = clean().str.replace(r"[T ]\d{1,2}:\d{2}.*$", "").str.replace(_WEEKDAY, "")
    text, parsed, certain = pl.col("_text"), pl.col("_parsed"), pl.col("_certain")
    # In steps: an expression that stands in several places is worked out in each of them.
    steps = frame.with_columns(_text=written).with_columns(
        _parsed=pl.coalesce(_day(text, f) for f in (*(formats or DATE_FORMATS), _ISO)),
        _certain=pl.lit(None, pl.Date) if formats else _certain_day(text),
    )
    serial = pl.lit("1899-12-30").str.to_date() + pl.duration(days=pl.col("number").floor())
    is_serial = (pl.col("kind") == NUMBER) & pl.col("number").is_between(20000, 80000)
    is_date = pl.col("kind").is_in([DATE, DATETIME]) & (pl.col("number") > 366)
    value = (
        pl.when(pl.col("kind") == TEXT)
        .then(pl.coalesce(parsed, certain))
        .when(is_date | (is_serial & ~parsed.is_not_null()))
        .then(serial)
        .when(pl.col("kind") == NUMBER)
        .then(parsed)
    )
    read = steps.with_columns(
        value=value,
        repair=repairs(
            serial=is_serial & parsed.is_null(),
            day_order=(pl.col("kind") == TEXT) & parsed.is_null() & certain.is_not_null(),
        ),
    ).with_columns(bad=pl.when(pl.col("value").is_null()).then(unreadable("cell_not_date")))
    return read.select(*frame.columns, "value", "bad", "repair")


def _day(text: pl.Expr, written: str) -> pl.Expr:
    """A date in one format. The year has four digits unless the format says ``%y``.

    Where no separator stands between the parts, every digit must be there.
    """
    parsed = text.str.to_date(written, strict=False, exact=True)
    whole = parsed.dt.year().is_between(1900, 2199)
    if re.search("%[Yymd]%[Yymd]", written):
        whole &= parsed.dt.to_string(written) == text
    return pl.when(whole).then(parsed)


def _certain_day(text: pl.Expr) -> pl.Expr:
    """A date whose order of day and month is not said and can only be one."""
    parts = text.str.extract_groups(r"^(\d{1,2})[/.-](\d{1,2})[/.-]((?:19|2[01])\d{2})$")
    first, second, year = (parts.struct.field(str(i)).cast(pl.Int32, strict=False) for i in (1, 2, 3))
    month_first = (second > 12) | (first == second)
    month = pl.when((first > 12) & (second <= 12)).then(second).when(month_first).then(first)
    day = pl.when(month == second).then(first).otherwise(second)
    iso = pl.concat_str(
        [year.cast(pl.String), month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2)], separator="-"
    )
    return iso.str.to_date(_ISO, strict=False)


def clocks(
    frame: pl.DataFrame,
    *,
    whole_hours: bool,
    clock: str = ":",
    decimal: str = ".",
    formats: Sequence[str] = (),
    ranges: bool = True,
) -> pl.DataFrame:
    """Adds ``value``: minutes after midnight of the production day (Float64), or ``moment`` (Datetime, local).

    ``24:00`` and a spreadsheet's day 1 ("1900-01-01 01:05") lie on the next day. Of a range such as
    ``06:00-07:00`` the start is taken, unless ``ranges`` is false. ``2:30 PM`` and ``下午2:30`` are 14:30.
    ``whole_hours`` reads a bare 8 as 08:00. ``clock`` says how a number is meant: ``.`` (11.30) or ``decimal`` (11.5).
    """
    text, first = pl.col("_text"), pl.col("_first")
    written = clean()
    # In steps: an expression that stands in several places is worked out in each of them.
    steps = frame.with_columns(_text=written).with_columns(
        _first=text.str.replace(r"\s*[-~–—至到].*$", "") if ranges else text,
        _stamp=text.str.replace("T", " ").str.replace_all("/", "-"),
        _is_moment=text.str.contains(r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]"),
    )
    kind, number, is_moment, moment = pl.col("kind"), pl.col("number"), pl.col("_is_moment"), pl.col("_moment")
    is_number = kind == NUMBER
    typed: pl.Expr = pl.lit(None, pl.Float64)
    if clock == ":":
        bare = is_number & number.is_between(0, 24) & (number == number.floor()) & pl.lit(whole_hours)
        fraction = is_number & (number > 0) & (number < 1)
        from_number: pl.Expr = pl.when(bare).then(number * 60)
    else:
        bare, fraction = is_number, pl.lit(value=False) & is_number
        mark = r"\." if clock == "." else rf"[{'.' if decimal == '.' else ','}]"
        digits = r"\d{2}" if clock == "." else r"\d{1,4}"
        number_text = pl.when(first.str.contains(rf"^\d{{1,2}}(?:{mark}{digits})?$")).then(
            first.str.replace(",", ".").cast(pl.Float64, strict=False)
        )
        typed, from_number = _typed_hours(number_text, clock), _typed_hours(number, clock)
    named, named_moment = _in_formats(text, formats)
    steps = steps.with_columns(
        _moment=pl.coalesce(pl.col("_stamp").str.to_datetime(f, time_unit="us", strict=False) for f in _MOMENTS),
        _typed=typed,
        _clock=_clock(first),
        _named=named,
        _named_moment=named_moment,
    )
    early = moment.dt.year() < 1901
    text_moment = pl.when(~early).then(moment)
    text_early = pl.when(early).then((moment - pl.datetime(1899, 12, 31)).dt.total_seconds() / 60)
    serial_minutes = (number * 86400).round() / 60
    cell_moment = pl.datetime(1899, 12, 30) + pl.duration(seconds=(number * 86400).round().cast(pl.Int64, strict=False))
    small = kind.is_in([TIME, DURATION]) | ((kind == DATETIME) & (number < 3)) | fraction
    of_text = pl.when(is_moment).then(text_early).otherwise(pl.coalesce("_clock", "_typed"))
    value = (
        pl.when(small)
        .then(serial_minutes)
        .when(is_number)
        .then(from_number)
        .when(kind == TEXT)
        .then(pl.coalesce("_named", of_text))
    )
    instant = (
        pl.when((kind == DATETIME) & (number >= 366))
        .then(cell_moment)
        .when(kind == TEXT)
        .then(pl.coalesce("_named_moment", pl.when(is_moment).then(text_moment)))
    )
    read = steps.with_columns(
        value=value,
        moment=instant,
        repair=repairs(
            serial=fraction,
            hour=bare & pl.lit(clock == ":"),
            typed_time=pl.lit(clock != ":") & (is_number | ((kind == TEXT) & pl.col("_typed").is_not_null())),
        ),
    )
    nothing = pl.col("value").is_null() & pl.col("moment").is_null()
    read = read.with_columns(bad=pl.when(nothing).then(unreadable("cell_not_time")))
    return read.select(*frame.columns, "value", "moment", "bad", "repair")


def _clock(first: pl.Expr) -> pl.Expr:
    """Minutes of ``06:30``, ``6点30``, ``8点半``, ``2:30 PM``, ``下午2:30``."""
    before = r"(?i)^(上午|早上|凌晨|中午|下午|晚上|[ap]\.?m\.?)\s*"
    after = r"(?i)\s*([ap])\.?m\.?$"
    word = pl.coalesce(first.str.extract(before), first.str.extract(after)).str.to_lowercase()
    bare = first.str.replace(before, "").str.replace(after, "").str.replace("半$", "30分")
    parts = bare.str.extract_groups(r"^(\d{1,2})[:点时](?:(\d{2})(?::(\d{2})(?:\.\d+)?|分)?)?$")
    written, minute = (parts.struct.field(str(i)).cast(pl.Float64, strict=False) for i in (1, 2))
    late = word.is_in(["下午", "晚上"]) | word.str.starts_with("p") | ((word == "中午") & (written != 11))
    # 晚上12点 is midnight to one person and a slip to another.
    sure = (
        written.is_between(1, 12)
        & ~((word == "晚上") & (written == 12))
        & ~((word == "中午") & written.is_between(3, 10))
    )
    hour = pl.when(word.is_null()).then(written).when(sure).then(written % 12 + pl.when(late).then(12.0).otherwise(0.0))
    second = parts.struct.field("3").cast(pl.Float64, strict=False).fill_null(0)
    valid = hour.is_between(0, 47) & minute.fill_null(0).is_between(0, 59) & second.is_between(0, 59)
    return pl.when(valid).then(hour * 60 + minute.fill_null(0) + second / 60)


def _typed_hours(number: pl.Expr, clock: str) -> pl.Expr:
    """Minutes of 11.30 or of 11.5, up to 24 hours."""
    if clock == "decimal":
        return pl.when(number.is_between(0, 24)).then((number * 3600).round() / 60)
    hundredths = (number * 100).round()
    exact = ((number * 100) - hundredths).abs() < 1e-6  # what is left of a third decimal is more
    minute = hundredths % 100
    good = exact & (minute < 60) & hundredths.is_between(0, 2400)
    return pl.when(good).then((hundredths // 100) * 60 + minute)


def _in_formats(text: pl.Expr, formats: Sequence[str]) -> tuple[pl.Expr, pl.Expr]:
    """Minutes of the day, or the moment, as the layout's own formats say."""
    dated = [f for f in formats if re.search("%[dmYyj]", f)]
    times = [f for f in formats if f not in dated]
    none_time, none_moment = pl.lit(None, pl.Float64), pl.lit(None, pl.Datetime("us"))
    seconds = (text.str.to_time(f, strict=False) for f in times)
    minutes_of = pl.coalesce(
        none_time, *(t.dt.hour().cast(pl.Float64) * 60 + t.dt.minute() + t.dt.second() / 60 for t in seconds)
    )
    moments = pl.coalesce(none_moment, *(text.str.to_datetime(f, time_unit="us", strict=False) for f in dated))
    return minutes_of, moments
