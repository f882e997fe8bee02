"""Sums that dashboards read: one row per line and shift, all of them summable."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract

_KEY = ("plant_id", "line_id", "production_date", "shift_id")


@contract(grain=_KEY, layer="published", by_day=True)
class MartOutput(Table):
    """Quantities and ISO 22400 time components of a shift on a line; ratios are made from sums of these."""

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift")
    planned_qty: pl.Float64 = column("Planned quantity", unit="pcs", optional=True)
    good_qty: pl.Float64 = column("Good quantity (GQ)", unit="pcs", optional=True)
    scrap_qty: pl.Float64 = column("Scrap quantity (SQ)", unit="pcs", optional=True)
    rework_qty: pl.Float64 = column("Rework quantity (RQ)", unit="pcs", optional=True)
    produced_qty: pl.Float64 = column("Produced quantity (PQ) = good + scrap + rework", unit="pcs", optional=True)
    report_good_qty: pl.Float64 = column("Good quantity of the reports", unit="pcs", optional=True)
    mes_good_qty: pl.Float64 = column("Good quantity of the MES", unit="pcs", optional=True)
    pot_min: pl.Float64 = column("Planned operation time (POT): the shift as scheduled", unit="min", optional=True)
    planned_stop_min: pl.Float64 = column("Planned stops; PBT = POT - planned stops", unit="min", optional=True)
    setup_min: pl.Float64 = column("Setup time (AUST)", unit="min", optional=True)
    delay_min: pl.Float64 = column("Delays (ADET): unplanned stops", unit="min", optional=True)
    run_min: pl.Float64 = column("Actual production time (APT) = PBT - setup - delays", unit="min", optional=True)
    ideal_produced_min: pl.Float64 = column("PRI x PQ", unit="min", optional=True)
    ideal_good_min: pl.Float64 = column("PRI x GQ", unit="min", optional=True)
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)


@contract(grain=(*_KEY, "loss_category", "reason_code"), layer="published", by_day=True)
class MartLoss(Table):
    """Stop minutes and events by loss category and reason."""

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift")
    loss_category: pl.String = column("planned, setup or delay")
    reason_code: pl.String = column("Reason; 'unknown' when none was given")
    loss_min: pl.Float64 = column("Minutes lost", unit="min")
    events: pl.Int32 = column("Stops counted")
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)


@contract(grain=_KEY, layer="published", by_day=True)
class MartCompleteness(Table):
    """What was expected of a shift and what arrived."""

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift")
    expected: pl.Boolean = column("The calendar expects a report")
    received: pl.Boolean = column("A report is there")
    mes_received: pl.Boolean = column("The MES sent records for it")
    lateness_min: pl.Float64 = column("Minutes from the shift's end to the first report", unit="min", optional=True)
    first_pass: pl.Boolean = column("Accepted as first handed in, without an error", optional=True)
    shift_end_at: Instant = column("End of the shift, UTC", optional=True)
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)


@contract(
    grain=("plant_id", "line_id", "production_date", "shift_id", "rule_id", "probable_cause", "layout_id"),
    layer="published",
    by_day=True,
)
class MartDiscrepancy(Table):
    """Differences of a shift by rule, cause and layout, by what became of them; opened = open + resolved + decided.

    All of it is counted under the production day that the differences speak of. Nobody's name is in it.
    """

    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line; its area is in table line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift", optional=True)
    rule_id: pl.String = column("Cross-check")
    probable_cause: pl.String = column("Probable cause")
    layout_id: pl.String = column("Layout of the report; blank where there is no report", optional=True)
    opened: pl.Int32 = column("Differences that were ever found")
    resolved: pl.Int32 = column("Of these, gone with newer data")
    decided: pl.Int32 = column("Of these, ruled on by a person")
    open: pl.Int32 = column("Of these, open or open again")
