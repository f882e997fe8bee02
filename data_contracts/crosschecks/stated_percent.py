"""Rule 14: a percentage in a report is what its quantities give."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports
from data_contracts.crosschecks.figures import (
    cells_of_row,
    made_by_report,
    nothing,
    produced,
    states,
    whole_output,
)

PERCENTAGES = {
    "yield_pct": ("good", "produced"),
    "scrap_pct": ("scrap", "produced"),
    "attainment_pct": ("good", "planned"),
}
"""Percentage to what is divided by what (ISO 22400-2 quality ratio, scrap ratio; good of plan)."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per stated percentage of a row, a total or a whole shift; not where nothing was made or planned."""
    if not states(evidence.output, *PERCENTAGES) and not states(evidence.shifts, *PERCENTAGES):
        return nothing()
    output = whole_output(evidence)
    rows = output.with_columns(
        good=pl.col("good_qty"),
        scrap=pl.col("scrap_qty"),
        planned=pl.col("planned_qty"),
        produced=produced(),
        made_cells=cells_of_row(),
    )
    shifts = whole_reports(evidence, evidence.shifts).join(
        made_by_report(evidence).drop("product_id"), on="report_id", how="left", maintain_order="left"
    )
    stated = [
        frame.filter(pl.col(name).is_not_null(), pl.col(part).is_not_null(), pl.col(whole) > 0).select(
            *KEY,
            *SOURCE,
            "made_cells",
            measure=pl.lit(name),
            stated=pl.col(name),
            cell=f"{name}_cell",
            true=_nearest(name, part, whole).round(2),
        )
        for name, (part, whole) in PERCENTAGES.items()
        for frame in (rows, shifts)
    ]
    return compared(
        pl.concat(stated),
        subject=pl.col("cell"),
        reported_value=pl.col("stated"),
        reference_value=pl.col("true"),
        source_cell=pl.col("cell"),
        cells=pl.concat_list(pl.concat_list(place("cell")), pl.col("made_cells").fill_null([])),
    )


def _nearest(name: str, part: str, whole: str) -> pl.Expr:
    """The percentage by the quantities. Some count all that was produced into what was attained: either will do."""
    true = 100 * pl.col(part) / pl.col(whole)
    if part != "good" or whole != "planned":
        return true
    other = 100 * pl.col("produced") / pl.col(whole)
    return pl.when((pl.col(name) - other).abs() < (pl.col(name) - true).abs()).then(other).otherwise(true)


RULE = CrossCheck(
    id="stated_percent",
    number=14,
    family="report",
    severity="warning",
    absolute=0.5,
    name={"zh": "所写百分比与数量一致", "en": "Percentages follow from the quantities"},
    message={
        "zh": "{measure}写的是 {reported}%,按数量计算应为 {reference}%,相差 {delta} 个百分点(容差 {tolerance})。请核对百分比或数量。",
        "en": "{measure}: the report says {reported} %, its quantities give {reference} %, {delta} points apart "
        "(tolerance {tolerance}). Check the percentage or the quantities.",
    },
    compare=compare,
    rank=8,
    grain=("report_id", "row_no", "measure"),
    cardinality="one to many",
    example=Example(96.0, 91.4, "yield_pct"),
)
