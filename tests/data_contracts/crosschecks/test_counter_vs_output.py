"""Counters of machines and what was made."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import Row, evidence, master, output, reports, shifts

RULE = "counter_vs_output"
READ: Row = {"counter_start": 1000, "counter_end": 1480, "counter_start_cell": "D5", "counter_end_cell": "E5"}


def row(good: float, **more: object) -> Evidence:
    """A row of output with its own counter; a cycle makes four pieces."""
    made = {"good_qty": good, "good_qty_cell": "F5", "cavities": 4, **READ, **more}
    return evidence(reports=reports({}), output=output(made))


def test_a_counter_that_went_on_too_far_is_told_at_its_end() -> None:
    finding = one(row(1800, scrap_qty=40), RULE)
    assert values(finding) == ("cycles", 480, 460, 20, 1)
    assert where(finding)[:2] == ("early", "E5")


@pytest.mark.parametrize("good", [1916, 1920, 1924])
def test_one_cycle_is_tolerated(good: float) -> None:
    assert found(row(good), RULE) == []


def test_a_counter_that_ran_out_of_digits_goes_on_from_zero() -> None:
    assert found(row(1920, counter_start=99900, counter_end=380), RULE) == []


def test_the_tools_cavities_count_where_the_report_names_only_the_tool() -> None:
    tool = master(tool=[{"tool_id": "M-1", "cavities": 2}])
    made = {"good_qty": 1920, "good_qty_cell": "F5", "tool_id": "M-1", **READ}
    finding = one(evidence(reports=reports({}), output=output(made), master=tool), RULE)
    assert values(finding)[1:3] == (480, 960)


def test_without_pieces_a_cycle_nothing_is_compared() -> None:
    assert found(row(5, cavities=None), RULE) == []


def test_a_counter_of_the_whole_shift_is_held_against_all_hours() -> None:
    hours = output({"good_qty": 900, "good_qty_cell": "C7"}, {"good_qty": 900, "good_qty_cell": "C8", "scrap_qty": 20})
    whole = shifts({**READ, "cavities": 4})
    finding = one(evidence(reports=reports({}), output=hours, shifts=whole), RULE)
    assert values(finding)[1:3] == (480, 455)
    assert finding["cells"] == "early!D5 early!E5 early!C7 early!C8"
