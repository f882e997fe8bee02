"""Rule 2: good, scrap and open rework are what was produced."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, of_layouts, place


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per output row that states its produced quantity."""
    # A report that has no place for scrap leaves it to the reader: produced minus good.
    telling = evidence.output.join(of_layouts(evidence, evidence.scrap_layouts), on="report_id", how="semi")
    rows = telling.filter(~pl.col("is_total"), pl.col("total_qty").is_not_null(), pl.col("good_qty").is_not_null())
    parts = pl.sum_horizontal("good_qty", pl.col("scrap_qty").fill_null(0), pl.col("rework_qty").fill_null(0))
    defects = (
        evidence.defects.filter(~pl.col("is_total"))
        .group_by("report_id", "source_sheet", "row_no")
        .agg(place("scrap_qty_cell").alias("defect_cells"))
    )
    rows = rows.join(defects, on=["report_id", "source_sheet", "row_no"], how="left")
    own = pl.concat_list(place(f"{m}_cell") for m in ("good_qty", "scrap_qty", "rework_qty", "total_qty"))
    return compared(
        rows,
        measure="total_qty",
        subject=pl.col("row_no").cast(pl.String),
        reported_value=parts,
        reference_value=pl.col("total_qty"),
        source_cell=pl.col("good_qty_cell"),
        cells=pl.concat_list(own, pl.col("defect_cells").fill_null([])).list.drop_nulls(),
        reference_locator=pl.concat_str("source_file", pl.lit(" / "), "source_sheet", pl.lit("!"), "total_qty_cell"),
        beside=pl.concat_list("scrap_qty", "rework_qty"),
    )


RULE = CrossCheck(
    id="good_scrap_produced",
    number=2,
    family="report",
    severity="error",
    name={"zh": "良品 + 不良 + 待返工 = 产出", "en": "Good + scrap + rework = produced"},
    message={
        "zh": "良品、不良与待返工合计 {reported},但产出写的是 {reference},相差 {delta}。请核对这一行的数字。",
        "en": "Good, scrap and rework are {reported}, but {reference} were produced: {delta}. Check the figures of this row.",
    },
    compare=compare,
    rank=2,
    grain=("report_id", "row_no"),
    cardinality="one to many",
    example=Example(500.0, 492.0, "total_qty"),
)
