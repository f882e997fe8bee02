"""Rule 19: minutes stopped of the report against the MES."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, of_layouts, once, whole_reports
from data_contracts.crosschecks.sums import against_mes

OF_SHIFT = 0.05


@once
def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report (and order, where both sides name the same orders); breaks that one side lists not included."""
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
    reported, recorded = _without_breaks(evidence, reported, recorded), _without_breaks(evidence, recorded, reported)
    silent = _without_stops(evidence, reported, recorded)
    covered = (
        pl.concat([reported, silent], how="diagonal_relaxed")
        .join(evidence.mes_stop_days, on=["plant_id", "line_id"])
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


def _without_breaks(evidence: Evidence, side: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Planned stops that fit into the shift's breaks, where the other side lists none: the calendar has them already."""
    reasons = evidence.master["reason"].filter(pl.col("loss_category") == "planned")["reason_code"].to_list()
    planned = pl.col("part").is_in(reasons)
    fits = pl.col("value").filter(planned).sum().over(KEY) <= pl.col("break_min")
    listed = other.filter(planned).select(KEY).unique().with_columns(listed=pl.lit(value=True))
    return (
        side.join(evidence.windows.select(*KEY, "break_min"), on=list(KEY), how="left", maintain_order="left")
        .join(listed, on=list(KEY), how="left", maintain_order="left")
        .filter(~(planned & pl.col("listed").is_null() & fits).fill_null(value=False))
        .drop("break_min", "listed")
    )


def _without_stops(evidence: Evidence, reported: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Reports that list no stop for a shift in which the MES saw some."""
    return (
        evidence.reports.filter(pl.col("refused_rows") == 0, pl.col("status") != "blocked")
        .join(of_layouts(evidence, evidence.stop_layouts), on="report_id", how="semi")
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
    grain=(*KEY, "order_id"),
    cardinality="many to many",
    example=Example(95.0, 55.0, "downtime_min"),
    has_sides=True,
)
