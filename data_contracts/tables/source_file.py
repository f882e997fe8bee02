"""Files that arrived, the loads that took them, and what had to be held back."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract


@contract(grain=("source_file_id",), layer="published")
class SourceFile(Table):
    """One row per file by content."""

    source_file_id: pl.String = column("sha256 of the bytes")
    name: pl.String = column("Name under which it came first")
    kind: pl.String = column("report or export", isin=["report", "export"])
    status: pl.String = column("loaded, partial or quarantined", isin=["loaded", "partial", "quarantined"])
    reason: pl.String = column("Why it was held back, in the site's language", optional=True)
    reason_code: pl.String = column("Key of the reason in the translations", optional=True)
    received_at: Instant = column("When it was collected, UTC")
    load_id: pl.String = column("Load that took it")
    plant_id: pl.String = column("Plant it was handed in for, where that is known", optional=True)
    layout_id: pl.String = column("Layout or mapping that recognised it", optional=True)
    size_bytes: pl.Int64 = column("Size", unit="B")


@contract(grain=("load_id",), layer="published")
class Load(Table):
    """One row per run over what was new."""

    load_id: pl.String = column("Load")
    started_at: Instant = column("Start, UTC")
    finished_at: Instant = column("End, UTC", optional=True)
    status: pl.String = column("staged, reconciled, published or failed")
    files_new: pl.Int32 = column("Files that had not been seen before")
    files_quarantined: pl.Int32 = column("Of these, held back")
    notices: pl.Int32 = column("Things to know about reports that were read, table notice", optional=True)
    rows_staged: pl.Int64 = column("Rows taken in")
    discrepancies_open: pl.Int32 = column("Open differences after the load", optional=True)
    published_version: pl.Int32 = column("Version it ended in", optional=True)
    actor: pl.String = column("Who started it")


@contract(layer="published")
class Quarantine(Table):
    """One row per thing that was held back: a file, a sheet, or a row with its cell."""

    source_file_id: pl.String = column("sha256 of the file")
    source_file: pl.String = column("Name of the file")
    source_sheet: pl.String = column("Sheet", optional=True)
    source_cell: pl.String = column("Cell, or record of an export", optional=True)
    plant_id: pl.String = column("Plant, where known", optional=True)
    line_id: pl.String = column("Line, where known", optional=True)
    production_date: pl.Date = column("Production day, where known", optional=True)
    shift_id: pl.String = column("Shift, where known", optional=True)
    table_name: pl.String = column("Contract that refused it", optional=True)
    measure: pl.String = column("Column that failed", optional=True)
    raw: pl.String = column("What stands there", optional=True)
    reason_code: pl.String = column("Key of the reason in the translations")
    reason_params: pl.String = column("Values for the reason's text, as JSON")
    load_id: pl.String = column("Load that held it back")
