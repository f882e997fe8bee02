"""One current report for a shift."""

from __future__ import annotations

from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import (
    evidence,
    reports,
)

RULE = "one_report"


def test_a_first_report_is_silent() -> None:
    assert found(evidence(reports=reports({})), RULE) == []


def test_a_corrected_report_is_worth_a_note() -> None:
    finding = one(evidence(reports=reports({"revision": 2, "shift_id_cell": "B4"})), RULE)
    assert (finding["severity"], *values(finding)[:3]) == ("info", "revision", 2, 1)
    assert finding["source_cell"] == "B4"


def test_two_sheets_of_a_file_that_claim_one_shift_block_it() -> None:
    finding = one(evidence(reports=reports({"key_sheets": 2, "shift_id_cell": "B4"})), RULE)
    assert (finding["severity"], *values(finding)[:3]) == ("block", "report", 2, 1)
    assert finding["cells"] == "early!B4"
