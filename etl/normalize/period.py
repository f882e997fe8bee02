"""Days of a list against the month that its file or sheet names. To which shift a row belongs: etl.normalize.keys."""

from __future__ import annotations

import re

import polars as pl

from data_contracts.layout import Layout


def outside_period(layout: Layout, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows, without the day where it lies in another month than the names say; and the cells of such days.

    A date whose day and month changed places reads like any other; the month of the list gives it away. Where the
    names do not say a month, nothing is compared. Failures: one row a cell, as ``quarantine`` wants it.
    """
    if layout.period is None or rows.is_empty():
        return rows, pl.DataFrame()
    names = rows.select("file_name", "sheet_name").unique()
    month = pl.Series("period", [_month(layout, *row) for row in names.iter_rows()], dtype=pl.String)
    placed = rows.join(names.with_columns(month), on=["file_name", "sheet_name"], how="left", maintain_order="left")
    wrong = (pl.col("production_date").dt.strftime("%Y-%m") != pl.col("period")).fill_null(value=False)
    told = placed.filter(wrong, pl.col("production_date_cell").is_not_null()).unique(
        ["file_no", "sheet_no", "production_date_cell"], keep="first", maintain_order=True
    )
    failures = told.select(
        "file_no",
        pl.col("sheet_name").alias("source_sheet"),
        pl.col("production_date_cell").alias("source_cell"),
        "plant_id",
        "line_id",
        pl.lit(None, pl.Date).alias("production_date"),
        "shift_id",
        pl.lit("report").alias("table_name"),
        pl.lit("production_date").alias("measure"),
        pl.col("production_date").cast(pl.String).alias("raw"),
        pl.lit("date_outside_period").alias("reason_code"),
        pl.concat_str(pl.lit('{"period": "'), "period", pl.lit('"}')).alias("reason_params"),
        "row_id",
    )
    return placed.with_columns(production_date=pl.when(~wrong).then("production_date")).drop("period"), failures


def _month(layout: Layout, file_name: str, sheet_name: str) -> str | None:
    """The month in ISO form; the sheet's name wins over the file's."""
    period = layout.period
    if period is None:
        return None
    parts: dict[str, str] = {}
    for pattern, name in ((period.file_name, file_name), (period.sheet_name, sheet_name)):
        hit = re.search(pattern, name) if pattern else None
        parts.update({key: text for key, text in (hit.groupdict() if hit else {}).items() if text})
    if set(parts) != {"year", "month"} or not all(text.isdecimal() for text in parts.values()):
        return None
    year = int(parts["year"])
    return f"{year + 2000 if len(parts['year']) == 2 else year:04}-{int(parts['month']):02}"
