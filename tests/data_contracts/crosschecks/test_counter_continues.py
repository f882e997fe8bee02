"""Counters from one shift to the next."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import DAY, Row, evidence, output, reports, sequence, shifts

RULE = "counter_continues"
DAY_BEFORE = DAY - timedelta(days=1)
BEFORE: Row = {"report_id": "R0", "production_date": DAY_BEFORE}


def read(start: float, end: float, **more: object) -> Row:
    return {"counter_start": start, "counter_start_cell": "B30", "counter_end": end, "counter_end_cell": "E30", **more}


def two_shifts(here: Row, former: Row, is_next: bool = True) -> Evidence:
    mine = reports({})
    return evidence(
        reports=mine,
        shifts=shifts(here),
        earlier_shifts=shifts({**BEFORE, **former}),
        sequence=sequence(mine, BEFORE).with_columns(is_next=pl.lit(is_next)),
    )


def test_a_start_that_is_not_the_former_end_is_told_with_both_cells() -> None:
    finding = one(two_shifts(read(1580, 1900), read(1000, 1480)), RULE)
    assert values(finding) == ("counter_start", 1580, 1480, 100, 0)
    assert where(finding) == ("early", "B30", "a.xlsx · early!E30")


@pytest.mark.parametrize("start", [1480, 0], ids=["goes on", "reset"])
def test_a_start_at_the_former_end_or_at_zero_is_right(start: float) -> None:
    assert found(two_shifts(read(start, 1900), read(1000, 1480)), RULE) == []


def test_after_a_shift_without_a_report_the_counter_may_be_higher_but_not_lower() -> None:
    assert found(two_shifts(read(1900, 2000), read(1000, 1480), is_next=False), RULE) == []
    assert one(two_shifts(read(1400, 2000), read(1000, 1480), is_next=False), RULE)["delta"] == -80


def test_a_counter_that_ends_below_its_start_is_told_at_its_end() -> None:
    finding = one(two_shifts(read(1480, 1400), read(1000, 1480)), RULE)
    assert (finding["measure"], finding["source_cell"], finding["delta"]) == ("counter_end", "E30", -80)


def test_a_former_end_that_its_own_pieces_contradict_is_not_told_again_here() -> None:
    mine = reports({})
    given = two_shifts(read(1480, 1900), read(1000, 1580, cavities=1))
    made = output({**BEFORE, "good_qty": 480})
    follows = evidence(
        reports=mine,
        shifts=given.shifts,
        earlier_shifts=given.earlier_shifts,
        earlier_output=made,
        sequence=given.sequence,
    )
    assert found(follows, RULE) == []
