"""Minutes stopped of the report against the MES."""

from __future__ import annotations

from datetime import date

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    Row,
    at,
    days,
    evidence,
    master,
    mes_stops,
    reports,
    stops,
    windows,
)

RULE = "stops_vs_mes"
REASONS: list[Row] = [
    {"reason_code": "D1", "loss_category": "delay"},
    {"reason_code": "D2", "loss_category": "delay"},
    {"reason_code": "P1", "loss_category": "planned"},
]


def sides(report: list[tuple[str, float]], mes: list[tuple[str, float]], **more: object) -> Evidence:
    listed = stops(
        *(
            {"reason_code": r, "downtime_min": m, "downtime_min_cell": f"C{n}"}
            for n, (r, m) in enumerate(report, start=18)
        )
    )
    recorded = mes_stops(*({"reason_code": r, "downtime_min": m} for r, m in mes))
    return evidence(
        **{"reports": reports({}), "stops": listed, "mes_stops": recorded, "master": master(reason=REASONS), **more}
    )


def test_one_reason_that_differs_is_told_at_its_cell_and_its_record() -> None:
    finding = one(sides([("D1", 20), ("D2", 85)], [("D1", 20), ("D2", 35)]), RULE)
    assert values(finding) == ("downtime_min", 85, 35, 50, 24)
    assert where(finding) == ("early", "C19", "mes.csv · record 3")


def test_five_percent_of_the_shift_are_silent_also_where_the_mes_has_little() -> None:
    assert found(sides([("D1", 34)], [("D1", 10)]), RULE) == []
    assert one(sides([("D1", 35)], [("D1", 10)]), RULE)["tolerance"] == 24


def test_a_short_shift_tolerates_ten_minutes() -> None:
    short = windows({"shift_min": 120.0})
    assert found(sides([("D1", 20)], [("D1", 10)], windows=short), RULE) == []
    assert one(sides([("D1", 21)], [("D1", 10)], windows=short), RULE)["tolerance"] == 10


def test_a_report_that_lists_no_stop_where_the_mes_saw_one_is_told() -> None:
    finding = one(sides([], [("D1", 45)]), RULE)
    assert (finding["reported_value"], finding["reference_value"]) == (None, 45)
    assert finding["report_id"] == "R1"


def test_a_layout_without_a_place_for_stops_is_silent() -> None:
    assert found(sides([], [("D1", 45)], stop_layouts=frozenset()), RULE) == []


def test_a_report_that_was_blocked_is_not_compared() -> None:
    assert found(sides([], [("D1", 45)], reports=reports({"status": "blocked"})), RULE) == []


def test_stops_that_the_mes_did_not_record_on_a_day_it_covers_are_told() -> None:
    finding = one(sides([("D1", 45)], [], mes_stop_days=days({})), RULE)
    assert (finding["reported_value"], finding["reference_value"]) == (45, 0)


def test_a_line_whose_stops_the_mes_does_not_record_is_silent() -> None:
    assert found(sides([("D1", 45)], []), RULE) == []
    before = days({"first_day": date(2026, 3, 9), "last_day": date(2026, 3, 9)})
    assert found(sides([("D1", 45)], [], mes_stop_days=before), RULE) == []


def test_a_break_that_only_the_mes_records_is_in_the_calendar_already() -> None:
    assert found(sides([("D1", 20)], [("D1", 20), ("P1", 30)]), RULE) == []
    assert found(sides([], [("P1", 30)]), RULE) == []


def test_a_break_that_only_the_report_lists_is_in_the_calendar_already() -> None:
    assert found(sides([("D1", 20), ("P1", 30)], [("D1", 20)]), RULE) == []


def test_planned_maintenance_longer_than_the_break_is_compared() -> None:
    assert one(sides([("D1", 20)], [("D1", 20), ("P1", 60)]), RULE)["delta"] == -60


def test_planned_stops_that_both_sides_list_are_compared() -> None:
    assert one(sides([("P1", 60)], [("P1", 30)]), RULE)["delta"] == 30


def test_a_stop_without_minutes_lasts_from_its_start_to_its_end() -> None:
    times: Row = {"start_at": at("08:00"), "end_at": at("08:40"), "end_at_cell": "B18", "reason_code": "D1"}
    without = sides([], [("D1", 40)], stops=stops(times))
    assert found(without, RULE) == []


def test_a_stop_with_neither_minutes_nor_end_says_nothing() -> None:
    open_end = stops({"start_at": at("13:50"), "reason_code": "D1"})
    assert one(sides([], [("D1", 40)], stops=open_end), RULE)["reported_value"] is None
