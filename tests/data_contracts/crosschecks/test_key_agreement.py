"""Sheet name, header and file name against each other."""

from __future__ import annotations

import json

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, where
from tests.evidence import (
    evidence,
    reports,
)

RULE = "key_agreement"


def contradiction(**more: object) -> Evidence:
    told = {"name": "shift_id", "place": 1, "in_force": "early", "other": "late", "cell": "中班", **more}
    return evidence(reports=reports({"contradictions": json.dumps([told]), "shift_id_cell": "B4"}))


def test_a_sheet_name_that_names_another_shift_is_told_at_the_header() -> None:
    finding = one(contradiction(), RULE)
    assert (finding["measure"], finding["reported_text"], finding["reference_text"]) == (
        "shift_id",
        "early",
        "late (sheet name)",
    )
    assert where(finding) == ("early", "B4", "a.xlsx / 中班")
    assert (finding["severity"], finding["cells"]) == ("error", "early!B4")


@pytest.mark.parametrize(("place", "words"), [(0, "(cell)"), (2, "(file name)"), (3, "(layout)")])
def test_every_place_that_may_contradict_is_named(place: int, words: str) -> None:
    assert one(contradiction(place=place), RULE)["reference_text"] == f"late {words}"


def test_a_label_that_lost_against_the_sheet_name_is_told_at_itself() -> None:
    assert one(contradiction(place=4, cell="B9"), RULE)["source_cell"] == "B9"


def test_two_places_that_contradict_are_two_findings() -> None:
    both = [
        {"name": n, "place": 2, "in_force": "x", "other": "y", "cell": "a.xlsx"} for n in ("production_date", "line_id")
    ]
    findings = found(evidence(reports=reports({"contradictions": json.dumps(both)})), RULE)
    assert sorted(f["measure"] for f in findings) == ["line_id", "production_date"]


def test_a_report_without_contradictions_is_silent() -> None:
    assert found(evidence(reports=reports({})), RULE) == []
