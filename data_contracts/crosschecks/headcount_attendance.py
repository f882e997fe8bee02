"""Rule 33: as many people as attendance knows."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.figures import nothing, people, present


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states people and whose line and shift have records of attendance."""
    if evidence.mes_attendance.is_empty():
        return nothing()
    both = people(evidence).filter(pl.col("headcount").is_not_null()).join(present(evidence), on=list(KEY))
    return compared(
        both,
        measure="headcount",
        reported_value=pl.col("headcount"),
        reference_value=pl.col("present"),
        source_cell=pl.col("headcount_cell"),
        cells=pl.col("cells"),
        reference_locator=pl.col("locator"),
    )


RULE = CrossCheck(
    id="headcount_attendance",
    number=33,
    family="plausibility",
    severity="warning",
    absolute=1,
    name={"zh": "人数:报表与考勤", "en": "People: report and attendance"},
    message={
        "zh": "报表写 {reported} 人,考勤为 {reference} 人,相差 {delta}(容差 {tolerance})。请核对人数与考勤记录。",
        "en": "The report says {reported} people, attendance knows {reference}: {delta} (tolerance {tolerance}). "
        "Compare the report with the attendance records.",
    },
    compare=compare,
    rank=3,
    cardinality="one to many",
    example=Example(9.0, 6.0, "headcount"),
)
