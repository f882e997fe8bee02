"""Sums for the dashboards: quantities, ISO 22400 times, losses, completeness, differences. All summable."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, Evidence, of_layouts
from data_contracts.tables import TABLES
from data_contracts.tables.discrepancy import OPEN


def total(column: str) -> pl.Expr:
    """A sum that is null when nothing was said; 0 would be a claim."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum())


def severe(findings: pl.DataFrame) -> pl.DataFrame:
    """KEY of the shifts with an open error."""
    grave = pl.col("severity").is_in(["error", "block"]) & pl.col("status").is_in(OPEN)
    return findings.filter(grave).select(KEY).unique()


def mart_output(production: pl.DataFrame, stops: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Contract ``mart_output``: what was made and how the time went. What nobody said is null, never 0."""
    cycles = evidence.master["product"].select("product_id", pri_min=pl.col("cycle_s") / 60)
    quantity = ("good_qty", "scrap_qty", "rework_qty")
    said = pl.any_horizontal(pl.col(quantity).is_not_null()) & pl.col("good_qty").is_not_null().any().over(KEY)
    produced = pl.when(said).then(pl.sum_horizontal(quantity))
    # Of a product without a cycle the ideal time is unknown, and with it the shift's.
    paced = (pl.col("pri_min").is_not_null() | (pl.col("produced_qty").fill_null(0) == 0)).all()
    quantities = (
        production.join(cycles, on="product_id", how="left")
        .with_columns(produced_qty=produced, ideal_produced_min=produced * pl.col("pri_min"))
        .with_columns(ideal_good_min=pl.col("good_qty") * pl.col("pri_min"))
        .group_by(KEY)
        .agg(
            *(
                total(c)
                for c in (
                    *("planned_qty", "good_qty", "scrap_qty", "rework_qty", "produced_qty"),
                    *("report_good_qty", "mes_good_qty"),
                )
            ),
            *(pl.when(paced).then(total(c)).alias(c) for c in ("ideal_produced_min", "ideal_good_min")),
        )
    )
    minutes = (
        stops.filter("counts")
        .group_by(KEY)
        .agg(
            pl.col("downtime_min").filter(pl.col("loss_category") == c).sum().alias(f"{c}_stop")
            for c in ("planned", "setup", "delay")
        )
    )
    told = _tells_stops(evidence)
    joined = (
        quantities.join(evidence.windows.select(*KEY, "shift_min", "break_min"), on=list(KEY), how="left")
        .join(minutes, on=list(KEY), how="left")
        .join(told, on=list(KEY), how="left")
    )
    known = pl.col("tells_stops").fill_null(value=False) & pl.col("shift_min").is_not_null()

    def known_min(expression: pl.Expr) -> pl.Expr:
        return pl.when(known).then(expression)

    times = joined.with_columns(
        pot_min="shift_min",
        planned_stop_min=known_min(pl.col("break_min") + pl.col("planned_stop").fill_null(0)),
        setup_min=known_min(pl.col("setup_stop").fill_null(0)),
        delay_min=known_min(pl.col("delay_stop").fill_null(0)),
    ).with_columns(
        run_min=pl.max_horizontal(
            pl.col("pot_min") - pl.sum_horizontal("planned_stop_min", "setup_min", "delay_min"), pl.lit(0.0)
        )
    )
    return TABLES["mart_output"].conform(
        times.with_columns(run_min=pl.when(pl.col("delay_min").is_not_null()).then("run_min")).sort(KEY)
    )


def _tells_stops(evidence: Evidence) -> pl.DataFrame:
    """Shifts whose stops somebody keeps: days on which the MES records them, reports that list or could list them."""
    able = evidence.reports.filter(pl.col("status") != "blocked").join(
        of_layouts(evidence, evidence.stop_layouts), on="report_id", how="semi"
    )
    recorded = evidence.windows.join(evidence.mes_stop_days, on=["plant_id", "line_id"]).filter(
        pl.col("production_date").is_between("first_day", "last_day")
    )
    return pl.concat([able.select(KEY), recorded.select(KEY)]).unique().with_columns(tells_stops=pl.lit(value=True))


def mart_loss(stops: pl.DataFrame) -> pl.DataFrame:
    """Contract ``mart_loss``: minutes and stops by category and reason."""
    losses = (
        stops.filter("counts")
        .with_columns(pl.col("reason_code").fill_null("unknown"))
        .group_by(*KEY, "loss_category", "reason_code")
        .agg(loss_min=pl.col("downtime_min").sum(), events=pl.len().cast(pl.Int32))
    )
    return TABLES["mart_loss"].conform(losses.sort(*KEY, "loss_category", "reason_code"))


def mart_completeness(evidence: Evidence, findings: pl.DataFrame) -> pl.DataFrame:
    """Contract ``mart_completeness``: what was expected of a shift that has ended, and what arrived."""
    reports = evidence.reports.group_by(KEY).agg(
        received=pl.lit(value=True),
        arrived=pl.col("received_at").min(),
        first_try=(pl.col("revision").max() == 1) & (pl.col("refused_rows").sum() == 0),
    )
    records = evidence.mes_output.select(KEY).drop_nulls().unique().with_columns(mes_received=pl.lit(value=True))
    grave = severe(findings).with_columns(severe=pl.lit(value=True))
    planned = evidence.expected.select(*KEY, "end_at", expected=pl.lit(value=True)).filter(
        pl.col("end_at") <= pl.lit(evidence.now)
    )
    keys = pl.concat([planned.select(KEY), reports.select(KEY), records.select(KEY)]).unique()
    joined = keys
    for other in (planned, reports, records, grave):
        joined = joined.join(other, on=list(KEY), how="left")
    lateness = (pl.col("arrived") - pl.col("end_at")).dt.total_seconds() / 60
    received = pl.col("received").fill_null(value=False)
    return TABLES["mart_completeness"].conform(
        joined.with_columns(
            expected=pl.col("expected").fill_null(value=False),
            received=received,
            mes_received=pl.col("mes_received").fill_null(value=False),
            lateness_min=lateness,
            first_pass=pl.when(received).then(pl.col("first_try") & pl.col("severe").is_null()),
            shift_end_at="end_at",
        ).sort(KEY)
    )


def mart_discrepancy(followed: pl.DataFrame) -> pl.DataFrame:
    """Contract ``mart_discrepancy``; ``followed``: one row per difference, with ``status`` and ``layout_id``."""
    table = TABLES["mart_discrepancy"]
    status = pl.col("status")
    counted = followed.group_by(table.grain()).agg(
        opened=pl.len(),
        resolved=(status == "resolved").sum(),
        decided=(status == "decided").sum(),
        open=status.is_in(["open", "reopened"]).sum(),
    )
    return table.conform(counted.sort(table.grain(), nulls_last=True))
