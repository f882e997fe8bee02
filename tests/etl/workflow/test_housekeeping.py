"""Which runs are forgotten."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from etl.workflow.assets import TRIGGER_TAG
from etl.workflow.housekeeping import forget_runs


@dg.job
def nothing() -> None:
    """A job without a step."""


def test_only_runs_that_nobody_started_by_hand_are_forgotten() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        by_hand = nothing.execute_in_process(instance=instance).run_id
        nothing.execute_in_process(instance=instance, tags={TRIGGER_TAG: "schedule"})
        nothing.execute_in_process(instance=instance, tags={TRIGGER_TAG: "sensor"})

        count = forget_runs(instance, before=datetime.now(UTC) + timedelta(minutes=1))

        assert count == 2
        assert [run.run_id for run in instance.get_runs()] == [by_hand]


def test_recent_runs_stay() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        nothing.execute_in_process(instance=instance, tags={TRIGGER_TAG: "schedule"})

        assert forget_runs(instance, before=datetime.now(UTC) - timedelta(days=1)) == 0
