"""Output per minute and what is usual."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import DAY, Row, evidence, output, reports, sequence, stops

RULE = "unusual_output"


def shift(good: float, shifts: int = 12, stopped: float = 0) -> Evidence:
    """450 minutes, and earlier shifts of one a day with 900 or 918 pieces."""
    days = [DAY - timedelta(days=n) for n in range(1, shifts + 1)]
    earlier: list[Row] = [{"report_id": f"R-{n}", "production_date": day} for n, day in enumerate(days)]
    made = [{**row, "product_id": "A", "good_qty": 900 + 18 * (n % 2)} for n, row in enumerate(earlier)]
    here = reports({})
    listed = stops({"downtime_min": stopped, "downtime_min_cell": "C18"}) if stopped else stops()
    return evidence(
        reports=here,
        output=output({"product_id": "A", "good_qty": good, "good_qty_cell": "C7"}),
        stops=listed,
        earlier_output=output(*made) if made else pl.DataFrame(),
        sequence=sequence(here, *earlier),
    )


def test_half_of_what_is_usual_is_told_against_the_median() -> None:
    finding = one(shift(450), RULE)
    assert (values(finding)[:3], finding["source_cell"]) == (("good_qty", 450, 909), "C7")
    assert finding["severity"] == "info"


def test_a_stop_of_half_the_shift_makes_half_the_output_usual() -> None:
    assert found(shift(450, stopped=225), RULE) == []


def test_variation_within_a_tenth_is_silent() -> None:
    assert found(shift(830), RULE) == []


def test_a_few_shifts_are_not_enough_to_know_what_is_usual() -> None:
    assert found(shift(450, shifts=9), RULE) == []
