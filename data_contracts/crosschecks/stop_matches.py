"""Rule 23: a stop of the report is found in the MES, at its time and with a reason of its class."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import (
    KEY,
    SOURCE,
    CrossCheck,
    Evidence,
    Example,
    compared,
    place,
    record_locator,
    whole_reports,
)
from data_contracts.crosschecks.figures import nothing
from data_contracts.crosschecks.times import STOP_CELLS

LONG_MIN = 15.0
"""Shorter stops are left out by people and split by machines."""
JOIN_MIN = 5.0
"""Stops with no more between them are one, on either side: who divides them is taste."""
NEAR_MIN = 30.0
"""A stop that lies farther away is another one, unless nothing else is left that fits."""
ALIKE_MIN = 3.0
"""Two stops that are left over on either side are one at a wrong time when reason and, within this, length are the same."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per long stop of a report or the MES, breaks aside: its start on both sides, or its minutes on one.

    And one per pair of single stops: the loss categories of their reasons. Starts are minutes after the shift's begin. Where minutes differ as a whole, rule 19 tells it: all cells of the report's stops take part, so this follows it.
    """
    if evidence.mes_stops.is_empty() or evidence.stops.is_empty():
        return nothing()
    shifts = evidence.windows.select(*KEY, shift_start="start_at")
    days = evidence.mes_stop_days
    reasons = evidence.master["reason"].select("reason_code", "loss_category")
    # Records may come late: lines and days without any record are not covered.
    covered = (
        whole_reports(evidence, evidence.stops)
        .join(days, on=["plant_id", "line_id"])
        .filter(pl.col("production_date").is_between("first_day", "last_day"), ~pl.col("is_total"))
    )
    # A stop without its times, or with wrong ones (rule 6), may be any that is not found: its report is not matched.
    times_known = (pl.col("end_at") >= pl.col("start_at")).fill_null(value=False)
    vague = covered.filter(~times_known).select("report_id")
    timed = covered.join(vague, on="report_id", how="anti")
    recorded = evidence.mes_stops.filter(pl.col("shift_id").is_not_null(), pl.col("start_at").is_not_null())
    single, single_mes = _single(timed, reasons), _single(recorded, reasons)
    mine = _joined(single, *SOURCE, *STOP_CELLS)
    theirs = _joined(single_mes, "record_no", "source_file")
    reports = _reports(mine)
    theirs = theirs.join(reports.select(KEY), on=list(KEY), how="semi")
    pairs = _pairs(mine, theirs)
    return pl.concat(
        [
            _starts(mine, pairs, reports, shifts),
            _unreported(theirs, pairs, reports, shifts),
            _classes(single, single_mes, reports),
        ]
    )


def _single(stops: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Stops that are no breaks, with ``start``, ``end``, ``loss_category``; one ``run`` is of stops that follow each other at once."""
    known = (
        stops.filter(pl.col("end_at") > pl.col("start_at"))
        .join(reasons, on="reason_code", how="left")
        .filter(pl.col("loss_category").fill_null("") != "planned")
        .sort(*KEY, "start_at")
        .rename({"start_at": "start", "end_at": "end"})
    )
    before = pl.col("end").cum_max().shift(1).over(KEY)
    apart = (pl.col("start") - before).dt.total_seconds() / 60 > JOIN_MIN
    runs = known.with_columns(run=apart.fill_null(value=True).cast(pl.Int32).cum_sum().over(KEY))
    return runs.with_columns(is_alone=pl.len().over(*KEY, "run") == 1)


