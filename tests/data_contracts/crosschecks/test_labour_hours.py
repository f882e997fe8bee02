"""Hours worked, people and the shift."""

from __future__ import annotations

from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import evidence, mes_attendance, output, reports, shifts

RULE = "labour_hours"


def test_more_hours_than_people_and_a_tenth_is_an_error() -> None:
    whole = shifts({"headcount": 5, "labour_h": 45, "labour_h_cell": "E33"})
    finding = one(evidence(reports=reports({}), shifts=whole), RULE)
    assert values(finding) == ("labour_h", 45, 40, 5, 4)
    assert (finding["severity"], finding["source_cell"]) == ("error", "E33")


def test_a_tenth_more_and_any_less_are_silent() -> None:
    for hours in (44, 12):
        whole = shifts({"headcount": 5, "labour_h": hours})
        assert found(evidence(reports=reports({}), shifts=whole), RULE) == []


def test_hours_of_several_rows_add_up_and_attendance_counts_people_where_the_report_does_not() -> None:
    rows = output({"labour_h": 8, "good_qty": 1}, {"labour_h": 12, "good_qty": 1})
    one_person = mes_attendance({"employee_id": "E1"})
    finding = one(evidence(reports=reports({}), output=rows, mes_attendance=one_person), RULE)
    assert (finding["reported_value"], finding["reference_value"]) == (20, 8)


def test_hours_without_people_are_not_judged() -> None:
    assert found(evidence(reports=reports({}), shifts=shifts({"labour_h": 400})), RULE) == []
