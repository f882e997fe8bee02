"""Small evidence for tests: rows as a test states them, every other frame empty, every other column blank.

One line ``L1`` in area ``A1`` of plant ``P1`` (UTC), an early shift from 06:00 to 14:00 with a break of 30 minutes on
Monday, 2 March 2026. Where the layout ``sheet`` is used, it has columns for scrap, stops and defects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import polars as pl
from polars._typing import PolarsDataType

from data_contracts.calendar import WINDOW_SCHEMA
from data_contracts.crosschecks import Evidence
from data_contracts.tables import TABLES
from data_contracts.tables.base import Table

Row = Mapping[str, object]
DAY = date(2026, 3, 2)
KEY: dict[str, object] = {"plant_id": "P1", "line_id": "L1", "production_date": DAY, "shift_id": "early"}
SPAN: dict[str, object] = {"plant_id": "P1", "line_id": "L1", "first_day": DAY, "last_day": DAY}
_KEYED = {"plant_id": pl.String, "line_id": pl.String, "production_date": pl.Date, "shift_id": pl.String}
_SOURCE = {"source_file": pl.String, "source_file_id": pl.String}
_DAYS = {"plant_id": pl.String, "line_id": pl.String, "first_day": pl.Date, "last_day": pl.Date}
_ORDER_OUTPUT = {
    "order_id": pl.String,
    "product_id": pl.String,
    **_KEYED,
    "good_qty": pl.Float64,
    "cumulative": pl.Float64,
    "report_id": pl.String,
    **_SOURCE,
    "source_sheet": pl.String,
    "source_cell": pl.String,
}


def at(clock: str, day: date = DAY) -> datetime:
    """``"06:30"`` of the day, UTC without a zone as stored."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001


def table(name: str, rows: Sequence[Row], **defaults: object) -> pl.DataFrame:
    """Rows of a contract; what neither a row nor the defaults say is null."""
    return _filled(TABLES[name].columns(), rows, defaults)


def _filled(schema: Mapping[str, pl.DataType], rows: Sequence[Row], defaults: Row) -> pl.DataFrame:
    for row in rows:
        assert set(row) <= set(schema), sorted(set(row) - set(schema))
    full = [{**dict.fromkeys(schema), **{k: v for k, v in defaults.items() if k in schema}, **row} for row in rows]
    return pl.DataFrame(full, schema=dict(schema), strict=False)


def _rows_of_reports(contract: type[Table], rows: Sequence[Row]) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {**{n: t() for n, t in (_KEYED | _SOURCE).items()}, **contract.columns()}
    defaults = {**KEY, "report_id": "R1", "source_file": "a.xlsx", "source_file_id": "f1", "source_sheet": "early"}
    numbered = [{"row_no": n, **row} for n, row in enumerate(rows, start=7)]
    return _filled(schema, numbered, defaults | ({"is_total": False} if "is_total" in schema else {}))


def reports(*rows: Row) -> pl.DataFrame:
    """Reports of the early shift of L1."""
    defaults = {**KEY, "revision": 1, "is_current": True, "status": "accepted", "layout_id": "sheet"}
    defaults |= {"source_file": "a.xlsx", "source_file_id": "f1", "source_sheet": "early", "content_hash": "h"}
    defaults |= {"received_at": at("14:30"), "refused_rows": 0, "key_sheets": 1, "report_id": "R1", "leader": "Li"}
    return table("report", rows, **defaults)


def output(*rows: Row) -> pl.DataFrame:
    """Output rows of report R1, from row 7 of its sheet."""
    return _rows_of_reports(TABLES["report_output"], rows)


def stops(*rows: Row) -> pl.DataFrame:
    """Stops that report R1 lists."""
    return _rows_of_reports(TABLES["report_stop"], rows)


def wip(*rows: Row) -> pl.DataFrame:
    """Rows of the ledger of report R1."""
    return _rows_of_reports(TABLES["report_wip"], rows)


def shifts(*rows: Row) -> pl.DataFrame:
    """Figures of the whole shift of report R1."""
    return _rows_of_reports(TABLES["report_shift"], rows)


def defects(*rows: Row) -> pl.DataFrame:
    """Defects that report R1 lists."""
    return _rows_of_reports(TABLES["report_defect"], rows)


def _records(name: str, rows: Sequence[Row], **more: object) -> pl.DataFrame:
    numbered = [{"record_no": n, "record_key": str(n), **row} for n, row in enumerate(rows, start=2)]
    return table(name, numbered, source_file="mes.csv", source_file_id="m1", export_id="x", **more)


def mes_output(*rows: Row) -> pl.DataFrame:
    """Counter records of the MES for the early shift of L1; the first one is record 2."""
    return _records("mes_output", rows, **KEY, counting="counter")


def mes_stops(*rows: Row) -> pl.DataFrame:
    """Stops that the MES recorded in the early shift of L1."""
    return _records("mes_stop", rows, **KEY)


def mes_material(*rows: Row) -> pl.DataFrame:
    """Material that was used in the early shift of L1."""
    return _records("mes_material", rows, **KEY)


def mes_attendance(*rows: Row) -> pl.DataFrame:
    """People who were there in the early shift of L1."""
    return _records("mes_attendance", rows, **KEY)


def readings(*rows: Row) -> pl.DataFrame:
    """Cells of report R1 that were repaired to be read; good pieces unless a test says otherwise."""
    return _rows_of_reports(
        TABLES["value"], [{"table_name": "report_output", "measure": "good_qty", **r} for r in rows]
    )


