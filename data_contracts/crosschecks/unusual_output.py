"""Rule 36: output per minute far from what the line usually makes of that product."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import EARLIER_DAYS, KEY, SOURCE, CrossCheck, Evidence, compared, place
from data_contracts.crosschecks.times import STOP_CELLS

FEWEST = 10
"""Shifts to compare with; from fewer nothing usual follows."""
DEVIATIONS, OF_MEDIAN = 4.0, 0.1
"""Median absolute deviations that are too many; a line that never varies may vary by this share of its median."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report of one product, held against the line's shifts of that product in the days before."""
    here = _rates(evidence, evidence.output, evidence.stops)
    past = pl.concat([_rates(evidence, evidence.earlier_output, evidence.earlier_stops), here], how="vertical_relaxed")
    span = pl.col("start_at") - pl.col("other_start")
    usual = (
        here.select("report_id", "plant_id", "line_id", "product_id", "start_at", "rate")
        .join(
            past.select("plant_id", "line_id", "product_id", other_start="start_at", other="rate"),
            on=["plant_id", "line_id", "product_id"],
        )
        .filter(span > pl.duration(), span <= pl.duration(days=EARLIER_DAYS))
        .group_by("report_id")
        .agg(
            pl.col("other").median().alias("median"),
            (pl.col("other") - pl.col("other").median()).abs().median().alias("deviation"),
            pl.len().alias("number"),
        )
        .filter(pl.col("number") >= FEWEST)
    )
    both = here.join(usual, on="report_id").with_columns(
        expected=pl.col("median") * pl.col("minutes"),
        allowed=pl.max_horizontal(DEVIATIONS * pl.col("deviation"), OF_MEDIAN * pl.col("median")) * pl.col("minutes"),
    )
    # The tolerance follows from the data; it is passed as a relative one of its own base.
    return compared(
        both,
        measure="good_qty",
        reported_value=pl.col("good"),
        reference_value=pl.col("expected").round(0),
        base=pl.col("allowed"),
        relative=pl.lit(1.0),
        cells=pl.concat_list("cells", pl.col("stop_cells").fill_null([])),
    )


def _rates(evidence: Evidence, output: pl.DataFrame, stops: pl.DataFrame) -> pl.DataFrame:
    """One row per report of one product: good pieces per minute that neither breaks nor listed stops took."""
    whole = evidence.sequence.select("report_id", "start_at", "end_at")
    breaks = evidence.windows.select("plant_id", "line_id", "shift_id", "break_min").unique(
        ["plant_id", "line_id", "shift_id"], maintain_order=True
    )
    stopped = (
        stops.filter(~pl.col("is_total"))
        .group_by("report_id")
        .agg(
            stopped=pl.coalesce("downtime_min", (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).sum(),
            stop_cells=pl.concat([place(c) for c in STOP_CELLS]).drop_nulls(),
        )
    )
    length = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    minutes = length - pl.col("break_min").fill_null(0) - pl.col("stopped").fill_null(0)
    return (
        output.filter(~pl.col("is_total"))
        .group_by(*KEY, *SOURCE, maintain_order=True)
        .agg(
            good=pl.col("good_qty").sum(),
            product_id=pl.col("product_id").first(),
            products=pl.struct("product_id", "order_id").n_unique(),
            is_whole=(pl.col("good_qty").is_not_null() | pl.col("hour_start").is_null()).all(),
            source_cell=pl.col("good_qty_cell").sort_by("good_qty", descending=True, nulls_last=True).first(),
            cells=place("good_qty_cell").drop_nulls(),
        )
        .filter("is_whole", pl.col("products") == 1, pl.col("product_id").is_not_null(), pl.col("good") > 0)
        .join(whole, on="report_id")
        .join(breaks, on=["plant_id", "line_id", "shift_id"], how="left")
        .join(stopped, on="report_id", how="left")
        .with_columns(minutes=minutes)
        .filter(pl.col("minutes") >= 30)
        .with_columns(rate=pl.col("good") / pl.col("minutes"))
    )


RULE = CrossCheck(
    id="unusual_output",
    number=36,
    family="plausibility",
    severity="info",
    name={"zh": "产量偏离近期水平", "en": "Output is unusual for line and product"},
    message={
        "zh": "良品 {reported};按该产线近期水平应约为 {reference}({delta})。请确认产量与停机。",
        "en": "{reported} good; about {reference} would be usual for this line and product ({delta}). "
        "Confirm quantities and stops.",
    },
    compare=compare,
    rank=9,
)
