"""Reasons and the code book."""

from __future__ import annotations

from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import evidence, master, reports, stops

RULE = "known_reason"
BOOK = master(reason=[{"reason_code": "D01", "loss_category": "delay"}])
LISTED = stops({"reason_code": "D01"}, {"reason_code": "jam", "reason_code_cell": "D19"}, {"downtime_min": 5})


def test_a_reason_that_the_book_lacks_is_told_at_its_cell() -> None:
    finding = one(evidence(reports=reports({}), stops=LISTED, master=BOOK), RULE)
    assert (finding["reported_text"], finding["source_cell"], finding["severity"]) == ("jam", "D19", "error")


def test_a_plant_without_a_book_is_not_checked() -> None:
    assert found(evidence(reports=reports({}), stops=LISTED), RULE) == []
