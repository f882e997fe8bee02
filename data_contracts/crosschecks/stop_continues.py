"""Rule 28: a stop that is still open when its shift ends goes on in the next one."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import SOURCE, CrossCheck, Evidence, Example, compared, place

SOON = pl.duration(minutes=5)


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that follows, without a gap, a shift which ended in a stop without an end."""
    stops = pl.concat(
        [evidence.earlier_stops.filter(~pl.col("is_total")), evidence.stops.filter(~pl.col("is_total"))],
        how="diagonal_relaxed",
    )
    unfinished = (
        stops.filter(pl.col("start_at").is_not_null(), pl.col("end_at").is_null(), pl.col("downtime_min").is_null())
        .group_by("report_id")
        .agg(open_reason=pl.col("reason_code").last(), open_since=pl.col("start_at").max(), locator=_locator())
    )
    former = evidence.sequence.select(before="report_id", before_end="end_at")
    following = (
        evidence.sequence.filter(~pl.col("is_earlier"))
        .join(former, on="before")
        .filter(pl.col("before_end") == pl.col("start_at"))
        .join(unfinished.rename({"report_id": "before"}), on="before")
        .join(evidence.reports.filter(pl.col("layout_id").is_in(evidence.stop_layouts)).select(*SOURCE), on="report_id")
    )
    goes_on = (
        evidence.stops.filter(~pl.col("is_total"))
        .join(evidence.sequence.select("report_id", shift_start="start_at"), on="report_id")
        .filter(pl.col("start_at") <= pl.col("shift_start") + SOON)
        .select("report_id")
    )
    return compared(
        following.join(goes_on, on="report_id", how="anti"),
        measure="start_at",
        reported_text="—",
        reference_text=pl.coalesce("open_reason", pl.col("open_since").dt.strftime("%H:%M")),
        reference_locator=pl.col("locator"),
    )


def _locator() -> pl.Expr:
    return pl.concat_str(pl.col("source_file").last(), pl.lit(" · "), place("start_at_cell").last())


RULE = CrossCheck(
    id="stop_continues",
    number=28,
    family="continuity",
    severity="warning",
    name={"zh": "未结束的停机在下一班继续", "en": "An open stop goes on in the next shift"},
    message={
        "zh": "上一班结束时停机({reference})尚未结束,本班开始却没有({reported})停机。请补记,或写明上一班停机的结束时间。",
        "en": "The shift before ended in a stop ({reference}) without an end, and this one starts with none ({reported}). "
        "Enter it here, or its end there.",
    },
    compare=compare,
    grain=("report_id", "row_no"),
    example=Example(None, "18:40", "downtime_min"),
)
