"""Rule 38: no defect at an output at which the line usually has many."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports

EXPECTED_QTY = 10.0
"""Where ten defects are usual, none at all happens once in twenty thousand shifts."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states zero scrap, where the line's earlier shifts of that product let expect ten or more."""
    usual = _sums(evidence.earlier_output, ["plant_id", "line_id", "product_id"]).select(
        "plant_id", "line_id", "product_id", rate=pl.col("scrap") / (pl.col("good") + pl.col("scrap"))
    )
    clean = _sums(whole_reports(evidence, evidence.output), [*KEY, *SOURCE, "product_id"]).filter(pl.col("scrap") == 0)
    expected = clean.join(usual, on=["plant_id", "line_id", "product_id"]).with_columns(
        usual=(pl.col("rate") * pl.col("good")).round(1)
    )
    return compared(
        expected.filter(pl.col("usual") >= EXPECTED_QTY),
        measure="scrap_qty",
        reported_value=pl.lit(0.0),
        reference_value=pl.col("usual"),
    )


def _sums(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return (
        rows.filter(~pl.col("is_total"), pl.col("scrap_qty").is_not_null(), pl.col("product_id").is_not_null())
        .group_by(by, maintain_order=True)
        .agg(
            good=pl.col("good_qty").sum(),
            scrap=pl.col("scrap_qty").sum(),
            source_cell=pl.col("scrap_qty_cell").drop_nulls().first(),
            cells=place("scrap_qty_cell").drop_nulls(),
        )
    )


RULE = CrossCheck(
    id="no_defects",
    number=38,
    family="plausibility",
    severity="info",
    name={"zh": "大产量却零不良", "en": "No defects at a large output"},
    message={
        "zh": "不良为 {reported};按该产线近期水平应约有 {reference}。请确认不良已如实填写。",
        "en": "{reported} scrap is stated; about {reference} would be usual for this line. Confirm that scrap was noted.",
    },
    compare=compare,
    rank=9,
    grain=("report_id", "product_id"),
    cardinality="many to one",
    example=Example(0.0, 12.0, "scrap_qty"),
)
