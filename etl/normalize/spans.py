"""Stops that touch several shifts, cut at the shifts' boundaries. That one was exported twice: ``etl.reconcile``."""

from __future__ import annotations

import polars as pl

_LINE = ["plant_id", "line_id"]
LONGEST_DAYS = 31
"""What lasts longer is no stop but a wrong date; it stays in one piece and fails where stops are checked."""


def stop_span(rows: pl.DataFrame) -> pl.DataFrame:
    """Fills a missing end from the start and the minutes."""
    absent = [c for c in ("start_at", "end_at") if c not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.Datetime("us")).alias(c) for c in absent)
    if "downtime_min" not in rows.columns:
        return rows.with_columns(downtime_min=pl.lit(None, pl.Float64))
    return rows.with_columns(
        end_at=pl.coalesce("end_at", pl.col("start_at") + pl.duration(seconds=(pl.col("downtime_min") * 60).round()))
    )


def cut_at_shifts(rows: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """One row for each shift that a stop touches, ``part_no`` from 1; stops within one shift stay as they are.

    ``windows``: plant_id, line_id, production_date, shift_id, start_at, end_at. The parts' minutes and ``outside_min``,
    those in which no shift worked, add up to the minutes of the stop; each keeps the record it came from.
    """
    length = pl.col("end_at") - pl.col("start_at")
    whole = pl.col("start_at").is_not_null() & length.is_between(
        pl.duration(), pl.duration(days=LONGEST_DAYS), closed="right"
    )
    bounds = windows.select(*_LINE, "production_date", "shift_id", _from="start_at", _to="end_at")
    ends = bounds.select(*_LINE, "_to", _from="_from", _last="_from").sort("_from")
    stops = rows.filter(whole).select("row_id", *_LINE, "start_at", "end_at")
    first = stops.sort("start_at").join_asof(
        ends, left_on="start_at", right_on="_from", by=_LINE, check_sortedness=False
    )
    last = stops.sort("end_at").join_asof(
        ends, left_on="end_at", right_on="_from", by=_LINE, check_sortedness=False, allow_exact_matches=False
    )
    touching = first.select("row_id", _first="_last").join(last.select("row_id", "_last", "_to", "end_at"), on="row_id")
    over = pl.col("_first").ne_missing(pl.col("_last")) | (pl.col("end_at") > pl.col("_to"))
    several = touching.filter(pl.col("_last").is_not_null(), over)
    parts = (
        rows.join(several.select("row_id"), on="row_id", how="semi")
        .drop("production_date", "shift_id")
        .join(bounds, on=_LINE)
        .filter(pl.col("start_at") < pl.col("_to"), pl.col("end_at") > pl.col("_from"))
        .with_columns(
            _share=length.dt.total_microseconds(),
            _whole=pl.coalesce("downtime_min", length.dt.total_microseconds() / 60e6),
        )
        .with_columns(start_at=pl.max_horizontal("start_at", "_from"), end_at=pl.min_horizontal("end_at", "_to"))
        .sort("row_id", "start_at")
        .with_columns(
            part_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("row_id"),
            downtime_min=length.dt.total_microseconds() / pl.col("_share") * pl.col("_whole"),
        )
        .with_columns(outside_min=(pl.col("_whole") - pl.col("downtime_min").sum().over("row_id")).round(3))
    )
    rest = rows.join(parts.select("row_id").unique(), on="row_id", how="anti")
    return pl.concat(
        [rest.with_columns(part_no=pl.lit(None, pl.Int32)), parts.select(*rows.columns, "part_no", "outside_min")],
        how="diagonal_relaxed",
    ).sort("row_id", "part_no", nulls_last=False)
