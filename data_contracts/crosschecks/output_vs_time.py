"""Rule 35: no more output than the run time allows at the ideal cycle."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.times import ideal_minutes, listed_stops, run_minutes


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report: minutes that its output needs at the ideal cycle, and minutes that it ran. Excess counts."""
    stated = run_minutes(evidence).filter("is_stated").select("report_id", "run")
    reports = (
        ideal_minutes(evidence)
        .join(evidence.windows.select(*KEY, "shift_min", "break_min"), on=list(KEY))
        .join(stated, on="report_id", how="left")
        .join(listed_stops(evidence), on="report_id", how="left")
    )
    left_over = pl.col("shift_min") - pl.col("break_min") - pl.col("stopped").fill_null(0)
    run = pl.coalesce("run", pl.max_horizontal(left_over, pl.lit(0.0)))
    return compared(
        reports,
        measure="run_min",
        reported_value=pl.col("ideal").round(1),
        reference_value=run,
        cells=pl.concat_list("cells", pl.col("stop_cells").fill_null([])),
    )


RULE = CrossCheck(
    id="output_vs_time",
    number=35,
    family="plausibility",
    severity="warning",
    absolute=1,
    relative=0.05,
    escalate=0.2,
    one_sided=True,
    name={"zh": "产量不超过节拍允许", "en": "Output fits into the run time"},
    message={
        "zh": "这些产量按理想节拍需要 {reported} 分钟,而运行时间只有 {reference} 分钟。请核对产量、停机与节拍。",
        "en": "At the ideal cycle this output takes {reported} min, but the line ran {reference} min. "
        "Check quantities, stops and the cycle time.",
    },
    compare=compare,
    rank=9,
    grain=("report_id",),
    cardinality="many to many",
    example=Example(520.0, 430.0, "run_min"),
)
