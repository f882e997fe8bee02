"""Rule 15: where something was made, somebody was at work."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place
from data_contracts.crosschecks.figures import (
    cells_of_row,
    made_by_report,
    nothing,
    people,
    present,
    produced,
    states,
    whole_output,
)

HABIT = 0.9
"""Where this share of a plant's rows of a day names an operator, a blank one was forgotten."""
FEWEST = 10


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report of 0 people or 0 hours (its own word, else attendance), with what it made: nothing may be made.

    And one per row without an operator, where nearly all others of the plant, day and layout name theirs.
    """
    output = whole_output(evidence)
    staffed = (output, evidence.shifts)
    if not any(states(frame, "headcount", "labour_h") for frame in staffed) and evidence.mes_attendance.is_empty():
        return _nameless(evidence, output) if states(output, "operator") else nothing()
    pieces = made_by_report(evidence).select("report_id", "produced", "made_cells")
    told = people(evidence).select(*KEY, *SOURCE, "headcount", "labour_h", "headcount_cell", "labour_h_cell", "cells")
    reports = evidence.reports.select(*KEY, *SOURCE).join(told.drop(KEY, SOURCE[1:]), on="report_id", how="left")
    nobody = (pl.coalesce("headcount", "labour_h") == 0) | (pl.col("headcount").is_null() & (pl.col("present") == 0))
    empty = (
        reports.join(present(evidence), on=list(KEY), how="left")
        .join(pieces, on="report_id")
        .filter(nobody, pl.col("produced") > 0)
    )
    by_report = compared(
        empty,
        measure="total_qty",
        reported_value=pl.col("produced"),
        reference_value=pl.lit(0.0),
        source_cell=pl.coalesce("headcount_cell", "labour_h_cell"),
        cells=pl.concat_list(pl.col("cells").fill_null([]), "made_cells"),
        reference_locator=pl.col("locator"),
    )
    return pl.concat([by_report, _nameless(evidence, output)])


def _nameless(evidence: Evidence, output: pl.DataFrame) -> pl.DataFrame:
    """Rows that made something and name no operator, where nearly all others do."""
    if not states(output, "operator"):
        return nothing()
    layouts = evidence.reports.select("report_id", "layout_id")
    of_day = ["plant_id", "production_date", "layout_id"]
    rows = (
        output.with_columns(_made=produced(), _cells=cells_of_row())
        .filter(~pl.col("is_total"), pl.col("_made") > 0)
        .join(layouts, on="report_id")
    )
    habit = pl.col("operator").is_not_null().mean().over(of_day)
    return compared(
        rows.filter(pl.col("operator").is_null(), habit >= HABIT, pl.len().over(of_day) >= FEWEST),
        measure="total_qty",
        subject=pl.coalesce("good_qty_cell", "total_qty_cell"),
        reported_value=pl.col("_made"),
        reference_value=pl.lit(0.0),
        source_cell=pl.coalesce("good_qty_cell", "total_qty_cell"),
        cells=pl.concat_list(pl.col("_cells"), pl.concat_list(place("good_qty_cell"))).list.drop_nulls(),
    )


RULE = CrossCheck(
    id="staffed",
    number=15,
    family="plausibility",
    severity="error",
    name={"zh": "有产出需有人员", "en": "Nothing is made without people"},
    message={
        "zh": "报表产出 {reported} 件,却没有人员在岗(应产出 {reference} 件)。请补填人数、工时或操作工,或更正产量。",
        "en": "{reported} pieces were made with nobody at work, where {reference} could be. "
        "Enter people, hours or the operator, or correct the quantity.",
    },
    compare=compare,
    rank=6,
    grain=(*KEY, "row_no"),
    cardinality="many to one",
    example=Example(420.0, 0.0, "total_qty"),
)
