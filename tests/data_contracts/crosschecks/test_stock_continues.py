"""Stock of a ledger, from shift to shift."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import DAY, Row, evidence, reports, sequence, wip

RULE = "stock_continues"
BEFORE: Row = {"report_id": "R0", "production_date": DAY - timedelta(days=1)}
LEFT: Row = {**BEFORE, "order_id": "A", "opening_qty": 80, "closing_qty": 80, "closing_qty_cell": "I4"}


def ledger(opening: float, left: Row = LEFT, **here: object) -> Evidence:
    mine = reports({})
    row = {"order_id": "A", "opening_qty": opening, "opening_qty_cell": "C5", **here}
    return evidence(reports=mine, wip=wip(row), earlier_wip=wip(left), sequence=sequence(mine, BEFORE))


def test_a_start_that_is_not_what_was_left_is_told_with_both_cells() -> None:
    finding = one(ledger(95), RULE)
    assert values(finding) == ("opening_qty", 95, 80, 15, 0)
    assert where(finding) == ("early", "C5", "a.xlsx · early!I4")


def test_what_was_left_goes_on() -> None:
    assert found(ledger(80), RULE) == []


def test_another_order_or_process_has_its_own_stock() -> None:
    assert found(ledger(95, order_id="B"), RULE) == []
    assert found(ledger(95, process_id="OP2"), RULE) == []


def test_after_a_shift_without_a_report_nothing_is_known() -> None:
    given = ledger(95)
    gap = evidence(
        reports=given.reports,
        wip=given.wip,
        earlier_wip=given.earlier_wip,
        sequence=given.sequence.with_columns(is_next=pl.lit(value=False)),
    )
    assert found(gap, RULE) == []


def test_where_the_former_ledger_contradicts_itself_the_start_that_fits_its_moves_is_right() -> None:
    wrong = {**LEFT, "received_qty": 15}
    assert found(ledger(95, wrong), RULE) == []
    assert found(ledger(80, wrong), RULE) == []
