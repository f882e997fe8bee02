"""A short share of what ``python -m tests.bench.any_order`` does for as long as one likes."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.etl.any_order import AnyOrder


def test_whatever_order_things_come_in_the_state_is_that_of_a_warehouse_made_anew() -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=4, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
