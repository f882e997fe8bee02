"""A stop's minutes against its start and end."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    Row,
    at,
    evidence,
    reports,
    stops,
)

RULE = "stop_duration"


def stop(start: str, end: str, minutes: float | None) -> Evidence:
    row: Row = {"start_at": at(start), "end_at": at(end), "downtime_min": minutes}
    cells = {"start_at_cell": "A18", "end_at_cell": "B18", "downtime_min_cell": None if minutes is None else "C18"}
    return evidence(reports=reports({}), stops=stops({**row, **cells}))


def test_minutes_that_are_not_end_minus_start_are_told_at_the_minutes() -> None:
    finding = one(stop("08:10", "08:35", 52), RULE)
    assert values(finding) == ("downtime_min", 52, 25, 27, 1)
    assert where(finding) == ("early", "C18", None)
    assert finding["cells"] == "early!A18 early!B18 early!C18"


@pytest.mark.parametrize("minutes", [24, 25, 26, None])
def test_a_minute_of_rounding_and_blank_minutes_are_silent(minutes: float | None) -> None:
    assert found(stop("08:10", "08:35", minutes), RULE) == []


@pytest.mark.parametrize("minutes", [25, None])
def test_a_stop_that_ends_before_it_starts_is_told_at_its_end(minutes: float | None) -> None:
    finding = one(stop("08:35", "08:10", minutes), RULE)
    assert finding["reference_value"] == -25
    assert finding["source_cell"] == "B18"


def test_a_stop_with_minutes_only_is_silent() -> None:
    assert found(evidence(reports=reports({}), stops=stops({"downtime_min": 25})), RULE) == []
