"""Stops inside their shift and apart from each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    Row,
    at,
    evidence,
    reports,
    stops,
    windows,
)

RULE = "stop_window"


def listed(*spans: tuple[str, str]) -> Evidence:
    rows: list[Row] = [
        {"start_at": at(start), "end_at": at(end), "start_at_cell": f"A{n}", "end_at_cell": f"B{n}", "row_no": n}
        for n, (start, end) in enumerate(spans, start=18)
    ]
    return evidence(reports=reports({}), stops=stops(*rows))


def test_stops_apart_and_inside_the_shift_are_silent_also_at_its_edges() -> None:
    assert found(listed(("06:00", "06:20"), ("06:20", "06:30"), ("13:45", "14:00")), RULE) == []


@pytest.mark.parametrize(
    ("span", "minutes", "cell"),
    [(("05:50", "06:10"), 10, "A18"), (("13:50", "14:05"), 5, "B18"), (("15:00", "15:10"), 70, "B18")],
)
def test_minutes_outside_the_shift_are_told_at_the_time_that_lies_outside(
    span: tuple[str, str], minutes: float, cell: str
) -> None:
    finding = one(listed(span), RULE)
    assert finding["measure"] == "outside_min"
    assert finding["reported_value"] >= minutes
    assert finding["source_cell"] == cell


def test_two_stops_that_overlap_are_told_at_the_later_start() -> None:
    finding = one(listed(("08:00", "08:30"), ("08:20", "08:50")), RULE)
    assert values(finding) == ("overlap_min", 10, 0, 10, 0)
    assert where(finding) == ("early", "A19", None)
    assert finding["cells"] == "early!A19 early!B18"


def test_a_stop_inside_a_long_one_is_told_though_another_lies_between() -> None:
    findings = found(listed(("08:00", "10:00"), ("08:10", "08:20"), ("09:00", "09:05")), RULE)
    assert sorted((f["source_cell"], f["reported_value"], f["cells"]) for f in findings) == [
        ("A19", 10, "early!A19 early!B18"),
        ("A20", 5, "early!A20 early!B18"),
    ]


def test_stops_of_two_reports_do_not_overlap() -> None:
    two = evidence(
        reports=reports({}, {"report_id": "R2", "line_id": "L2"}),
        stops=stops(
            {"start_at": at("08:00"), "end_at": at("08:30")},
            {"start_at": at("08:00"), "end_at": at("08:30"), "report_id": "R2", "line_id": "L2"},
        ),
    )
    assert found(two, RULE) == []


def test_stops_without_times_and_in_shifts_that_nobody_planned_are_silent() -> None:
    assert found(evidence(reports=reports({}), stops=stops({"downtime_min": 20})), RULE) == []
    assert found(replace(listed(("15:00", "15:10")), windows=windows().clear()), RULE) == []
