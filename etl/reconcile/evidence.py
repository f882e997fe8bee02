"""From staged frames to what cross-checks look at: keys joined, orders looked up, one revision a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from data_contracts.calendar import WINDOW_SCHEMA, shift_windows
from data_contracts.crosschecks.base import KEY, Evidence
from data_contracts.layout import LayoutTable
from data_contracts.site import Site

_LINE = ["plant_id", "line_id"]
ROWS = ("output", "stops", "defects", "wip", "shifts")
AS_READ = (
    *("mes_output", "mes_cancelled", "mes_material", "mes_attendance", "mes_days", "orders"),
    *("earlier_output", "earlier_stops", "earlier_wip", "earlier_shifts"),
)


def build(frames: Mapping[str, pl.DataFrame], site: Site, days: Sequence[date], now: datetime) -> Evidence:
    """Evidence over the newest revision of every report. ``frames``: as the store reads them for ``days``."""
    reports = frames["reports"].sort("revision").unique(list(KEY), keep="last", maintain_order=True)
    rows = {name: frames[name].join(reports.select("report_id"), on="report_id", how="semi") for name in ROWS}
    windows = _windows(site, days)
    stops = _mes_stops(frames["mes_stops"], frames["mes_output"], rows["output"])
    expectation = site.config.expectation
    return Evidence(
        reports=reports,
        **rows,
        **{name: frames[name] for name in AS_READ},
        mes_stops=stops,
        readings=frames["readings"].join(reports.select("report_id"), on="report_id", how="semi"),
        held_cells=frames["held_cells"],
        merged_values=frames["merged_values"],
        order_output=_order_output(frames["order_output"], rows["output"], frames["mes_output"], windows),
        windows=windows,
        expected=_expected(windows, frames, expectation.horizon_days),
        mes_stop_days=_stop_days(frames["mes_stop_days"], stops),
        sequence=_sequence(reports, frames["earlier_reports"], site),
        master=site.master,
        zones=site.zones,
        defect_layouts=_layouts(site, lambda table: table.into == "defect"),
        scrap_layouts=_layouts(
            site,
            lambda table: (
                table.into == "defect" or "scrap_qty" in table.columns or any(w.into == "defect" for w in table.wide)
            ),
        ),
        stop_layouts=_layouts(site, lambda table: table.into == "stop" or any(w.into == "stop" for w in table.wide)),
        signed_layouts=frozenset(
            layout.id
            for layout in site.layouts
            if "leader" in layout.fields or any("leader" in table.columns for table in layout.tables.values())
        ),
        noted_layouts=_layouts(site, lambda table: bool(table.fields_given() & {"note", "reason_text"})),
        now=now,
        closed_through=site.config.period.closed_through,
        warning_after_h=expectation.warning_after_h,
        error_after_h=expectation.error_after_h,
    )


def settle(evidence: Evidence, frames: Mapping[str, pl.DataFrame], blocked: pl.DataFrame) -> Evidence:
    """A blocked report gives way to its former revision; without one it counts as handed in, with no rows.

    ``evidence.reports`` then says ``blocked`` for those.
    """
    held = frames["reports"].filter(pl.col("status") == "blocked").select("report_id")
    newest = evidence.reports.select("report_id")
    # A former revision that a gate blocked in its day stays blocked; the newest is judged anew.
    out = pl.concat([blocked, held.join(newest, on="report_id", how="anti")]).unique()
    usable = frames["reports"].join(out, on="report_id", how="anti").sort("revision")
    current = usable.unique(list(KEY), keep="last", maintain_order=True).with_columns(
        status=pl.lit("accepted"), is_current=pl.lit(value=True)
    )
    empty = evidence.reports.join(current, on=list(KEY), how="anti").with_columns(
        status=pl.lit("blocked"), is_current=pl.lit(value=False)
    )
    rows: dict[str, Any] = {
        name: frames[name].join(current.select("report_id"), on="report_id", how="semi") for name in ROWS
    }
    chosen = current.select(*KEY, chosen="report_id", chosen_layout="layout_id")
    sequence = (
        evidence.sequence.join(chosen, on=list(KEY), how="left", maintain_order="left")
        .filter(pl.col("is_earlier") | pl.col("chosen").is_not_null())
        .with_columns(report_id=pl.coalesce("chosen", "report_id"), layout_id=pl.coalesce("chosen_layout", "layout_id"))
        .drop("chosen", "chosen_layout")
    )
    return replace(
        evidence,
        **rows,
        reports=pl.concat([current, empty]),
        sequence=_in_order(sequence),
        readings=frames["readings"].join(current.select("report_id"), on="report_id", how="semi"),
        mes_stops=_mes_stops(frames["mes_stops"], frames["mes_output"], rows["output"]),
        order_output=_order_output(frames["order_output"], rows["output"], frames["mes_output"], evidence.windows),
    )


def _sequence(reports: pl.DataFrame, earlier: pl.DataFrame, site: Site) -> pl.DataFrame:
    both = pl.concat(
        [
            reports.select(*KEY, "report_id", "layout_id", is_earlier=pl.lit(value=False)),
            earlier.select(*KEY, "report_id", "layout_id", is_earlier=pl.lit(value=True)),
        ]
    )
    days: list[date] = both["production_date"].unique().to_list()
    windows = pl.DataFrame(schema=WINDOW_SCHEMA)
    if days:
        windows = shift_windows(site.master, site.zones, min(days), max(days))
    planned = (
        windows.select(*KEY, "start_at", "end_at", work_min=pl.col("shift_min") - pl.col("break_min"))
        .sort(*_LINE, "start_at")
        .with_columns(planned_before=pl.col("start_at").shift(1).over(_LINE))
    )
    return _in_order(both.join(planned, on=list(KEY)))


def _in_order(sequence: pl.DataFrame) -> pl.DataFrame:
    """Sorted by line and time, with the line's former report ``before`` each."""
    return sequence.sort(*_LINE, "start_at").with_columns(
        before=pl.col("report_id").shift(1).over(_LINE),
        is_next=(pl.col("start_at").shift(1).over(_LINE) == pl.col("planned_before")).fill_null(value=False),
    )


