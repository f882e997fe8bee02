"""The hours of a report against the total it states."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    Row,
    at,
    defects,
    evidence,
    output,
    reports,
    stops,
)

RULE = "hourly_total"
HOURS = (
    {"hour_start": at("06:00"), "good_qty": 40, "good_qty_cell": "C7"},
    {"hour_start": at("07:00"), "good_qty": 45, "good_qty_cell": "C8"},
)


def report_with_total(total: float, **more: object) -> Evidence:
    stated: Row = {"is_total": True, "good_qty": total, "good_qty_cell": "C9", "row_no": 9}
    return evidence(reports=reports({}), output=output(*HOURS, stated), **more)


def test_a_total_that_is_not_the_sum_of_its_hours_is_told_at_the_total() -> None:
    finding = one(report_with_total(95), RULE)
    assert values(finding) == ("good_qty", 95, 85, 10, 0)
    assert where(finding) == ("early", "C9", None)
    assert finding["cells"] == "early!C7 early!C8 early!C9"


def test_a_total_that_is_the_sum_is_silent() -> None:
    assert found(report_with_total(85), RULE) == []


def test_hours_without_a_total_are_silent() -> None:
    assert found(evidence(reports=reports({}), output=output(*HOURS)), RULE) == []


def test_a_total_without_any_hour_is_told_since_its_pieces_would_be_lost() -> None:
    total: Row = {"is_total": True, "good_qty": 85, "good_qty_cell": "C15"}
    finding = one(evidence(reports=reports({}), output=output(total)), RULE)
    assert values(finding)[:3] == ("good_qty", 85, 0)


def test_a_plan_for_the_whole_shift_needs_no_plan_for_its_hours() -> None:
    rows = output(*HOURS, {"is_total": True, "planned_qty": 400, "planned_qty_cell": "B15"})
    assert found(evidence(reports=reports({}), output=rows), RULE) == []


def test_a_plan_for_some_hours_must_add_up_to_the_plan_of_the_shift() -> None:
    planned: Row = {"planned_qty": 50, "planned_qty_cell": "B7"}
    rows = output(planned, {"is_total": True, "planned_qty": 60, "planned_qty_cell": "B15"})
    assert values(one(evidence(reports=reports({}), output=rows), RULE))[:3] == ("planned_qty", 60, 50)


def test_totals_of_stops_and_of_defects_are_added_up_too() -> None:
    listed = stops({"downtime_min": 12}, {"is_total": True, "downtime_min": 21, "downtime_min_cell": "C20"})
    scrapped = defects({"scrap_qty": 3}, {"is_total": True, "scrap_qty": 4, "scrap_qty_cell": "C30"})
    findings = found(evidence(reports=reports({}), stops=listed, defects=scrapped), RULE)
    assert sorted(values(f)[:3] for f in findings) == [("downtime_min", 21, 12), ("scrap_qty", 4, 3)]


def with_subtotals(first: float, second: float) -> Evidence:
    """40 and 45 in the hours, a subtotal after the first, another after the second, and the total."""
    stated = [(first, 8, "C8"), (second, 10, "C10"), (85, 11, "C11")]
    totals = [{"is_total": True, "good_qty": q, "good_qty_cell": c, "row_no": n} for q, n, c in stated]
    hours = [{**HOURS[0], "row_no": 7}, {**HOURS[1], "row_no": 9}]
    return evidence(reports=reports({}), output=output(*hours, *totals))


def test_a_subtotal_may_be_the_sum_so_far_or_since_the_one_before() -> None:
    assert found(with_subtotals(40, 85), RULE) == []
    assert found(with_subtotals(40, 45), RULE) == []


def test_a_subtotal_that_is_neither_is_told_at_its_cell() -> None:
    finding = one(with_subtotals(41, 45), RULE)
    assert values(finding)[:3] == ("good_qty", 41, 40)
    assert where(finding) == ("early", "C8", None)


def test_a_report_of_which_a_row_was_refused_is_not_added_up() -> None:
    refused = evidence(reports=reports({"refused_rows": 1}), output=report_with_total(95).output)
    assert found(refused, RULE) == []
