"""A shift beside the habit of its line."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import DAY, Row, evidence, output, reports, sequence, stops

RULE = "usual_rate"


def line(here: float, *before: float, last: Row | None = None, **more: object) -> Evidence:
    """Shifts of 450 minutes of work, one a day, the last of them today."""
    former = [former_shift(n, good) for n, good in enumerate(before, start=1)]
    mine = reports({})
    days: list[Row] = [{"report_id": row["report_id"], "production_date": row["production_date"]} for row in former]
    made = {"product_id": "A", "good_qty": here, "good_qty_cell": "C7", **more}
    return evidence(
        reports=mine,
        output=output(made, *([last] if last else [])),
        earlier_output=output(*former),
        sequence=sequence(mine, *days),
    )


def former_shift(days_ago: int, good: float) -> Row:
    day: date = DAY - timedelta(days=days_ago)
    return {"report_id": f"R-{days_ago}", "production_date": day, "product_id": "A", "good_qty": good}


USUAL = (900, 915, 885, 900, 930, 870, 900, 915, 885, 900, 905, 895)


@pytest.mark.parametrize(("good", "rate"), [(600, 80.0), (1200, 160.0)])
def test_a_rate_far_from_the_habit_is_told_as_information(good: float, rate: float) -> None:
    finding = one(line(good, *USUAL), RULE)
    assert values(finding)[:3] == ("rate_per_h", rate, 120)
    assert (finding["severity"], finding["source_cell"], finding["tolerance"]) == ("info", "C7", 24)


@pytest.mark.parametrize("good", [750, 1070])
def test_a_fifth_more_or_less_is_usual_however_steady_the_line(good: float) -> None:
    assert found(line(good, *USUAL), RULE) == []


def test_a_line_that_varies_much_is_told_for_more_only() -> None:
    varied = (600, 1200, 700, 1100, 800, 1000, 900, 900, 650, 1150, 750, 1050)
    assert found(line(500, *varied), RULE) == []


def test_fewer_than_ten_shifts_are_no_habit() -> None:
    assert found(line(300, *USUAL[:10]), RULE) == []  # the first of them begins the run


def test_a_stop_leaves_less_run_time_but_the_same_rate() -> None:
    given = line(600, *USUAL)
    stopped = stops({"downtime_min": 150})
    assert found(evidence(**{**frames(given), "stops": stopped}), RULE) == []


def test_a_shift_that_stood_for_most_of_its_time_is_not_judged() -> None:
    given = line(100, *USUAL)
    assert found(evidence(**{**frames(given), "stops": stops({"downtime_min": 300})}), RULE) == []


def test_two_products_and_the_first_shift_of_a_tool_are_not_judged() -> None:
    assert found(line(300, *USUAL, last={"product_id": "B", "good_qty": 100}), RULE) == []
    assert found(line(300, *USUAL, tool_id="M-2"), RULE) == []


def test_a_layout_that_lists_no_stops_and_no_run_time_says_no_rate() -> None:
    given = line(300, *USUAL)
    assert found(evidence(**{**frames(given), "stop_layouts": frozenset()}), RULE) == []


def frames(given: Evidence) -> dict[str, pl.DataFrame]:
    return {name: getattr(given, name) for name in ("reports", "output", "earlier_output", "sequence")}
