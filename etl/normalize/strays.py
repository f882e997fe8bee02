"""Rows that are read although they may be no rows: a note below a list of defects, texts that slid to a neighbour."""

from __future__ import annotations

import polars as pl

from data_contracts.layout import Layout
from data_contracts.site import Site
from etl.normalize.records import has_groups, quantities

_ROW = ["file_no", "sheet_no", "table", "row"]
_KEY = ["plant_id", "line_id", "production_date", "shift_id"]


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


def shifts_twice(layout: Layout, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that name the same shift of the same line and day where nothing else tells rows apart: one name is wrong."""
    plain = [
        name
        for name, table in layout.tables.items()
        if table.into == "output" and "shift_id" in table.columns and not has_groups(table) and not table.measure_from
        if {m for m in table.columns if m not in quantities(table)} <= {*_KEY, "note"}
    ]
    if not plain:
        return pl.DataFrame()
    whole = pl.all_horizontal(pl.col(_KEY).is_not_null())
    named = rows.filter(pl.col("table").is_in(plain), ~pl.col("is_total"), "has_values", whole)
    twice = named.filter(pl.struct("file_no", "sheet_no", "table", *_KEY).is_duplicated())
    return twice.select(
        "file_no",
        pl.col("sheet_name").alias("source_sheet"),
        pl.col("shift_id_cell").alias("source_cell"),
        *_KEY,
        pl.lit("report_output").alias("table_name"),
        pl.lit("shift_id").alias("measure"),
        pl.col("shift_id").alias("raw"),
        pl.lit("cell_twice").alias("reason_code"),
        pl.lit("{}").alias("reason_params"),
        "row_id",
    )


def slid_texts(layout: Layout, rows: pl.DataFrame, unread: pl.Series) -> pl.DataFrame:
    """Records of texts alone beside one that cannot be read, as ``quarantine`` wants them.

    Where a row holds a record for each group and its cells moved, the last text of one group slides into the next: that
    group then seems to have worked without a quantity. ``unread``: row_id of the rows that cannot be read.
    """
    grouped = {name: table for name, table in layout.tables.items() if has_groups(table)}
    numbers = [m for table in grouped.values() for m in quantities(table) if m in rows.columns]
    texts = [f"{m}_cell" for table in grouped.values() for m in table.columns if m not in numbers and m not in _KEY]
    texts = [name for name in dict.fromkeys(texts) if name in rows.columns]
    if not texts or unread.is_empty():
        return pl.DataFrame()
    beside = rows.filter(pl.col("row_id").is_in(unread.implode())).select(_ROW).unique()
    found = (
        rows.filter(pl.col("table").is_in(list(grouped)), ~pl.col("is_total"), pl.col("group").is_not_null())
        .filter(pl.all_horizontal(pl.col(f"{name}_cell").is_null() for name in dict.fromkeys(numbers)))
        .filter(pl.any_horizontal(pl.col(texts).is_not_null()), ~pl.col("row_id").is_in(unread.implode()))
        .join(beside, on=_ROW, how="semi")
    )
    number = (pl.col("row") + 1).cast(pl.String)
    own = [pl.when(pl.col(c).str.strip_chars_start("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == number).then(c) for c in texts]
    return found.select(
        "file_no",
        pl.col("sheet_name").alias("source_sheet"),
        pl.coalesce(own).alias("source_cell"),
        *_KEY,
        pl.lit("report_output").alias("table_name"),
        pl.lit(None, pl.String).alias("measure"),
        pl.lit(None, pl.String).alias("raw"),
        pl.lit("row_slid").alias("reason_code"),
        pl.lit("{}").alias("reason_params"),
        "row_id",
    )
