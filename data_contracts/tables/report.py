"""Shift reports and their revisions."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract


@contract(grain=("report_id",), layer="published")
class Report(Table):
    """One row per revision of what one line says of one shift."""

    report_id: pl.String = column("plant/line/day/shift/revision")
    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line; the text of the report when master data does not know it")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift; the text of the report when master data does not know it")
    revision: pl.Int32 = column("1 for the first; a corrected report is the next", ge=1)
    is_current: pl.Boolean = column("The revision that counts")
    status: pl.String = column("accepted, blocked or superseded", isin=["accepted", "blocked", "superseded"])
    layout_id: pl.String = column("Layout that recognised it")
    source_file_id: pl.String = column("sha256 of the workbook")
    source_file: pl.String = column("Name of the workbook")
    source_sheet: pl.String = column("First sheet that contributed")
    received_at: Instant = column("When it was first loaded, UTC")
    content_hash: pl.String = column("Hash of all its values; equal content is no new revision")
    leader: pl.String = column("Who filled it in", optional=True)
    signature: pl.String = column("What stands in the place for the signature, as written", optional=True)
    production_date_cell: pl.String = column("Where the day stands", optional=True)
    shift_id_cell: pl.String = column("Where the shift stands", optional=True)
    line_id_cell: pl.String = column("Where the line stands", optional=True)
    contradictions: pl.String = column(
        "Places that disagree with the day, shift or line in force, as JSON", optional=True
    )
    refused_rows: pl.Int32 = column("Rows of it that a contract refused; sums over it are not compared")
    key_sheets: pl.Int32 = column("Sheets of the file that claim this very shift")
