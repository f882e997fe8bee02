"""Rule 11: an hour in which nothing was made needs a stop that explains it."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports
from data_contracts.crosschecks.hours import hours_of_reports


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per hour, or shift without hours, that states zero pieces although some were planned and nothing stopped."""
    zero = pl.col("produced") == 0
    hours = hours_of_reports(evidence).filter(zero, pl.col("planned_qty") > 0, pl.col("stop_in_hour") <= 0)
    idle_hours = compared(
        hours,
        measure="good_qty",
        subject=pl.col("good_qty_cell"),
        reported_text="0",
        reference_text="—",
        source_cell=pl.col("good_qty_cell"),
        cells=pl.concat_list(place("good_qty_cell")).list.drop_nulls(),
    )
    said = pl.col("good_qty").is_not_null()
    listed = evidence.stops.select("report_id").unique()
    shifts = (
        whole_reports(evidence, evidence.output)
        .filter(~pl.col("is_total"), pl.col("hour_start").is_null())
        .join(evidence.reports.filter(pl.col("layout_id").is_in(evidence.stop_layouts)), on="report_id", how="semi")
        .join(listed, on="report_id", how="anti")
        .group_by(*KEY, *SOURCE, maintain_order=True)
        .agg(
            said.any().alias("said"),
            pl.sum_horizontal("good_qty", "scrap_qty", "rework_qty").sum().alias("produced"),
            pl.col("planned_qty").sum(),
            pl.col("stop_min").sum(),
            pl.col("good_qty_cell").drop_nulls().first(),
        )
        .filter("said", zero, pl.col("planned_qty") > 0, pl.col("stop_min") <= 0)
    )
    idle_shifts = compared(
        shifts,
        measure="good_qty",
        reported_text="0",
        reference_text="—",
        source_cell=pl.col("good_qty_cell"),
        cells=pl.concat_list(place("good_qty_cell")).list.drop_nulls(),
    )
    return pl.concat([idle_hours, idle_shifts])


RULE = CrossCheck(
    id="idle_without_stop",
    number=11,
    family="report",
    severity="error",
    name={"zh": "零产量需有停机", "en": "Nothing made needs a stop"},
    message={
        "zh": "产量为 {reported},却没有停机记录。请补记停机,或更正产量。",
        "en": "{reported} pieces were made and no stop explains it. Enter the stop, or correct the quantity.",
    },
    compare=compare,
    rank=8,
    grain=("report_id", "hour_start"),
    cardinality="one to many",
    example=Example(0.0, 1.0),
)
