"""Stops and the time there is for them."""

from __future__ import annotations

from datetime import timedelta

from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import at, evidence, reports, stops, windows

RULE = "stops_fit"


def test_stops_longer_than_the_shift_are_told_at_the_longest() -> None:
    listed = stops({"downtime_min": 200, "downtime_min_cell": "C18"}, {"downtime_min": 300, "downtime_min_cell": "C19"})
    finding = one(evidence(reports=reports({}), stops=listed), RULE)
    assert values(finding) == ("downtime_min", 500, 480, 20, 0)
    assert where(finding)[:2] == ("early", "C19")
    assert finding["severity"] == "error"


def test_a_stop_of_more_than_half_a_day_is_a_warning_even_in_a_longer_shift() -> None:
    listed = stops({"start_at": at("06:00"), "end_at": at("06:00") + timedelta(hours=13), "end_at_cell": "B18"})
    day = windows({"shift_min": 1440.0, "end_at": at("06:00") + timedelta(days=1)})
    finding = one(evidence(reports=reports({}), stops=listed, windows=day), RULE)
    assert (values(finding)[1:3], finding["severity"]) == ((780, 720), "warning")


def test_stops_that_fill_the_shift_are_silent() -> None:
    assert found(evidence(reports=reports({}), stops=stops({"downtime_min": 480})), RULE) == []


def test_totals_are_not_counted_again() -> None:
    listed = stops({"downtime_min": 300}, {"downtime_min": 300, "is_total": True})
    assert found(evidence(reports=reports({}), stops=listed), RULE) == []
