"""What the sources said, in contract units, before anything is compared.

Every measure of a report has its cell beside it (``<measure>_cell``); raw texts stand in ``value``.
"""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract


@contract(layer="published", by_day=True)
class ReportOutput(Table):
    """Output rows of reports: an hour, an order or a whole shift; totals are marked, not summed."""

    report_id: pl.String = column("Report revision")
    source_sheet: pl.String = column("Sheet")
    row_no: pl.Int32 = column("Row of the sheet, from 1")
    is_total: pl.Boolean = column("A total that the report states")
    hour_start: Instant = column("Start of the hour, UTC", optional=True)
    hour_start_cell: pl.String = column("Cell", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    order_id_cell: pl.String = column("Cell", optional=True)
    product_id: pl.String = column("Product", optional=True)
    product_id_cell: pl.String = column("Cell", optional=True)
    planned_qty: pl.Float64 = column("Planned", unit="pcs", optional=True, ge=0)
    planned_qty_cell: pl.String = column("Cell", optional=True)
    good_qty: pl.Float64 = column("Good", unit="pcs", optional=True, ge=0)
    good_qty_cell: pl.String = column("Cell", optional=True)
    scrap_qty: pl.Float64 = column("Scrap", unit="pcs", optional=True, ge=0)
    scrap_qty_cell: pl.String = column("Cell", optional=True)
    rework_qty: pl.Float64 = column("Rework not yet decided", unit="pcs", optional=True, ge=0)
    rework_qty_cell: pl.String = column("Cell", optional=True)
    total_qty: pl.Float64 = column("Produced as the report states it", unit="pcs", optional=True, ge=0)
    total_qty_cell: pl.String = column("Cell", optional=True)
    run_min: pl.Float64 = column("Run time", unit="min", optional=True, ge=0)
    run_min_cell: pl.String = column("Cell", optional=True)
    stop_min: pl.Float64 = column("Stops stated beside the output", unit="min", optional=True, ge=0)
    stop_min_cell: pl.String = column("Cell", optional=True)
    duration_min: pl.Float64 = column("Duration stated beside start and end", unit="min", optional=True)
    duration_min_cell: pl.String = column("Cell", optional=True)
    start_at: Instant = column("Start of the run, UTC", optional=True)
    start_at_cell: pl.String = column("Cell", optional=True)
    end_at: Instant = column("End of the run, UTC", optional=True)
    end_at_cell: pl.String = column("Cell", optional=True)
    shots: pl.Float64 = column("Machine cycles", optional=True, ge=0)
    shots_cell: pl.String = column("Cell", optional=True)
    cavities: pl.Float64 = column("Pieces a cycle", unit="pcs", optional=True, ge=0)
    cavities_cell: pl.String = column("Cell", optional=True)
    counter_start: pl.Float64 = column("Counter of the machine at the start", optional=True, ge=0)
    counter_start_cell: pl.String = column("Cell", optional=True)
    counter_end: pl.Float64 = column("Counter of the machine at the end", optional=True, ge=0)
    counter_end_cell: pl.String = column("Cell", optional=True)
    labour_h: pl.Float64 = column("Hours worked by people", unit="h", optional=True, ge=0)
    labour_h_cell: pl.String = column("Cell", optional=True)
    headcount: pl.Float64 = column("People at work", optional=True, ge=0)
    headcount_cell: pl.String = column("Cell", optional=True)
    yield_pct: pl.Float64 = column("Good of what was produced, as the report states it", unit="pct", optional=True)
    yield_pct_cell: pl.String = column("Cell", optional=True)
    scrap_pct: pl.Float64 = column("Scrap of what was produced, as the report states it", unit="pct", optional=True)
    scrap_pct_cell: pl.String = column("Cell", optional=True)
    attainment_pct: pl.Float64 = column("Good of what was planned, as the report states it", unit="pct", optional=True)
    attainment_pct_cell: pl.String = column("Cell", optional=True)
    process_id: pl.String = column("Process step", optional=True)
    process_id_cell: pl.String = column("Cell", optional=True)
    tool_id: pl.String = column("Mould or tool", optional=True)
    tool_id_cell: pl.String = column("Cell", optional=True)
    operator: pl.String = column("Operator", optional=True)
    operator_cell: pl.String = column("Cell", optional=True)
    note: pl.String = column("Remark", optional=True)
    note_cell: pl.String = column("Cell", optional=True)


@contract(layer="published", by_day=True)
class ReportStop(Table):
    """Stops that reports list, one row each."""

    report_id: pl.String = column("Report revision")
    source_sheet: pl.String = column("Sheet")
    row_no: pl.Int32 = column("Row of the sheet, from 1")
    is_total: pl.Boolean = column("A total that the report states")
    order_id: pl.String = column("Production order", optional=True)
    order_id_cell: pl.String = column("Cell", optional=True)
    start_at: Instant = column("Start, UTC", optional=True)
    start_at_cell: pl.String = column("Cell", optional=True)
    end_at: Instant = column("End, UTC", optional=True)
    end_at_cell: pl.String = column("Cell", optional=True)
    downtime_min: pl.Float64 = column("Minutes", unit="min", optional=True, ge=0)
    downtime_min_cell: pl.String = column("Cell", optional=True)
    reason_code: pl.String = column("Reason", optional=True)
    reason_code_cell: pl.String = column("Cell", optional=True)
    reason_text: pl.String = column("What was written beside it", optional=True)
    reason_text_cell: pl.String = column("Cell", optional=True)


@contract(layer="published", by_day=True)
class ReportDefect(Table):
    """Scrap by defect as reports list it."""

    report_id: pl.String = column("Report revision")
    source_sheet: pl.String = column("Sheet")
    row_no: pl.Int32 = column("Row of the sheet, from 1")
    is_total: pl.Boolean = column("A total that the report states")
    order_id: pl.String = column("Production order", optional=True)
    order_id_cell: pl.String = column("Cell", optional=True)
    product_id: pl.String = column("Product", optional=True)
    product_id_cell: pl.String = column("Cell", optional=True)
    defect_code: pl.String = column("Defect", optional=True)
    defect_code_cell: pl.String = column("Cell", optional=True)
    scrap_qty: pl.Float64 = column("Scrap", unit="pcs", optional=True, ge=0)
    scrap_qty_cell: pl.String = column("Cell", optional=True)


@contract(layer="published", by_day=True)
class ReportWip(Table):
    """Work in process as ledgers state it: what was there, came in, went out and is left."""

    report_id: pl.String = column("Report revision")
    source_sheet: pl.String = column("Sheet")
    row_no: pl.Int32 = column("Row of the sheet, from 1")
    is_total: pl.Boolean = column("A total that the report states")
    process_id: pl.String = column("Process step that the ledger is kept for", optional=True)
    process_id_cell: pl.String = column("Cell", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    order_id_cell: pl.String = column("Cell", optional=True)
    batch_id: pl.String = column("Batch of material", optional=True)
    batch_id_cell: pl.String = column("Cell", optional=True)
    product_id: pl.String = column("Product", optional=True)
    product_id_cell: pl.String = column("Cell", optional=True)
    opening_qty: pl.Float64 = column("Stock at the start", unit="pcs", optional=True, ge=0)
    opening_qty_cell: pl.String = column("Cell", optional=True)
    received_qty: pl.Float64 = column("Received", unit="pcs", optional=True, ge=0)
    received_qty_cell: pl.String = column("Cell", optional=True)
    scrap_qty: pl.Float64 = column("Scrap", unit="pcs", optional=True, ge=0)
    scrap_qty_cell: pl.String = column("Cell", optional=True)
    stored_qty: pl.Float64 = column("Put into stores", unit="pcs", optional=True, ge=0)
    stored_qty_cell: pl.String = column("Cell", optional=True)
    shipped_qty: pl.Float64 = column("Shipped", unit="pcs", optional=True, ge=0)
    shipped_qty_cell: pl.String = column("Cell", optional=True)
    closing_qty: pl.Float64 = column("Stock at the end", unit="pcs", optional=True, ge=0)
    closing_qty_cell: pl.String = column("Cell", optional=True)


class Value(Table):
    """One row per value taken from a report: where it stands and what stands there."""

    report_id: pl.String = column("Report revision")
    table_name: pl.String = column("Staged table")
    source_sheet: pl.String = column("Sheet")
    row_no: pl.Int32 = column("Row of the sheet, from 1")
    measure: pl.String = column("Column of that table")
    source_cell: pl.String = column("Cell")
    raw: pl.String = column("Text as it stands there", optional=True)
    repair: pl.String = column("What was done to read it, when anything", optional=True)


class MesOutput(Table):
    """Records of output from MES or ERP exports."""

    source_file_id: pl.String = column("sha256 of the export")
    source_file: pl.String = column("Name of the export")
    record_no: pl.Int64 = column("Line of a text file, row of a sheet, position in a list; from 1")
    export_id: pl.String = column("Mapping")
    record_key: pl.String = column("Key of the record; a later one replaces it")
    plant_id: pl.String = column("Plant", optional=True)
    line_id: pl.String = column("Line", optional=True)
    production_date: pl.Date = column("Production day", optional=True)
    shift_id: pl.String = column("Shift", optional=True)
    hour_start: Instant = column("Start of the hour, UTC", optional=True)
    start_at: Instant = column("Start of the run, UTC", optional=True)
    end_at: Instant = column("End of the run, UTC", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    product_id: pl.String = column("Product", optional=True)
    planned_qty: pl.Float64 = column("Planned", unit="pcs", optional=True)
    good_qty: pl.Float64 = column("Good", unit="pcs", optional=True)
    scrap_qty: pl.Float64 = column("Scrap", unit="pcs", optional=True)
    rework_qty: pl.Float64 = column("Rework", unit="pcs", optional=True)
    run_min: pl.Float64 = column("Run time", unit="min", optional=True)
    counting: pl.String = column("counter or manual", isin=["counter", "manual"])
    is_cancelled: pl.Boolean = column("Withdrawn: the record counts nowhere", optional=True)
    cancels_key: pl.String = column("Key of the record that this one withdraws", optional=True)


class MesStop(Table):
    """Records of stops from MES or ERP exports."""

    source_file_id: pl.String = column("sha256 of the export")
    source_file: pl.String = column("Name of the export")
    record_no: pl.Int64 = column("Line of a text file, row of a sheet, position in a list; from 1")
    export_id: pl.String = column("Mapping")
    record_key: pl.String = column("Key of the record; a later one replaces it")
    plant_id: pl.String = column("Plant", optional=True)
    line_id: pl.String = column("Line", optional=True)
    production_date: pl.Date = column("Production day; null when the record names only its order", optional=True)
    shift_id: pl.String = column("Shift", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    start_at: Instant = column("Start, UTC", optional=True)
    end_at: Instant = column("End, UTC", optional=True)
    downtime_min: pl.Float64 = column("Minutes", unit="min", optional=True, ge=0)
    reason_code: pl.String = column("Reason", optional=True)
    reason_text: pl.String = column("Reason as written", optional=True)
    part_no: pl.Int32 = column("Part of a stop that touches several shifts, from 1; null for all others", optional=True)


@contract(grain=("record_key",), layer="published")
class WorkOrder(Table):
    """Orders from ERP exports or master/work_order.csv."""

    source_file_id: pl.String = column("sha256 of the export")
    source_file: pl.String = column("Name of the export")
    record_no: pl.Int64 = column("Record")
    export_id: pl.String = column("Mapping")
    record_key: pl.String = column("Key of the record; a later one replaces it")
    plant_id: pl.String = column("Plant", optional=True)
    line_id: pl.String = column("Line", optional=True)
    order_id: pl.String = column("Production order")
    product_id: pl.String = column("Product", optional=True)
    planned_qty: pl.Float64 = column("Ordered quantity", unit="pcs", optional=True, ge=0)
    released_on: pl.Date = column("Day from which it may be made", optional=True)
    due_on: pl.Date = column("Day on which it is due", optional=True)
