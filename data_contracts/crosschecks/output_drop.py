"""Rule 37: an hour with less than half of the hour before needs a stop."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, place
from data_contracts.crosschecks.hours import hours_of_reports

SMALLEST_QTY = 10
"""Of fewer pieces half is chance."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per hour after another of the same order: at least half of its output, unless stops or the plan explain less."""
    hours = hours_of_reports(evidence).with_columns(
        before=pl.col("produced").shift(1).over("report_id"),
        cell_before=place("good_qty_cell").shift(1).over("report_id"),
        plan_before=pl.col("planned_qty").shift(1).over("report_id"),
        same_run=pl.struct("order_id", "product_id").eq_missing(
            pl.struct("order_id", "product_id").shift(1).over("report_id")
        ),
    )
    plan = (pl.col("planned_qty") / pl.col("plan_before")).fill_null(1.0).fill_nan(1.0)
    wanted = pl.col("before") * pl.min_horizontal(plan, pl.lit(1.0)) / 2
    dropped = hours.filter(
        "same_run",
        pl.col("before") >= SMALLEST_QTY,
        pl.col("produced") > 0,
        pl.col("produced") <= wanted,
        pl.col("stop_in_hour") <= 0,
        pl.col("note").is_null(),
    )
    return compared(
        dropped,
        measure="good_qty",
        subject=pl.col("good_qty_cell"),
        reported_value=pl.col("produced"),
        reference_value=pl.col("before"),
        source_cell=pl.col("good_qty_cell"),
        cells=pl.concat_list(place("good_qty_cell"), "cell_before").list.drop_nulls(),
    )


RULE = CrossCheck(
    id="output_drop",
    number=37,
    family="plausibility",
    severity="warning",
    name={"zh": "产量骤降需有停机", "en": "A drop in output needs a stop"},
    message={
        "zh": "产量从上一小时的 {reference} 降到 {reported},却没有停机。请补记停机,或更正产量。",
        "en": "Output fell from {reference} in the hour before to {reported} and no stop explains it. "
        "Enter the stop, or correct the quantity.",
    },
    compare=compare,
    rank=9,
    grain=("report_id", "hour_start"),
    example=Example(41.0, 118.0),
)
