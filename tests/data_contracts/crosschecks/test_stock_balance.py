"""Stock of a ledger, from start to end of a row."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, evidence, reports, wip

RULE = "stock_balance"
ROW: Row = {"opening_qty": 100, "received_qty": 50, "scrap_qty": 5, "stored_qty": 30, "shipped_qty": 15}


def ledger(*rows: Row) -> Evidence:
    placed = [{"order_id": "A", "opening_qty_cell": "C5", "closing_qty_cell": "I5", **row} for row in rows]
    return evidence(reports=reports({}), wip=wip(*placed))


def test_what_is_left_must_follow_from_what_came_and_went() -> None:
    finding = one(ledger({**ROW, "closing_qty": 110}), RULE)
    assert values(finding) == ("closing_qty", 110, 100, 10, 0)
    assert (finding["source_cell"], finding["order_id"], finding["severity"]) == ("I5", "A", "error")
    assert found(ledger({**ROW, "closing_qty": 100}), RULE) == []


def test_blanks_are_nothing_that_moved() -> None:
    assert found(ledger({"opening_qty": 100, "closing_qty": 100}), RULE) == []


def test_batches_of_an_order_balance_together() -> None:
    batches = [{**ROW, "closing_qty": 90, "batch_id": "B1"}, {**ROW, "closing_qty": 110, "batch_id": "B2"}]
    assert found(ledger(*batches), RULE) == []


def test_a_ledger_that_does_not_say_what_is_left_is_not_judged() -> None:
    assert found(ledger(ROW), RULE) == []
