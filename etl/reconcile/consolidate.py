"""One model from all sources: production, downtime, scrap and the marts. All candidates stay beside the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.crosschecks.base import KEY, Evidence, record_locator
from data_contracts.site import Consolidation
from data_contracts.tables import TABLES

ROW = [*KEY, "hour_start", "order_id", "product_id"]
HOUR = [*KEY, "hour_start"]
QUANTITIES = ("good_qty", "scrap_qty", "rework_qty", "planned_qty")


@dataclass(frozen=True, slots=True)
class Model:
    """Published tables for the production days being reconciled, by name."""

    tables: Mapping[str, pl.DataFrame]


def consolidate(evidence: Evidence, findings: pl.DataFrame, policy: Consolidation) -> Model:
    """All published fact tables and marts of the touched days. ``evidence`` holds current reports only."""
    reported, recorded = _reported(evidence), _recorded(evidence)
    recorded = _fill_identity(recorded, reported)
    rows = reported.join(recorded, on=ROW, how="full", coalesce=True, nulls_equal=True)
    rows = _choose(rows, policy)
    provisional = _provisional(evidence, findings)
    rows = rows.join(provisional, on=list(KEY), how="left").with_columns(
        is_final=pl.col("is_final").fill_null(value=False),
    )
    production = TABLES["production"].conform(rows.sort(ROW))
    stops = _stops(evidence)
    output = _mart_output(production, stops, evidence)
    tables = {
        "production": production,
        "downtime": TABLES["downtime"].conform(stops),
        "scrap": _scrap(evidence),
        "mart_output": output,
        "mart_loss": _mart_loss(stops),
        "mart_completeness": _mart_completeness(evidence, findings),
    }
    return Model(tables)


def _reported(evidence: Evidence) -> pl.DataFrame:
    rows = evidence.output.filter(~pl.col("is_total"))
    return rows.group_by(ROW, maintain_order=True).agg(
        *(_total(q).alias(f"report_{q}") for q in QUANTITIES),
        *(pl.col(f"{q}_cell").drop_nulls().first() for q in ("planned_qty", "good_qty", "scrap_qty")),
        _total("run_min"),
        _total("shots"),
        pl.col("cavities").first(),
        pl.col("tool_id").drop_nulls().first(),
        *(pl.col(c).first() for c in ("report_id", "source_file", "source_sheet")),
    )


def _total(column: str) -> pl.Expr:
    """A sum that is null when nothing was said; 0 would be a claim."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum())


def _recorded(evidence: Evidence) -> pl.DataFrame:
    """MES records by the report's hours where a report has hours, by the shift's hours where there is no report."""
    records = evidence.mes_output.filter(pl.col("shift_id").is_not_null())
    hours = evidence.output.filter(pl.col("hour_start").is_not_null()).select(*KEY, report_hour="hour_start").unique()
    with_report = evidence.reports.select(KEY).unique().with_columns(has_report=pl.lit(value=True))
    shifts = evidence.windows.select(*KEY, shift_start="start_at")
    moment = pl.coalesce("hour_start", "start_at")
    placed = (
        records.with_columns(moment=moment)
        .sort("moment")
        .join_asof(
            hours.sort("report_hour"), left_on="moment", right_on="report_hour", by=list(KEY), check_sortedness=False
        )
        .join(with_report, on=list(KEY), how="left")
        .join(shifts, on=list(KEY), how="left")
    )
    since = (pl.col("moment") - pl.col("shift_start")).dt.total_seconds() // 3600
    by_shift = pl.when(pl.col("hour_start").is_not_null()).then(
        pl.coalesce(pl.col("shift_start") + pl.duration(hours=since), "hour_start")
    )
    hour = pl.when("has_report").then("report_hour").otherwise(by_shift)
    return (
        placed.with_columns(hour_start=hour)
        .group_by(ROW, maintain_order=True)
        .agg(
            *(_total(q).alias(f"mes_{q}") for q in QUANTITIES),
            _total("run_min").alias("mes_run_min"),
            record_locator().first().alias("reference_locator"),
        )
    )


