"""People of the report and of attendance."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import Row, evidence, mes_attendance, output, reports, shifts

RULE = "headcount_attendance"
FOUR: list[Row] = [{"employee_id": f"E{n}"} for n in range(4)]


def sides(said: float, *records: Row) -> Evidence:
    whole = shifts({"headcount": said, "headcount_cell": "B33"})
    return evidence(reports=reports({}), shifts=whole, mes_attendance=mes_attendance(*records))


def test_two_people_more_than_attendance_are_told_and_one_is_not() -> None:
    finding = one(sides(6, *FOUR), RULE)
    assert values(finding) == ("headcount", 6, 4, 2, 1)
    assert where(finding) == ("early", "B33", "mes.csv · record 2 (+3)")
    assert found(sides(5, *FOUR), RULE) == []


def test_a_person_with_several_records_is_one_person() -> None:
    assert found(sides(4, *FOUR, *FOUR), RULE) == []


@pytest.mark.parametrize("counted", [[{"headcount": 8}], [{"headcount": 5}, {"headcount": 3}]])
def test_records_that_count_people_add_up(counted: list[Row]) -> None:
    assert one(sides(4, *counted), RULE)["reference_value"] == 8


def test_rows_that_each_say_their_people_are_not_added_up() -> None:
    rows = output({"headcount": 4, "good_qty": 1}, {"headcount": 4, "good_qty": 1})
    people = mes_attendance(*FOUR)
    assert found(evidence(reports=reports({}), output=rows, mes_attendance=people), RULE) == []


def test_a_shift_without_attendance_is_not_compared() -> None:
    elsewhere = [{**row, "shift_id": "late"} for row in FOUR]
    assert found(sides(9, *elsewhere), RULE) == []
