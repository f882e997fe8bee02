"""Stops of both sides, one by one."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import Row, at, evidence, master, mes_stops, reports, stops

RULE = "each_stop_vs_mes"
REASONS = master(
    reason=[
        {"reason_code": "D01", "loss_category": "delay"},
        {"reason_code": "D02", "loss_category": "delay"},
        {"reason_code": "S01", "loss_category": "setup"},
    ]
)


def both(listed: list[Row], recorded: list[Row]) -> Evidence:
    cells = [
        {"start_at_cell": f"A{n}", "end_at_cell": f"B{n}", "reason_code_cell": f"D{n}", **row}
        for n, row in enumerate(listed, start=18)
    ]
    return evidence(reports=reports({}), stops=stops(*cells), mes_stops=mes_stops(*recorded), master=REASONS)


def stop(start: str, end: str, reason: str = "D01") -> Row:
    return {"start_at": at(start), "end_at": at(end), "reason_code": reason}


def test_a_stop_at_another_time_than_the_mes_recorded_it_is_told_on_both_sides() -> None:
    findings = found(both([stop("08:00", "08:20")], [stop("09:00", "09:20")]), RULE)
    told = sorted((f["reported_value"], f["reference_value"]) for f in findings)
    assert told == [(0, 20), (20, 0)]
    here = next(f for f in findings if f["reported_value"])
    assert where(here)[:2] == ("early", "A18")


def test_another_kind_of_reason_is_told_at_its_cell() -> None:
    finding = one(both([stop("08:00", "08:20", "S01")], [stop("08:02", "08:21", "D01")]), RULE)
    assert (finding["reported_text"], finding["reference_text"], finding["source_cell"]) == ("S01", "D01", "D18")


@pytest.mark.parametrize(
    ("listed", "recorded"),
    [
        ([stop("08:00", "08:20")], [stop("08:04", "08:22", "D02")]),
        ([stop("08:00", "08:30")], [stop("08:00", "08:12"), stop("08:14", "08:30")]),
        ([stop("08:00", "08:20")], [stop("08:00", "08:20"), stop("10:00", "10:09")]),
        ([stop("08:00", "08:20")], [stop("08:00", "08:20"), stop("10:00", "10:40")]),
        ([{"downtime_min": 20}], [stop("10:00", "10:20")]),
        ([stop("08:00", "08:20")], []),
    ],
    ids=["near and alike", "one for two", "too short to be noted", "sums differ", "no times", "no records"],
)
def test_stops_that_may_be_the_same_or_that_others_tell_are_silent(listed: list[Row], recorded: list[Row]) -> None:
    assert found(both(listed, recorded), RULE) == []


def test_totals_agree_in_the_first_case_by_the_minute() -> None:
    finding = max(found(both([stop("08:00", "08:20")], [stop("09:00", "09:20")]), RULE), key=lambda f: f["delta"])
    assert values(finding) == ("downtime_min", 20, 0, 20, 10)
