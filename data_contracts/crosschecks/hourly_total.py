"""Rule 1: the hours of a report add up to the total it states."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import SOURCE, CrossCheck, Evidence, Example, compared, whole_reports
from data_contracts.crosschecks.totals import stated_totals

_MEASURES = {
    "output": ("planned_qty", "good_qty", "scrap_qty", "rework_qty", "total_qty", "stop_min"),
    "stops": ("downtime_min",),
    "defects": ("scrap_qty",),
}

_EXACT = 1e-6


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per stated total of a table and sheet, and per subtotal that says neither sum."""
    subtotals = (
        _subtotals(whole_reports(evidence, getattr(evidence, table)), measure, subject=table)
        for table, measures in _MEASURES.items()
        for measure in measures
    )
    return pl.concat([stated_totals(evidence, _MEASURES), *subtotals])


def _subtotals(frame: pl.DataFrame, measure: str, *, subject: str) -> pl.DataFrame:
    """Totals before the last one: each is the sum of all rows above it, or of those since the total before."""
    value, total = pl.col(measure), pl.col("is_total")
    running = frame.filter(value.is_not_null()).sort(*SOURCE, "row_no", maintain_order=True)
    running = running.with_columns(above=pl.when(total).then(0).otherwise(value).cum_sum().over(SOURCE)).filter(total)
    since = pl.col("above") - pl.col("above").shift(1, fill_value=0).over(SOURCE)
    differ = running.with_columns(sum=since).filter(
        pl.int_range(pl.len()).over(SOURCE) < pl.len().over(SOURCE) - 1,
        pl.col("sum") > 0,
        (value - pl.col("sum")).abs() > _EXACT,
        (value - pl.col("above")).abs() > _EXACT,
    )
    return compared(
        differ,
        measure=measure,
        subject=subject,
        reported_value=value,
        reference_value=pl.col("sum"),
        source_cell=pl.col(f"{measure}_cell"),
    )


RULE = CrossCheck(
    id="hourly_total",
    number=1,
    family="report",
    severity="error",
    name={"zh": "各小时之和等于合计", "en": "Hours add up to the total"},
    message={
        "zh": "合计写的是 {reported},各行相加是 {reference},相差 {delta}。请核对合计或各小时的数字。",
        "en": "The total says {reported}, its rows add up to {reference}: {delta}. Check the total or the hours.",
    },
    compare=compare,
    rank=3,
    grain=("report_id", "source_sheet", "row_no", "measure"),
    cardinality="one to many",
    example=Example(1070.0, 1007.0),
)
