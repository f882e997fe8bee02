"""Rule 23: each stop of the report has its record in the MES, with the same start and kind of reason."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import (
    KEY,
    SOURCE,
    CrossCheck,
    Evidence,
    compared,
    place,
    record_locator,
    whole_reports,
)
from data_contracts.crosschecks.times import STOP_CELLS

SAME_START = pl.duration(minutes=5)
TOTALS_AGREE_MIN, OF_SHIFT = 10.0, 0.05
"""Where the sums differ by more, rule 19 tells it."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per timed stop of either side, in shifts whose sums agree; and one per pair, for the kind of reason."""
    kinds = evidence.master["reason"].select("reason_code", kind="loss_category")
    timed = (pl.col("start_at").is_not_null(), pl.col("end_at") > pl.col("start_at"))
    length = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    columns = ("start_at", "end_at", "reason_code")
    listed = (
        whole_reports(evidence, evidence.stops)
        .filter(~pl.col("is_total"), *timed)
        .join(evidence.mes_stop_days, on=["plant_id", "line_id"])
        .filter(pl.col("production_date").is_between("first_day", "last_day"))
        .join(kinds, on="reason_code", how="left")
        .with_columns(minutes=length)
        .with_row_index("stop_id")
    )
    recorded = (
        evidence.mes_stops.filter(pl.col("shift_id").is_not_null(), *timed)
        .join(kinds, on="reason_code", how="left")
        .select(*KEY, *columns, "kind", minutes=length, locator=record_locator())
        .with_row_index("record_id")
    )
    alike = _shifts_that_agree(evidence, listed, recorded)
    listed, recorded = listed.join(alike, on=list(KEY), how="semi"), recorded.join(alike, on=list(KEY))
    pairs = _pairs(listed, recorded)
    lonely = listed.join(pairs, on="stop_id", how="anti")
    unlisted = recorded.join(pairs, on="record_id", how="anti")
    # Of two stops that follow each other without a gap the one that is nearest counts.
    nearest = pairs.filter(pl.col("gap") <= SAME_START).sort("gap").unique("stop_id", keep="first", maintain_order=True)
    named = listed.join(nearest, on="stop_id").filter(pl.col("kind").is_not_null(), pl.col("record_kind").is_not_null())
    return pl.concat(
        [
            compared(
                lonely,
                measure="downtime_min",
                subject=pl.concat_str(pl.lit("listed "), pl.col("start_at").cast(pl.String)),
                reported_value=pl.col("minutes"),
                reference_value=pl.lit(0.0),
                source_cell=pl.col("start_at_cell"),
                cells=pl.concat_list(place("start_at_cell"), place("end_at_cell"), place("downtime_min_cell")),
            ),
            compared(
                unlisted,
                measure="downtime_min",
                subject=pl.concat_str(pl.lit("recorded "), pl.col("start_at").cast(pl.String)),
                reported_value=pl.lit(0.0),
                reference_value=pl.col("minutes"),
                # The stop may be there with a wrong time: any of these cells may be the one to correct.
                cells=pl.col("listed_cells"),
                reference_locator=pl.col("locator"),
            ),
            compared(
                named,
                measure="reason_code",
                subject=pl.col("start_at").cast(pl.String),
                reported_text=pl.col("reason_code"),
                reference_text=pl.when(pl.col("kind") == pl.col("record_kind"))
                .then("reason_code")
                .otherwise("record_reason"),
                source_cell=pl.col("reason_code_cell"),
                cells=pl.concat_list(place("reason_code_cell")).list.drop_nulls(),
                reference_locator=pl.col("locator"),
            ),
        ]
    )


def _shifts_that_agree(evidence: Evidence, listed: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Shifts in which both sides time stops and the sums agree: KEY, the report's SOURCE, and the cells of its stops."""
    cells = pl.concat([place(c) for c in STOP_CELLS]).drop_nulls().alias("listed_cells")
    mine = listed.group_by(*KEY, *SOURCE).agg(cells, mine=pl.col("minutes").sum())
    theirs = recorded.group_by(KEY).agg(theirs=pl.col("minutes").sum())
    allowed = pl.max_horizontal(pl.lit(TOTALS_AGREE_MIN), OF_SHIFT * pl.col("shift_min"))
    return (
        mine.join(theirs, on=list(KEY))
        .join(evidence.windows.select(*KEY, "shift_min"), on=list(KEY))
        .filter((pl.col("mine") - pl.col("theirs")).abs() <= allowed)
        .select(*KEY, *SOURCE, "listed_cells")
    )


def _pairs(listed: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Stops and records that start together, or of which one covers at least half of the other."""
    other = recorded.select(
        *KEY,
        "record_id",
        "locator",
        record_start="start_at",
        record_end="end_at",
        record_reason="reason_code",
        record_kind="kind",
        record_min="minutes",
    )
    gap = (pl.col("start_at") - pl.col("record_start")).abs()
    shared = pl.min_horizontal("end_at", "record_end") - pl.max_horizontal("start_at", "record_start")
    half = pl.min_horizontal("minutes", "record_min") / 2
    return (
        listed.select(*KEY, "stop_id", "start_at", "end_at", "minutes")
        .join(other, on=list(KEY))
        .with_columns(gap=gap)
        .filter((pl.col("gap") <= SAME_START) | (shared.dt.total_seconds() / 60 >= half))
        .select("stop_id", "record_id", "locator", "record_reason", "record_kind", "gap")
    )


RULE = CrossCheck(
    id="each_stop_vs_mes",
    number=23,
    family="mes",
    severity="warning",
    absolute=10,
    name={"zh": "逐次停机:报表与 MES", "en": "Each stop: report and MES"},
    message={
        "zh": "这次停机报表为 {reported},MES 为 {reference}。请核对开始时间与原因。",
        "en": "The report has {reported} for this stop, the MES {reference}. Check its start and reason.",
    },
    compare=compare,
    rank=8,
)
