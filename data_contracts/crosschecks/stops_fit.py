"""Rule 8: stops fit into the scheduled time, and no single one lasts longer than half a day."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports

LONGEST_MIN = 720.0


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that lists stops, and one per stop. Only an excess counts."""
    minutes = pl.coalesce("downtime_min", (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60)
    stops = (
        whole_reports(evidence, evidence.stops)
        .filter(~pl.col("is_total"))
        .with_columns(minutes=minutes, cell=pl.coalesce("downtime_min_cell", "end_at_cell"))
        .filter(pl.col("minutes").is_not_null())
    )
    sums = (
        stops.group_by(*KEY, *SOURCE, maintain_order=True)
        .agg(
            pl.col("minutes").sum(),
            pl.col("cell").sort_by("minutes", descending=True).first().alias("source_cell"),
            place("cell").drop_nulls().alias("cells"),
        )
        .join(evidence.windows.select(*KEY, "shift_min"), on=list(KEY))
    )
    whole = compared(
        sums, measure="downtime_min", reported_value=pl.col("minutes"), reference_value=pl.col("shift_min")
    )
    single = compared(
        stops,
        measure="downtime_min",
        subject=pl.col("row_no").cast(pl.String),
        severity="warning",
        reported_value=pl.col("minutes"),
        reference_value=pl.lit(LONGEST_MIN),
        source_cell=pl.col("cell"),
        cells=pl.concat_list(place("cell")).list.drop_nulls(),
    )
    return pl.concat([whole, single])


RULE = CrossCheck(
    id="stops_fit",
    number=8,
    family="report",
    severity="error",
    one_sided=True,
    name={"zh": "停机不超过计划时间", "en": "Stops fit into the scheduled time"},
    message={
        "zh": "停机 {reported} 分钟,最多可能 {reference} 分钟。请核对标出的停机时间。",
        "en": "{reported} min of stops do not fit into {reference} min. Check the marked stop.",
    },
    compare=compare,
    rank=8,
    grain=("report_id",),
    cardinality="many to one",
    example=Example(510.0, 450.0, "downtime_min"),
)
