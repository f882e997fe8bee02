"""What is packed and what there was to pack."""

from __future__ import annotations

from dataclasses import replace

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import evidence, mes_output, output, reports, shifts, wip

RULE = "packed_vs_good"


def shift(packed: float, **more: object) -> Evidence:
    """480 good pieces in two hours."""
    made = output({"good_qty": 240, "good_qty_cell": "C7"}, {"good_qty": 240, "good_qty_cell": "C8", "scrap_qty": 9})
    whole = shifts({"packed_qty": packed, "packed_qty_cell": "B35", **more})
    return evidence(reports=reports({}), output=made, shifts=whole)


def test_more_than_good_and_open_stock_is_told() -> None:
    finding = one(shift(510, unpacked_qty=20), RULE)
    assert values(finding) == ("packed_qty", 510, 500, 10, 0)
    assert finding["source_cell"] == "B35"


def test_the_last_piece_may_be_packed_and_less_is_usual() -> None:
    assert found(shift(500, unpacked_qty=20), RULE) == []
    assert found(shift(0, unpacked_qty=20), RULE) == []


def test_where_nobody_says_what_was_open_nothing_is_compared() -> None:
    assert found(shift(900), RULE) == []


def test_the_ledgers_stock_is_open_stock() -> None:
    given = shift(510)
    ledger = wip({"order_id": "A", "opening_qty": 20})
    both = evidence(reports=given.reports, output=given.output, shifts=given.shifts, wip=ledger)
    assert one(both, RULE)["reference_value"] == 500


def test_a_piece_that_only_the_mes_counted_may_be_packed() -> None:
    given = shift(501, unpacked_qty=20)
    counted = replace(given, mes_output=mes_output({"good_qty": 481}))
    assert found(given, RULE) != []
    assert found(counted, RULE) == []
