"""What a report says once for its whole shift: people, counters, packing, material, percentages."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Table, column, contract


@contract(layer="published", by_day=True)
class ReportShift(Table):
    """Figures that a report states for the shift as a whole, beside its rows of output."""

    report_id: pl.String = column("Report revision")
    source_sheet: pl.String = column("Sheet")
    row_no: pl.Int32 = column("Row of the sheet, from 1")
    is_total: pl.Boolean = column("A total that the report states")
    product_id: pl.String = column("Product", optional=True)
    product_id_cell: pl.String = column("Cell", optional=True)
    headcount: pl.Float64 = column("People at work", optional=True, ge=0)
    headcount_cell: pl.String = column("Cell", optional=True)
    labour_h: pl.Float64 = column("Hours worked by people", unit="h", optional=True, ge=0)
    labour_h_cell: pl.String = column("Cell", optional=True)
    tool_id: pl.String = column("Mould or tool", optional=True)
    tool_id_cell: pl.String = column("Cell", optional=True)
    cavities: pl.Float64 = column("Pieces a cycle", unit="pcs", optional=True, ge=0)
    cavities_cell: pl.String = column("Cell", optional=True)
    counter_start: pl.Float64 = column("Counter of the machine at the start", optional=True, ge=0)
    counter_start_cell: pl.String = column("Cell", optional=True)
    counter_end: pl.Float64 = column("Counter of the machine at the end", optional=True, ge=0)
    counter_end_cell: pl.String = column("Cell", optional=True)
    packed_qty: pl.Float64 = column("Packed", unit="pcs", optional=True, ge=0)
    packed_qty_cell: pl.String = column("Cell", optional=True)
    unpacked_qty: pl.Float64 = column("Good pieces of former shifts, not packed yet", unit="pcs", optional=True, ge=0)
    unpacked_qty_cell: pl.String = column("Cell", optional=True)
    material_kg: pl.Float64 = column("Material used", unit="kg", optional=True, ge=0)
    material_kg_cell: pl.String = column("Cell", optional=True)
    yield_pct: pl.Float64 = column("Good of what was produced, as the report states it", unit="pct", optional=True)
    yield_pct_cell: pl.String = column("Cell", optional=True)
    scrap_pct: pl.Float64 = column("Scrap of what was produced, as the report states it", unit="pct", optional=True)
    scrap_pct_cell: pl.String = column("Cell", optional=True)
    attainment_pct: pl.Float64 = column("Good of what was planned, as the report states it", unit="pct", optional=True)
    attainment_pct_cell: pl.String = column("Cell", optional=True)
