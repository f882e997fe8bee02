"""Differences between sources and breaches of rules, with their history."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract

SEVERITIES = ("block", "error", "warning", "info")
STATUSES = ("open", "resolved", "decided", "waived", "reopened")
OPEN = ("open", "reopened")
"""Statuses of a difference that waits for a person or for better data."""


@contract(grain=("discrepancy_id",), layer="published")
class Discrepancy(Table):
    """One row per failure of one cross-check; it keeps its identity from load to load."""

    discrepancy_id: pl.String = column("Stable identity: what was compared, not what was found")
    rule_id: pl.String = column("Cross-check")
    rule_no: pl.Int32 = column("Number of the cross-check in the catalogue")
    severity: pl.String = column("Severity in force", isin=SEVERITIES)
    plant_id: pl.String = column("Plant")
    line_id: pl.String = column("Line")
    production_date: pl.Date = column("Production day")
    shift_id: pl.String = column("Shift", optional=True)
    hour_start: Instant = column("Hour, UTC, where the difference lies in one hour", optional=True)
    order_id: pl.String = column("Production order", optional=True)
    product_id: pl.String = column("Product", optional=True)
    measure: pl.String = column("What was compared")
    reported_value: pl.Float64 = column("Value of the report", optional=True)
    reference_value: pl.Float64 = column("Value it was held against", optional=True)
    reported_text: pl.String = column("Value of the report as text", optional=True)
    reference_text: pl.String = column("Value it was held against as text", optional=True)
    delta: pl.Float64 = column("reported_value - reference_value", optional=True)
    tolerance: pl.Float64 = column("Tolerance that was applied, in the measure's unit", optional=True)
    probable_cause: pl.String = column("Probable cause, see domain causes")
    cause_evidence: pl.String = column("What led to that cause, as JSON: way and values of its text", optional=True)
    case_id: pl.String = column("Leading discrepancy of its case: what has one root has one case", optional=True)
    also_rules: pl.String = column("Other cross-checks that fail from the same cell, by number", optional=True)
    report_id: pl.String = column("Report revision", optional=True)
    source_file: pl.String = column("Name of the file of the reported value", optional=True)
    source_file_id: pl.String = column("Its sha256", optional=True)
    source_sheet: pl.String = column("Sheet", optional=True)
    source_cell: pl.String = column("Cell that is probably wrong", optional=True)
    cells: pl.String = column("All cells that took part, blank-separated", optional=True)
    reference_locator: pl.String = column("Locator of the other side: file and cell, or file and record", optional=True)
    status: pl.String = column("Where it stands", isin=STATUSES)
    first_seen_at: Instant = column("Load that first saw it, UTC")
    last_seen_at: Instant = column("Load that last saw it, UTC")
    first_version: pl.Int32 = column("Published version since which the row reads so", optional=True)


@contract(layer="published")
class DiscrepancyEvent(Table):
    """One row per thing that happened to a discrepancy."""

    discrepancy_id: pl.String = column("Discrepancy")
    at: Instant = column("When, UTC")
    event: pl.String = column(
        "By loads: opened, changed, applied (a decision), waived, reopened, resolved; "
        "by people: decided, proposed (a second person has to approve), approved, undone"
    )
    actor: pl.String = column("Who")
    reason: pl.String = column("Why", optional=True)
    decision_id: pl.String = column("Decision behind it, where there is one", optional=True)
