"""Rule 4: run time, stops and breaks fill the shift; or, for a batch, its run time and stops fill its duration."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import (
    KEY,
    SOURCE,
    CrossCheck,
    Evidence,
    Example,
    compared,
    of_layouts,
    place,
    whole_reports,
)


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per shift that states its run time, and one per batch with a start, an end and a known run time.

    Where a report has no place for stops nothing can be balanced. A break that is listed as a planned stop counts once.
    """
    return pl.concat([_shifts(evidence), _batches(evidence)])


def _shifts(evidence: Evidence) -> pl.DataFrame:
    output = whole_reports(evidence, evidence.output).filter(~pl.col("is_total"))
    run = (
        output.join(of_layouts(evidence, evidence.stop_layouts), on="report_id", how="semi")
        .group_by("report_id")
        .agg(
            *(pl.col(k).first() for k in (*KEY, *SOURCE[1:])),
            pl.col("run_min").sum().alias("run"),
            pl.col("run_min").is_not_null().any().alias("tells_run"),
            place("run_min_cell").drop_nulls().alias("run_cells"),
            pl.col("run_min_cell").drop_nulls().first().alias("run_cell"),
        )
        .filter("tells_run")
    )
    both = run.join(_stops(evidence, ["report_id"]), on="report_id", how="left").join(
        evidence.windows.select(*KEY, "shift_min", "break_min"), on=list(KEY)
    )
    told = pl.col("run") + pl.col("stop").fill_null(0) + pl.col("break_min")
    listed_break = pl.min_horizontal(pl.col("planned").fill_null(0), "break_min")
    once = (told - listed_break - pl.col("shift_min")).abs() < (told - pl.col("shift_min")).abs()
    return compared(
        both,
        measure="shift_min",
        reported_value=pl.when(once).then(told - listed_break).otherwise(told),
        reference_value=pl.col("shift_min"),
        source_cell=pl.col("run_cell"),
        cells=pl.concat_list("run_cells", pl.col("stop_cells").fill_null([])),
    )


def _batches(evidence: Evidence) -> pl.DataFrame:
    products = evidence.master["product"].select("product_id", "batch_run_min")
    rows = (
        whole_reports(evidence, evidence.output)
        .filter(~pl.col("is_total"), pl.col("start_at").is_not_null(), pl.col("end_at").is_not_null())
        .join(products, on="product_id")
        .filter(pl.col("batch_run_min").is_not_null(), pl.col("order_id").is_not_null())
    )
    stops = _stops(evidence, ["report_id", "order_id"])
    records = evidence.mes_output.select("order_id", mes_start="start_at", mes_end="end_at").unique(
        "order_id", keep="none"
    )
    both = rows.join(stops, on=["report_id", "order_id"], how="left").join(records, on="order_id", how="left")
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    times = pl.concat_list(place("start_at_cell"), place("end_at_cell"))
    # Where the MES names other times, that cell is the odd one out; otherwise a stop is the likelier slip.
    wrong_time = (
        pl.when(pl.col("mes_start") != pl.col("start_at"))
        .then("start_at_cell")
        .when(pl.col("mes_end") != pl.col("end_at"))
        .then("end_at_cell")
    )
    stop_cell = pl.when(wrong_time.is_null()).then("stop_cell")
    return compared(
        both,
        measure="downtime_min",
        subject=pl.col("order_id"),
        reported_value=pl.col("stop").fill_null(0),
        reference_value=span - pl.col("batch_run_min"),
        source_sheet=pl.when(stop_cell.is_not_null()).then("stop_sheet").otherwise("source_sheet"),
        source_cell=pl.coalesce(wrong_time, stop_cell, "end_at_cell"),
        cells=pl.concat_list(times, pl.col("stop_cells").fill_null([])),
    )


def _stops(evidence: Evidence, by: list[str]) -> pl.DataFrame:
    reasons = evidence.master["reason"].select("reason_code", "loss_category")
    return (
        evidence.stops.filter(~pl.col("is_total"), pl.col("downtime_min").is_not_null())
        .join(reasons, on="reason_code", how="left", maintain_order="left")
        .group_by(by)
        .agg(
            pl.col("downtime_min").sum().alias("stop"),
            pl.col("downtime_min").filter(pl.col("loss_category") == "planned").sum().alias("planned"),
            place("downtime_min_cell").drop_nulls().alias("stop_cells"),
            pl.col("downtime_min_cell").sort_by("downtime_min", descending=True).first().alias("stop_cell"),
            pl.col("source_sheet").sort_by("downtime_min", descending=True).first().alias("stop_sheet"),
        )
    )


RULE = CrossCheck(
    id="time_balance",
    number=4,
    family="report",
    severity="error",
    absolute=5,
    name={"zh": "运行 + 停机 + 休息 = 班次时间", "en": "Run time, stops and breaks fill the time"},
    message={
        "zh": "报表的时间合计 {reported} 分钟,应为 {reference} 分钟,相差 {delta}。请核对停机与起止时间。",
        "en": "The report accounts for {reported} min, {reference} min were to fill: {delta}. Check stops, start and end.",
    },
    compare=compare,
    rank=6,
    grain=("report_id", "order_id"),
    cardinality="many to many",
    example=Example(462.0, 480.0, "shift_min"),
)
