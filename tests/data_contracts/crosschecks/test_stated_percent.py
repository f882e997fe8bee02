"""Percentages that a report states."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import evidence, output, reports, shifts

RULE = "stated_percent"


def shift(**stated: object) -> Evidence:
    """190 good and 10 scrap of 250 planned, in two hours."""
    made = output(
        {"good_qty": 100, "scrap_qty": 4, "planned_qty": 125, "good_qty_cell": "C7"},
        {"good_qty": 90, "scrap_qty": 6, "planned_qty": 125, "good_qty_cell": "C8"},
    )
    cells = {f"{name}_cell": "B40" for name in stated}
    return evidence(reports=reports({}), output=made, shifts=shifts({**stated, **cells}))


@pytest.mark.parametrize(("measure", "true"), [("yield_pct", 95.0), ("scrap_pct", 5.0), ("attainment_pct", 76.0)])
def test_a_percentage_that_is_off_by_more_than_half_a_point_is_told(measure: str, true: float) -> None:
    finding = one(shift(**{measure: true + 0.6}), RULE)
    assert values(finding) == (measure, true + 0.6, true, pytest.approx(0.6), 0.5)
    assert finding["source_cell"] == "B40"
    assert found(shift(**{measure: true - 0.5}), RULE) == []


def test_what_was_attained_may_count_scrap() -> None:
    assert found(shift(attainment_pct=80.0), RULE) == []


def test_a_row_is_held_against_its_own_quantities() -> None:
    made = output({"good_qty": 80, "scrap_qty": 20, "yield_pct": 90, "yield_pct_cell": "G7"}, {"good_qty": 100})
    assert values(one(evidence(reports=reports({}), output=made), RULE))[1:3] == (90, 80)


def test_where_nothing_was_made_no_percentage_is_wrong() -> None:
    made = output({"good_qty": 0, "scrap_qty": 0, "yield_pct": 100, "yield_pct_cell": "G7"})
    assert found(evidence(reports=reports({}), output=made), RULE) == []
