"""Rule 44: no report for a shift that has not begun, and none after its period was closed."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared, place


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report of the future, and one per report that arrived after the close.

    A report that was handed in soon after its shift came before any close, whenever the period was closed.
    """
    starts = evidence.windows.select(*KEY, "start_at", "end_at")
    begin = pl.coalesce("start_at", pl.col("production_date").cast(pl.Datetime("us")))
    future = evidence.reports.join(starts, on=list(KEY), how="left").filter(begin > pl.lit(evidence.now))
    on_time = pl.col("received_at") <= pl.col("end_at") + pl.duration(hours=evidence.error_after_h)
    late = evidence.reports.join(starts, on=list(KEY), how="left").filter(
        pl.col("production_date") <= pl.lit(evidence.closed_through, pl.Date),
        pl.col("received_at").dt.date() > pl.lit(evidence.closed_through, pl.Date),
        ~on_time.fill_null(value=False),
    )
    day = pl.col("production_date").cast(pl.String)
    cell = pl.col("production_date_cell")
    return pl.concat(
        [
            compared(
                frame,
                measure="production_date",
                subject=subject,
                reported_text=day,
                reference_text=limit,
                source_cell=cell,
                cells=pl.concat_list(place("production_date_cell")).list.drop_nulls(),
            )
            for frame, subject, limit in (
                (future, "future", f"≤ {evidence.now:%Y-%m-%d}"),
                (late, "closed", f"> {evidence.closed_through}"),
            )
        ]
    )


RULE = CrossCheck(
    id="date_open",
    number=44,
    family="timeliness",
    severity="block",
    gate=True,
    name={"zh": "日期不在未来,期间未关账", "en": "Day not in the future, period not closed"},
    message={
        "zh": "报表日期是 {reported},允许的是 {reference}。请核对日期;已关账的期间请联系主管。",
        "en": "The report is for {reported}; allowed is {reference}. Check the day; for a closed period ask your supervisor.",
    },
    compare=compare,
    grain=("report_id",),
    example=Example("2026-03-14", "2026-03-13", "production_date"),
)
