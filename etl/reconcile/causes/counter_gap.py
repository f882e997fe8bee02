"""Cause 10: the counter started again, or nobody collected what it counted."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, Evidence
from data_contracts.crosschecks.sums import counted_hour, counted_output
from etl.reconcile.causes.base import Cause, amount, near, why
from etl.reconcile.causes.differences import against_mes

_EXPLAINS, _GUESSES = 0.2, 0.3
"""Share of a difference that hours without records may leave over: as reported, and as other hours would suggest."""
_LEAP = 5
"""So many times the usual hour no machine makes."""
_IDLE_MIN = 45
"""Hours that the MES calls a stop for longer are silent because nothing was made."""


def find(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Hours without a count though the line ran, or a count that no hour can hold, explain the difference."""
    good = against_mes(findings).filter(pl.col("measure") == "good_qty")
    return pl.concat([_reset(good, evidence), _silent(good, evidence)]).unique(
        "finding", keep="first", maintain_order=True
    )


def _reset(good: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    counts = evidence.mes_output.filter(pl.col("counting") == "counter", pl.col("good_qty").is_not_null())
    usual = pl.col("good_qty").filter(pl.col("good_qty") > 0).median().over(KEY)
    strange = counts.with_columns(usual=usual).filter(
        (pl.col("good_qty") < 0) | (pl.col("good_qty") > _LEAP * pl.col("usual"))
    )
    found = good.join(
        strange.select(*KEY, count="good_qty", hour=pl.coalesce("hour_start", "start_at")), on=list(KEY)
    ).filter(near(-pl.col("delta"), pl.col("count"), _EXPLAINS), pl.col("count").abs() > pl.col("reported_value").abs())
    local = _local(evidence, found)
    return why(local, "reset", count=amount(pl.col("count")), hour=pl.col("hour"))


def _silent(good: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    hours = pl.concat([_reported_hours(evidence), _unreported_hours(evidence)], how="diagonal_relaxed")
    gaps = hours.group_by(KEY).agg(
        gap=pl.col("expected").sum(),
        hour=pl.col("hour").min(),
        last=pl.col("hour").max(),
        share=pl.col("share").first(),
    )
    left = (pl.col("delta") - pl.col("gap")).abs()
    found = good.join(gaps, on=list(KEY)).filter(pl.col("delta") > 0, left <= pl.col("share") * pl.col("delta"))
    until = _local(evidence, found.with_columns(hour=pl.col("last") + pl.duration(hours=1))).rename({"hour": "until"})
    told = _local(evidence, found).with_columns(until["until"])
    return why(told, "silent", start=pl.col("hour"), end=pl.col("until"), gap=amount(pl.col("gap").round()))


def _reported_hours(evidence: Evidence) -> pl.DataFrame:
    """Hours for which the report has pieces and the MES none, in shifts of which it counts others."""
    reported, recorded = counted_output(evidence, "good_qty")
    hour = [*KEY, "part"]
    mine = reported.filter(pl.col("part").is_not_null()).group_by(hour).agg(pl.col("value").sum())
    theirs = recorded.group_by(hour).agg(counted=pl.col("value").sum())
    there = recorded.filter(pl.col("value") > 0).select(KEY).unique()
    return (
        mine.join(theirs, on=hour, how="left")
        .join(there, on=list(KEY), how="semi")
        .filter(pl.col("value") > 0, pl.col("counted").fill_null(0) == 0)
        .select(
            *KEY,
            expected="value",
            hour=pl.col("part").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
            share=pl.lit(_EXPLAINS),
        )
    )


def _unreported_hours(evidence: Evidence) -> pl.DataFrame:
    """The same where the report has no hours: hours without a count, at the pace of the others."""
    with_hours = evidence.output.filter(pl.col("hour_start").is_not_null()).select(KEY).unique()
    records = evidence.mes_output.with_columns(hour_start=counted_hour()).filter(
        pl.col("hour_start").is_not_null(), pl.col("counting") == "counter"
    )
    grid = (
        evidence.windows.join(with_hours, on=list(KEY), how="anti")
        .join(records.select(KEY).unique(), on=list(KEY), how="semi")
        .select(
            *KEY,
            hour=pl.datetime_ranges("start_at", pl.col("end_at") - pl.duration(hours=1), interval="1h", time_unit="us"),
        )
        .explode("hour", empty_as_null=False)
    )
    counted = records.group_by(*KEY, hour=pl.col("hour_start").dt.truncate("1h")).agg(pl.col("good_qty").sum())
    hours = grid.join(counted, on=[*KEY, "hour"], how="left").with_columns(
        expected=pl.col("good_qty").filter(pl.col("good_qty") > 0).median().over(KEY)
    )
    silent = hours.filter(pl.col("good_qty").fill_null(0) == 0, pl.col("expected").is_not_null())
    stops = evidence.mes_stops.select(*KEY, stop_start="start_at", stop_end="end_at")
    overlap = pl.min_horizontal("stop_end", pl.col("hour") + pl.duration(hours=1)) - pl.max_horizontal(
        "stop_start", "hour"
    )
    idle = (
        silent.join(stops, on=list(KEY))
        .with_columns(idle_min=overlap.dt.total_seconds() / 60)
        .filter(pl.col("idle_min") > _IDLE_MIN)
    )
    return silent.join(idle, on=[*KEY, "hour"], how="anti").select(*KEY, "expected", "hour", share=pl.lit(_GUESSES))


def _local(evidence: Evidence, frame: pl.DataFrame) -> pl.DataFrame:
    """``hour`` on the plant's clock, as text."""
    walls = [
        pl.when(pl.col("plant_id") == plant).then(
            pl.col("hour").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.strftime("%H:%M")
        )
        for plant, zone in evidence.zones.items()
    ]
    return frame.with_columns(hour=pl.coalesce(*walls, pl.col("hour").dt.strftime("%H:%M")))


CAUSE = Cause("counter_gap", 10, find)
