"""What people ruled on differences, and rules that they silenced for a time. Kept in the state store."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract

KINDS = ("accept_report", "accept_mes", "set", "explain", "split", "waive")
QUANTITIES = ("good_qty", "scrap_qty", "rework_qty", "planned_qty")
"""Measures of ``production`` whose value a person may set."""
STATES = ("pending", "in_force", "replaced", "undone")


@contract(grain=("decision_id",), layer="published")
class Decision(Table):
    """One row per decision, as of the load that last looked; it is never deleted, only undone or replaced.

    ``was_*`` and ``seen_*`` say what lay before the person: other values reopen the difference.
    """

    decision_id: pl.String = column("Decision")
    kind: pl.String = column("What was ruled", isin=KINDS)
    status: pl.String = column(
        "in_force; pending: a second person has not approved yet; replaced by a later one; undone", isin=STATES
    )
    discrepancy_id: pl.String = column("Difference that was ruled on; blank for a waiver", optional=True)
    rule_id: pl.String = column("Cross-check")
    plant_id: pl.String = column("Plant; a waiver without one holds for all", optional=True)
    area_id: pl.String = column("Area, for waivers", optional=True)
    line_id: pl.String = column("Line", optional=True)
    production_date: pl.Date = column("Production day", optional=True)
    shift_id: pl.String = column("Shift", optional=True)
    hour_start: Instant = column("Hour, UTC, where the decision is about one hour", optional=True)
    order_id: pl.String = column("Production order, where the decision is about one order", optional=True)
    product_id: pl.String = column("Product", optional=True)
    measure: pl.String = column("What was ruled on", optional=True)
    value: pl.Float64 = column("Value that holds for that shift, hour or order, in the measure's unit", optional=True)
    moved_qty: pl.Float64 = column("Quantity moved to another shift", unit="pcs", optional=True)
    to_date: pl.Date = column("Production day of the shift that it was moved to", optional=True)
    to_shift_id: pl.String = column("Shift that it was moved to", optional=True)
    valid_from: pl.Date = column("First production day of a waiver", optional=True)
    valid_to: pl.Date = column("Last production day of a waiver", optional=True)
    reason: pl.String = column("Why")
    decided_by: pl.String = column("Who")
    decided_at: Instant = column("When, UTC")
    needs_second: pl.Boolean = column("A second person has to approve it")
    approved_by: pl.String = column("Second person", optional=True)
    undone_by: pl.String = column("Who took it back", optional=True)
    was_value: pl.Float64 = column("Value in force without the decision, when it was taken", optional=True)
    seen_reported_value: pl.Float64 = column("Value of the report at that time", optional=True)
    seen_reference_value: pl.Float64 = column("Value it was held against at that time", optional=True)
    seen_reported_text: pl.String = column("The same as text", optional=True)
    seen_reference_text: pl.String = column("The same as text", optional=True)
    severity: pl.String = column("Severity of the difference at that time", optional=True)
