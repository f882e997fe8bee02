"""A report's day against today and against the closed periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, where
from tests.evidence import (
    DAY,
    at,
    evidence,
    reports,
    windows,
)

RULE = "date_open"


def report(**more: object) -> Evidence:
    return evidence(reports=reports({"production_date_cell": "B3", **more}))


def test_a_report_for_a_shift_that_has_not_begun_is_blocked_at_its_day() -> None:
    finding = one(replace(report(), now=at("05:30")), RULE)
    assert finding["severity"] == "block"
    assert (finding["reported_text"], finding["reference_text"]) == ("2026-03-02", "≤ 2026-03-02")
    assert where(finding) == ("early", "B3", None)


def test_a_report_during_its_shift_is_silent() -> None:
    assert found(replace(report(), now=at("06:30")), RULE) == []


def test_a_report_for_a_day_without_windows_is_future_only_after_today() -> None:
    unplanned = replace(report(), windows=windows().clear())
    assert found(unplanned, RULE) == []
    assert one(replace(unplanned, now=at("23:00", date(2026, 3, 1))), RULE)["severity"] == "block"


def test_a_report_that_comes_after_its_period_was_closed_is_blocked() -> None:
    late = replace(report(received_at=at("08:00", date(2026, 3, 9))), closed_through=date(2026, 3, 8))
    finding = one(late, RULE)
    assert (finding["reported_text"], finding["reference_text"]) == ("2026-03-02", "> 2026-03-08")


def test_a_report_that_came_before_the_close_or_for_an_open_day_is_silent() -> None:
    early = report(received_at=at("14:30"))
    assert found(replace(early, closed_through=date(2026, 3, 8)), RULE) == []
    open_day = report(received_at=at("08:00", date(2026, 3, 9)))
    assert found(replace(open_day, closed_through=date(2026, 3, 1)), RULE) == []


def test_a_night_that_was_handed_in_on_the_next_morning_came_before_any_close() -> None:
    night = {"shift_id": "night", "start_at": at("22:00"), "end_at": at("06:00", date(2026, 3, 3))}
    handed_in = report(shift_id="night", received_at=at("06:30", date(2026, 3, 3)))
    closed = replace(handed_in, windows=windows(night), closed_through=DAY, now=at("12:00", date(2026, 3, 5)))
    assert found(closed, RULE) == []
