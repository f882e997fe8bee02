"""Planned shifts against the reports that arrived."""

from __future__ import annotations

from datetime import date

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import (
    DAY,
    at,
    evidence,
    reports,
    windows,
)

RULE = "missing_report"


def awaited(now: str, day: date = DAY, **more: object) -> Evidence:
    return evidence(expected=windows(), now=at(now, day), **more)


@pytest.mark.parametrize("now", ["13:00", "16:00"])
def test_nothing_is_missing_until_two_hours_after_the_shift(now: str) -> None:
    assert found(awaited(now), RULE) == []


def test_after_two_hours_a_missing_report_is_a_warning_and_after_a_day_an_error() -> None:
    assert one(awaited("16:01"), RULE)["severity"] == "warning"
    assert one(awaited("14:00", date(2026, 3, 3)), RULE)["severity"] == "warning"
    finding = one(awaited("14:01", date(2026, 3, 3)), RULE)
    assert finding["severity"] == "error"
    assert (finding["line_id"], finding["shift_id"], finding["probable_cause"]) == ("L1", "early", "missing")


def test_a_report_that_is_there_is_not_missing_even_when_it_was_blocked() -> None:
    assert found(awaited("20:00", reports=reports({})), RULE) == []
    assert found(awaited("20:00", reports=reports({"status": "blocked"})), RULE) == []


def test_a_report_of_another_shift_does_not_count() -> None:
    assert len(found(awaited("20:00", reports=reports({"shift_id": "late"})), RULE)) == 1
