"""Rule 40: one current report for a line, shift and day."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, place


def compare(evidence: Evidence) -> pl.DataFrame:
    """Two sheets of one file that claim the same shift block it; a corrected report is worth a note."""
    reports = evidence.reports
    cell = "shift_id_cell"
    twice = compared(
        reports.filter(pl.col("key_sheets") > 1),
        measure="report",
        severity="block",
        reported_value=pl.col("key_sheets").cast(pl.Float64),
        reference_value=pl.lit(1.0),
        source_cell=pl.col(cell),
        cells=pl.concat_list(place(cell)).list.drop_nulls(),
    )
    corrected = compared(
        reports.filter(pl.col("revision") > 1),
        measure="revision",
        severity="info",
        reported_value=pl.col("revision").cast(pl.Float64),
        reference_value=pl.lit(1.0),
        source_cell=pl.col(cell),
    )
    return pl.concat([twice, corrected])


RULE = CrossCheck(
    id="one_report",
    number=40,
    family="identity",
    severity="block",
    gate=True,
    name={"zh": "每线每班每日一份有效报表", "en": "One report for a line, shift and day"},
    message={
        "zh": "这条线这个班次已有报表:现为第 {reported} 份。更正后的报表已生效;若两页写了同一班次,请改正班次。",
        "en": "There is more than one report for this line and shift ({reported}). A corrected one is in force; "
        "if two sheets name the same shift, correct the shift.",
    },
    compare=compare,
    grain=("report_id",),
    example=Example("2", None),
)
