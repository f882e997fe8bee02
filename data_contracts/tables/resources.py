"""What else MES and ERP exports say: material that was used, people who were there."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column


class MesMaterial(Table):
    """Records of material consumed (ISA-95 MaterialActual, goods issues of an ERP); a return is negative."""

    source_file_id: pl.String = column("sha256 of the export")
    source_file: pl.String = column("Name of the export")
    record_no: pl.Int64 = column("Line of a text file, row of a sheet, position in a list; from 1")
    export_id: pl.String = column("Mapping")
    record_key: pl.String = column("Key of the record; a later one replaces it")
    plant_id: pl.String = column("Plant", optional=True)
    line_id: pl.String = column("Line", optional=True)
    production_date: pl.Date = column("Production day", optional=True)
    shift_id: pl.String = column("Shift", optional=True)
    start_at: Instant = column("When it was posted or used, UTC", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    material_id: pl.String = column("Material", optional=True)
    used_kg: pl.Float64 = column("Used; null for material that is counted in pieces", unit="kg", optional=True)


class MesAttendance(Table):
    """Records of people at work: one a person, or one a shift with the number of people."""

    source_file_id: pl.String = column("sha256 of the export")
    source_file: pl.String = column("Name of the export")
    record_no: pl.Int64 = column("Line of a text file, row of a sheet, position in a list; from 1")
    export_id: pl.String = column("Mapping")
    record_key: pl.String = column("Key of the record; a later one replaces it")
    plant_id: pl.String = column("Plant", optional=True)
    line_id: pl.String = column("Line", optional=True)
    production_date: pl.Date = column("Production day", optional=True)
    shift_id: pl.String = column("Shift", optional=True)
    start_at: Instant = column("When the person came, UTC", optional=True)
    employee_id: pl.String = column("Employee; null where the record counts people", optional=True)
    headcount: pl.Float64 = column("People; null where the record is one person", optional=True, ge=0)
