"""Differences from one root are told once; unrelated ones stay apart. Identity survives loads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from data_contracts.crosschecks import Evidence
from etl.reconcile.crosscheck import run
from tests.evidence import Row, at, evidence, master, mes_output, mes_stops, output, reports, stops

BATCH: Row = {"order_id": "O1", "product_id": "A", "start_at": at("06:00"), "end_at": at("09:00")}


def batch(reported: float, recorded: float, **more: object) -> Evidence:
    """A batch of 100 minutes from 06:00 to 09:00: its stops should be 80 minutes."""
    return evidence(
        reports=reports({}),
        output=output({**BATCH, "start_at_cell": "A7", "end_at_cell": "B7", "order_id_cell": "F7"}),
        stops=stops({"order_id": "O1", "reason_code": "D1", "downtime_min": reported, "downtime_min_cell": "C18"}),
        mes_stops=mes_stops({"order_id": "O1", "reason_code": "D1", "downtime_min": recorded}),
        master=master(product=[{"product_id": "A", "batch_run_min": 100}]),
        **more,
    )


def told(here: Evidence) -> list[dict[str, Any]]:
    findings, _ = run(here, lambda _: here)
    return findings.to_dicts()


def summary(here: Evidence) -> list[tuple[int, str | None, float]]:
    return sorted((f["rule_no"], f["also_rules"], f["delta"]) for f in told(here))


def test_the_balance_folds_into_the_stop_that_differs_from_the_mes_by_the_same_minutes() -> None:
    assert summary(batch(120, 80)) == [(19, "4", 40)]


def test_differences_of_another_amount_stay_apart() -> None:
    assert summary(batch(120, 60)) == [(4, None, 40), (19, None, 60)]


def test_differences_at_other_cells_stay_apart() -> None:
    rows = (
        {"good_qty": 40, "good_qty_cell": "C7", "hour_start": at("06:00")},
        {"is_total": True, "good_qty": 50, "good_qty_cell": "C15"},
        {"scrap_qty": 10, "scrap_qty_cell": "D7", "hour_start": at("06:00")},
    )
    apart = evidence(reports=reports({}), output=output(*rows))
    assert [(n, d) for n, _, d in summary(apart)] == [(1, 10), (3, -10)]


def test_a_wrong_hour_that_also_breaks_the_total_is_told_once_at_the_hour() -> None:
    rows = (
        {"good_qty": 74, "good_qty_cell": "C7", "hour_start": at("06:00")},
        {"good_qty": 50, "good_qty_cell": "C8", "hour_start": at("07:00")},
        {"is_total": True, "good_qty": 97, "good_qty_cell": "C15"},
    )
    records = mes_output({"hour_start": at("06:00"), "good_qty": 47}, {"hour_start": at("07:00"), "good_qty": 50})
    findings = told(evidence(reports=reports({}), output=output(*rows), mes_output=records))
    assert [(f["rule_no"], f["source_cell"], f["also_rules"]) for f in findings] == [(17, "C7", "1")]
    assert findings[0]["probable_cause"] == "transposed_digits"


def test_the_same_amount_in_another_report_is_another_difference() -> None:
    one, other = batch(120, 80), batch(120, 80)
    second: dict[str, pl.DataFrame] = {
        name: getattr(other, name).with_columns(line_id=pl.lit("L2"), order_id=pl.lit("O2"))
        for name in ("output", "stops", "mes_stops")
    }
    both = replace(
        one,
        reports=reports({}, {"report_id": "R2", "line_id": "L2"}),
        output=pl.concat([one.output, second["output"].with_columns(report_id=pl.lit("R2"))]),
        stops=pl.concat([one.stops, second["stops"].with_columns(report_id=pl.lit("R2"))]),
        mes_stops=pl.concat([one.mes_stops, second["mes_stops"]]),
        mes_stop_days=pl.concat([one.mes_stop_days, one.mes_stop_days.with_columns(line_id=pl.lit("L2"))]),
        master=master(
            product=[{"product_id": "A", "batch_run_min": 100}],
            line=[{"plant_id": "P1", "area_id": "A1", "line_id": n, "calendar_id": "cal"} for n in ("L1", "L2")],
        ),
    )
    assert summary(both) == [(19, "4", 40), (19, "4", 40)]


def test_a_difference_keeps_its_identity_when_its_values_change() -> None:
    (first,), (second,) = told(batch(120, 80)), told(batch(130, 80))
    assert first["discrepancy_id"] == second["discrepancy_id"]
    assert first["delta"] != second["delta"]


def test_a_difference_of_another_order_has_another_identity() -> None:
    (first,) = told(batch(120, 80))
    here = batch(120, 80)
    other = {n: getattr(here, n).with_columns(order_id=pl.lit("O2")) for n in ("output", "stops", "mes_stops")}
    (second,) = told(replace(here, **other))
    assert first["discrepancy_id"] != second["discrepancy_id"]


def test_all_rules_together_are_silent_about_a_shift_that_agrees() -> None:
    rows = (
        {"good_qty": 48, "good_qty_cell": "C7", "hour_start": at("06:00"), "scrap_qty": 0},
        {"is_total": True, "good_qty": 48, "good_qty_cell": "C15"},
    )
    records = mes_output({"hour_start": at("06:00"), "good_qty": 48, "scrap_qty": 0})
    assert told(evidence(reports=reports({}), output=output(*rows), mes_output=records)) == []
