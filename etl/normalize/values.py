"""Texts and cells to numbers, minutes, days and clock times. What is ambiguous is refused, not guessed.

Every function adds columns to a frame of cells (``kind``, ``text``, ``number``): the value, ``repair`` (what
was done to read it, or null) and ``bad`` (a key of the translations when it cannot be read, or null).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

NUMBER, TEXT, BOOLEAN, DATE, TIME, DATETIME, DURATION, ERROR, FORMULA = range(9)
NONE_WORDS = ["/", "-", "--", "—", "无", "none", "n/a", "na", "nil", "\\"]
_ISO = "%Y-%m-%d"
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")


def each_once(frame: pl.DataFrame, read: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """What ``read`` adds to a frame of cells, worked out once for each distinct content: hours and days repeat."""
    content = ["kind", "text", "number"]
    distinct = frame.select(content).unique()
    return frame.join(read(distinct), on=content, how="left", nulls_equal=True, maintain_order="left")


def _clean() -> pl.Expr:
    """Text in half width without outer blanks."""
    return pl.col("text").str.normalize("NFKC").str.strip_chars()


def _repairs(**steps: pl.Expr) -> pl.Expr:
    """Names of the steps that were taken, or null."""
    taken = pl.concat_str(
        [pl.when(condition).then(pl.lit(name)) for name, condition in steps.items()], separator=" ", ignore_nulls=True
    )
    return pl.when(taken != "").then(taken)


def _unreadable(otherwise: str) -> pl.Expr:
    return (
        pl.when(pl.col("kind") == ERROR)
        .then(pl.lit("cell_error"))
        .when(pl.col("kind") == FORMULA)
        .then(pl.lit("cell_formula"))
        .otherwise(pl.lit(otherwise))
    )


def numbers(frame: pl.DataFrame, decimal: str) -> pl.DataFrame:
    """Adds ``value`` (Float64). Reads thousands separators, full width, O for 0, ``120+30`` and words for none."""
    plain = pl.col("text").cast(pl.Float64 if decimal == "." else pl.Int64, strict=False).cast(pl.Float64)
    plain = pl.when(~pl.col("text").str.contains("[eE]")).then(plain)  # 1E5 may be a code as well as a number
    read = frame.with_columns(
        value=pl.when(pl.col("kind") == NUMBER).then(pl.col("number")).when(pl.col("kind") == TEXT).then(plain),
        bad=pl.lit(None, pl.String),
        repair=pl.lit(None, pl.String),
    )
    hard = ~pl.col("value").is_finite().fill_null(value=False)
    return _the_rest(read, hard, lambda cells: _numbers_as_written(cells, decimal))


def _the_rest(read: pl.DataFrame, hard: pl.Expr, slow: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Cells that the quick way could not read go the slow way; the order of rows is kept."""
    marked = read.with_row_index("_order").with_columns(_hard=hard)
    todo = marked.filter("_hard")
    if todo.is_empty():
        return read
    done = slow(todo.drop("value", "bad", "repair")).select(marked.columns)
    return pl.concat([marked.filter(~pl.col("_hard")), done]).sort("_order").drop("_order", "_hard")


