"""Run time, stops and breaks against the shift; a batch against its duration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    at,
    evidence,
    master,
    mes_output,
    output,
    reports,
    stops,
)

RULE = "time_balance"
REASONS = [
    {"reason_code": "D1", "loss_category": "delay"},
    {"reason_code": "P1", "loss_category": "planned"},
]


def shift(run: float | None, *listed: tuple[str, float]) -> Evidence:
    return evidence(
        reports=reports({}),
        output=output({"run_min": run, "run_min_cell": "F7"}),
        stops=stops(
            *(
                {"reason_code": code, "downtime_min": minutes, "downtime_min_cell": f"C{n}"}
                for n, (code, minutes) in enumerate(listed, start=18)
            )
        ),
        master=master(reason=REASONS),
    )


def test_a_shift_whose_time_does_not_add_up_is_told_at_the_run_time() -> None:
    finding = one(shift(380, ("D1", 50)), RULE)
    assert values(finding) == ("shift_min", 460, 480, -20, 5)
    assert where(finding) == ("early", "F7", None)
    assert finding["cells"] == "early!F7 early!C18"


@pytest.mark.parametrize("run", [395, 400, 405])
def test_five_minutes_either_way_are_silent(run: float) -> None:
    assert found(shift(run, ("D1", 50)), RULE) == []


def test_a_break_that_is_listed_as_a_planned_stop_counts_once() -> None:
    assert found(shift(400, ("D1", 50), ("P1", 30)), RULE) == []


def test_planned_maintenance_beside_the_break_counts_in_full() -> None:
    assert found(shift(340, ("D1", 50), ("P1", 60)), RULE) == []
    assert values(one(shift(300, ("D1", 50), ("P1", 60)), RULE))[1:4] == (440, 480, -40)


def test_a_report_that_states_no_run_time_is_silent() -> None:
    assert found(shift(None, ("D1", 50)), RULE) == []


def test_a_layout_without_a_place_for_stops_is_silent() -> None:
    assert found(replace(shift(400), stop_layouts=frozenset()), RULE) == []


def test_a_shift_without_stops_ran_all_the_time() -> None:
    assert found(shift(450), RULE) == []
    assert values(one(shift(400), RULE))[1:3] == (430, 480)


def batch(minutes: float, end: str = "08:00", **more: object) -> Evidence:
    return evidence(
        reports=reports({}),
        output=output(
            {
                "order_id": "O1",
                "product_id": "A",
                "start_at": at("06:00"),
                "end_at": at(end),
                "start_at_cell": "A7",
                "end_at_cell": "B7",
            }
        ),
        stops=stops({"order_id": "O1", "downtime_min": minutes, "downtime_min_cell": "C18"}),
        master=master(product=[{"product_id": "A", "batch_run_min": 100}]),
        **more,
    )


def test_a_batch_whose_stops_do_not_fill_its_duration_is_told_at_the_stop() -> None:
    finding = one(batch(29), RULE)
    assert values(finding) == ("downtime_min", 29, 20, 9, 5)
    assert where(finding) == ("early", "C18", None)
    assert finding["order_id"] == "O1"


def test_a_batch_that_balances_is_silent() -> None:
    assert found(batch(25), RULE) == []


def test_where_the_mes_names_another_end_that_cell_is_the_odd_one_out() -> None:
    records = mes_output({"order_id": "O1", "start_at": at("06:00"), "end_at": at("08:00")})
    assert one(batch(20, end="09:00", mes_output=records), RULE)["source_cell"] == "B7"
