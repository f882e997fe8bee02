"""Rule 48: the day of a report is written as a date that can be read in one way only.

What can be read in two ways is held back before; here stand days that had to be worked out.
"""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, place

_WORKED_OUT = "serial|day_order"


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report and cell whose day was a bare number, or in an order of day and month nobody agreed on."""
    days = evidence.readings.filter(
        pl.col("measure") == "production_date", pl.col("repair").str.contains(_WORKED_OUT)
    ).unique(["report_id", "source_sheet", "source_cell"], keep="first", maintain_order=True)
    return compared(
        days,
        subject=pl.concat_str("source_sheet", pl.lit("!"), "source_cell"),
        reported_text=pl.col("raw"),
        reference_text=pl.col("production_date").cast(pl.String),
        cells=pl.concat_list(place("source_cell")),
    )


RULE = CrossCheck(
    id="date_reading",
    number=48,
    family="reading",
    severity="error",
    name={"zh": "日期写法明确", "en": "Date written so that it can be read in one way"},
    message={
        "zh": "日期写成了 {reported},按 {reference} 处理。请写成完整日期,例如 2026-03-04。",
        "en": "The date is written as {reported} and was taken for {reference}. Write it in full, such as 2026-03-04.",
    },
    compare=compare,
    example=Example("03/04/2026", "2026-04-03", "production_date"),
)
