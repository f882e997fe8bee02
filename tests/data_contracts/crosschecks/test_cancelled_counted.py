"""Records that were withdrawn, and reports that count them."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, at, evidence, mes_output, output, reports

RULE = "cancelled_counted"
WITHDRAWN: list[Row] = [{"good_qty": 40}, {"good_qty": 25}, {"good_qty": -40}]
"""Two withdrawn records, and the reversal of one."""


def sides(*hours: float, withdrawn: list[Row] = WITHDRAWN) -> Evidence:
    """The records that count say 100 good."""
    rows = output(*({"good_qty": good, "good_qty_cell": f"C{n}"} for n, good in enumerate(hours, start=7)))
    gone = mes_output(*withdrawn) if withdrawn else mes_output()
    return evidence(reports=reports({}), output=rows, mes_output=mes_output({"good_qty": 100}), mes_cancelled=gone)


@pytest.mark.parametrize(("hours", "delta"), [((60, 80), 40), ((60, 65), 25), ((60, 105), 65)])
def test_a_report_that_counts_one_or_all_of_them_is_told(hours: tuple[float, ...], delta: float) -> None:
    finding = one(sides(*hours), RULE)
    assert values(finding) == ("good_qty", sum(hours), 100, delta, 0)
    assert finding["source_cell"] == "C8"


@pytest.mark.parametrize("good", [100, 139, 60], ids=["agrees", "another excess", "less"])
def test_any_other_figure_is_no_withdrawn_record(good: float) -> None:
    assert found(sides(good), RULE) == []


def test_without_withdrawn_records_there_is_nothing_to_tell() -> None:
    assert found(sides(140, withdrawn=[]), RULE) == []


@pytest.mark.parametrize(
    ("record", "cell"),
    [
        ({"hour_start": at("06:00")}, "C7"),
        ({"start_at": at("06:00"), "end_at": at("07:00")}, "C7"),
        ({"start_at": at("06:00"), "end_at": at("09:00")}, "C8"),
        ({"order_id": "A"}, "C7"),
        ({"order_id": "Z"}, "C8"),
    ],
    ids=["hour", "span of an hour", "longer span", "order", "order that the report does not name"],
)
def test_it_is_told_at_the_hour_or_order_of_the_withdrawn_record(record: Row, cell: str) -> None:
    rows = output(
        {"good_qty": 60, "good_qty_cell": "C7", "hour_start": at("06:00"), "order_id": "A"},
        {"good_qty": 80, "good_qty_cell": "C8", "hour_start": at("07:00"), "order_id": "B"},
    )
    gone = mes_output({"good_qty": 40, **record}, {"good_qty": 25})
    told = evidence(reports=reports({}), output=rows, mes_output=mes_output({"good_qty": 100}), mes_cancelled=gone)
    assert one(told, RULE)["source_cell"] == cell
