"""Stops that are open at the end of a shift."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import DAY, Row, at, evidence, reports, sequence, stops

RULE = "stop_continues"
BEFORE: Row = {
    "report_id": "R0",
    "production_date": DAY - timedelta(days=1),
    "shift_id": "night",
    "start_at": at("22:00", DAY - timedelta(days=1)),
    "end_at": at("06:00"),
}
OPEN: Row = {"report_id": "R0", "start_at": at("05:10"), "start_at_cell": "A19", "reason_code": "D01"}


def shifts(here: list[Row], former: Row = BEFORE, unfinished: Row = OPEN) -> Evidence:
    mine = reports({})
    return evidence(reports=mine, stops=stops(*here), earlier_stops=stops(unfinished), sequence=sequence(mine, former))


def test_a_shift_that_starts_without_the_open_stop_of_the_one_before_is_told() -> None:
    finding = one(shifts([]), RULE)
    assert (finding["reference_text"], finding["reference_locator"]) == ("D01", "a.xlsx · early!A19")
    assert finding["severity"] == "warning"


def test_a_stop_that_starts_with_the_shift_continues_it() -> None:
    assert found(shifts([{"start_at": at("06:03"), "end_at": at("06:30")}]), RULE) == []


def test_a_stop_that_starts_later_does_not() -> None:
    assert one(shifts([{"start_at": at("07:00"), "end_at": at("07:30")}]), RULE)["measure"] == "start_at"


@pytest.mark.parametrize("end", [{"end_at": at("05:40")}, {"downtime_min": 30}], ids=["end", "minutes"])
def test_a_stop_that_says_when_it_ended_is_not_open(end: Row) -> None:
    assert found(shifts([], unfinished={**OPEN, **end}), RULE) == []


def test_after_a_pause_between_the_shifts_nothing_follows() -> None:
    assert found(shifts([], former={**BEFORE, "end_at": at("05:30")}), RULE) == []
