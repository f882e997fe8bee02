"""Minutes of a report: what was run, by its own word or by what was made at the product's ideal cycle."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, Evidence, once, place, whole_reports

STOP_CELLS = ("start_at_cell", "end_at_cell", "downtime_min_cell")


@once
def run_minutes(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states its run time, or whose products all have an ideal cycle.

    Columns: report_id, run (min), is_stated.
    """
    return (
        _rows(evidence)
        .group_by("report_id")
        .agg(
            stated=pl.col("run_min").sum(),
            is_stated=pl.col("run_min").is_not_null().any(),
            ideal=_ideal().sum(),
            is_known=_ideal().is_not_null().all(),
        )
        .filter(pl.col("is_stated") | pl.col("is_known"))
        .select("report_id", run=pl.when("is_stated").then("stated").otherwise("ideal"), is_stated="is_stated")
    )


@once
def ideal_minutes(evidence: Evidence) -> pl.DataFrame:
    """One row per report of which every row has a product with an ideal cycle (ISO 22400 PRI × PQ).

    Columns: KEY, SOURCE, ideal (min), produced_qty, planned_min (plan × cycle), planned_qty, source_cell, cells: those of
    the good quantities, and the largest.
    """
    good = pl.col("good_qty")
    return (
        _rows(evidence)
        .with_columns(_ideal().alias("ideal"))
        .group_by(*KEY, *SOURCE, maintain_order=True)
        .agg(
            pl.col("ideal").sum(),
            pl.col("ideal").is_not_null().all().alias("is_known"),
            _produced().sum().alias("produced_qty"),
            (pl.col("planned_qty") * pl.col("cycle_s") / 60).sum().alias("planned_min"),
            pl.col("planned_qty").sum(),
            pl.col("planned_qty").is_not_null().all().alias("is_planned"),
            pl.col("good_qty_cell").sort_by(good, descending=True, nulls_last=True).first().alias("source_cell"),
            place("good_qty_cell").drop_nulls().alias("cells"),
        )
        .filter("is_known")
        .drop("is_known")
    )


def _rows(evidence: Evidence) -> pl.DataFrame:
    cycles = evidence.master["product"].select("product_id", "cycle_s")
    rows = whole_reports(evidence, evidence.output).filter(~pl.col("is_total"))
    return rows.join(cycles, on="product_id", how="left", maintain_order="left")


def _produced() -> pl.Expr:
    parts = pl.col("good_qty").fill_null(0) + pl.col("scrap_qty").fill_null(0) + pl.col("rework_qty").fill_null(0)
    return pl.coalesce("total_qty", parts)


def _ideal() -> pl.Expr:
    """Null where nobody says how much was made, or the product has no ideal cycle."""
    said = pl.col("good_qty").is_not_null() | pl.col("total_qty").is_not_null()
    return pl.when(said & (_produced() == 0)).then(0.0).when(said).then(_produced() * pl.col("cycle_s") / 60)


@once
def listed_stops(evidence: Evidence) -> pl.DataFrame:
    """One row per report of a layout that lists stops: report_id, stopped (min), stop_cells; 0 where none is listed."""
    minutes = pl.coalesce("downtime_min", (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60)
    sums = (
        whole_reports(evidence, evidence.stops)
        .filter(~pl.col("is_total"))
        .group_by("report_id")
        .agg(stopped=minutes.sum(), stop_cells=pl.concat([place(c) for c in STOP_CELLS]).drop_nulls())
    )
    return (
        evidence.reports.filter(pl.col("layout_id").is_in(evidence.stop_layouts), pl.col("refused_rows") == 0)
        .select("report_id")
        .join(sums, on="report_id", how="left")
        .with_columns(pl.col("stopped").fill_null(0.0), pl.col("stop_cells").fill_null([]))
    )
