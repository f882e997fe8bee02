"""Output and the time it takes."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import evidence, master, output, reports, stops

RULE = "output_vs_time"
PRODUCT = master(product=[{"product_id": "A", "cycle_s": 60}])


def shift(good: float, stopped: float = 0, **more: object) -> Evidence:
    """480 minutes with a break of 30; a piece takes a minute."""
    made = output({"product_id": "A", "good_qty": good, "good_qty_cell": "C7", **more})
    listed = stops({"downtime_min": stopped, "downtime_min_cell": "C18"}) if stopped else stops()
    return evidence(reports=reports({}), output=made, stops=listed, master=PRODUCT)


@pytest.mark.parametrize(("good", "severity"), [(480, "warning"), (600, "error")])
def test_more_than_the_shift_allows_is_told_and_much_more_is_an_error(good: float, severity: str) -> None:
    finding = one(shift(good), RULE)
    assert values(finding) == ("run_min", good, 450, good - 450, 22.5)
    assert finding["severity"] == severity


def test_stops_leave_less_time_and_scrap_takes_some() -> None:
    assert values(one(shift(400, 100, scrap_qty=20), RULE))[1:3] == (420, 350)


def test_a_stated_run_time_counts_more_than_what_stops_leave() -> None:
    assert found(shift(400, 100, run_min=400), RULE) == []


def test_output_within_the_cycle_is_silent() -> None:
    assert found(shift(470), RULE) == []


def test_a_product_without_a_cycle_is_not_judged() -> None:
    assert found(shift(4000, product_id="B"), RULE) == []
