"""Names of a report against master data."""

from __future__ import annotations

from datetime import date

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, where
from tests.evidence import (
    Row,
    evidence,
    master,
    orders,
    output,
    reports,
    windows,
)

RULE = "known_and_valid"
PRODUCTS: list[Row] = [{"product_id": "A"}, {"product_id": "B", "valid_to": date(2026, 2, 28)}]


def using(product: str | None = None, order: str | None = None, **more: object) -> Evidence:
    row = {"product_id": product, "product_id_cell": "B5", "order_id": order, "order_id_cell": "B6"}
    return evidence(reports=reports({"line_id_cell": "B3", "shift_id_cell": "B4"}), output=output(row), **more)


def test_a_product_that_nobody_knows_blocks_the_report_at_its_cell() -> None:
    finding = one(using("Z", master=master(product=PRODUCTS)), RULE)
    assert (finding["severity"], finding["measure"], finding["reported_text"]) == ("block", "product_id", "Z")
    assert where(finding) == ("early", "B5", None)


def test_a_product_that_ran_out_blocks_and_one_in_force_does_not() -> None:
    assert one(using("B", master=master(product=PRODUCTS)), RULE)["reported_text"] == "B"
    assert found(using("A", master=master(product=PRODUCTS)), RULE) == []


def test_without_a_product_list_any_product_is_fine() -> None:
    assert found(using("Z"), RULE) == []


def test_an_order_that_the_erp_does_not_know_blocks() -> None:
    assert one(using(order="O9", orders=orders({"order_id": "O1"})), RULE)["reported_text"] == "O9"
    assert found(using(order="O1", orders=orders({"order_id": "O1"})), RULE) == []


def test_orders_of_another_plant_say_nothing_of_ours() -> None:
    elsewhere = orders({"order_id": "O1", "plant_id": "P2"})
    assert found(using(order="O9", orders=elsewhere), RULE) == []


def test_an_order_list_without_plants_is_every_plants() -> None:
    assert one(using(order="O9", orders=orders({"order_id": "O1", "plant_id": None})), RULE)["reported_text"] == "O9"


def test_a_blank_product_or_order_is_no_unknown_one() -> None:
    assert found(using(master=master(product=PRODUCTS), orders=orders({"order_id": "O1"})), RULE) == []


def test_an_unknown_line_is_told_once_and_not_for_its_shift_too() -> None:
    finding = one(evidence(reports=reports({"line_id": "L9", "line_id_cell": "B3"})), RULE)
    assert (finding["measure"], finding["reported_text"], finding["source_cell"]) == ("line_id", "L9", "B3")


def test_a_line_counts_only_while_it_is_valid() -> None:
    line = {"plant_id": "P1", "area_id": "A1", "line_id": "L1", "calendar_id": "cal"}
    ended = master(line=[{**line, "valid_to": date(2026, 3, 1)}])
    assert one(evidence(reports=reports({}), master=ended), RULE)["measure"] == "line_id"


def test_a_shift_that_the_lines_calendar_does_not_have_is_told() -> None:
    finding = one(evidence(reports=reports({"shift_id": "noon", "shift_id_cell": "B4"})), RULE)
    assert (finding["measure"], finding["source_cell"]) == ("shift_id", "B4")


def test_a_shift_on_a_day_that_the_calendar_does_not_plan_is_known_all_the_same() -> None:
    weekdays = [{"calendar_id": "cal", "shift_id": "early", "start": "06:00", "end": "14:00", "weekdays": "67"}]
    assert found(evidence(reports=reports({}), master=master(shift=weekdays), windows=windows().clear()), RULE) == []


@pytest.mark.parametrize("leader", ["Wang Wei", "ｗａｎｇ　wei", "王伟"])
def test_a_leader_is_known_in_any_width_case_and_by_other_names(leader: str) -> None:
    people = [{"employee_id": "E1", "name": "Wang Wei", "aliases": "王伟;W. Wei"}]
    assert found(evidence(reports=reports({"leader": leader}), master=master(employee=people)), RULE) == []


def test_an_unknown_leader_is_a_warning_and_blocks_nothing() -> None:
    people = [{"employee_id": "E1", "name": "Wang Wei"}]
    finding = one(evidence(reports=reports({"leader": "Li Na"}), master=master(employee=people)), RULE)
    assert (finding["severity"], finding["measure"], finding["reported_text"]) == ("warning", "leader", "Li Na")
