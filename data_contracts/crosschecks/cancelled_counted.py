"""Rule 25: what was withdrawn in the MES is not counted in the report."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.figures import made_by_report, nothing
from data_contracts.crosschecks.sums import locators

_DIGITS = 6
MEASURES = {"good": "good_qty", "produced": "total_qty"}


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that says exactly one withdrawn record, or all of them, more than the records that count.

    Good, or else everything produced.
    """
    withdrawn = evidence.mes_cancelled.filter(pl.col("shift_id").is_not_null(), pl.col("good_qty") > 0)
    if withdrawn.is_empty():
        return nothing()
    pieces = pl.sum_horizontal("good_qty", "scrap_qty", "rework_qty")
    gone = withdrawn.group_by(KEY).agg(
        gone_good=pl.col("good_qty").append(pl.col("good_qty").sum()),
        gone_produced=pieces.append(pieces.sum()),
        locator=locators(),
    )
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
    return pl.concat([_counted_too(reports, name, measure) for name, measure in MEASURES.items()]).unique(
        "report_id", keep="first", maintain_order=True
    )


def _counted_too(reports: pl.DataFrame, name: str, measure: str) -> pl.DataFrame:
    mine, net = pl.col(name), pl.col(f"mes_{name}")
    too_much = pl.col(f"gone_{name}").list.contains((mine - net).round(_DIGITS))
    return compared(
        reports.filter(too_much),
        measure=measure,
        reported_value=mine,
        reference_value=net,
        source_cell=pl.col("good_cell"),
        cells=pl.col("made_cells"),
        reference_locator=pl.col("locator"),
    )


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
