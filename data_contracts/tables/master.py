"""Master data that a site keeps as master/*.csv. Missing optional columns read as blank."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Table, column, contract

POLICIES = ("mes", "report", "larger", "smaller", "decision")
_START = r"^([01]\d|2[0-3]):[0-5]\d$"
_END = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"


@contract(grain=("plant_id", "line_id"), layer="master")
class Line(Table):
    """Lines of the plants, with the tree above them."""

    plant_id: pl.String = column("Plant, as in site.toml")
    area_id: pl.String = column("Area of the plant")
    line_id: pl.String = column("Line")
    name_zh: pl.String = column("Name in Chinese", optional=True)
    name_en: pl.String = column("Name in English", optional=True)
    aliases: pl.String = column("Other names, separated by ;", optional=True)
    calendar_id: pl.String = column("Shift calendar, see shift.csv")
    valid_from: pl.Date = column("First production day on which reports are expected", optional=True)
    valid_to: pl.Date = column("Last production day", optional=True)


@contract(grain=("calendar_id", "shift_id", "valid_from", "weekdays"), layer="master")
class Shift(Table):
    """Shifts of a calendar, in local time; a shift with other times on some weekdays has a row for these."""

    calendar_id: pl.String = column("Calendar")
    shift_id: pl.String = column("Shift")
    name_zh: pl.String = column("Name in Chinese", optional=True)
    name_en: pl.String = column("Name in English", optional=True)
    aliases: pl.String = column("Other names, separated by ;", optional=True)
    start: pl.String = column("Local start, HH:MM", str_matches=_START)
    end: pl.String = column(
        "Local end, HH:MM; not later than the start means the next day",
        str_matches=_END,
    )
    break_min: pl.Float64 = column("Planned breaks inside the shift", unit="min", optional=True, ge=0)
    weekdays: pl.String = column("Days on which it starts, 1 = Monday, e.g. 12345", str_matches=r"^[1-7]{1,7}$")
    valid_from: pl.Date = column("First production day", optional=True)
    valid_to: pl.Date = column("Last production day", optional=True)


@contract(grain=("calendar_id", "production_date", "shift_id"), layer="master")
class CalendarException(Table):
    """Days that differ from the calendar: closed, extra, or other times."""

    calendar_id: pl.String = column("Calendar")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift; blank for all shifts of that day", optional=True)
    is_working: pl.Boolean = column("true: the shift works; false: it does not")
    start: pl.String = column("Other local start, HH:MM", optional=True, str_matches=_START)
    end: pl.String = column("Other local end, HH:MM", optional=True, str_matches=_END)
    note: pl.String = column("Why", optional=True)


@contract(grain=("product_id",), layer="master")
class Product(Table):
    """Products that may be made."""

    product_id: pl.String = column("Product")
    name_zh: pl.String = column("Name in Chinese", optional=True)
    name_en: pl.String = column("Name in English", optional=True)
    aliases: pl.String = column("Other codes, separated by ;", optional=True)
    unit: pl.String = column("Unit of its quantities", optional=True)
    pack_size: pl.Float64 = column("Pieces in a pack", unit="pcs", optional=True, gt=0)
    piece_weight_g: pl.Float64 = column("Weight of a piece", unit="g", optional=True, gt=0)
    waste_g: pl.Float64 = column(
        "Material lost with a piece, such as runners and trimmings", unit="g", optional=True, ge=0
    )
    cycle_s: pl.Float64 = column("Planned run time per item (PRI)", unit="s", optional=True, gt=0)
    batch_run_min: pl.Float64 = column("Run time of one batch without stops", unit="min", optional=True, gt=0)
    valid_from: pl.Date = column("First production day", optional=True)
    valid_to: pl.Date = column("Last production day", optional=True)


@contract(grain=("reason_code",), layer="master")
class Reason(Table):
    """Code book of stop reasons."""

    reason_code: pl.String = column("Reason")
    name_zh: pl.String = column("Name in Chinese", optional=True)
    name_en: pl.String = column("Name in English", optional=True)
    aliases: pl.String = column("Other names, separated by ;", optional=True)
    loss_category: pl.String = column("What the minutes count as", isin=["planned", "setup", "delay"])


@contract(grain=("defect_code",), layer="master")
class Defect(Table):
    """Code book of defects."""

    defect_code: pl.String = column("Defect")
    name_zh: pl.String = column("Name in Chinese", optional=True)
    name_en: pl.String = column("Name in English", optional=True)
    aliases: pl.String = column("Other names, separated by ;", optional=True)


@contract(grain=("employee_id",), layer="master")
class Employee(Table):
    """People who may sign a report. An empty list means that nobody is checked."""

    employee_id: pl.String = column("Employee")
    name: pl.String = column("Name as written in reports", optional=True)
    aliases: pl.String = column("Other spellings, separated by ;", optional=True)
    valid_from: pl.Date = column("First day", optional=True)
    valid_to: pl.Date = column("Last day", optional=True)


@contract(grain=("rule_id", "plant_id", "area_id", "line_id", "product_id"), layer="master")
class Tolerance(Table):
    """Tolerances and severities that differ from a rule's defaults; the most specific row wins."""

    rule_id: pl.String = column("Cross-check")
    plant_id: pl.String = column("Plant; blank for all", optional=True)
    area_id: pl.String = column("Area; blank for all", optional=True)
    line_id: pl.String = column("Line; blank for all", optional=True)
    product_id: pl.String = column("Product; blank for all", optional=True)
    absolute: pl.Float64 = column(
        "Absolute tolerance in the measure's unit; blank keeps the default", optional=True, ge=0
    )
    relative: pl.Float64 = column("Relative tolerance, 0.02 is 2 %; blank keeps the default", optional=True, ge=0)
    severity: pl.String = column(
        "block, error, warning, info or off; blank keeps the default",
        optional=True,
        isin=["block", "error", "warning", "info", "off"],
    )


@contract(grain=("measure", "plant_id", "area_id", "line_id"), layer="master")
class Survivorship(Table):
    """Which source wins for a measure where that differs from ``[consolidation]``; the most specific row wins."""

    measure: pl.String = column("Measure", isin=["good_qty", "scrap_qty", "rework_qty", "planned_qty"])
    plant_id: pl.String = column("Plant; blank for all", optional=True)
    area_id: pl.String = column("Area; blank for all", optional=True)
    line_id: pl.String = column("Line; blank for all", optional=True)
    policy: pl.String = column("mes, report, larger, smaller or decision", isin=POLICIES)