def held_cells(*rows: Row) -> pl.DataFrame:
    """Cells that held their row back."""
    defaults = {**KEY, "source_file": "a.xlsx", "source_file_id": "f1", "source_sheet": "early"}
    return table("quarantine", rows, **defaults)


def merged_values(*cells: str) -> pl.DataFrame:
    """Cells of the sheet ``early`` that hold a value below a merged one."""
    rows = [{"source_file_id": "f1", "source_sheet": "early", "source_cell": cell} for cell in cells]
    return pl.DataFrame(rows, schema=dict.fromkeys(("source_file_id", "source_sheet", "source_cell"), pl.String))


def orders(*rows: Row) -> pl.DataFrame:
    """Orders of the ERP; an order belongs to plant P1."""
    return _records("work_order", rows, plant_id="P1")


def order_output(*rows: Row) -> pl.DataFrame:
    """What was made of orders, shift by shift."""
    defaults = {**KEY, "report_id": "R1", "source_file": "a.xlsx", "source_file_id": "f1", "source_sheet": "early"}
    return _filled({n: t() for n, t in _ORDER_OUTPUT.items()}, rows, defaults)


def windows(*rows: Row) -> pl.DataFrame:
    """Planned shifts; without rows the early shift of L1."""
    defaults = {**KEY, "area_id": "A1", "start_at": at("06:00"), "end_at": at("14:00"), "shift_min": 480.0}
    schema = {n: t() if isinstance(t, type) else t for n, t in WINDOW_SCHEMA.items()}
    return _filled(schema, rows or [{}], defaults | {"break_min": 30.0})


def sequence(reports: pl.DataFrame, *earlier: Row) -> pl.DataFrame:
    """Reports of L1 by time, one a day from 06:00 to 14:00; ``earlier`` ones lie on the days a test gives them."""
    schema: dict[str, PolarsDataType] = {
        **_KEYED,
        "report_id": pl.String,
        "start_at": pl.Datetime("us"),
        "end_at": pl.Datetime("us"),
        "is_earlier": pl.Boolean,
        "is_next": pl.Boolean,
        "layout_id": pl.String,
        "work_min": pl.Float64,
    }
    here: list[Row] = [{**row, "is_earlier": False} for row in reports.iter_rows(named=True)]
    rows: list[dict[str, object]] = []
    for row in [*({**KEY, "is_earlier": True, **row} for row in earlier), *here]:
        day = row["production_date"]
        assert isinstance(day, date)
        placed = {"start_at": at("06:00", day), "end_at": at("14:00", day), "is_next": True, "work_min": 450.0}
        placed |= {"layout_id": "sheet", **row}
        rows.append({c: placed.get(c) for c in schema})
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort("start_at").with_columns(before=pl.col("report_id").shift(1).over("plant_id", "line_id"))


def days(*rows: Row) -> pl.DataFrame:
    """Lines and the days on which the MES counts them; without rows nothing."""
    return _filled({n: t() for n, t in _DAYS.items()}, rows, SPAN)


def master(**rows: Sequence[Row]) -> dict[str, pl.DataFrame]:
    """Master tables; the line L1 and the early shift are there unless the test says otherwise."""
    names: tuple[str, ...] = (
        "line",
        "shift",
        "calendar_exception",
        "product",
        "reason",
        "defect",
        "employee",
        "tolerance",
    )
    names += ("survivorship", "flow", "tool")
    given: dict[str, Sequence[Row]] = {
        "line": [{"plant_id": "P1", "area_id": "A1", "line_id": "L1", "calendar_id": "cal"}],
        "shift": [{"calendar_id": "cal", "shift_id": "early", "start": "06:00", "end": "14:00", "weekdays": "1234567"}],
        **rows,
    }
    return {name: table(name, given.get(name, [])) for name in names}


def evidence(**frames: object) -> Evidence:
    """Evidence in which everything that the test does not state is empty; the MES counts L1 when it has records."""
    here: dict[str, object] = {
        "reports": reports(),
        "output": output(),
        "stops": stops(),
        "defects": defects(),
        "mes_output": mes_output(),
        "mes_stops": mes_stops(),
        "readings": readings(),
        "held_cells": held_cells(),
        "merged_values": merged_values(),
        "orders": orders(),
        "order_output": order_output(),
        "windows": windows(),
        "expected": windows().clear(),
        "master": master(),
        "zones": {"P1": "UTC"},
        "defect_layouts": frozenset({"sheet"}),
        "scrap_layouts": frozenset({"sheet"}),
        "stop_layouts": frozenset({"sheet"}),
        "signed_layouts": frozenset({"sheet"}),
        "noted_layouts": frozenset({"sheet"}),
        "wip": wip(),
        "shifts": shifts(),
        "earlier_wip": wip(),
        "earlier_shifts": shifts(),
        "mes_cancelled": mes_output(),
        "mes_material": mes_material(),
        "mes_attendance": mes_attendance(),
        "earlier_output": output(),
        "earlier_stops": stops(),
        "now": at("20:00"),
        "closed_through": None,
        "warning_after_h": 2.0,
        "error_after_h": 24.0,
        **frames,
    }
    for name, records in (("mes_days", "mes_output"), ("mes_stop_days", "mes_stops")):
        if name not in here:
            frame = here[records]
            assert isinstance(frame, pl.DataFrame)
            here[name] = days() if frame.is_empty() else days({})
    here.setdefault("sequence", sequence(here["reports"]))  # type: ignore[arg-type]
    return Evidence(**here)  # type: ignore[arg-type]
