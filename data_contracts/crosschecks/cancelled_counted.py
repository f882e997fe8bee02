"""Rule 25: what was withdrawn in the MES is not counted in the report."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, record_locator
from data_contracts.crosschecks.figures import made_by_report, nothing, whole_output
from data_contracts.crosschecks.sums import locators

_EPSILON = 1e-6
MEASURES = {"good": "good_qty", "produced": "total_qty"}


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that says exactly one withdrawn record, or all of them, more than the records that count.

    Good, or else everything produced.
    """
    withdrawn = evidence.mes_cancelled.filter(pl.col("shift_id").is_not_null(), pl.col("good_qty") > 0)
    if withdrawn.is_empty():
        return nothing()
    pieces = pl.sum_horizontal("good_qty", "scrap_qty", "rework_qty")
    gone = _gone(withdrawn.with_columns(pieces=pieces))
    counted = (
        evidence.mes_output.filter(pl.col("shift_id").is_not_null())
        .group_by(KEY)
        .agg(mes_good=pl.col("good_qty").sum(), mes_produced=pieces.sum())
    )
    reports = (
        evidence.reports.select(*KEY, *SOURCE)
        .join(made_by_report(evidence), on="report_id")
        .join(gone, on=list(KEY))
        .join(counted, on=list(KEY), how="left")
        .with_columns(pl.col("mes_good", "mes_produced").fill_null(0.0))
    )
    told = pl.concat([_counted_too(evidence, reports, name, measure) for name, measure in MEASURES.items()])
    return told.unique("report_id", keep="first", maintain_order=True)


def _gone(withdrawn: pl.DataFrame) -> pl.DataFrame:
    """Each withdrawn record by itself, then all of a shift together: KEY, gone_good, gone_produced, order, hour, locator."""
    span = pl.col("end_at") - pl.col("start_at")
    of_hour = pl.when(span <= pl.duration(hours=1)).then("start_at")
    each = withdrawn.select(
        *KEY,
        gone_good="good_qty",
        gone_produced="pieces",
        order=pl.col("order_id"),
        hour=pl.coalesce("hour_start", of_hour),
        locator=record_locator(),
    )
    together = withdrawn.group_by(KEY).agg(
        gone_good=pl.col("good_qty").sum(),
        gone_produced=pl.col("pieces").sum(),
        order=pl.when(pl.col("order_id").n_unique() == 1).then(pl.col("order_id").first()),
        hour=pl.lit(None, pl.Datetime("us")).first(),
        locator=locators(),
    )
    return pl.concat([each, together])


def _counted_too(evidence: Evidence, reports: pl.DataFrame, name: str, measure: str) -> pl.DataFrame:
    mine, net = pl.col(name), pl.col(f"mes_{name}")
    too_much = (pl.col(f"gone_{name}") - (mine - net)).abs() < _EPSILON
    told = reports.filter(too_much).unique("report_id", keep="first", maintain_order=True)
    return compared(
        _at_its_cell(evidence, told),
        measure=measure,
        reported_value=mine,
        reference_value=net,
        source_cell=pl.coalesce("cell_of_hour", "cell_of_order", "good_cell"),
        cells=pl.col("made_cells"),
        reference_locator=pl.col("locator"),
    )


def _at_its_cell(evidence: Evidence, told: pl.DataFrame) -> pl.DataFrame:
    """Adds the cell of the hour, and of the order, that the record speaks of; null where the report has neither."""
    rows = whole_output(evidence).filter(~pl.col("is_total"), pl.col("good_qty_cell").is_not_null())
    for part, column in (("hour", "hour_start"), ("order", "order_id")):
        cells = (
            rows.filter(pl.col(column).is_not_null())
            .sort("good_qty", descending=True, nulls_last=True)
            .group_by("report_id", pl.col(column).alias(part), maintain_order=True)
            .agg(pl.col("good_qty_cell").first().alias(f"cell_of_{part}"))
        )
        told = told.join(cells, on=["report_id", part], how="left", maintain_order="left")
    return told


RULE = CrossCheck(
    id="cancelled_counted",
    number=25,
    family="mes",
    severity="error",
    name={"zh": "已撤销的 MES 记录不计入", "en": "Withdrawn MES records are not counted"},
    message={
        "zh": "报表{measure} {reported},MES 有效记录合计 {reference};多出的 {delta} 恰好是已撤销的报工。请从报表中减去。",
        "en": "{measure}: the report says {reported}, the records that count give {reference}. The {delta} between them are "
        "exactly what was withdrawn in the MES: take them out of the report.",
    },
    compare=compare,
    has_sides=True,
    rank=-1,
    cardinality="many to many",
    example=Example(1160.0, 1040.0),
)
