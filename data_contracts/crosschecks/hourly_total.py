"""Rule 1: the hours of a report add up to the total it states."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example
from data_contracts.crosschecks.totals import stated_totals

_MEASURES = {
    "output": ("planned_qty", "good_qty", "scrap_qty", "rework_qty", "total_qty", "stop_min"),
    "stops": ("downtime_min",),
    "defects": ("scrap_qty",),
}


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per stated total of a table and sheet."""
    return stated_totals(evidence, _MEASURES)


RULE = CrossCheck(
    id="hourly_total",
    number=1,
    family="report",
    severity="error",
    name={"zh": "各小时之和等于合计", "en": "Hours add up to the total"},
    message={
        "zh": "合计写的是 {reported},各行相加是 {reference},相差 {delta}。请核对合计或各小时的数字。",
        "en": "The total says {reported}, its rows add up to {reference}: {delta}. Check the total or the hours.",
    },
    compare=compare,
    rank=3,
    grain=("report_id", "source_sheet", "row_no", "measure"),
    cardinality="one to many",
    example=Example(1070.0, 1007.0),
)
