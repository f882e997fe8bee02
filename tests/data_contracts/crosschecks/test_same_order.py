"""Order and product of the report against the MES and the order list."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, where
from tests.evidence import (
    Row,
    evidence,
    mes_output,
    mes_stops,
    orders,
    output,
    reports,
)

RULE = "same_order"


def named(order: str | None = "O1", product: str | None = "A", row: int = 7) -> Row:
    return {"order_id": order, "order_id_cell": f"F{row}", "product_id": product, "product_id_cell": f"G{row}"}


def sides(report: list[Row], *mes: tuple[str | None, str | None], **more: object) -> Evidence:
    records = mes_output(*({"order_id": order, "product_id": product} for order, product in mes))
    return evidence(reports=reports({}), output=output(*report), mes_output=records, **more)


def test_an_order_that_the_mes_did_not_run_is_told_at_its_cell_with_those_it_ran() -> None:
    finding = one(sides([named("O9")], ("O1", "A"), ("O2", "A")), RULE)
    assert (finding["measure"], finding["reported_text"], finding["reference_text"]) == ("order_id", "O9", "O1, O2")
    assert where(finding)[:2] == ("early", "F7")


def test_a_product_that_is_not_the_orders_is_told_at_its_cell() -> None:
    finding = one(sides([named("O1", "B")], ("O1", "A")), RULE)
    assert (finding["measure"], finding["reported_text"], finding["reference_text"]) == ("product_id", "B", "A")
    assert where(finding) == ("early", "G7", "mes.csv · record 2")


def test_the_same_order_and_product_are_silent() -> None:
    assert found(sides([named("O1", "A")], ("O1", "A"), ("O2", "B")), RULE) == []


def test_an_order_of_several_products_is_silent_in_any_order_of_rows() -> None:
    both = [named("O1", "A"), named("O1", "B", row=8)]
    assert found(sides(both, ("O1", "B"), ("O1", "A")), RULE) == []


def test_of_several_products_the_wrong_one_is_told() -> None:
    both = [named("O1", "A"), named("O1", "C", row=8)]
    finding = one(sides(both, ("O1", "B"), ("O1", "A")), RULE)
    assert (finding["reported_text"], finding["reference_text"], finding["source_cell"]) == ("C", "A, B", "G8")


def test_a_side_that_names_no_order_is_silent() -> None:
    assert found(sides([named(None)], ("O1", "A")), RULE) == []
    assert found(sides([named("O1")], (None, "A")), RULE) == []
    assert found(sides([named("O1")]), RULE) == []


def test_where_the_mes_is_silent_the_order_list_says_which_product_it_is() -> None:
    listed = orders({"order_id": "O1", "product_id": "A", "source_file": "erp.json"})
    finding = one(sides([named("O1", "B")], orders=listed), RULE)
    assert (finding["reference_text"], finding["reference_locator"]) == ("A", "erp.json · record 2")
    assert found(sides([named("O1", "A")], orders=listed), RULE) == []


def test_a_stop_of_the_mes_may_name_the_order_too() -> None:
    finding = one(sides([named("O9")], mes_stops=mes_stops({"order_id": "O1", "downtime_min": 5})), RULE)
    assert finding["reference_text"] == "O1"


def test_an_order_that_the_mes_did_not_run_is_told_once_and_not_for_its_product_too() -> None:
    listed = orders({"order_id": "O9", "product_id": "B"})
    assert one(sides([named("O9", "A")], ("O1", "A"), orders=listed), RULE)["measure"] == "order_id"
