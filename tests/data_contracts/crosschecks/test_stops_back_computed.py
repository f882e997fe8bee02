"""Stops worked out from the output at the end of the shift."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import evidence, master, output, reports, stops

RULE = "stops_back_computed"
PRODUCT = master(product=[{"product_id": "A", "cycle_s": 60}])


def shift(minutes: tuple[float, ...], **made: object) -> Evidence:
    """480 minutes with a break of 30: what is run and stopped should be 450."""
    listed = ({"downtime_min": m, "downtime_min_cell": f"C{n}"} for n, m in enumerate(minutes, start=18))
    return evidence(reports=reports({}), output=output(made), stops=stops(*listed), master=PRODUCT)


def test_round_stops_that_leave_nothing_over_are_told_with_their_cells() -> None:
    finding = one(shift((15, 20, 45), run_min=370), RULE)
    assert (finding["reported_text"], finding["source_cell"]) == ("15, 20, 45", "C18")
    assert finding["cells"] == "early!C18 early!C19 early!C20"


def test_run_time_follows_from_the_output_where_it_is_not_stated() -> None:
    assert one(shift((15, 20, 45), product_id="A", good_qty=360, scrap_qty=10), RULE)["severity"] == "warning"


@pytest.mark.parametrize(
    ("minutes", "run_min"),
    [((15, 20, 45), 371), ((15, 20, 44), 371), ((75, 5), 370), ((3, 32, 45), 370)],
    ids=["a minute is left over", "not all are round", "two are chance", "one is short"],
)
def test_stops_that_may_have_been_noted_as_they_happened_are_silent(minutes: tuple[float, ...], run_min: int) -> None:
    assert found(shift(minutes, run_min=run_min), RULE) == []


def test_without_run_time_and_cycle_nothing_follows() -> None:
    assert found(shift((15, 20, 45), product_id="B", good_qty=370), RULE) == []
