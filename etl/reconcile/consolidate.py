"""One model from all sources: production, downtime, scrap. All candidates stay beside the value. Sums: marts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.crosschecks.base import KEY, Evidence, record_locator
from data_contracts.site import Consolidation
from data_contracts.tables import TABLES
from data_contracts.tables.decision import QUANTITIES
from data_contracts.tables.discrepancy import OPEN
from etl.reconcile.marts import mart_completeness, mart_loss, mart_output, severe, total
from etl.reconcile.policies import with_policies
from etl.reconcile.rulings import NO_RULINGS, ROW, accepted_sides

HOUR = [*KEY, "hour_start"]


@dataclass(frozen=True, slots=True)
class Model:
    """Published tables for the production days being reconciled, by name."""

    tables: Mapping[str, pl.DataFrame]


def choose(evidence: Evidence, policy: Consolidation) -> pl.DataFrame:
    """Both sides by ROW with the value that the line's policy picks; ``evidence`` holds current reports only."""
    reported, recorded = _reported(evidence), _recorded(evidence)
    recorded = _fill_identity(recorded, reported)
    rows = reported.join(recorded, on=ROW, how="full", coalesce=True, nulls_equal=True)
    return _choose(with_policies(rows, evidence.master, policy))


def consolidate(
    evidence: Evidence, rows: pl.DataFrame, findings: pl.DataFrame, rulings: pl.DataFrame = NO_RULINGS
) -> Model:
    """All published fact tables and marts of the touched days. ``rows``: as chosen, and decided where people did."""
    provisional = _provisional(evidence, findings, rows)
    rows = rows.join(provisional, on=list(KEY), how="left").with_columns(
        is_final=pl.col("is_final").fill_null(value=False),
    )
    production = TABLES["production"].conform(rows.sort(ROW))
    stops = _stops(evidence, rulings)
    output = mart_output(production, stops, evidence)
    tables = {
        "production": production,
        "downtime": TABLES["downtime"].conform(stops),
        "scrap": _scrap(evidence),
        "mart_output": output,
        "mart_loss": mart_loss(stops),
        "mart_completeness": mart_completeness(evidence, findings),
    }
    return Model(tables)


def _reported(evidence: Evidence) -> pl.DataFrame:
    rows = evidence.output.filter(~pl.col("is_total"))
    return rows.group_by(ROW, maintain_order=True).agg(
        *(total(q).alias(f"report_{q}") for q in QUANTITIES),
        *(pl.col(f"{q}_cell").drop_nulls().first() for q in ("planned_qty", "good_qty", "scrap_qty")),
        total("run_min"),
        total("shots"),
        pl.col("cavities").first(),
        pl.col("tool_id").drop_nulls().first(),
        *(pl.col(c).first() for c in ("report_id", "source_file", "source_sheet")),
    )


