"""Rule 3: the defects add up to the scrap."""

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
    """One row per report whose layout lists defects. Scrap that is itself the sum of its defects says nothing."""
    output = whole_reports(evidence, evidence.output).filter(~pl.col("is_total"), pl.col("scrap_qty").is_not_null())
    defects = whole_reports(evidence, evidence.defects).filter(~pl.col("is_total"), pl.col("scrap_qty").is_not_null())
    listing = of_layouts(evidence, evidence.defect_layouts)
    scrap = (
        output.join(listing, on="report_id", how="semi")
        .group_by("report_id")
        .agg(
            *(pl.col(k).first() for k in (*KEY, *SOURCE[1:])),
            pl.col("order_id").drop_nulls().first(),
            pl.col("product_id").drop_nulls().first(),
            pl.col("scrap_qty").sum().alias("scrap"),
            place("scrap_qty_cell").drop_nulls().alias("scrap_cells"),
            pl.col("scrap_qty_cell").filter(pl.col("scrap_qty") > 0).first().alias("scrap_cell"),
        )
    )
    listed = defects.group_by("report_id").agg(
        pl.col("scrap_qty").sum().alias("listed"),
        pl.col("scrap_qty").alias("values"),
        place("scrap_qty_cell").drop_nulls().alias("defect_cells"),
        pl.col("scrap_qty_cell").sort_by("scrap_qty", descending=True).first().alias("defect_cell"),
        pl.col("source_sheet").sort_by("scrap_qty", descending=True).first().alias("defect_sheet"),
    )
    both = scrap.join(listed, on="report_id", how="left").filter(pl.col("listed").is_not_null() | (pl.col("scrap") > 0))
    return compared(
        both,
        measure="scrap_qty",
        reported_value=pl.col("listed").fill_null(0),
        reference_value=pl.col("scrap"),
        source_sheet=pl.coalesce("defect_sheet", "source_sheet"),
        source_cell=pl.coalesce("defect_cell", "scrap_cell"),
        cells=pl.concat_list("scrap_cells", pl.col("defect_cells").fill_null([])),
        reported_parts=pl.col("values"),
    )


RULE = CrossCheck(
    id="defect_sum",
    number=3,
    family="report",
    severity="error",
    name={"zh": "不良明细之和等于不良数", "en": "Defects add up to scrap"},
    message={
        "zh": "不良明细合计 {reported},不良数写的是 {reference},相差 {delta}。请补全明细或更正不良数。",
        "en": "The defects listed add up to {reported}, scrap says {reference}: {delta}. Complete the list or correct scrap.",
    },
    compare=compare,
    rank=4,
    grain=("report_id", "order_id", "product_id"),
    cardinality="many to many",
    example=Example(19.0, 14.0, "scrap_qty"),
)
