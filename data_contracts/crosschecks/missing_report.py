"""Rule 42: a planned shift has a report soon after its end."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per planned shift without a report, once the time to hand it in has passed."""
    late_h = (pl.lit(evidence.now) - pl.col("end_at")).dt.total_seconds() / 3600
    missing = (
        evidence.expected.join(evidence.reports, on=list(KEY), how="anti")
        .with_columns(late_h=late_h)
        .filter(pl.col("late_h") > evidence.warning_after_h)
    )
    return compared(
        missing,
        measure="report",
        severity=pl.when(pl.col("late_h") > evidence.error_after_h).then(pl.lit("error")).otherwise(pl.lit("warning")),
        reported_value=pl.lit(0.0),
        reference_value=pl.lit(1.0),
    )


RULE = CrossCheck(
    id="missing_report",
    number=42,
    family="timeliness",
    severity="warning",
    name={"zh": "按时交报表", "en": "Report handed in on time"},
    message={
        "zh": "这个班次按日历应有报表,但尚未收到。请班长补交;若该班停产,请在日历中登记。",
        "en": "The calendar expects a report for this shift and none has arrived. "
        "Hand it in; if the shift did not work, enter that in the calendar.",
    },
    compare=compare,
    example=Example(None, None),
)
