"""Hours in which nothing was made."""

from __future__ import annotations

import pytest

from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import Row, at, evidence, output, reports, stops

RULE = "idle_without_stop"
IDLE: Row = {"hour_start": at("07:00"), "planned_qty": 60, "good_qty": 0, "good_qty_cell": "C8"}


def test_an_hour_of_zero_pieces_without_a_stop_is_told() -> None:
    listed = stops({"start_at": at("09:00"), "end_at": at("09:30")})
    finding = one(evidence(reports=reports({}), output=output(IDLE), stops=listed), RULE)
    assert (finding["source_cell"], finding["reported_text"], finding["severity"]) == ("C8", "0", "error")


@pytest.mark.parametrize(
    "stop",
    [
        {"start_at": at("06:50"), "end_at": at("07:05")},
        {"start_at": at("06:30"), "downtime_min": 60},
        {"downtime_min": 60},
    ],
    ids=["reaches into the hour", "by its minutes", "says no time"],
)
def test_a_stop_explains_it(stop: Row) -> None:
    assert found(evidence(reports=reports({}), output=output(IDLE), stops=stops(stop)), RULE) == []


@pytest.mark.parametrize(
    "hour",
    [{**IDLE, "stop_min": 60}, {**IDLE, "planned_qty": 0}, {**IDLE, "good_qty": None}, {**IDLE, "scrap_qty": 3}],
    ids=["minutes beside it", "nothing planned", "blank", "scrap was made"],
)
def test_hours_that_need_no_stop_are_silent(hour: Row) -> None:
    assert found(evidence(reports=reports({}), output=output(hour)), RULE) == []


def test_a_layout_without_a_place_for_stops_is_not_asked_for_them() -> None:
    assert found(evidence(reports=reports({"layout_id": "list"}), output=output(IDLE)), RULE) == []


def test_a_whole_shift_of_zero_pieces_needs_a_stop_too() -> None:
    nothing = output({"planned_qty": 400, "good_qty": 0, "good_qty_cell": "C7"})
    assert one(evidence(reports=reports({}), output=nothing), RULE)["source_cell"] == "C7"
    assert found(evidence(reports=reports({}), output=nothing, stops=stops({"downtime_min": 450})), RULE) == []
