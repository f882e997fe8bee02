"""Tolerances: site, plant, area, line, product; the most specific one holds, each setting by itself."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import Row, evidence, master, mes_output, output, reports

RULE = "good_vs_mes"


def differing(report: float, mes: float, *settings: Row) -> Evidence:
    """A report and an MES of product A on line L1 in area A1 of plant P1."""
    return evidence(
        reports=reports({}),
        output=output({"product_id": "A", "good_qty": report, "good_qty_cell": "C7"}),
        mes_output=mes_output({"product_id": "A", "good_qty": mes}),
        master=master(tolerance=[{"rule_id": RULE, **s} for s in settings]),
    )


SITE: Row = {"absolute": 10}
PLANT: Row = {"plant_id": "P1", "absolute": 20}
AREA: Row = {"plant_id": "P1", "area_id": "A1", "absolute": 30}
LINE: Row = {"plant_id": "P1", "line_id": "L1", "absolute": 40}
PRODUCT: Row = {"product_id": "A", "absolute": 50}


@pytest.mark.parametrize(
    ("settings", "tolerance"),
    [
        ([], 2),
        ([SITE], 10),
        ([SITE, PLANT], 20),
        ([SITE, PLANT, AREA], 30),
        ([SITE, PLANT, AREA, LINE], 40),
        ([SITE, PLANT, AREA, LINE, PRODUCT], 50),
        ([PRODUCT, LINE, AREA, PLANT, SITE], 50),
    ],
)
def test_the_most_specific_setting_holds_in_any_order_of_rows(settings: list[Row], tolerance: float) -> None:
    assert one(differing(100, 200, *settings), RULE)["tolerance"] == tolerance


@pytest.mark.parametrize(
    "elsewhere",
    [{"plant_id": "P2"}, {"area_id": "A2"}, {"plant_id": "P2", "line_id": "L1"}, {"product_id": "B"}],
)
def test_a_setting_for_another_place_or_product_changes_nothing(elsewhere: Row) -> None:
    assert one(differing(100, 200, {**elsewhere, "absolute": 60}), RULE)["tolerance"] == 2


def test_a_setting_of_another_rule_changes_nothing() -> None:
    assert one(differing(100, 200, {"rule_id": "scrap_vs_mes", "absolute": 60}), RULE)["tolerance"] == 2


def test_the_larger_of_absolute_and_relative_holds() -> None:
    both: Row = {"absolute": 10, "relative": 0.1}
    assert one(differing(30, 50, both), RULE)["tolerance"] == 10
    assert one(differing(300, 500, both), RULE)["tolerance"] == 50


def test_absolute_relative_and_severity_are_resolved_independently() -> None:
    line: Row = {"line_id": "L1", "relative": 0.2}
    plant: Row = {"plant_id": "P1", "absolute": 70, "severity": "info"}
    finding = one(differing(100, 200, line, plant), RULE)
    assert (finding["tolerance"], finding["severity"]) == (70, "info")
    assert one(differing(100, 1000, line, plant), RULE)["tolerance"] == 200


def test_a_plants_relative_setting_wins_over_the_one_that_follows_from_counting() -> None:
    assert one(differing(100, 1000, {"relative": 0.0}), RULE)["tolerance"] == 2


@pytest.mark.parametrize(("report", "silent"), [(210, True), (211, False), (190, True), (189, False)])
def test_just_inside_is_silent_and_just_outside_is_told(report: float, silent: bool) -> None:
    assert (found(differing(report, 200, SITE), RULE) == []) is silent


def test_a_rule_may_be_switched_off_for_one_line_only() -> None:
    off: Row = {"line_id": "L1", "severity": "off"}
    assert found(differing(100, 200, off), RULE) == []
    assert len(found(differing(100, 200, {"line_id": "L2", "severity": "off"}), RULE)) == 1


def test_a_rule_that_is_off_at_the_site_may_be_on_at_a_line() -> None:
    settings: list[Row] = [{"severity": "off"}, {"line_id": "L1", "severity": "warning"}]
    assert len(found(differing(100, 200, *settings), RULE)) == 1


def test_a_line_of_the_same_name_in_another_plant_keeps_its_own_area() -> None:
    lines: list[Row] = [
        {"plant_id": p, "area_id": a, "line_id": "L1", "calendar_id": "cal"} for p, a in (("P1", "A1"), ("P2", "A2"))
    ]
    settings: list[Row] = [{"rule_id": RULE, "area_id": "A2", "absolute": 500}]
    here = differing(100, 200)
    assert one(evidence(**{**_frames(here), "master": master(line=lines, tolerance=settings)}), RULE)["tolerance"] == 2


def _frames(evidence: Evidence) -> dict[str, object]:
    return {"reports": evidence.reports, "output": evidence.output, "mes_output": evidence.mes_output}