def _recorded(evidence: Evidence) -> pl.DataFrame:
    """MES records by the report's hours where a report has hours, by the shift's hours where there is no report.

    A record that names no hour speaks of the shift as a whole, and so do all where the report has no hours.
    """
    records = evidence.mes_output.filter(pl.col("shift_id").is_not_null())
    hours = evidence.output.filter(pl.col("hour_start").is_not_null()).select(*KEY, report_hour="hour_start").unique()
    with_report = (
        evidence.reports.select(KEY)
        .unique()
        .join(hours.select(*KEY, has_hours=pl.lit(value=True)).unique(), on=list(KEY), how="left")
        .with_columns(whole_shift=pl.col("has_hours").is_null())
    )
    shifts = evidence.windows.select(*KEY, shift_start="start_at")
    placed = (
        records.sort("hour_start")
        .join_asof(
            hours.sort("report_hour"),
            left_on="hour_start",
            right_on="report_hour",
            by=list(KEY),
            check_sortedness=False,
        )
        .join(with_report, on=list(KEY), how="left")
        .join(shifts, on=list(KEY), how="left")
    )
    since = (pl.col("hour_start") - pl.col("shift_start")).dt.total_seconds() // 3600
    by_shift = pl.coalesce(pl.col("shift_start") + pl.duration(hours=since), "hour_start")
    hour = pl.when(~pl.col("whole_shift").fill_null(value=False)).then(pl.coalesce("report_hour", by_shift))
    return (
        placed.with_columns(hour_start=hour)
        .group_by(ROW, maintain_order=True)
        .agg(
            *(total(q).alias(f"mes_{q}") for q in QUANTITIES),
            total("run_min").alias("mes_run_min"),
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
    named = joined.with_columns(
        order_id=pl.coalesce("order_id", "_order"),
        product_id=pl.coalesce("product_id", pl.when(same_order).then("_product")),
    )
    # Records with and without a name may now be of the same order.
    return named.group_by(ROW, maintain_order=True).agg(
        *(total(f"mes_{q}") for q in QUANTITIES), total("mes_run_min"), pl.col("reference_locator").first()
    )


def _choose(rows: pl.DataFrame) -> pl.DataFrame:
    """Survivorship per measure. The second choice fills an hour only where the first one says nothing about it.

    Who speaks of the shift as a whole speaks of each of its hours, and the other way round.
    """
    chosen = rows
    whole_shift = pl.col("hour_start").is_null()
    for quantity in QUANTITIES:
        mes, report, rule = (pl.col(f"{side}_{quantity}") for side in ("mes", "report", "policy"))
        prefers_report = rule == "report"
        first = pl.when(prefers_report).then(report).otherwise(mes)
        second = pl.when(prefers_report).then(mes).otherwise(report)
        covered = (
            first.is_not_null().any().over(HOUR)
            | (first.is_not_null() & whole_shift).any().over(KEY)
            | (whole_shift & first.is_not_null().any().over(KEY))
        )
        both = mes.is_not_null() & report.is_not_null()
        value = (
            pl.when(both & (rule == "larger"))
            .then(pl.max_horizontal(mes, report))
            .when(both & (rule == "smaller"))
            .then(pl.min_horizontal(mes, report))
            .when(covered)
            .then(first)
            .otherwise(second)
        )
        chosen = chosen.with_columns(value.alias(quantity))
        if quantity == "good_qty":
            from_mes = pl.col("good_qty").eq_missing(mes) & ~(prefers_report & covered)
            chosen = chosen.with_columns(
                value_source=pl.when(pl.col("good_qty").is_null())
                .then(pl.lit(None, pl.String))
                .when(from_mes)
                .then(pl.lit("mes"))
                .otherwise(pl.lit("report"))
            )
    return chosen.with_columns(run_min=pl.coalesce("run_min", "mes_run_min"))


def _provisional(evidence: Evidence, findings: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """KEY and ``is_final``: a report is there, the MES too where it counts this line, and nothing severe is open.

    Nor is anything open that the line's policy leaves to a person. The MES counts a line from its first record on; of a
    shift in which nothing was made it may have none.
    """
    grave = pl.concat([severe(findings), _left_to_people(findings, rows)]).unique()
    grave = grave.with_columns(severe=pl.lit(value=True))
    records = evidence.mes_output.select(KEY).drop_nulls().unique().with_columns(has_records=pl.lit(value=True))
    idle = evidence.output.group_by(KEY).agg(idle=total("good_qty") == 0)
    silent = (pl.col("production_date") < pl.col("first_day")).fill_null(value=True)
    idle_since = pl.col("idle").fill_null(value=False) & (pl.col("production_date") < pl.col("last_day"))
    return (
        evidence.reports.filter(pl.col("status") != "blocked")
        .select(*KEY)
        .unique()
        .join(evidence.mes_days, on=["plant_id", "line_id"], how="left")
        .join(idle, on=list(KEY), how="left")
        .join(records, on=list(KEY), how="left")
        .join(grave, on=list(KEY), how="left")
        .select(
            *KEY,
            is_final=(silent | idle_since | pl.col("has_records").is_not_null()) & pl.col("severe").is_null(),
        )
    )


def _left_to_people(findings: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """KEY of the shifts with an open difference of a measure whose policy is ``decision``."""
    open_ones = findings.filter(pl.col("status").is_in(OPEN)).select(*KEY, "measure")
    left = [rows.filter(pl.col(f"policy_{q}") == "decision").select(*KEY, measure=pl.lit(q)) for q in QUANTITIES]
    return open_ones.join(pl.concat(left), on=[*KEY, "measure"], how="semi").select(KEY)


def _stops(evidence: Evidence, rulings: pl.DataFrame) -> pl.DataFrame:
    """Stops of both sides, with the reason's category; ``counts`` marks the side that a shift's times rest on.

    That is the MES where it recorded any, unless a person accepted the other side.
    """
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
    both = both.join(accepted_sides(rulings, "downtime_min"), on=list(KEY), how="left", maintain_order="left")
    side = pl.coalesce("accepted", pl.when(has_records).then(pl.lit("mes")))
    return both.with_columns(
        downtime_min=pl.coalesce("downtime_min", pl.max_horizontal(span, pl.lit(0.0))),
        is_planned=pl.when(pl.col("loss_category").is_not_null()).then(pl.col("loss_category") == "planned"),
        loss_category=pl.col("loss_category").fill_null("delay"),
        counts=side.is_null() | (side == pl.col("source")),
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
