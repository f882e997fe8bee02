"""Stops of a line from all sources."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract


@contract(layer="published", by_day=True)
class Downtime(Table):
    """One row per stop and source."""

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift")
    order_id: pl.String = column("Order that ran, where the source says so", optional=True)
    start_at: Instant = column("Start, UTC", optional=True)
    end_at: Instant = column("End, UTC", optional=True)
    downtime_min: pl.Float64 = column("Duration", unit="min", optional=True)
    reason_code: pl.String = column("Reason from the code book", optional=True)
    reason_text: pl.String = column("What was written beside it", optional=True)
    is_planned: pl.Boolean = column("Planned by the code book; null when the reason is unknown", optional=True)
    source: pl.String = column("Which side says so", isin=["report", "mes"])
    source_file: pl.String = column("File", optional=True)
    source_sheet: pl.String = column("Sheet", optional=True)
    source_cell: pl.String = column("Cell of the duration, or record of the export", optional=True)
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)
