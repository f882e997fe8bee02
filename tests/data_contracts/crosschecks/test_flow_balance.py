"""Lines that stand behind each other."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, evidence, master, output, reports, windows, wip

RULE = "flow_balance"
FLOW: list[Row] = [
    {"flow_id": "F", "plant_id": "P1", "line_id": "L1", "role": "delivers"},
    {"flow_id": "F", "plant_id": "P1", "line_id": "L2", "role": "takes"},
]
HOLDS: Row = {"flow_id": "F", "plant_id": "P1", "line_id": "L3", "role": "holds"}
SECOND: Row = {"line_id": "L2", "report_id": "R2"}
THIRD: Row = {"line_id": "L3", "report_id": "R3"}


def lines(taken: float, flow: list[Row] = FLOW, **more: object) -> Evidence:
    """L1 delivers 1,000 good pieces and 50 of scrap."""
    made = output(
        {"good_qty": 1000, "scrap_qty": 50, "good_qty_cell": "C7"},
        {**SECOND, "good_qty": taken - 10, "scrap_qty": 10, "good_qty_cell": "C9"},
    )
    here = {
        "reports": reports({}, SECOND, THIRD),
        "windows": windows({}, {"line_id": "L2"}, {"line_id": "L3"}),
        "output": made,
        "master": master(flow=flow),
    }
    return evidence(**{**here, **more})


def test_what_is_not_taken_is_told_at_the_taking_line_for_the_day() -> None:
    finding = one(lines(960), RULE)
    assert values(finding) == ("total_qty", 960, 1000, -40, 20)
    assert (finding["line_id"], finding["shift_id"], finding["source_cell"]) == ("L2", None, "C9")


@pytest.mark.parametrize("taken", [981, 1019])
def test_two_percent_are_tolerated(taken: float) -> None:
    assert found(lines(taken), RULE) == []


def test_what_the_stock_between_grew_by_was_not_taken() -> None:
    ledger = wip({**THIRD, "order_id": "A", "opening_qty": 100, "closing_qty": 140})
    assert found(lines(960, [*FLOW, HOLDS], wip=ledger), RULE) == []
    assert one(lines(1000, [*FLOW, HOLDS], wip=ledger), RULE)["reference_value"] == 960


def test_a_stock_of_which_nothing_is_said_leaves_the_flow_open() -> None:
    assert found(lines(700, [*FLOW, HOLDS]), RULE) == []


def test_a_day_on_which_a_report_is_missing_is_not_balanced() -> None:
    more_shifts = windows({}, {"line_id": "L2"}, {"line_id": "L2", "shift_id": "late"})
    assert found(lines(700, windows=more_shifts), RULE) == []


def test_a_flow_may_name_one_step_of_a_line() -> None:
    steps = [{**FLOW[0], "process_id": "OP1"}, FLOW[1]]
    made = output(
        {"good_qty": 1000, "process_id": "OP1"},
        {"good_qty": 400, "process_id": "OP2"},
        {**SECOND, "good_qty": 1000, "good_qty_cell": "C9"},
    )
    assert found(lines(0, steps, output=made), RULE) == []


def test_lines_without_a_flow_are_not_balanced() -> None:
    assert found(lines(5, []), RULE) == []
