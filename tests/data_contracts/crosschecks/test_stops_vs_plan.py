"""What stops should explain of a plan that was missed."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import evidence, master, output, reports, stops

RULE = "stops_vs_plan"
PRODUCT = master(product=[{"product_id": "A", "cycle_s": 60}])


def shift(planned: float, good: float | None, stopped: float, **more: object) -> Evidence:
    """480 minutes with a break of 30; a piece a minute."""
    made = output({"product_id": "A", "planned_qty": planned, "good_qty": good, "good_qty_cell": "C7"})
    listed = stops({"downtime_min": stopped, "downtime_min_cell": "C18"}) if stopped else stops()
    return evidence(reports=reports({}), output=made, stops=listed, master=PRODUCT, **more)


def test_fewer_stops_than_are_missing_from_the_plan_are_told() -> None:
    finding = one(shift(440, 340, 40), RULE)
    assert values(finding) == ("downtime_min", 40, 100, -60, 22.5)
    assert "early!C18" in finding["cells"]


def test_more_stops_than_are_missing_from_the_plan_are_told_too() -> None:
    assert values(one(shift(440, 440, 30), RULE))[:4] == ("downtime_min", 30, 0, 30)


@pytest.mark.parametrize(
    ("planned", "good", "stopped"),
    [(440, 380, 50), (300, 300, 90), (600, 440, 0), (440, None, 0)],
    ids=["explained", "the plan contains losses", "the plan is beyond the cycle", "nobody says what was made"],
)
def test_nothing_follows_otherwise(planned: float, good: float | None, stopped: float) -> None:
    assert found(shift(planned, good, stopped), RULE) == []