def verdict(frames: Mapping[str, pl.DataFrame], settled: Evidence) -> pl.DataFrame:
    """Status of every revision after the gates: report_id, status, is_current."""
    current = settled.reports.filter("is_current").select("report_id", chosen=pl.lit(value=True), top="revision")
    tops = settled.reports.filter("is_current").select(*KEY, top_revision="revision")
    judged = frames["reports"].join(current, on="report_id", how="left").join(tops, on=list(KEY), how="left")
    chosen = pl.col("chosen").fill_null(value=False)
    newer = pl.col("top_revision").is_null() | (pl.col("revision") > pl.col("top_revision"))
    status = (
        pl.when(chosen)
        .then(pl.lit("accepted"))
        .when(newer | (pl.col("status") == "blocked"))
        .then(pl.lit("blocked"))
        .otherwise(pl.lit("superseded"))
    )
    return judged.select("report_id", is_current=chosen, status=status)


def _layouts(site: Site, has: Callable[[LayoutTable], bool]) -> frozenset[str]:
    return frozenset(layout.id for layout in site.layouts if any(map(has, layout.tables.values())))


def _stop_days(history: pl.DataFrame, stops: pl.DataFrame) -> pl.DataFrame:
    """First and last day on which the MES recorded stops of a line; those placed by their order count as well."""
    placed = stops.filter(pl.col("production_date").is_not_null(), pl.col("line_id").is_not_null()).select(
        "plant_id", "line_id", first_day="production_date", last_day="production_date"
    )
    return (
        pl.concat([history, placed])
        .group_by("plant_id", "line_id")
        .agg(pl.col("first_day").min(), pl.col("last_day").max())
    )


def _windows(site: Site, days: Sequence[date]) -> pl.DataFrame:
    wanted = pl.DataFrame({"production_date": list(days)}, schema={"production_date": pl.Date})
    windows = shift_windows(site.master, site.zones, min(days), max(days))
    return windows.join(wanted, on="production_date", how="semi")


