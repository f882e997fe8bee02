"""Rule 6: a stop ends after it starts, and its minutes are the time between."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, place


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per stop with a start and an end. A stop that ends before it starts differs from its own length."""
    rows = evidence.stops.filter(~pl.col("is_total"), pl.col("start_at").is_not_null(), pl.col("end_at").is_not_null())
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    backwards = pl.col("end_at") < pl.col("start_at")
    return compared(
        rows,
        measure="downtime_min",
        subject=pl.col("row_no").cast(pl.String),
        reported_value=pl.coalesce("downtime_min", pl.when(backwards).then(pl.lit(0.0)).otherwise(span)),
        reference_value=span,
        source_cell=pl.when(backwards).then("end_at_cell").otherwise(pl.coalesce("downtime_min_cell", "end_at_cell")),
        cells=pl.concat_list(place(f"{m}_cell") for m in ("start_at", "end_at", "downtime_min")).list.drop_nulls(),
    )


RULE = CrossCheck(
    id="stop_duration",
    number=6,
    family="report",
    severity="error",
    absolute=1,
    name={"zh": "停机时长 = 结束 − 开始", "en": "A stop's minutes are its end minus its start"},
    message={
        "zh": "停机写了 {reported} 分钟,但结束减开始是 {reference} 分钟,相差 {delta}。请核对开始、结束与分钟数。",
        "en": "The stop says {reported} min, its end minus its start is {reference} min: {delta}. Check all three.",
    },
    compare=compare,
    rank=1,
    grain=("report_id", "row_no"),
    cardinality="one to many",
    example=Example(35.0, 25.0, "downtime_min"),
)