def _fill_identity(recorded: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """A record that does not name order or product takes those of the report, where these are one."""
    single = (
        reported.group_by(HOUR)
        .agg(
            _n=pl.struct("order_id", "product_id").n_unique(),
            _order=pl.col("order_id").first(),
            _product=pl.col("product_id").first(),
        )
        .filter(pl.col("_n") == 1)
    )
    joined = recorded.join(single, on=HOUR, how="left", nulls_equal=True, maintain_order="left")
    same_order = pl.col("order_id").is_null() | (pl.col("order_id") == pl.col("_order"))
    return joined.with_columns(
        order_id=pl.coalesce("order_id", "_order"),
        product_id=pl.coalesce("product_id", pl.when(same_order).then("_product")),
    ).drop("_n", "_order", "_product")


def _choose(rows: pl.DataFrame, policy: Consolidation) -> pl.DataFrame:
    """Survivorship per measure. The second choice fills an hour only where the first one says nothing about it."""
    chosen = rows
    for quantity in QUANTITIES:
        mes, report = pl.col(f"mes_{quantity}"), pl.col(f"report_{quantity}")
        rule = getattr(policy, quantity)
        first, second = (report, mes) if rule == "report" else (mes, report)
        covered = first.is_not_null().any().over(HOUR)
        value = pl.when(covered).then(first).otherwise(second)
        if rule in ("larger", "smaller"):
            both = (pl.max_horizontal if rule == "larger" else pl.min_horizontal)(mes, report)
            value = pl.when(mes.is_not_null() & report.is_not_null()).then(both).otherwise(value)
        chosen = chosen.with_columns(value.alias(quantity))
        if quantity == "good_qty":
            from_mes = pl.col("good_qty").eq_missing(mes) & ~(pl.lit(rule == "report") & covered)
            chosen = chosen.with_columns(
                value_source=pl.when(pl.col("good_qty").is_null())
                .then(pl.lit(None, pl.String))
                .when(from_mes)
                .then(pl.lit("mes"))
                .otherwise(pl.lit("report"))
            )
    return chosen.with_columns(run_min=pl.coalesce("run_min", "mes_run_min"))


def _severe(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.filter(pl.col("severity").is_in(["error", "block"])).select(KEY).unique()


def _provisional(evidence: Evidence, findings: pl.DataFrame) -> pl.DataFrame:
    """KEY and ``is_final``: a report is there, the MES too where it counts this line, and nothing severe is open."""
    severe = _severe(findings).with_columns(severe=pl.lit(value=True))
    records = evidence.mes_output.select(KEY).drop_nulls().unique().with_columns(has_records=pl.lit(value=True))
    counted = evidence.mes_days.select("plant_id", "line_id", counted=pl.lit(value=True))
    return (
        evidence.reports.filter(pl.col("status") != "blocked")
        .select(*KEY)
        .unique()
        .join(counted, on=["plant_id", "line_id"], how="left")
        .join(records, on=list(KEY), how="left")
        .join(severe, on=list(KEY), how="left")
        .select(
            *KEY,
            is_final=(pl.col("counted").is_null() | pl.col("has_records").is_not_null()) & pl.col("severe").is_null(),
        )
    )


def _stops(evidence: Evidence) -> pl.DataFrame:
    """Stops of both sides, with the reason's category; ``counts`` marks the side that a shift's times rest on."""
    columns = [*KEY, "order_id", "start_at", "end_at", "downtime_min", "reason_code", "reason_text"]
    reports = evidence.stops.filter(~pl.col("is_total")).select(
        *columns,
        source=pl.lit("report"),
        source_file="source_file",
        source_sheet="source_sheet",
        source_cell=pl.coalesce("downtime_min_cell", "end_at_cell", "start_at_cell"),
    )
    records = evidence.mes_stops.filter(pl.col("shift_id").is_not_null()).select(
        *columns,
        source=pl.lit("mes"),
        source_file="source_file",
        source_sheet=pl.lit(None, pl.String),
        source_cell=pl.concat_str(pl.lit("record "), pl.col("record_no").cast(pl.String)),
    )
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    reasons = evidence.master["reason"].select("reason_code", "loss_category")
    both = pl.concat([reports, records]).join(reasons, on="reason_code", how="left", maintain_order="left")
    has_records = (pl.col("source") == "mes").any().over(KEY)
    return both.with_columns(
        downtime_min=pl.coalesce("downtime_min", pl.max_horizontal(span, pl.lit(0.0))),
        is_planned=pl.when(pl.col("loss_category").is_not_null()).then(pl.col("loss_category") == "planned"),
        loss_category=pl.col("loss_category").fill_null("delay"),
        counts=pl.when(has_records).then(pl.col("source") == "mes").otherwise(pl.lit(value=True)),
    )


def _scrap(evidence: Evidence) -> pl.DataFrame:
    rows = evidence.defects.filter(~pl.col("is_total"), pl.col("scrap_qty").is_not_null())
    single = (
        evidence.output.filter(~pl.col("is_total"))
        .group_by("report_id")
        .agg(_order=pl.col("order_id").unique(), _product=pl.col("product_id").unique())
        .select(
            "report_id",
            *(pl.when(pl.col(c).list.len() == 1).then(pl.col(c).list.first()).alias(c) for c in ("_order", "_product")),
        )
    )
    filled = rows.join(single, on="report_id", how="left").with_columns(
        order_id=pl.coalesce("order_id", "_order"),
        product_id=pl.coalesce("product_id", "_product"),
        source=pl.lit("report"),
        source_cell="scrap_qty_cell",
    )
    return TABLES["scrap"].conform(filled)


def _mart_output(production: pl.DataFrame, stops: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    cycles = evidence.master["product"].select("product_id", pri_min=pl.col("cycle_s") / 60)
    parts = pl.sum_horizontal("good_qty", "scrap_qty", "rework_qty")
    produced = pl.when(pl.col("good_qty").is_not_null()).then(parts)
    quantities = (
        production.join(cycles, on="product_id", how="left")
        .with_columns(produced_qty=produced, ideal_produced_min=produced * pl.col("pri_min"))
        .with_columns(ideal_good_min=pl.col("good_qty") * pl.col("pri_min"))
        .group_by(KEY)
        .agg(
            *(
                _total(c)
                for c in (
                    *("planned_qty", "good_qty", "scrap_qty", "rework_qty", "produced_qty"),
                    *("report_good_qty", "mes_good_qty", "ideal_produced_min", "ideal_good_min"),
                )
            ),
            pl.col("run_min").sum().alias("stated_run_min"),
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
    """Shifts whose stops somebody keeps: lines of which the MES records stops, reports that list or could list them."""
    listing = pl.concat(
        [evidence.mes_stops.select("plant_id", "line_id"), evidence.stops.select("plant_id", "line_id")]
    ).unique()
    return evidence.windows.join(listing, on=["plant_id", "line_id"], how="semi").select(
        *KEY, tells_stops=pl.lit(value=True)
    )


def _mart_loss(stops: pl.DataFrame) -> pl.DataFrame:
    losses = (
        stops.filter("counts")
        .with_columns(pl.col("reason_code").fill_null("unknown"))
        .group_by(*KEY, "loss_category", "reason_code")
        .agg(loss_min=pl.col("downtime_min").sum(), events=pl.len().cast(pl.Int32))
    )
    return TABLES["mart_loss"].conform(losses.sort(*KEY, "loss_category", "reason_code"))


def _mart_completeness(evidence: Evidence, findings: pl.DataFrame) -> pl.DataFrame:
    reports = evidence.reports.group_by(KEY).agg(
        received=pl.lit(value=True),
        arrived=pl.col("received_at").min(),
        first_try=(pl.col("revision").max() == 1) & (pl.col("refused_rows").sum() == 0),
    )
    records = evidence.mes_output.select(KEY).drop_nulls().unique().with_columns(mes_received=pl.lit(value=True))
    severe = _severe(findings).with_columns(severe=pl.lit(value=True))
    planned = evidence.expected.select(*KEY, "end_at", expected=pl.lit(value=True)).filter(
        pl.col("end_at") <= pl.lit(evidence.now)
    )
    keys = pl.concat([planned.select(KEY), reports.select(KEY), records.select(KEY)]).unique()
    joined = keys
    for other in (planned, reports, records, severe):
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
