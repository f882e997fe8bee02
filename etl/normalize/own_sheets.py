"""Sheets that ShiftLedger itself put into a workbook: the result of a check, and what a template keeps for itself.

They are known by the text of their first cell, so renaming them changes nothing. No layout looks at them.
"""

from __future__ import annotations

import polars as pl

CHECK_RESULT = "检查结果 · Check result · ShiftLedger"
TEMPLATE = "shiftledger-template"


def set_aside(cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells of all other sheets; and one row per template: file_no, version."""
    first = cells.filter(pl.col("row") == 0, pl.col("column") == 0, pl.col("text").is_in([CHECK_RESULT, TEMPLATE]))
    if first.is_empty():
        return cells, pl.DataFrame(schema={"file_no": pl.UInt32, "version": pl.Int32})
    sheet = ["file_no", "sheet_no"]
    versions = (
        cells.join(first.filter(pl.col("text") == TEMPLATE).select(sheet), on=sheet, how="semi")
        .filter(pl.col("row") == 0, pl.col("column") == 1)
        .select("file_no", version=pl.col("number").cast(pl.Int32, strict=False))
        .drop_nulls()
    )
    return cells.join(first.select(sheet), on=sheet, how="anti"), versions
