"""What was made of an order against its quantity."""

from __future__ import annotations

import polars as pl
import pytest

from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import (
    Row,
    evidence,
    master,
    order_output,
    orders,
)

RULE = "order_overrun"
MADE: list[Row] = [
    {"order_id": "O1", "good_qty": 60, "cumulative": 60, "source_cell": "C15"},
    {"order_id": "O1", "shift_id": "late", "good_qty": 50, "cumulative": 110, "source_cell": "C35"},
    {"order_id": "O1", "shift_id": "night", "good_qty": 10, "cumulative": 120, "source_cell": "C55"},
]


def test_an_order_beyond_its_quantity_is_told_once_at_the_shift_that_passes_it() -> None:
    ordered = orders({"order_id": "O1", "planned_qty": 100, "source_file": "erp.json"})
    finding = one(evidence(orders=ordered, order_output=order_output(*MADE)), RULE)
    assert values(finding) == ("good_qty", 120, 100, 20, 0)
    assert (finding["shift_id"], finding["source_cell"]) == ("late", "C35")
    assert finding["reference_locator"] == "erp.json · record 2"


@pytest.mark.parametrize("quantity", [120, 500, None])
def test_an_order_within_its_quantity_or_without_one_is_silent(quantity: float | None) -> None:
    ordered = orders({"order_id": "O1", "planned_qty": quantity})
    assert found(evidence(orders=ordered, order_output=order_output(*MADE)), RULE) == []


def test_an_order_that_comes_once_for_each_operation_is_counted_once() -> None:
    twice = orders(*({"order_id": "O1", "product_id": "A", "planned_qty": 120, "line_id": n} for n in ("L1", "L2")))
    assert found(evidence(orders=twice, order_output=order_output(*MADE)), RULE) == []
    less = twice.with_columns(planned_qty=pl.lit(110.0))
    assert values(one(evidence(orders=less, order_output=order_output(*MADE)), RULE))[1:3] == (120, 110)


def test_an_order_of_two_products_may_be_made_in_both_quantities() -> None:
    two = orders(*({"order_id": "O1", "product_id": p, "planned_qty": 60} for p in ("A", "B")))
    assert found(evidence(orders=two, order_output=order_output(*MADE)), RULE) == []


def test_a_tolerance_of_the_plant_allows_some_excess() -> None:
    ordered = orders({"order_id": "O1", "planned_qty": 100})
    allowed = master(tolerance=[{"rule_id": RULE, "relative": 0.2}])
    assert found(evidence(orders=ordered, order_output=order_output(*MADE), master=allowed), RULE) == []
