"""Rule 5: stops that look as if they had been worked out from the output at the end of the shift."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports
from data_contracts.crosschecks.times import run_minutes

FEWEST = 3
"""Two round numbers are chance."""
STEP_MIN = 5


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report whose stops are all multiples of five minutes and leave exactly nothing of the shift over."""
    minutes = pl.col("downtime_min")
    stops = (
        whole_reports(evidence, evidence.stops)
        .filter(~pl.col("is_total"), minutes.is_not_null())
        .sort("row_no")
        .group_by(*KEY, *SOURCE, maintain_order=True)
        .agg(
            minutes.sum().alias("stopped"),
            ((minutes % STEP_MIN == 0) & (minutes >= STEP_MIN)).all().alias("is_round"),
            minutes.count().alias("number"),
            minutes.cast(pl.Int64).cast(pl.String).str.join(", ").alias("listed"),
            pl.col("downtime_min_cell").first().alias("source_cell"),
            place("downtime_min_cell").drop_nulls().alias("cells"),
        )
        .filter("is_round", pl.col("number") >= FEWEST)
    )
    rest = pl.col("shift_min") - pl.col("break_min") - pl.col("run") - pl.col("stopped")
    exact = (
        stops.join(run_minutes(evidence), on="report_id")
        .join(evidence.windows.select(*KEY, "shift_min", "break_min"), on=list(KEY))
        .filter(pl.when("is_stated").then(rest == 0).otherwise(rest.abs() < 0.5))
    )
    return compared(
        exact,
        measure="downtime_min",
        subject="back_computed",
        reported_text=pl.col("listed"),
        reference_text="—",
    )


RULE = CrossCheck(
    id="stops_back_computed",
    number=5,
    family="report",
    severity="warning",
    name={"zh": "停机疑似按产量倒推", "en": "Stops look worked out from the output"},
    message={
        "zh": "停机({reported} 分钟)都是 5 的倍数,且正好填满班次。请按实际发生的时间记录停机。",
        "en": "The stops ({reported} min) are all multiples of five and fill the shift exactly. "
        "Note stops when they happen.",
    },
    compare=compare,
    rank=9,
    grain=("report_id",),
    cardinality="many to one",
    example=Example(45.0, None, "downtime_min"),
)
