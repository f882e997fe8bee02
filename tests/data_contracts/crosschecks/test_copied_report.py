"""Reports with the figures of a former shift."""

from __future__ import annotations

from datetime import timedelta

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one
from tests.evidence import DAY, Row, evidence, output, reports, sequence

RULE = "copied_report"
FIGURES = [91, 87, 93, 70, 88, 95, 64, 90]


def hours(figures: list[int], **report: object) -> list[Row]:
    """An hour each, with as much scrap as tens of good pieces."""
    return [{"good_qty": n, "good_qty_cell": f"C{r}", "scrap_qty": n // 10, **report} for r, n in enumerate(figures, 7)]


def shift(figures: list[int], days_ago: int = 1) -> Evidence:
    here = reports({"production_date_cell": "B3"})
    former = {"report_id": "P1/L1/2026-03-01/early/r1", "production_date": DAY - timedelta(days=days_ago)}
    return evidence(
        reports=here,
        output=output(*hours(figures)),
        earlier_output=output(*hours(FIGURES, **former)),
        sequence=sequence(here, former),
    )


def test_yesterdays_figures_under_todays_date_are_told_at_the_date() -> None:
    finding = one(shift([*FIGURES[:-1], 91]), RULE)
    assert (finding["source_cell"], finding["reference_text"]) == ("B3", "P1/L1/2026-03-01/early")
    assert (finding["reported_text"], finding["severity"]) == ("2026-03-02", "error")


def test_two_changed_hours_make_it_a_report_of_its_own() -> None:
    assert found(shift([*FIGURES[:-2], 61, 77]), RULE) == []


def test_a_report_of_a_fortnight_ago_is_not_compared() -> None:
    assert found(shift(FIGURES, days_ago=10), RULE) == []


def test_a_line_that_makes_the_same_every_hour_is_not_accused() -> None:
    here = reports({})
    former = {"report_id": "R0", "production_date": DAY - timedelta(days=1)}
    same = evidence(
        reports=here,
        output=output(*hours([90] * 8)),
        earlier_output=output(*hours([90] * 8, **former)),
        sequence=sequence(here, former),
    )
    assert found(same, RULE) == []
