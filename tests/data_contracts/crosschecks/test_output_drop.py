"""Drops from hour to hour."""

from __future__ import annotations

import pytest

from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, at, evidence, output, reports, stops

RULE = "output_drop"
FULL: Row = {"hour_start": at("06:00"), "planned_qty": 110, "good_qty": 100, "good_qty_cell": "C7"}
LOW: Row = {"hour_start": at("07:00"), "planned_qty": 110, "good_qty": 40, "good_qty_cell": "C8"}


def test_less_than_half_of_the_hour_before_without_a_stop_is_told_with_both_cells() -> None:
    finding = one(evidence(reports=reports({}), output=output(FULL, LOW)), RULE)
    assert values(finding)[:3] == ("good_qty", 40, 100)
    assert finding["cells"] == "early!C8 early!C7"


@pytest.mark.parametrize(
    "low",
    [
        {**LOW, "stop_min": 35},
        {**LOW, "note": "换模"},
        {**LOW, "planned_qty": 45},
        {**LOW, "good_qty": 51},
        {**LOW, "order_id": "O2"},
        {**LOW, "good_qty": None, "scrap_qty": 2},
    ],
    ids=["minutes beside it", "a remark", "less was planned", "a little more than half", "another order", "blank"],
)
def test_what_explains_itself_is_silent(low: Row) -> None:
    assert found(evidence(reports=reports({}), output=output(FULL, low)), RULE) == []


def test_a_listed_stop_in_that_hour_explains_it() -> None:
    stop = stops({"start_at": at("07:10"), "end_at": at("07:45")})
    assert found(evidence(reports=reports({}), output=output(FULL, LOW), stops=stop), RULE) == []
