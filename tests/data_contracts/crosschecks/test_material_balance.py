"""Material and the weight of pieces."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, evidence, master, mes_material, mes_output, output, reports, shifts, windows

RULE = "material_balance"
PRODUCTS: list[Row] = [{"product_id": "A", "piece_weight_g": 90, "waste_g": 10}, {"product_id": "B"}]


def shift(product: str = "A", **more: object) -> Evidence:
    """1,000 pieces of 100 g with their waste: 100 kg."""
    made = output({"product_id": product, "good_qty": 950, "scrap_qty": 50, "good_qty_cell": "C7"})
    return evidence(**{"reports": reports({}), "output": made, "master": master(product=PRODUCTS), **more})


def used(kg: float) -> object:
    return shifts({"material_kg": kg, "material_kg_cell": "H33"})


def test_material_that_is_not_in_the_pieces_is_told_at_its_cell() -> None:
    finding = one(shift(shifts=used(103)), RULE)
    assert values(finding) == ("material_kg", 103, 100, 3, 2)
    assert finding["source_cell"] == "H33"
    assert found(shift(shifts=used(98.1)), RULE) == []


def test_records_are_held_against_the_whole_day_less_what_was_returned() -> None:
    records = mes_material({"used_kg": 80}, {"used_kg": 40, "shift_id": "late"}, {"used_kg": -10})
    finding = one(shift(mes_material=records), RULE)
    assert values(finding) == ("material_kg", 100, 110, -10, 2)
    assert finding["shift_id"] is None


def test_where_the_report_says_it_records_are_not_asked() -> None:
    assert found(shift(shifts=used(100), mes_material=mes_material({"used_kg": 500})), RULE) == []


def test_a_product_without_a_weight_is_not_weighed() -> None:
    assert found(shift("B", shifts=used(500)), RULE) == []


def test_a_day_with_a_missing_report_is_not_balanced() -> None:
    late = windows({}, {"shift_id": "late"})
    records = mes_material({"used_kg": 200})
    assert found(shift(mes_material=records, expected=late), RULE) == []


def test_where_the_mes_counts_what_the_material_says_the_report_is_told_elsewhere() -> None:
    counted = mes_output({"product_id": "A", "good_qty": 1100})
    assert found(shift(mes_material=mes_material({"used_kg": 110}), mes_output=counted), RULE) == []