def _expected(windows: pl.DataFrame, frames: Mapping[str, pl.DataFrame], horizon_days: int) -> pl.DataFrame:
    """Shifts that should have a report: from a plant's first report to some days after its last sign of life.

    A plant that has been silent for longer has one problem, not one for every shift.
    """
    signs = pl.concat([frames["report_days"].select("plant_id", "last_day"), frames["record_days"]])
    last = signs.group_by("plant_id").agg(pl.col("last_day").max() + timedelta(days=horizon_days))
    first = frames["report_days"].select("plant_id", "first_day")
    return (
        windows.join(first, on="plant_id")
        .join(last, on="plant_id")
        .filter(pl.col("production_date").is_between("first_day", "last_day"))
        .drop("first_day", "last_day")
    )


def _mes_stops(stops: pl.DataFrame, records: pl.DataFrame, output: pl.DataFrame) -> pl.DataFrame:
    """Stops with line, day and shift; what some systems export once for each shift that it touches counts once."""
    parts = pl.col("part_no").is_not_null()
    same = [*KEY, "export_id", "order_id", "start_at", "end_at", "reason_code"]
    again = pl.int_range(pl.len()).over(*same, pl.col("downtime_min").round(2)) > 0
    return _by_order(stops.filter(~(parts & again)), records, output)


def _by_order(stops: pl.DataFrame, records: pl.DataFrame, output: pl.DataFrame) -> pl.DataFrame:
    """Stops that name only their order get line, day and shift from the order's record or, failing that, its report."""
    missing = pl.col("production_date").is_null() | pl.col("shift_id").is_null()
    if stops.filter(missing).is_empty():
        return stops
    named = pl.concat([side.select("order_id", *KEY).drop_nulls().unique() for side in (records, output)])
    runs = named.unique("order_id", keep="first", maintain_order=True).rename({k: f"_{k}" for k in KEY})
    return (
        stops.join(runs, on="order_id", how="left", maintain_order="left")
        .with_columns(pl.when(missing).then(f"_{k}").otherwise(k).alias(k) for k in KEY)
        .drop(f"_{k}" for k in KEY)
    )


def _order_output(
    history: pl.DataFrame, output: pl.DataFrame, records: pl.DataFrame, windows: pl.DataFrame
) -> pl.DataFrame:
    """What was made of each order, shift by shift and cumulative, with the report's cell where there is a report.

    Other days as consolidated; these as the MES counts them where it names orders, otherwise as reported.
    """
    by = ["order_id", *KEY]
    said = (pl.col("order_id").is_not_null(), pl.col("good_qty").is_not_null())
    totals = output.filter("is_total").group_by("report_id").agg(total_cell=pl.col("good_qty_cell").last())
    reported = (
        output.join(totals, on="report_id", how="left")
        .filter(~pl.col("is_total"), *said)
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("good_qty").sum(),
            *(pl.col(c).first() for c in ("report_id", "source_file", "source_file_id", "source_sheet", "product_id")),
            pl.coalesce(pl.col("total_cell").first(), pl.col("good_qty_cell").drop_nulls().last()).alias("source_cell"),
        )
    )
    counted = records.filter(*said, pl.col("shift_id").is_not_null()).group_by(by).agg(made=pl.col("good_qty").sum())
    covered = counted.select(KEY).unique().with_columns(covered=pl.lit(value=True))
    here = (
        reported.join(counted, on=by, how="full", coalesce=True)
        .join(covered, on=list(KEY), how="left")
        .filter(pl.col("covered").is_null() | pl.col("made").is_not_null())
        .with_columns(good_qty=pl.coalesce("made", "good_qty"))
        .drop("made", "covered")
    )
    both = pl.concat([history, here], how="diagonal_relaxed").join(
        windows.select(*KEY, "start_at"), on=list(KEY), how="left"
    )
    return both.sort("order_id", "production_date", "start_at", "shift_id", "line_id").with_columns(
        cumulative=pl.col("good_qty").cum_sum().over("order_id")
    )
