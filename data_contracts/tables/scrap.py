"""Scrap by defect from all sources."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Table, column, contract


@contract(layer="published", by_day=True)
class Scrap(Table):
    """One row per shift, order, product, defect and source."""

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift")
    order_id: pl.String = column("Production order", optional=True)
    product_id: pl.String = column("Product", optional=True)
    defect_code: pl.String = column("Defect from the code book", optional=True)
    scrap_qty: pl.Float64 = column("Scrapped quantity", unit="pcs", ge=0)
    source: pl.String = column("Which side says so", isin=["report", "mes"])
    source_file: pl.String = column("File", optional=True)
    source_sheet: pl.String = column("Sheet", optional=True)
    source_cell: pl.String = column("Cell, or record of the export", optional=True)
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)
