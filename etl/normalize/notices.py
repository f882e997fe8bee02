"""Which notices of the reader concern a report: those of sheets that a layout recognised, near what it took.

What is hidden beside a report, or on a sheet that is none, is nobody's business. Finding them: ``etl.extract.notices``.
"""

from __future__ import annotations

import json

import polars as pl

from data_contracts.tables import TABLES
from etl.normalize.labels import cell_names, column_letters

SHEET = ["file_no", "sheet_no"]
TOLD = {
    "file_no": pl.UInt32,
    "source_sheet": pl.String,
    "source_cell": pl.String,
    "plant_id": pl.String,
    "line_id": pl.String,
    "production_date": pl.Date,
    "shift_id": pl.String,
    "reason_code": pl.String,
    "reason_params": pl.String,
}
_ROWS = frozenset({"hidden_row_data"})
_COLUMNS = frozenset({"hidden_column_data"})
_CELLS = frozenset({"merged_hidden_value", "blank_text"})
_QUANTITIES = frozenset(
    name
    for table in ("report_output", "report_stop", "report_defect")
    for name, kind in TABLES[table].columns().items()
    if kind == pl.Float64
)


def concerning(notices: pl.DataFrame, merged: pl.DataFrame, sheets: pl.DataFrame, value: pl.DataFrame) -> pl.DataFrame:
    """Notices that concern reports, schema TOLD.

    ``notices`` and ``merged`` as the reader gives them; ``sheets``: file_no, sheet_no and sheet_name of those that were
    recognised; ``value``: every cell taken, contract ``value`` with file_no, report_id being the key of the report.
    """
    if "real_no" in sheets.columns:  # blocks of a sheet count as sheets of their own
        sheets = sheets.with_columns(sheet_no="real_no")
    named = sheets.select(*SHEET, "sheet_name").unique(maintain_order=True)
    tall = merged.filter(pl.col("last_row") > pl.col("first_row")).join(named, on=SHEET)
    notices = notices.filter(pl.col("file_no").is_in(named["file_no"].unique().implode()))
    if notices.is_empty() and tall.is_empty():
        return pl.DataFrame(schema=TOLD)
    taken = _taken(value, named)
    by_row, by_column = taken.select(*SHEET, "row").unique(), taken.select(*SHEET, "column").unique()
    here = notices.join(named, on=SHEET, how="left").filter(
        pl.col("sheet_no").is_null() | pl.col("sheet_name").is_not_null()
    )
    in_row, in_column = (
        here.join(by_row, on=[*SHEET, "row"], how="semi"),
        here.join(by_column, on=[*SHEET, "column"], how="semi"),
    )
    bound = _ROWS | _COLUMNS | _CELLS
    parts = [
        here.filter(~pl.col("code").is_in(list(bound))),
        in_row.filter(pl.col("code").is_in(list(_ROWS))),
        in_column.filter(pl.col("code").is_in(list(_COLUMNS))),
        in_row.filter(pl.col("code").is_in(list(_CELLS))).join(by_column, on=[*SHEET, "column"], how="semi"),
        _over_rows(tall, taken).select(here.columns),
    ]
    return _placed(pl.concat(parts), taken)


def _taken(value: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Row and column from 0 of each cell taken."""
    letters = pl.DataFrame({"letters": [column_letters(n) for n in range(16384)]}).with_row_index("column")
    return (
        value.filter(pl.col("source_cell").is_not_null())
        .with_columns(letters=pl.col("source_cell").str.extract(r"^([A-Z]+)"))
        .join(named, left_on=["file_no", "source_sheet"], right_on=["file_no", "sheet_name"])
        .join(letters, on="letters")
        .select(
            *SHEET,
            "report_id",
            "table_name",
            "measure",
            row=pl.col("source_cell").str.extract(r"(\d+)$").cast(pl.UInt32) - 1,
            column="column",
        )
    )


def _over_rows(tall: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Quantities merged over several rows of their table: which of these rows they belong to is anybody's guess."""
    rows = taken.select(*SHEET, "table_name", "row").unique()
    quantities = taken.with_columns(measure=pl.col("measure").str.split(":").list.first())
    anchors = tall.join(
        quantities.filter(pl.col("measure").is_in(list(_QUANTITIES))),
        left_on=[*SHEET, "first_row"],
        right_on=[*SHEET, "row"],
    ).filter(pl.col("column").is_between("first_column", "last_column"))
    told = (
        anchors.join(rows, on=[*SHEET, "table_name"])
        .filter(pl.col("row").is_between("first_row", "last_row"))
        .group_by(*SHEET, "sheet_name", "first_row", "column", "measure", "first_column", "last_column", "last_row")
        .agg(rows=pl.len())
        .filter(pl.col("rows") > 1)
    )
    first = cell_names(told["first_row"], told["first_column"])
    last = cell_names(told["last_row"], told["last_column"])
    params = [
        json.dumps({"measure": measure, "rows": count, "range": f"{start}:{end}"})
        for measure, count, start, end in zip(told["measure"], told["rows"], first, last, strict=True)
    ]
    return told.with_columns(
        row="first_row", code=pl.lit("merged_over_rows"), params=pl.Series(params, dtype=pl.String)
    )


def _placed(told: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """With the name of the cell, and the report's key where the sheet is one report."""
    reports = taken.group_by(SHEET).agg(pl.col("report_id").unique()).filter(pl.col("report_id").list.len() == 1)
    key = pl.col("report_id").list.first().str.split("/")
    keyed = told.join(reports, on=SHEET, how="left").with_columns(
        plant_id=key.list.get(0),
        line_id=key.list.get(1),
        production_date=key.list.get(2).str.to_date("%Y-%m-%d", strict=False),
        shift_id=key.list.get(3),
        source_cell=cell_names(told["row"], told["column"]),
    )
    return keyed.select(
        "file_no",
        pl.col("sheet_name").alias("source_sheet"),
        *("source_cell", "plant_id", "line_id", "production_date", "shift_id"),
        pl.col("code").alias("reason_code"),
        pl.col("params").alias("reason_params"),
    )
