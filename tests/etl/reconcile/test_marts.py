"""Sums over a shift: ISO 22400 times from instants, losses, completeness; what nobody said is null, never 0."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from data_contracts.calendar import shift_windows
from data_contracts.crosschecks import Evidence
from data_contracts.site import Consolidation
from data_contracts.tables import TABLES
from etl.reconcile.consolidate import choose, consolidate
from etl.reconcile.marts import mart_discrepancy
from tests.evidence import (
    KEY,
    Row,
    at,
    days,
    evidence,
    master,
    mes_output,
    mes_stops,
    output,
    reports,
    stops,
    table,
    windows,
)

REASONS: list[Row] = [
    {"reason_code": "D1", "loss_category": "delay"},
    {"reason_code": "S1", "loss_category": "setup"},
    {"reason_code": "P1", "loss_category": "planned"},
]
PRODUCTS: list[Row] = [{"product_id": "A", "cycle_s": 30}, {"product_id": "B", "cycle_s": 60}, {"product_id": "C"}]


def mart(name: str, here: Evidence, *findings: Row) -> list[dict[str, Any]]:
    found = table("discrepancy", findings, **KEY, severity="error", status="open")
    return list(consolidate(here, choose(here, Consolidation()), found).tables[name].iter_rows(named=True))


def shift(report: list[Row], listed: list[Row] | None = None, **more: object) -> Evidence:
    known = master(reason=REASONS, product=PRODUCTS)
    frames = {"reports": reports({}), "output": output(*report), "stops": stops(*(listed or [])), "master": known}
    return evidence(**{**frames, **more})


def one(name: str, here: Evidence, *findings: Row) -> dict[str, Any]:
    (row,) = mart(name, here, *findings)
    return row


TIMES = ("pot_min", "planned_stop_min", "setup_min", "delay_min", "run_min")


def times(here: Evidence) -> tuple[float | None, ...]:
    row = one("mart_output", here)
    return tuple(row[t] for t in TIMES)


GOOD: Row = {"good_qty": 500, "product_id": "A"}
LISTED: list[Row] = [
    {"reason_code": "D1", "downtime_min": 40},
    {"reason_code": "S1", "downtime_min": 20},
    {"reason_code": "P1", "downtime_min": 60},
    {"reason_code": "D1", "downtime_min": 5},
]


def test_times_of_a_shift_come_from_its_stops_by_category() -> None:
    assert times(shift([GOOD], LISTED)) == (480, 30 + 60, 20, 45, 480 - 90 - 20 - 45)


def test_a_stop_of_an_unknown_reason_is_a_delay() -> None:
    assert times(shift([GOOD], [{"downtime_min": 15}, {"reason_code": "?", "downtime_min": 5}]))[3] == 20


def test_planned_operation_time_comes_from_instants_also_when_the_clocks_change() -> None:
    night: Row = {"calendar_id": "cal", "shift_id": "night", "start": "22:00", "end": "06:00", "weekdays": "1234567"}
    calendar = master(shift=[night], reason=REASONS, product=PRODUCTS)
    spring = date(2026, 3, 28)
    planned = shift_windows(calendar, {"P1": "Europe/Berlin"}, spring, spring)
    key: Row = {"production_date": spring, "shift_id": "night"}
    here = shift([{**GOOD, **key}], windows=planned, reports=reports(key))
    assert times(here)[0] == 420


def test_a_report_with_a_place_for_stops_and_none_in_it_ran_without_a_stop() -> None:
    assert times(shift([GOOD])) == (480, 30, 0, 0, 450)


def test_where_nobody_keeps_stops_the_times_are_unknown_and_not_nothing() -> None:
    assert times(shift([GOOD], stop_layouts=frozenset())) == (480, None, None, None, None)


def test_a_shift_that_the_calendar_does_not_plan_has_no_times() -> None:
    assert times(shift([GOOD], LISTED, windows=windows().clear())) == (None, None, None, None, None)


def test_where_the_mes_records_stops_its_minutes_count_and_not_both() -> None:
    here = shift([GOOD], LISTED, mes_stops=mes_stops({"reason_code": "D1", "downtime_min": 50}))
    assert times(here) == (480, 30, 0, 50, 400)


def test_a_day_on_which_the_mes_recorded_no_stop_of_a_line_it_watches_has_none() -> None:
    here = shift([GOOD], stop_layouts=frozenset(), mes_stop_days=days({}))
    assert times(here) == (480, 30, 0, 0, 450)


def test_run_time_is_never_less_than_nothing() -> None:
    assert times(shift([GOOD], [{"reason_code": "D1", "downtime_min": 900}]))[4] == 0


def test_quantities_are_summed_and_what_nobody_said_stays_null() -> None:
    row = one("mart_output", shift([{"good_qty": 40, "scrap_qty": 2}, {"good_qty": 45}]))
    assert (row["good_qty"], row["scrap_qty"], row["rework_qty"], row["produced_qty"]) == (85, 2, None, 87)
    assert (row["planned_qty"], row["mes_good_qty"]) == (None, None)


def test_a_shift_of_which_nobody_said_a_good_quantity_has_no_produced_one() -> None:
    row = one("mart_output", shift([{"good_qty": None, "scrap_qty": 2}]))
    assert (row["good_qty"], row["scrap_qty"], row["produced_qty"]) == (None, 2, None)


def test_a_shift_in_which_nothing_was_made_has_zero_and_not_null() -> None:
    row = one("mart_output", shift([{"good_qty": 0, "product_id": "A"}]))
    assert (row["good_qty"], row["produced_qty"], row["ideal_good_min"]) == (0, 0, 0)


def test_scrap_of_the_report_belongs_to_what_was_produced_though_the_mes_counts_the_good() -> None:
    here = shift(
        [{"hour_start": at("06:00"), "order_id": "O1", "product_id": "A", "good_qty": 50, "scrap_qty": 2}],
        mes_output=mes_output({"hour_start": at("06:00"), "order_id": "O2", "product_id": "A", "good_qty": 49}),
    )
    row = one("mart_output", here)
    assert (row["good_qty"], row["scrap_qty"], row["produced_qty"]) == (49, 2, 51)


def test_ideal_time_is_summed_product_by_product() -> None:
    row = one("mart_output", shift([{**GOOD, "scrap_qty": 20}, {"good_qty": 60, "product_id": "B"}]))
    assert (row["ideal_produced_min"], row["ideal_good_min"]) == (260 + 60, 250 + 60)


def test_ideal_time_is_unknown_where_a_product_has_no_cycle() -> None:
    row = one("mart_output", shift([GOOD, {"good_qty": 60, "product_id": "C"}]))
    assert (row["ideal_produced_min"], row["ideal_good_min"]) == (None, None)
    assert one("mart_output", shift([GOOD, {"good_qty": 0, "product_id": "C"}]))["ideal_good_min"] == 250


def test_losses_are_minutes_and_stops_by_category_and_reason() -> None:
    rows = mart("mart_loss", shift([GOOD], [*LISTED, {"downtime_min": 7}]))
    assert [(r["loss_category"], r["reason_code"], r["loss_min"], r["events"]) for r in rows] == [
        ("delay", "D1", 45, 2),
        ("delay", "unknown", 7, 1),
        ("planned", "P1", 60, 1),
        ("setup", "S1", 20, 1),
    ]


def completeness(**frames: object) -> dict[str, Any]:
    return one("mart_completeness", evidence(**{"expected": windows(), **frames}))


def test_an_expected_shift_without_a_report_is_told_as_such() -> None:
    row = completeness()
    assert (row["expected"], row["received"], row["mes_received"]) == (True, False, False)
    assert (row["lateness_min"], row["first_pass"]) == (None, None)


def test_a_shift_that_has_not_ended_is_not_expected_yet() -> None:
    here = evidence(expected=windows(), now=at("13:59"))
    assert mart("mart_completeness", here) == []


@pytest.mark.parametrize(("received", "lateness"), [("14:30", 30), ("13:50", -10)])
def test_lateness_is_counted_from_the_end_of_the_shift(received: str, lateness: float) -> None:
    row = completeness(reports=reports({"received_at": at(received)}))
    assert (row["received"], row["lateness_min"], row["first_pass"]) == (True, lateness, True)


@pytest.mark.parametrize("more", [{"revision": 2}, {"refused_rows": 1}])
def test_a_corrected_or_partly_refused_report_did_not_pass_at_first(more: Row) -> None:
    assert completeness(reports=reports(more))["first_pass"] is False


def test_an_open_error_takes_the_first_pass_and_a_decided_one_does_not() -> None:
    here = evidence(expected=windows(), reports=reports({}))
    assert one("mart_completeness", here, {"discrepancy_id": "d"})["first_pass"] is False
    assert one("mart_completeness", here, {"discrepancy_id": "d", "status": "resolved"})["first_pass"] is True


def test_a_report_that_nobody_expected_and_records_without_a_report_are_listed_too() -> None:
    extra = one("mart_completeness", evidence(reports=reports({})))
    assert (extra["expected"], extra["received"]) == (False, True)
    records = one("mart_completeness", evidence(mes_output=mes_output({"good_qty": 5})))
    assert (records["received"], records["mes_received"]) == (False, True)


def test_a_day_without_anything_has_empty_tables_of_the_right_shape() -> None:
    tables = consolidate(evidence(), choose(evidence(), Consolidation()), TABLES["discrepancy"].no_rows()).tables
    for name, frame in tables.items():
        assert frame.schema == pl.Schema(TABLES[name].columns()), name
        assert frame.is_empty(), name


def test_differences_are_counted_by_what_became_of_them() -> None:
    key = {"plant_id": "P1", "line_id": "L1", "production_date": date(2026, 3, 30), "shift_id": "early"}
    slip = {**key, "rule_id": "good_vs_mes", "probable_cause": "unit_slip", "layout_id": "shift-sheet"}
    missing = {**slip, "rule_id": "missing_report", "probable_cause": "missing", "layout_id": None}
    statuses = ["open", "resolved", "decided", "reopened", "open"]
    rows = [*({**slip, "status": status} for status in statuses), {**missing, "status": "resolved"}]
    sums = ("rule_id", "layout_id", "opened", "resolved", "decided", "open")
    counts = mart_discrepancy(pl.DataFrame(rows)).select(sums)
    assert counts.rows() == [("good_vs_mes", "shift-sheet", 5, 1, 1, 3), ("missing_report", None, 1, 1, 0, 0)]


def test_no_differences_are_no_rows() -> None:
    columns = [*TABLES["mart_discrepancy"].grain(), "status"]
    assert mart_discrepancy(pl.DataFrame(schema=dict.fromkeys(columns, pl.String))).is_empty()