def _joined(single: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """One row per run of stops: ``start``, ``end``, ``starts`` of them all, the first one's reason, ``stop_no``."""
    cells = [pl.concat([place(c) for c in STOP_CELLS]).drop_nulls().alias("stop_cells")]
    return (
        single.group_by(*KEY, "run", maintain_order=True)
        .agg(
            pl.col("start").first(),
            pl.col("end").max(),
            pl.col("start").alias("starts"),
            pl.col("reason_code").first(),
            *(pl.col(c).first() for c in columns),
            *(cells if STOP_CELLS[0] in columns else []),
        )
        .with_row_index("stop_no")
    )


def _reports(mine: pl.DataFrame) -> pl.DataFrame:
    """One row per report with stops, and all their cells."""
    return mine.group_by(*KEY, *SOURCE[:3], maintain_order=True).agg(
        pl.col("source_sheet").first(), all_cells=pl.col("stop_cells").explode(empty_as_null=True).drop_nulls()
    )


def _pairs(mine: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Stops and those of the other side that overlap them, lie near or, when nothing does, are alike; nearest first.

    ``begun_mes``: of several that are one there, the start that is nearest; ``off``: minutes to it.
    """
    both = mine.join(theirs.rename({"source_file": "mes_file"}), on=list(KEY), suffix="_mes")
    overlap = (pl.col("start") < pl.col("end_mes")) & (pl.col("start_mes") < pl.col("end"))
    off = ((pl.col("start") - pl.col("begun_mes")).dt.total_seconds() / 60).abs()
    both = (
        both.with_columns(begun_mes="starts_mes")
        .explode("begun_mes", empty_as_null=True)
        .with_columns(off=off)
        .sort("off")
        .unique(["stop_no", "stop_no_mes"], keep="first", maintain_order=True)
    )
    close = both.filter(overlap | (pl.col("off") <= NEAR_MIN))
    left = both.join(close, on="stop_no", how="anti").join(close, on="stop_no_mes", how="anti")
    alike = ((_length() - _length("_mes")).abs() <= ALIKE_MIN) & (pl.col("reason_code") == pl.col("reason_code_mes"))
    return pl.concat([close, left.filter(alike)]).sort("off")


def _length(side: str = "") -> pl.Expr:
    return ((pl.col(f"end{side}") - pl.col(f"start{side}")).dt.total_seconds() / 60).round(1)


def _long() -> pl.Expr:
    return _length() >= LONG_MIN


def _after(column: str) -> pl.Expr:
    return ((pl.col(column) - pl.col("shift_start")).dt.total_seconds() / 60).round(1)


def _starts(mine: pl.DataFrame, pairs: pl.DataFrame, reports: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Long stops of reports: with the start on the other side, or alone."""
    nearest = pairs.unique("stop_no", keep="first", maintain_order=True)
    rows = (
        mine.filter(_long())
        .join(nearest.select("stop_no", "begun_mes", "mes_file", "record_no"), on="stop_no", how="left")
        .join(reports.select("report_id", "all_cells"), on="report_id")
        .join(shifts, on=list(KEY))
    )
    found = pl.col("begun_mes").is_not_null()
    return compared(
        rows,
        measure=pl.when(found).then(pl.lit("start_min")).otherwise(pl.lit("downtime_min")),
        subject=pl.col("start_at_cell"),
        reported_value=pl.when(found).then(_after("start")).otherwise(_length()),
        reference_value=_after("begun_mes"),
        source_cell=pl.col("start_at_cell"),
        cells=pl.col("all_cells"),
        reference_locator=pl.when(found).then(pl.concat_str("mes_file", pl.lit(" · record "), "record_no")),
    )


def _unreported(theirs: pl.DataFrame, pairs: pl.DataFrame, reports: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Long stops of the MES of which the report says nothing."""
    rows = (
        theirs.filter(_long())
        .join(pairs.select(stop_no="stop_no_mes").unique(), on="stop_no", how="anti")
        .with_columns(locator=record_locator())
        .drop("source_file")
        .join(reports, on=list(KEY))
        .join(shifts, on=list(KEY))
    )
    return compared(
        rows,
        measure="downtime_min",
        subject=pl.concat_str(pl.lit("mes "), pl.col("start").cast(pl.String)),
        reported_value=None,
        reference_value=_length(),
        cells=pl.col("all_cells"),
        reference_locator=pl.col("locator"),
    )


def _classes(single: pl.DataFrame, single_mes: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Loss categories of stops that each have the other as their nearest, and that are alone or equally long."""
    known = pl.col("loss_category").is_not_null()
    mine = single.filter(known, _long()).with_row_index("stop_no")
    theirs = single_mes.filter(known).select(
        *(*KEY, "start", "end", "is_alone", "loss_category", "reason_code"), locator=record_locator()
    )
    both = (
        mine.join(theirs.with_row_index("stop_no"), on=list(KEY), suffix="_mes")
        .with_columns(off=((pl.col("start") - pl.col("start_mes")).dt.total_seconds() / 60).abs())
        .sort("off")
        .unique("stop_no", keep="first", maintain_order=True)
        .unique("stop_no_mes", keep="first", maintain_order=True)
    )
    alone = pl.col("is_alone") & pl.col("is_alone_mes")
    alike = (_length() - _length("_mes")).abs() <= ALIKE_MIN
    rows = both.filter(alone | alike, pl.col("off") <= JOIN_MIN).join(
        reports.select("report_id"), on="report_id", how="semi"
    )
    told, told_mes = (
        pl.concat_str(f"loss_category{side}", pl.lit(" ("), f"reason_code{side}", pl.lit(")")) for side in ("", "_mes")
    )
    return compared(
        rows,
        measure="loss_category",
        subject=pl.col("reason_code_cell"),
        reported_text=told,
        reference_text=pl.when(pl.col("loss_category") == pl.col("loss_category_mes")).then(told).otherwise(told_mes),
        source_cell=pl.col("reason_code_cell"),
        cells=pl.concat_list(place("reason_code_cell")),
        reference_locator=pl.col("locator"),
    )


RULE = CrossCheck(
    id="stop_matches",
    number=23,
    family="mes",
    severity="warning",
    absolute=5,
    name={"zh": "逐条停机与 MES 对应", "en": "Each stop is found in the MES"},
    message={
        "zh": "{measure}:报表为 {reported},MES 为 {reference}(容差 {tolerance})。请核对这条停机的起止时间与原因。",
        "en": "{measure}: the report says {reported}, the MES {reference} (tolerance {tolerance}). "
        "Compare this stop's times and reason with the MES.",
    },
    compare=compare,
    rank=9,
    grain=(*KEY, "start_at"),
    cardinality="many to many",
    example=Example(95.0, 60.0, "start_min"),
)
