"""Output and people."""

from __future__ import annotations

import pytest

from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, evidence, mes_attendance, output, reports, shifts

RULE = "staffed"
MADE = output({"good_qty": 400, "good_qty_cell": "C7"})


@pytest.mark.parametrize("said", [{"headcount": 0}, {"labour_h": 0}, {"headcount": 0, "labour_h": 0}])
def test_output_of_nobody_is_told(said: Row) -> None:
    whole = shifts({**said, "headcount_cell": "B33", "labour_h_cell": "E33"})
    finding = one(evidence(reports=reports({}), output=MADE, shifts=whole), RULE)
    assert values(finding) == ("total_qty", 400, 0, 400, 0)


def test_people_are_enough_and_a_blank_says_nothing() -> None:
    assert found(evidence(reports=reports({}), output=MADE, shifts=shifts({"headcount": 1})), RULE) == []
    assert found(evidence(reports=reports({}), output=MADE, shifts=shifts({"packed_qty": 4})), RULE) == []


def test_nobody_may_be_at_work_where_nothing_was_made() -> None:
    idle = output({"good_qty": 0, "good_qty_cell": "C7"})
    assert found(evidence(reports=reports({}), output=idle, shifts=shifts({"headcount": 0})), RULE) == []


def test_attendance_of_nobody_speaks_where_the_report_is_silent() -> None:
    nobody = mes_attendance({"headcount": 0})
    assert one(evidence(reports=reports({}), output=MADE, mes_attendance=nobody), RULE)["reported_value"] == 400


def named(blank: int, others: int) -> list[Row]:
    rows = [{"good_qty": 10, "good_qty_cell": f"C{n}", "operator": "Li"} for n in range(others)]
    return [*rows, *({"good_qty": 10, "good_qty_cell": f"D{n}"} for n in range(blank))]


def test_one_row_without_its_operator_is_told_where_the_others_name_theirs() -> None:
    assert one(evidence(reports=reports({}), output=output(*named(1, 12))), RULE)["source_cell"] == "D0"


@pytest.mark.parametrize(("blank", "others"), [(4, 12), (1, 5)], ids=["no habit", "too few"])
def test_where_operators_are_often_left_out_none_is_missed(blank: int, others: int) -> None:
    assert found(evidence(reports=reports({}), output=output(*named(blank, others))), RULE) == []
