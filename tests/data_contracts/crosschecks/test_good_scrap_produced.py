"""Good, scrap and rework against what was produced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    evidence,
    output,
    reports,
)

RULE = "good_scrap_produced"


def row(**quantities: float | None) -> Evidence:
    cells = {f"{name}_cell": cell for name, cell in zip(("good_qty", "scrap_qty", "total_qty"), "CDE", strict=True)}
    cells = {name: f"{letter}7" for name, letter in cells.items()}
    return evidence(reports=reports({}), output=output({**quantities, **cells}))


def test_good_and_scrap_that_are_not_what_was_produced_are_told_at_good() -> None:
    finding = one(row(good_qty=90, scrap_qty=5, total_qty=100), RULE)
    assert values(finding) == ("total_qty", 95, 100, -5, 0)
    assert where(finding) == ("early", "C7", "a.xlsx / early!E7")
    assert finding["cells"] == "early!C7 early!D7 early!E7"


def test_open_rework_belongs_to_what_was_produced() -> None:
    assert found(row(good_qty=90, scrap_qty=5, rework_qty=5, total_qty=100), RULE) == []


@pytest.mark.parametrize("blank", ["good_qty", "total_qty"])
def test_a_row_without_good_or_without_produced_is_silent(blank: str) -> None:
    assert found(row(**{"good_qty": 90, "scrap_qty": 5, "total_qty": 100, blank: None}), RULE) == []


def test_a_blank_scrap_cell_counts_as_no_scrap() -> None:
    assert found(row(good_qty=100, total_qty=100), RULE) == []
    assert values(one(row(good_qty=97, total_qty=100), RULE))[:3] == ("total_qty", 97, 100)


def test_a_layout_without_a_place_for_scrap_leaves_scrap_to_the_reader() -> None:
    no_scrap = replace(row(good_qty=97, total_qty=100), scrap_layouts=frozenset())
    assert found(no_scrap, RULE) == []
