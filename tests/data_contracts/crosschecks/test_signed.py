"""Who stands for a report."""

from __future__ import annotations

import pytest

from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import evidence, reports

RULE = "signed"


def test_a_report_without_a_leader_is_a_warning() -> None:
    finding = one(evidence(reports=reports({"leader": None})), RULE)
    assert (finding["measure"], finding["severity"]) == ("leader", "warning")


@pytest.mark.parametrize("place", ["leader", "signature"])
def test_a_report_with_a_name_in_the_head_or_in_the_place_for_the_signature_is_silent(place: str) -> None:
    assert found(evidence(reports=reports({"leader": None, place: "王伟"})), RULE) == []


def test_a_layout_without_a_place_for_the_leader_is_not_asked() -> None:
    assert found(evidence(reports=reports({"layout_id": "list", "leader": None})), RULE) == []
