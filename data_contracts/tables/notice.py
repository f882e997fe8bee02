"""What files hold that a reader of the report would not see. What had to be held back: ``source_file``."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Table, column, contract


@contract(layer="published")
class Notice(Table):
    """One row per thing to know about a file, sheet or cell that was read all the same, such as hidden data."""

    source_file_id: pl.String = column("sha256 of the file")
    source_file: pl.String = column("Name of the file")
    source_sheet: pl.String = column("Sheet; null when the whole file is meant", optional=True)
    source_cell: pl.String = column("Cell; null when the whole sheet is meant", optional=True)
    plant_id: pl.String = column("Plant, where the sheet is one report", optional=True)
    line_id: pl.String = column("Line, where the sheet is one report", optional=True)
    production_date: pl.Date = column("Production day, where the sheet is one report", optional=True)
    shift_id: pl.String = column("Shift, where the sheet is one report", optional=True)
    reason_code: pl.String = column("Key of the text in the translations")
    reason_params: pl.String = column("Values for the text, as JSON")
    load_id: pl.String = column("Load that read the file")
