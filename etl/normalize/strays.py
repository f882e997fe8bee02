"""Rows of a list of defects that hold nothing but a text nobody knows: a note, or what stands below the list."""

from __future__ import annotations

import polars as pl

from data_contracts.site import Site


def stray_defects(defects: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Rows without a quantity whose code is not in master data, as ``quarantine`` wants them.

    ``defects``: contract ``report_defect`` with row_id and file_no. A known code without a quantity is a printed form.
    """
    known = site.master["defect"]["defect_code"]
    if known.is_empty():
        return pl.DataFrame()
    stray = defects.filter(
        ~pl.col("is_total"),  # a total that was never computed is told as that
        pl.col("scrap_qty").is_null(),
        pl.col("defect_code_cell").is_not_null(),
        ~pl.col("defect_code").is_in(known.implode()),
    )
    key = pl.col("report_id").str.split("/")
    return stray.select(
        "file_no",
        "source_sheet",
        pl.col("defect_code_cell").alias("source_cell"),
        key.list.get(0).alias("plant_id"),
        key.list.get(1).alias("line_id"),
        key.list.get(2).str.to_date("%Y-%m-%d", strict=False).alias("production_date"),
        key.list.get(3).alias("shift_id"),
        pl.lit("report_defect").alias("table_name"),
        pl.lit("scrap_qty").alias("measure"),
        pl.col("defect_code").alias("raw"),
        pl.lit("row_without_key").alias("reason_code"),
        pl.lit('{"missing": "scrap_qty"}').alias("reason_params"),
        "row_id",
    )
