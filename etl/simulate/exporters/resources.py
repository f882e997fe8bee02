"""Material used and people present: lists as in standard-material and standard-attendance, and SAP goods issues."""

from __future__ import annotations

import polars as pl
from polars._typing import PolarsDataType

from etl.simulate.exporters import local
from etl.simulate.exporters.delimited import DIALECTS, Dialect, write
from etl.simulate.exporters.sap import LIST, amount

MATERIAL: dict[str, PolarsDataType] = {
    "record_id": pl.String,
    "line_id": pl.String,
    "used_at": pl.Datetime("us"),
    "order_id": pl.String,
    "material_id": pl.String,
    "used_kg": pl.Float64,
}
ATTENDANCE: dict[str, PolarsDataType] = {
    "line_id": pl.String,
    "production_date": pl.Date,
    "shift_id": pl.String,
    "employee_id": pl.String,
}


def material(frame: pl.DataFrame, dialect: Dialect = DIALECTS["comma"]) -> bytes:
    """One record a posting, in kg with three decimals."""
    header = ["record_id", "line", "used_utc", "order", "material", "quantity", "unit"]
    rows = (
        [
            r["record_id"],
            r["line_id"],
            f"{r['used_at']:%Y-%m-%dT%H:%M:%SZ}",
            r["order_id"],
            r["material_id"],
            f"{r['used_kg']:.3f}",
            "kg",
        ]
        for r in frame.iter_rows(named=True)
    )
    return write(header, rows, dialect)


def attendance(frame: pl.DataFrame, dialect: Dialect = DIALECTS["comma"]) -> bytes:
    """One record a person and shift."""
    rows = (
        [r["line_id"], f"{r['production_date']}", r["shift_id"], r["employee_id"]] for r in frame.iter_rows(named=True)
    )
    return write(["line", "day", "shift", "employee"], rows, dialect)


def goods_issues(frame: pl.DataFrame, zone: str, plant: str, dialect: Dialect = LIST) -> bytes:
    """Movements 261; a negative record is a return, 262."""
    header = [
        "MBLNR",
        "MJAHR",
        "ZEILE",
        "BWART",
        "WERKS",
        "ARBPL",
        "AUFNR",
        "MATNR",
        "CPUDT",
        "CPUTM",
        "MENGE",
        "MEINS",
    ]
    rows = (
        [
            r["record_id"].zfill(10),
            f"{r['used_at']:%Y}",
            "0001",
            "262" if r["used_kg"] < 0 else "261",
            plant,
            r["line_id"],
            r["order_id"],
            r["material_id"],
            local(r["used_at"], zone, "%Y%m%d"),
            local(r["used_at"], zone, "%H%M%S"),
            amount(-r["used_kg"], dialect.decimal),
            "KG",
        ]
        for r in frame.iter_rows(named=True)
    )
    return write(header, rows, dialect)
