"""Zero scrap where scrap is usual."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import evidence, output, reports

RULE = "no_defects"
USUAL = output({"product_id": "A", "good_qty": 9800, "scrap_qty": 200, "report_id": "R0"})


def shift(good: float, scrap: float | None = 0) -> Evidence:
    """The line made 2 % scrap of product A in earlier shifts."""
    made = output({"product_id": "A", "good_qty": good, "scrap_qty": scrap, "scrap_qty_cell": "E7"})
    return evidence(reports=reports({}), output=made, earlier_output=USUAL)


def test_zero_scrap_where_twenty_pieces_are_usual_is_told() -> None:
    finding = one(shift(1000), RULE)
    assert (values(finding)[:3], finding["source_cell"], finding["severity"]) == (("scrap_qty", 0, 20), "E7", "info")


def test_a_small_output_may_well_be_free_of_scrap() -> None:
    assert found(shift(400), RULE) == []


def test_some_scrap_and_a_blank_are_silent() -> None:
    assert found(shift(1000, 1), RULE) == []
    assert found(shift(1000, None), RULE) == []
