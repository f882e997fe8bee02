"""Rule 17: good quantity of the report against the MES."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, once
from data_contracts.crosschecks.sums import against_mes, counted_output

COUNTER, MANUAL = 0.005, 0.02
"""Relative tolerance against a counter and against figures typed into the MES."""


@once
def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report (and order, where both sides name the same orders)."""
    reported, recorded = counted_output(evidence, "good_qty")
    sums = evidence.output.filter(~pl.col("is_total")).group_by(KEY).agg(pl.col("scrap_qty", "rework_qty").sum())
    beside = sums.select(*KEY, beside=pl.concat_list("scrap_qty", "rework_qty"))
    typed = recorded.filter(pl.col("counting") == "manual").select(KEY).unique().with_columns(typed=pl.lit(value=True))
    rows = against_mes(reported, recorded, "good_qty", beside)
    return (
        rows.join(typed, on=list(KEY), how="left")
        .with_columns(relative=pl.when("typed").then(MANUAL).otherwise(COUNTER))
        .drop("typed")
    )


RULE = CrossCheck(
    id="good_vs_mes",
    number=17,
    family="mes",
    severity="warning",
    absolute=2,
    relative=COUNTER,
    escalate=0.05,
    name={"zh": "良品数:报表与 MES", "en": "Good quantity: report and MES"},
    message={
        "zh": "报表良品 {reported},MES 良品 {reference},相差 {delta}(容差 {tolerance})。请对照标出的单元格与 MES 记录。",
        "en": "The report says {reported} good, the MES {reference}: {delta} (tolerance {tolerance}). "
        "Compare the marked cell with the MES record.",
    },
    compare=compare,
    rank=0,
    grain=(*KEY, "order_id"),
    cardinality="many to many",
    example=Example(1070.0, 1007.0),
    has_sides=True,
)
