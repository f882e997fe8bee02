"""Shift windows as instants. A night that loses or gains an hour comes out with 7 or 9 hours by itself."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from polars._typing import PolarsDataType

WINDOW_SCHEMA: dict[str, PolarsDataType] = {
    "plant_id": pl.String,
    "area_id": pl.String,
    "line_id": pl.String,
    "production_date": pl.Date,
    "shift_id": pl.String,
    "start_at": pl.Datetime("us"),
    "end_at": pl.Datetime("us"),
    "shift_min": pl.Float64,
    "break_min": pl.Float64,
}


def known_zone(name: str) -> str:
    """The name, if it is one. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Shanghai") from error
    return name


def to_utc(local: pl.Expr, zone: str, *, second: bool = False) -> pl.Expr:
    """Local wall time to UTC without zone. An hour that does not exist counts as the one after it.

    Of an hour that exists twice the first is meant, or the ``second``.
    """
    direct = local.dt.replace_time_zone(zone, ambiguous="latest" if second else "earliest", non_existent="null")
    shifted = (local + pl.duration(hours=1)).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return pl.coalesce(direct, shifted).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def shift_windows(master: dict[str, pl.DataFrame], zones: dict[str, str], first: date, last: date) -> pl.DataFrame:
    """One row per line, production day and shift that the calendar plans; intervals are half-open.

    ``start_at`` and ``end_at`` are UTC; ``shift_min`` comes from these instants (ISO 22400 POT).
    """
    days = pl.DataFrame({"production_date": pl.date_range(first, last, eager=True)})
    shifts = (
        master["shift"]
        .join(days, how="cross")
        .filter(
            _on_weekday(),
            _within(pl.col("production_date")),
        )
        .select("calendar_id", "production_date", "shift_id", "start", "end", "break_min")
    )
    planned = _with_exceptions(shifts, master["calendar_exception"], master["shift"], first, last)
    lines = master["line"].select("plant_id", "area_id", "line_id", "calendar_id", "valid_from", "valid_to")
    rows = lines.join(planned, on="calendar_id").filter(_within(pl.col("production_date")))
    parts = [_instants(rows.filter(pl.col("plant_id") == plant), zone) for plant, zone in zones.items()]
    return (
        pl.concat(parts)
        .with_columns(
            shift_min=(pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60,
            break_min=pl.col("break_min").fill_null(0.0),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in WINDOW_SCHEMA.items())
        .sort("plant_id", "line_id", "start_at")
    )


def _within(day: pl.Expr) -> pl.Expr:
    return (pl.col("valid_from").is_null() | (pl.col("valid_from") <= day)) & (
        pl.col("valid_to").is_null() | (day <= pl.col("valid_to"))
    )


def _on_weekday() -> pl.Expr:
    return pl.col("weekdays").str.contains(pl.col("production_date").dt.weekday().cast(pl.String), literal=True)


def _with_exceptions(
    planned: pl.DataFrame, exceptions: pl.DataFrame, shifts: pl.DataFrame, first: date, last: date
) -> pl.DataFrame:
    exceptions = exceptions.filter(pl.col("production_date").is_between(first, last))
    whole_day = exceptions.filter(pl.col("shift_id").is_null())
    single = exceptions.filter(pl.col("shift_id").is_not_null())
    of_shift = ["calendar_id", "production_date", "shift_id"]
    kept = planned.join(whole_day, on=of_shift[:2], how="anti").join(single, on=of_shift, how="anti")
    usual = shifts.select(
        *("calendar_id", "shift_id", "valid_from", "valid_to", "weekdays", "break_min"),
        usual_start="start",
        usual_end="end",
    )
    working = pl.concat(
        [
            # What is said of one shift counts more than what is said of its whole day.
            whole_day.filter("is_working")
            .drop("shift_id")
            .join(usual, on="calendar_id")
            .join(single, on=of_shift, how="anti"),
            single.filter("is_working").join(usual, on=["calendar_id", "shift_id"]),
        ],
        how="diagonal",
    ).filter(_within(pl.col("production_date")))
    # Of a shift with other times on some weekdays: those of this weekday, or the first.
    working = working.sort(~_on_weekday(), maintain_order=True).unique(of_shift, keep="first", maintain_order=True)
    extra = working.select(
        "calendar_id",
        "production_date",
        "shift_id",
        pl.coalesce("start", "usual_start").alias("start"),
        pl.coalesce("end", "usual_end").alias("end"),
        "break_min",
    )
    return pl.concat([kept, extra])


def _instants(rows: pl.DataFrame, zone: str) -> pl.DataFrame:
    def minutes(column: str) -> pl.Expr:
        parts = pl.col(column).str.split(":")
        return parts.list.get(0).cast(pl.Int64) * 60 + parts.list.get(1).cast(pl.Int64)

    midnight = pl.col("production_date").cast(pl.Datetime("us"))
    start, end = minutes("start"), minutes("end")
    end = pl.when(end <= start).then(end + 1440).otherwise(end)
    return rows.with_columns(
        start_at=to_utc(midnight + pl.duration(minutes=start), zone),
        end_at=to_utc(midnight + pl.duration(minutes=end), zone),
    )