def _numbers_as_written(frame: pl.DataFrame, decimal: str) -> pl.DataFrame:
    point, comma = (r"\.", ",") if decimal == "." else (",", r"\.")
    compact = _clean().str.replace_all(r"[\s\u00a0]", "")
    grouped = compact.str.contains(rf"^[+-]?\d{{1,3}}({comma}\d{{3}})+({point}\d+)?$")
    plain = pl.when(grouped).then(compact.str.replace_all(comma, "")).otherwise(compact).str.replace(point, ".")
    foreign = pl.lit(value=False) if decimal == "." else ~grouped & compact.str.contains(".", literal=True)
    letters = plain.str.contains(r"^[+-]?[\dOo.]*$") & plain.str.contains(r"\d") & plain.str.contains("[Oo]")
    digits = pl.when(letters).then(plain.str.replace_all("[Oo]", "0")).otherwise(plain)
    added = digits.str.contains(r"^\d+(\.\d+)?(\+\d+(\.\d+)?)+$")
    none = compact.str.to_lowercase().is_in(NONE_WORDS)
    text_value = pl.when(~foreign & digits.str.contains(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")).then(
        digits.cast(pl.Float64, strict=False)
    )
    sum_value = pl.when(added).then(digits.str.split("+").cast(pl.List(pl.Float64), strict=False).list.sum())
    is_text = pl.col("kind") == TEXT
    value = (
        pl.when(pl.col("kind") == NUMBER).then(pl.col("number")).when(is_text).then(pl.coalesce(sum_value, text_value))
    )
    return frame.with_columns(
        value=value,
        bad=pl.when(value.is_null() & ~(is_text & none)).then(_unreadable("cell_not_number")),
        repair=pl.when(is_text).then(
            _repairs(
                full_width=pl.col("text").str.normalize("NFKC") != pl.col("text"),
                thousands=grouped,
                letter_o=letters,
                sum=added,
                none=none,
            )
        ),
    )


def minutes(frame: pl.DataFrame, decimal: str) -> pl.DataFrame:
    """Adds ``value`` in minutes: a number is minutes, a time of day or ``h:mm`` is a duration."""
    read = numbers(frame, decimal)
    parts = _clean().str.extract_groups(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$")
    hour, minute, second = (parts.struct.field(str(i)).cast(pl.Float64, strict=False) for i in (1, 2, 3))
    clock = hour * 60 + minute + second.fill_null(0) / 60
    timed = pl.col("kind").is_in([TIME, DURATION])
    value = pl.when(timed).then((pl.col("number") * 86400).round() / 60).otherwise(pl.coalesce("value", clock))
    return read.with_columns(value=value, bad=pl.when(value.is_null()).then("bad"))


def days(frame: pl.DataFrame, formats: list[str]) -> pl.DataFrame:
    """Adds ``value`` (Date). A date without a year or with an unclear order of day and month is refused."""
    text = _clean().str.replace(r"[T ]\d{1,2}:\d{2}.*$", "")
    parsed = pl.coalesce(_day(text, f) for f in (*(formats or DATE_FORMATS), _ISO))
    serial = pl.lit("1899-12-30").str.to_date() + pl.duration(days=pl.col("number").floor())
    is_serial = (pl.col("kind") == NUMBER) & pl.col("number").is_between(20000, 80000)
    is_date = pl.col("kind").is_in([DATE, DATETIME]) & (pl.col("number") > 366)
    value = (
        pl.when(pl.col("kind") == TEXT)
        .then(parsed)
        .when(is_date | (is_serial & ~parsed.is_not_null()))
        .then(serial)
        .when(pl.col("kind") == NUMBER)
        .then(parsed)
    )
    return frame.with_columns(
        value=value,
        bad=pl.when(value.is_null()).then(_unreadable("cell_not_date")),
        repair=_repairs(serial=is_serial & parsed.is_null()),
    )


def _day(text: pl.Expr, written: str) -> pl.Expr:
    """A date in one format. The year has four digits unless the format says ``%y``.

    Where no separator stands between the parts, every digit must be there.
    """
    parsed = text.str.to_date(written, strict=False, exact=True)
    whole = parsed.dt.year().is_between(1900, 2199)
    if re.search("%[Yymd]%[Yymd]", written):
        whole &= parsed.dt.to_string(written) == text
    return pl.when(whole).then(parsed)


def clocks(frame: pl.DataFrame, *, whole_hours: bool) -> pl.DataFrame:
    """Adds ``value``: minutes after midnight of the production day (Float64), or ``moment`` (Datetime, local).

    ``24:00`` and a spreadsheet's day 1 ("1900-01-01 01:05") lie on the next day. Of a range such as
    ``06:00-07:00`` the start is taken. ``2:30 PM`` is 14:30. ``whole_hours`` reads a bare 8 as 08:00.
    """
    first = _clean().str.replace(r"\s*[-~–—至到].*$", "")
    text = _clean()
    is_moment = text.str.contains(r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]")
    half = first.str.extract(r"(?i)\s*([ap])\.?m\.?$").str.to_lowercase()
    bare_clock = first.str.replace(r"(?i)\s*[ap]\.?m\.?$", "")
    parts = bare_clock.str.extract_groups(r"^(\d{1,2})[:点时](?:(\d{2})(?::(\d{2})(?:\.\d+)?|分)?)?$")
    hour, minute = (parts.struct.field(str(i)).cast(pl.Float64, strict=False) for i in (1, 2))
    hour = (
        pl.when(half.is_null())
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + pl.when(half == "p").then(12.0).otherwise(0.0))
    )
    second = parts.struct.field("3").cast(pl.Float64, strict=False).fill_null(0)
    clock = pl.when(hour.is_between(0, 47) & minute.fill_null(0).is_between(0, 59) & second.is_between(0, 59)).then(
        hour * 60 + minute.fill_null(0) + second / 60
    )
    stamp = text.str.replace("T", " ").str.replace_all("/", "-")
    moment = pl.coalesce(stamp.str.to_datetime(f, time_unit="us", strict=False) for f in _MOMENTS)
    early = moment.dt.year() < 1901
    text_moment = pl.when(~early).then(moment)
    text_early = pl.when(early).then((moment - pl.datetime(1899, 12, 31)).dt.total_seconds() / 60)
    kind, number = pl.col("kind"), pl.col("number")
    serial_minutes = (number * 86400).round() / 60
    cell_moment = pl.datetime(1899, 12, 30) + pl.duration(seconds=(number * 86400).round().cast(pl.Int64, strict=False))
    bare = (kind == NUMBER) & (
        (number.is_between(0, 24) & (number == number.floor())) if whole_hours else pl.lit(value=False)
    )
    fraction = (kind == NUMBER) & (number > 0) & (number < 1)
    small = kind.is_in([TIME, DURATION]) | ((kind == DATETIME) & (number < 3)) | fraction
    value = (
        pl.when(small)
        .then(serial_minutes)
        .when(bare)
        .then(number * 60)
        .when(kind == TEXT)
        .then(pl.when(is_moment).then(text_early).otherwise(clock))
    )
    instant = (
        pl.when((kind == DATETIME) & (number >= 366))
        .then(cell_moment)
        .when((kind == TEXT) & is_moment)
        .then(text_moment)
    )
    return frame.with_columns(
        value=value,
        moment=instant,
        bad=pl.when(value.is_null() & instant.is_null()).then(_unreadable("cell_not_time")),
        repair=_repairs(serial=fraction, hour=bare),
    )


_MOMENTS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


def texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``value`` (String): trimmed, never empty."""
    value = pl.when(~pl.col("kind").is_in([ERROR, FORMULA])).then(pl.col("text").str.strip_chars())
    return frame.with_columns(
        value=pl.when(value != "").then(value),
        bad=pl.when(pl.col("kind").is_in([ERROR, FORMULA])).then(_unreadable("cell_error")),
        repair=pl.lit(None, pl.String),
    )
