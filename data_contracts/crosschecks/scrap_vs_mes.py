"""Rule 18: scrap of the report against the MES."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, once
from data_contracts.crosschecks.sums import against_mes, counted_output


@once
def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report (and order, where both sides name the same orders) of a shift whose scrap the MES counts.

    Many an MES counts good pieces only; a shift without any record is rule 17's.
    """
    reported, recorded = counted_output(evidence, "scrap_qty")
    counted = reported.join(recorded.select(KEY).unique(), on=list(KEY), how="semi")
    return against_mes(counted, recorded, "scrap_qty")


RULE = CrossCheck(
    id="scrap_vs_mes",
    number=18,
    family="mes",
    severity="warning",
    absolute=2,
    relative=0.10,
    name={"zh": "不良数:报表与 MES", "en": "Scrap: report and MES"},
    message={
        "zh": "报表不良 {reported},MES 不良 {reference},相差 {delta}(容差 {tolerance})。请对照标出的单元格与 MES 记录。",
        "en": "The report says {reported} scrap, the MES {reference}: {delta} (tolerance {tolerance}). "
        "Compare the marked cell with the MES record.",
    },
    compare=compare,
    rank=0,
    grain=(*KEY, "order_id"),
    cardinality="many to many",
    example=Example(21.0, 14.0, "scrap_qty"),
    has_sides=True,
)
