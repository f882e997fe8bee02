"""Hours that differ although the shift agrees."""

from __future__ import annotations

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import at, evidence, mes_output, output, reports

RULE = "hour_vs_mes"


def hours(first: float, second: float) -> Evidence:
    """The MES counted 100 in each of two hours."""
    clocks = ("06:00", "07:00")
    return evidence(
        reports=reports({}),
        output=output(
            *(
                {"hour_start": at(clock), "good_qty": qty, "good_qty_cell": f"C{row}"}
                for clock, qty, row in zip(clocks, (first, second), (7, 8), strict=True)
            )
        ),
        mes_output=mes_output(*({"hour_start": at(clock), "good_qty": 100} for clock in clocks)),
    )


def test_pieces_noted_in_the_next_hour_are_told_for_both_hours() -> None:
    findings = found(hours(80, 120), RULE)
    assert sorted(f["delta"] for f in findings) == [-20, 20]
    assert {f["severity"] for f in findings} == {"info"}


def test_the_hour_is_located_on_both_sides() -> None:
    finding = max(found(hours(80, 120), RULE), key=lambda f: f["delta"])
    assert values(finding) == ("good_qty", 120, 100, 20, 5)
    assert where(finding) == ("early", "C8", "mes.csv · record 3")


def test_an_hour_within_five_percent_is_silent() -> None:
    assert found(hours(96, 104), RULE) == []


def test_where_the_shift_differs_another_rule_tells_it() -> None:
    assert found(hours(80, 100), RULE) == []
    assert one(hours(80, 100), "good_vs_mes")["delta"] == -20
