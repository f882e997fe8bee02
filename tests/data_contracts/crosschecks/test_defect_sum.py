"""The defects against the scrap."""

from __future__ import annotations

from dataclasses import replace

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    defects,
    evidence,
    output,
    reports,
)

RULE = "defect_sum"


def sheet(scrap: float | None, *listed: float) -> Evidence:
    return evidence(
        reports=reports({}),
        output=output({"scrap_qty": scrap, "scrap_qty_cell": "E7"}),
        defects=defects(*({"scrap_qty": q, "scrap_qty_cell": f"C{n}"} for n, q in enumerate(listed, start=26))),
    )


def test_defects_that_do_not_add_up_to_scrap_are_told_at_the_largest() -> None:
    finding = one(sheet(9, 2, 5), RULE)
    assert values(finding) == ("scrap_qty", 7, 9, -2, 0)
    assert where(finding) == ("early", "C27", None)
    assert finding["cells"] == "early!E7 early!C26 early!C27"


def test_defects_that_add_up_are_silent() -> None:
    assert found(sheet(7, 2, 5), RULE) == []


def test_scrap_without_any_defect_is_told_at_the_scrap() -> None:
    finding = one(sheet(3), RULE)
    assert values(finding)[:3] == ("scrap_qty", 0, 3)
    assert where(finding) == ("early", "E7", None)


def test_no_scrap_and_no_defects_are_silent() -> None:
    assert found(sheet(0), RULE) == []


def test_defects_beside_a_blank_scrap_are_silent() -> None:
    assert found(sheet(None, 2, 5), RULE) == []


def test_a_layout_that_lists_no_defects_is_silent() -> None:
    assert found(replace(sheet(3), defect_layouts=frozenset()), RULE) == []
