"""Good quantity of the report against the MES."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    Row,
    at,
    days,
    evidence,
    mes_output,
    output,
    reports,
)

RULE = "good_vs_mes"


def hours(*quantities: float | None, order: str | None = None) -> list[Row]:
    return [
        {
            "hour_start": at(f"{6 + n:02}:00"),
            "good_qty": q,
            "good_qty_cell": None if q is None else f"C{7 + n}",
            "order_id": order,
        }
        for n, q in enumerate(quantities)
    ]


def counted(*quantities: float, order: str | None = None, **more: object) -> list[Row]:
    return [
        {"hour_start": at(f"{6 + n:02}:00"), "good_qty": q, "order_id": order, **more} for n, q in enumerate(quantities)
    ]


def sides(report: list[Row], mes: list[Row], **more: object) -> Evidence:
    return evidence(reports=reports({}), output=output(*report), mes_output=mes_output(*mes), **more)


def test_one_hour_that_differs_is_told_at_its_cell_and_its_record() -> None:
    finding = one(sides(hours(48, 74, 50), counted(48, 47, 50)), RULE)
    assert values(finding) == ("good_qty", 74, 47, 27, 2)
    assert where(finding) == ("early", "C8", "mes.csv · record 3")
    assert finding["hour_start"] == at("07:00")
    assert finding["cells"] == "early!C7 early!C8 early!C9"


def test_a_difference_spread_over_the_hours_is_told_as_sums() -> None:
    finding = one(sides(hours(50, 51), counted(47, 47)), RULE)
    assert values(finding) == ("good_qty", 101, 94, 7, 2)
    assert where(finding) == ("early", "C7", "mes.csv · record 2 (+1)")
    assert finding["hour_start"] is None


def test_a_difference_spread_over_the_hours_is_located_at_the_total_where_there_is_one() -> None:
    total: Row = {"is_total": True, "good_qty": 101, "good_qty_cell": "C15"}
    assert one(sides([*hours(50, 51), total], counted(47, 47)), RULE)["source_cell"] == "C15"


def test_two_pieces_are_silent_and_three_are_not() -> None:
    assert found(sides(hours(52), counted(50)), RULE) == []
    assert one(sides(hours(53), counted(50)), RULE)["delta"] == 3


def test_half_a_percent_of_a_counter_is_silent_and_two_percent_of_typed_figures_are() -> None:
    assert found(sides(hours(1005), counted(1000)), RULE) == []
    finding = one(sides(hours(1006), counted(1000)), RULE)
    assert (finding["tolerance"], finding["severity"]) == (5, "warning")
    assert found(sides(hours(1020), counted(1000, counting="manual")), RULE) == []
    assert one(sides(hours(1021), counted(1000, counting="manual")), RULE)["tolerance"] == 20


def test_more_than_five_percent_are_an_error() -> None:
    assert one(sides(hours(1050), counted(1000)), RULE)["severity"] == "warning"
    assert one(sides(hours(1051), counted(1000)), RULE)["severity"] == "error"


def test_several_records_of_an_hour_are_summed_before_they_are_compared() -> None:
    assert found(sides(hours(48), [*counted(20), *counted(28)]), RULE) == []


def test_a_report_without_hours_is_compared_as_a_whole() -> None:
    whole: list[Row] = [{"good_qty": 95, "good_qty_cell": "C7"}]
    assert found(sides(whole, counted(48, 47)), RULE) == []
    finding = one(sides(whole, counted(48, 60)), RULE)
    assert values(finding)[1:4] == (95, 108, -13)
    assert where(finding)[:2] == ("early", "C7")


def test_two_orders_that_both_sides_name_are_compared_order_by_order() -> None:
    report = [*hours(40, order="O1"), *hours(60, order="O2")]
    findings = found(sides(report, [*counted(50, order="O1"), *counted(50, order="O2")]), RULE)
    assert sorted((f["order_id"], f["delta"]) for f in findings) == [("O1", -10), ("O2", 10)]


def test_orders_that_only_one_side_names_are_no_difference() -> None:
    assert found(sides(hours(40, 60, order="O1"), counted(40, 60)), RULE) == []
    assert found(sides(hours(40, 60), counted(40, 60, order="O1")), RULE) == []


def test_another_order_on_one_side_is_not_told_as_a_quantity() -> None:
    assert found(sides(hours(40, order="O1"), counted(40, order="O7")), RULE) == []


def test_a_shift_that_the_mes_does_not_have_is_told_as_missing() -> None:
    other_day: list[Row] = [{**row, "production_date": date(2026, 3, 3)} for row in counted(50)]
    span = days({"last_day": date(2026, 3, 3)})
    finding = one(sides(hours(48), other_day, mes_days=span), RULE)
    assert (finding["reported_value"], finding["reference_value"]) == (48, None)
    assert finding["probable_cause"] == "missing"


def test_a_line_and_a_day_that_the_mes_does_not_count_are_silent() -> None:
    elsewhere: list[Row] = [{**row, "line_id": "L2"} for row in counted(50)]
    assert found(sides(hours(48), elsewhere, mes_days=days({"line_id": "L2"})), RULE) == []
    later = days({"first_day": date(2026, 3, 3), "last_day": date(2026, 3, 9)})
    assert found(sides(hours(48), counted(), mes_days=later), RULE) == []


def test_a_shift_in_which_nothing_was_made_needs_no_record() -> None:
    assert found(sides(hours(0, 0), [], mes_days=days({})), RULE) == []


def test_an_hour_left_blank_is_told_at_the_blank_cell() -> None:
    finding = one(sides(hours(48, None, 50), counted(48, 47, 50)), RULE)
    assert (finding["source_cell"], finding["reported_value"], finding["reference_value"]) == ("C8", None, 47)
    assert finding["probable_cause"] == "missing"


def test_a_report_of_which_a_row_was_refused_is_not_held_against_the_mes() -> None:
    refused = replace(sides(hours(48), counted(48, 47)), reports=reports({"refused_rows": 1}))
    assert found(refused, RULE) == []


def test_a_shift_without_a_report_is_left_to_the_rule_of_missing_reports() -> None:
    assert found(evidence(mes_output=mes_output(*counted(50))), RULE) == []


def test_records_between_the_hours_belong_to_the_hour_before() -> None:
    quarters: list[Row] = [{"hour_start": at(f"06:{m:02}"), "good_qty": 12} for m in (0, 15, 30, 45)]
    assert found(sides(hours(48), quarters), RULE) == []
