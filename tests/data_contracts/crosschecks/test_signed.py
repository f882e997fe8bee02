"""Who stands for a report."""

from __future__ import annotations

from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import evidence, reports

RULE = "signed"


def test_a_report_without_a_leader_is_a_warning() -> None:
    finding = one(evidence(reports=reports({"leader": None})), RULE)
    assert (finding["measure"], finding["severity"]) == ("leader", "warning")


def test_a_signed_report_is_silent() -> None:
    assert found(evidence(reports=reports({"leader": "王伟"})), RULE) == []


def test_a_layout_without_a_place_for_the_leader_is_not_asked() -> None:
    assert found(evidence(reports=reports({"layout_id": "list", "leader": None})), RULE) == []
