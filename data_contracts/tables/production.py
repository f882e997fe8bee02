"""Output as consolidated from all sources."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract


@contract(layer="published", by_day=True)
class Production(Table):
    """One row per line, shift, hour (where sources have hours), order and product; every candidate kept."""

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("The plant's production day; a night shift belongs to the day it starts")
    shift_id: pl.String = column("Shift")
    hour_start: Instant = column("Start of the hour, UTC; null when a source has no hours", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    product_id: pl.String = column("Product", optional=True)
    planned_qty: pl.Float64 = column("Planned quantity", unit="pcs", optional=True, ge=0)
    good_qty: pl.Float64 = column("Good quantity after consolidation (GQ)", unit="pcs", optional=True)
    scrap_qty: pl.Float64 = column("Scrap quantity after consolidation (SQ)", unit="pcs", optional=True)
    rework_qty: pl.Float64 = column("Rework quantity (RQ)", unit="pcs", optional=True)
    report_good_qty: pl.Float64 = column("Good quantity as the report says", unit="pcs", optional=True)
    mes_good_qty: pl.Float64 = column("Good quantity as the MES says", unit="pcs", optional=True)
    report_scrap_qty: pl.Float64 = column("Scrap as the report says", unit="pcs", optional=True)
    mes_scrap_qty: pl.Float64 = column("Scrap as the MES says", unit="pcs", optional=True)
    run_min: pl.Float64 = column("Run time that the source states for this row", unit="min", optional=True)
    shots: pl.Float64 = column("Machine cycles that the report counts", optional=True)
    cavities: pl.Float64 = column("Pieces a cycle", unit="pcs", optional=True)
    tool_id: pl.String = column("Mould or tool", optional=True)
    value_source: pl.String = column("Where good_qty comes from", optional=True, isin=["report", "mes", "decision"])
    decided_measures: pl.String = column("Measures that a person decided, blank-separated", optional=True)
    is_final: pl.Boolean = column("All expected sources have arrived and no severe difference is open")
    report_id: pl.String = column("Report revision behind the reported values", optional=True)
    source_file: pl.String = column("Name of the workbook", optional=True)
    source_sheet: pl.String = column("Sheet of the reported values", optional=True)
    planned_qty_cell: pl.String = column("Cell of planned_qty", optional=True)
    good_qty_cell: pl.String = column("Cell of report_good_qty", optional=True)
    scrap_qty_cell: pl.String = column("Cell of report_scrap_qty", optional=True)
    reference_locator: pl.String = column("File and record of the MES values", optional=True)
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)
