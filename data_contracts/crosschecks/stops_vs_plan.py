"""Rule 20: minutes stopped against the minutes that are missing from the plan."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.times import ideal_minutes, listed_stops

FULL_PLAN = 0.9
"""A plan below this share of what the ideal cycle allows already contains losses: nothing follows from missing it."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report whose plan fills its shift: (target - actual) × ideal cycle is what stops should explain.

    A line that runs some percent faster or slower than its cycle says nothing yet: the relative tolerance is one of the shift.
    """
    reports = (
        ideal_minutes(evidence)
        .filter("is_planned", pl.col("planned_qty") > 0)
        .join(listed_stops(evidence), on="report_id")
        .join(evidence.windows.select(*KEY, "shift_min", "break_min"), on=list(KEY))
        .filter((pl.col("planned_min") / (pl.col("shift_min") - pl.col("break_min"))).is_between(FULL_PLAN, 1.0))
    )
    return compared(
        reports,
        measure="downtime_min",
        subject="plan",
        reported_value=pl.col("stopped"),
        reference_value=pl.max_horizontal(pl.col("planned_min") - pl.col("ideal"), pl.lit(0.0)).round(1),
        base=pl.col("shift_min") - pl.col("break_min"),
        cells=pl.concat_list("cells", "stop_cells"),
    )


RULE = CrossCheck(
    id="stops_vs_plan",
    number=20,
    family="mes",
    severity="warning",
    absolute=15,
    relative=0.05,
    name={"zh": "停机与未完成计划相符", "en": "Stops explain what is missing from the plan"},
    message={
        "zh": "记录停机 {reported} 分钟;按理想节拍,少于计划的产量相当于 {reference} 分钟,相差 {delta}。请核对停机与产量。",
        "en": "{reported} min of stops are listed; at the ideal cycle {reference} min are missing from the plan: {delta}. "
        "Check stops and quantities.",
    },
    compare=compare,
    rank=9,
    grain=("report_id",),
    cardinality="many to many",
    example=Example(20.0, 75.0, "downtime_min"),
)
