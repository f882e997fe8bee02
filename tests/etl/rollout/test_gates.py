"""A line goes on when its latest working days say so."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from data_contracts.site import Rollout
from etl.rollout.gates import EVIDENCE, following, gates, may_go_on

FIRST = date(2026, 3, 1)
GOOD = {"expected": 2, "received": 2, "blocked": 0, "unexplained": 0, "compared": 100, "equal": 100}


def days(*changes: dict[str, int]) -> pl.DataFrame:
    rows = [
        {"plant_id": "P1", "line_id": "L1", "production_date": FIRST + timedelta(days=n), **GOOD, **change}
        for n, change in enumerate(changes)
    ]
    return pl.DataFrame(rows, schema=EVIDENCE)


def reached(stage: str, evidence: pl.DataFrame, since: date | None = None) -> dict[str, float | None]:
    return {gate.name: gate.reached for gate in gates(stage, evidence, Rollout(), since)}


def test_ten_days_on_which_everything_came_end_the_shadow() -> None:
    assert may_go_on(gates("shadow", days(*[{}] * 10), Rollout(), None))
    assert not may_go_on(gates("shadow", days(*[{}] * 9), Rollout(), None))


@pytest.mark.parametrize("wrong", [{"received": 1}, {"blocked": 1}])
def test_a_missing_or_blocked_report_begins_the_count_anew(wrong: dict[str, int]) -> None:
    assert reached("shadow", days(*[{}] * 9, wrong, *[{}] * 3)) == {"days_handed_in": 3}


def test_idle_days_prove_nothing_and_break_nothing() -> None:
    idle = {"expected": 0, "received": 0, "compared": 0, "equal": 0}
    assert reached("shadow", days(*[{}] * 5, idle, idle, *[{}] * 5)) == {"days_handed_in": 10}


def test_parallel_ends_only_when_figures_agree_as_well() -> None:
    assert may_go_on(gates("parallel", days(*[{}] * 10), Rollout(), None))
    assert reached("parallel", days(*[{}] * 6, {"unexplained": 1}, *[{}] * 4)) == {
        "days_handed_in": 11,
        "days_without_difference": 4,
        "share_equal": 1.0,
    }
    six_of_a_thousand = days(*[{}] * 9, {"equal": 94})
    assert reached("parallel", six_of_a_thousand)["share_equal"] == pytest.approx(0.994)
    assert not may_go_on(gates("parallel", six_of_a_thousand, Rollout(), None))


def test_nothing_to_compare_is_no_proof_of_equality() -> None:
    mute = days(*[{"compared": 0, "equal": 0}] * 10)
    assert reached("parallel", mute)["share_equal"] is None
    assert not may_go_on(gates("parallel", mute, Rollout(), None))


def test_only_days_since_the_line_entered_its_stage_count() -> None:
    assert reached("shadow", days(*[{}] * 10), since=FIRST + timedelta(days=7)) == {"days_handed_in": 3}


def test_after_live_there_is_nothing() -> None:
    assert [following(stage) for stage in ("shadow", "parallel", "live")] == ["parallel", "live", None]
    assert gates("live", days({}), Rollout(), None) == []
    assert not may_go_on([])
