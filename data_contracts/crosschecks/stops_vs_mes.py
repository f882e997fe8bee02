"""Rule 19: minutes stopped of the report against the MES."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, whole_reports
from data_contracts.crosschecks.sums import against_mes

OF_SHIFT = 0.05


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report (and order, where both sides name the same orders); planned stops of breaks not included."""
    rows = whole_reports(evidence, evidence.stops).filter(~pl.col("is_total"))
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    reported = rows.select(
        *KEY,
        *SOURCE,
        "order_id",
        product_id=pl.lit(None, pl.String),
        part="reason_code",
        value=pl.coalesce("downtime_min", span),
        cell=pl.coalesce("downtime_min_cell", "end_at_cell"),
        total_cell=pl.lit(None, pl.String),
    ).filter(pl.col("value").is_not_null())
    recorded = evidence.mes_stops.select(
        *KEY,
        "order_id",
        "source_file",
        "record_no",
        part="reason_code",
        value=pl.coalesce("downtime_min", span),
    ).filter(pl.col("value").is_not_null())
    days = recorded.group_by("plant_id", "line_id").agg(
        first_day=pl.col("production_date").min(), last_day=pl.col("production_date").max()
    )
    silent = _without_stops(evidence, reported, recorded)
    covered = (
        pl.concat([reported, silent], how="diagonal_relaxed")
        .join(days, on=["plant_id", "line_id"])
        .filter(pl.col("production_date").is_between("first_day", "last_day"))
    )
    rows = against_mes(covered.drop("first_day", "last_day"), recorded, "downtime_min")
    shifts = evidence.windows.select(*KEY, "shift_min")
    return (
        rows.join(shifts, on=list(KEY), how="left")
        .with_columns(
            reference_value=pl.coalesce("reference_value", pl.lit(0.0)),
            base=pl.coalesce("shift_min", "base"),
        )
        .drop("shift_min")
    )


def _without_stops(evidence: Evidence, reported: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Reports that list no stop for a shift in which the MES saw some."""
    return (
        evidence.reports.filter(pl.col("refused_rows") == 0, pl.col("status") != "blocked")
        .join(reported, on="report_id", how="anti")
        .join(recorded, on=list(KEY), how="semi")
        .select(
            *KEY,
            *SOURCE,
            order_id=pl.lit(None, pl.String),
            product_id=pl.lit(None, pl.String),
            part=pl.lit(None, pl.String),
            value=pl.lit(None, pl.Float64),
            cell=pl.lit(None, pl.String),
        )
    )


RULE = CrossCheck(
    id="stops_vs_mes",
    number=19,
    family="mes",
    severity="warning",
    absolute=10,
    relative=OF_SHIFT,
    name={"zh": "停机分钟:报表与 MES", "en": "Minutes stopped: report and MES"},
    message={
        "zh": "报表停机 {reported} 分钟,MES 停机 {reference} 分钟,相差 {delta}(容差 {tolerance})。请对照停机记录。",
        "en": "The report lists {reported} min of stops, the MES {reference}: {delta} (tolerance {tolerance}). "
        "Compare the stop log with the MES records.",
    },
    compare=compare,
    rank=0,
)
