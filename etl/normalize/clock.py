"""Clock times of a production day: which of them lie after its midnight. To UTC: ``data_contracts.calendar``."""

from __future__ import annotations

import polars as pl

from data_contracts.calendar import to_utc

_SLACK_MIN = 120
"""So much earlier than its shift something may begin and still belong to the same evening."""

SECOND = "is_second_hour"


def second_of_two(text: pl.Expr) -> pl.Expr:
    """Whether ``02:00-03:00 (2)`` says that it is the second of two hours which the clock shows alike."""
    return text.str.strip_chars_end().str.contains(r"[(（]2[)）]$")


def with_shift_bounds(rows: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``shift_start`` and ``shift_end`` in minutes after midnight; null where the shift is unknown."""

    def minutes(column: str) -> pl.Expr:
        parts = pl.col(column).str.split(":")
        return parts.list.get(0).cast(pl.Float64) * 60 + parts.list.get(1).cast(pl.Float64)

    bounds = shifts.unique(["calendar_id", "shift_id"], keep="last").select(
        "calendar_id", "shift_id", shift_start=minutes("start"), shift_end=minutes("end")
    )
    return rows.join(bounds, on=["calendar_id", "shift_id"], how="left", maintain_order="left")


def on_production_day(minute: pl.Expr) -> pl.Expr:
    """Wall time of ``minute`` on ``production_date``. In a shift that passes midnight early hours are the next day's.

    A shift that ends at 24:00 passes it too: its last stop may end at 00:00.
    """
    passes = ((pl.col("shift_end") <= pl.col("shift_start")) | (pl.col("shift_end") >= 1440)).fill_null(value=False)
    early = passes & (minute < pl.col("shift_start") - _SLACK_MIN)
    offset = (pl.when(early).then(minute + 1440).otherwise(minute) * 60).round().cast(pl.Int64)
    return pl.col("production_date").cast(pl.Datetime("us")) + pl.duration(seconds=offset)


def in_zone(minute: pl.Expr, zone: str, shift_start: pl.Expr) -> pl.Expr:
    """UTC instant of ``minute`` on a clock of another zone: the first one that is not before the shift.

    ``shift_start``: instant at which the shift begins; where it is unknown the time lies on the production day.
    """
    seconds = (minute * 60).round().cast(pl.Int64)
    midnight = pl.col("production_date").cast(pl.Datetime("us"))
    days = [to_utc(midnight + pl.duration(days=n) + pl.duration(seconds=seconds), zone) for n in (-1, 0, 1)]
    earliest = shift_start - pl.duration(minutes=_SLACK_MIN)
    return pl.coalesce(*(pl.when(day >= earliest).then(day) for day in days), days[1])
