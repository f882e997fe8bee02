"""Hours of reports beside the minutes that stops take of each."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence, once, whole_reports

QUANTITIES = ("good_qty", "scrap_qty", "rework_qty")


@once
def hours_of_reports(evidence: Evidence) -> pl.DataFrame:
    """One row per stated hour of a report that has a place for stops, in order of time.

    Adds ``produced`` (good, scrap and rework; null when good is not stated) and ``stop_in_hour`` (min): of listed stops the
    part inside the hour, or what the hour itself states, whichever is more. A stop without its times counts in every hour.
    """
    said = pl.col("good_qty").is_not_null()
    has_place = evidence.reports.filter(pl.col("layout_id").is_in(evidence.stop_layouts)).select(
        "report_id", has_place=pl.lit(value=True)
    )
    hours = (
        whole_reports(evidence, evidence.output)
        .filter(~pl.col("is_total"), pl.col("hour_start").is_not_null())
        .join(has_place, on="report_id", how="left")
        .filter(pl.col("has_place").fill_null(value=False) | pl.col("stop_min").is_not_null())
        .with_columns(produced=pl.when(said).then(pl.sum_horizontal(QUANTITIES)))
    )
    of_hour = ["report_id", "hour_start"]
    listed = (
        hours.select(of_hour)
        .unique()
        .join(evidence.stops.filter(~pl.col("is_total")).select("report_id", *_SPAN), on="report_id")
        .with_columns(part=_part_of_hour())
        .filter(pl.col("part") > 0)
        .group_by(of_hour)
        .agg(listed=pl.col("part").sum())
    )
    return (
        hours.join(listed, on=of_hour, how="left", maintain_order="left")
        .with_columns(stop_in_hour=pl.max_horizontal("stop_min", "listed", pl.lit(0.0)))
        .sort("report_id", "hour_start", "row_no")
    )


_SPAN = ("start_at", "end_at", "downtime_min")


def _part_of_hour() -> pl.Expr:
    """Minutes of a stop that fall into the hour; all of them where the stop says no time."""
    begin, hour = pl.col("start_at"), pl.col("hour_start")
    end = pl.coalesce("end_at", begin + pl.duration(seconds=(pl.col("downtime_min") * 60).cast(pl.Int64)))
    inside = pl.min_horizontal(end, hour + pl.duration(hours=1)) - pl.max_horizontal(begin, hour)
    return pl.when(begin.is_null()).then("downtime_min").otherwise(inside.dt.total_seconds() / 60)
