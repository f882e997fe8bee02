"""Rule 41: the figures of a report are not those of a former shift."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place

SHARE = 0.9
FEWEST = 10
"""Figures that a report must hold; of fewer a repetition is chance."""
LOOK_BACK_DAYS = 7
MEASURES = ("good_qty", "scrap_qty", "rework_qty", "total_qty", "stop_min", "run_min", "shots", "downtime_min")


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report: the share of its figures that stand in the same place of a report of that line before it."""
    times = evidence.sequence.select("report_id", at="start_at")
    here = _figures([evidence.output, evidence.stops]).join(times, on="report_id")
    earlier = _figures([evidence.earlier_output, evidence.earlier_stops]).join(times, on="report_id")
    gap = pl.col("at") - pl.col("other_at")
    # Seven days back lie in the same week or the one before: so few pairs are looked at, however many days there are.
    week = pl.col("at").dt.epoch("d") // LOOK_BACK_DAYS
    looking = pl.concat([here.with_columns(week=week - back) for back in (0, 1)])
    others = pl.concat([earlier, here]).select("figure", other="report_id", other_at="at", week=week)
    same = (
        looking.join(others, on=["figure", "week"])
        .filter(gap > pl.duration(), gap <= pl.duration(days=LOOK_BACK_DAYS))
        .group_by("report_id", "other")
        .agg(same=pl.len(), other_at=pl.col("other_at").first())
    )
    numbers = here.group_by("report_id").agg(number=pl.len(), distinct=pl.col("value").n_unique())
    copied = (
        numbers.filter(pl.col("number") >= FEWEST, pl.col("distinct") >= FEWEST // 2)
        .join(same, on="report_id")
        .with_columns(share=pl.col("same") / pl.col("number"))
        .filter(pl.col("share") >= SHARE)
        .sort("share", "other_at", descending=True)
        .unique("report_id", keep="first", maintain_order=True)
        .join(evidence.reports.select(*KEY, *SOURCE, "production_date_cell"), on="report_id")
    )
    return compared(
        copied,
        measure="production_date",
        reported_text=pl.col("production_date").cast(pl.String),
        reference_text=pl.col("other").str.replace(r"/r\d+$", ""),
        source_cell=pl.col("production_date_cell"),
        cells=pl.concat_list(place("production_date_cell")).list.drop_nulls(),
        reference_locator=pl.col("other"),
    )


def _figures(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Every figure but zero: report_id, value, and ``figure``, which is the same for the same value in the same place."""
    parts = []
    for frame in frames:
        measures = [m for m in MEASURES if m in frame.columns]
        rows = frame.filter(~pl.col("is_total")).with_columns(
            nth=pl.int_range(pl.len()).over("report_id", "source_sheet", "row_no"),
            # Counted without totals and blank rows: a subtotal that was put in makes no other report of it.
            table_row=pl.col("row_no").rank("dense").over("report_id", "source_sheet"),
        )
        parts.append(
            rows.unpivot(
                measures,
                index=["report_id", "plant_id", "line_id", "table_row", "nth"],
                variable_name="measure",
                value_name="value",
            ).filter(pl.col("value") != 0)
        )
    place_of = ("plant_id", "line_id", "table_row", "measure", "nth", "value")
    return pl.concat(parts).select("report_id", "value", figure=pl.struct(place_of).hash())


RULE = CrossCheck(
    id="copied_report",
    number=41,
    family="identity",
    severity="error",
    rank=1,
    name={"zh": "报表不是前一班的复制", "en": "Report is no copy of a former one"},
    message={
        "zh": "{reported} 的数字与 {reference} 几乎完全相同。请填写本班的实际数字。",
        "en": "The figures of {reported} are almost all those of {reference}. Enter what this shift did.",
    },
    compare=compare,
    whole_report=True,
    grain=("report_id",),
    cardinality="one to many",
    example=Example("P1/L01/2026-03-12/day", "P1/L01/2026-03-11/day"),
)
