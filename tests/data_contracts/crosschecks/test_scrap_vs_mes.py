"""Scrap of the report against the MES."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    at,
    evidence,
    mes_output,
    output,
    reports,
)

RULE = "scrap_vs_mes"


def sides(report: float | None, mes: float | None) -> Evidence:
    return evidence(
        reports=reports({}),
        output=output({"hour_start": at("06:00"), "good_qty": 50, "scrap_qty": report, "scrap_qty_cell": "D7"}),
        mes_output=mes_output({"hour_start": at("06:00"), "good_qty": 50, "scrap_qty": mes}),
    )


def test_scrap_that_differs_is_told_at_its_cell() -> None:
    finding = one(sides(9, 4), RULE)
    assert values(finding) == ("scrap_qty", 9, 4, 5, 2)
    assert where(finding) == ("early", "D7", "mes.csv · record 2")


def test_two_pieces_or_a_tenth_are_silent() -> None:
    assert found(sides(6, 4), RULE) == []
    assert found(sides(55, 50), RULE) == []
    assert one(sides(56, 50), RULE)["tolerance"] == 5


def test_scrap_that_one_side_does_not_count_is_silent() -> None:
    assert found(sides(None, 9), RULE) == []
    assert found(sides(9, None), RULE) == []
