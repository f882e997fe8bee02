"""Rule 7: stops do not overlap and lie inside their shift."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared, place


def compare(evidence: Evidence) -> pl.DataFrame:
    """Two rows per stop: minutes outside the shift, and minutes shared with an earlier stop. Both should be 0."""
    rows = evidence.stops.filter(~pl.col("is_total"), pl.col("end_at") >= pl.col("start_at")).sort(
        "report_id", "start_at", "end_at"
    )
    inside = rows.join(evidence.windows.select(*KEY, shift_start="start_at", shift_end="end_at"), on=list(KEY))
    early = (pl.col("shift_start") - pl.col("start_at")).dt.total_seconds() / 60
    late = (pl.col("end_at") - pl.col("shift_end")).dt.total_seconds() / 60
    outside = compared(
        inside,
        measure="outside_min",
        subject=pl.col("row_no").cast(pl.String),
        reported_value=pl.max_horizontal(early, pl.lit(0.0)) + pl.max_horizontal(late, pl.lit(0.0)),
        reference_value=pl.lit(0.0),
        source_cell=pl.when(early > 0).then("start_at_cell").otherwise("end_at_cell"),
        cells=pl.concat_list(place("start_at_cell"), place("end_at_cell")),
    )
    earlier_end = pl.col("end_at").cum_max().shift(1).over("report_id")
    shared = (pl.min_horizontal(earlier_end, "end_at") - pl.col("start_at")).dt.total_seconds() / 60
    longest = pl.when(pl.col("end_at") == pl.col("end_at").cum_max()).then(place("end_at_cell"))
    overlap = compared(
        rows.with_columns(
            shared=pl.when(earlier_end.is_not_null()).then(shared).otherwise(0.0),
            before=longest.forward_fill().shift(1).over("report_id"),
        ),
        measure="overlap_min",
        subject=pl.col("row_no").cast(pl.String),
        reported_value=pl.max_horizontal("shared", pl.lit(0.0)),
        reference_value=pl.lit(0.0),
        source_cell=pl.col("start_at_cell"),
        cells=pl.concat_list(place("start_at_cell"), "before").list.drop_nulls(),
    )
    return pl.concat([outside, overlap])


RULE = CrossCheck(
    id="stop_window",
    number=7,
    family="report",
    severity="error",
    name={"zh": "停机不重叠,且在班次之内", "en": "Stops lie inside the shift and do not overlap"},
    message={
        "zh": "这次停机有 {reported} 分钟在班次之外或与前一次停机重叠。请核对开始与结束时间。",
        "en": "{reported} min of this stop lie outside the shift or inside an earlier stop. Check its start and end.",
    },
    compare=compare,
    rank=7,
    grain=("report_id", "row_no"),
    cardinality="one to many",
    example=Example(12.0, 0.0, "overlap_min"),
)
