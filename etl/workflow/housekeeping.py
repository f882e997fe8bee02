"""Forgetting runs nobody looks at any more: Dagster keeps the events of every run for ever, 0.2 MB an hourly load.

Only what Dagster says about runs. The data, its versions and the audit log: ``etl.store``.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from etl.workflow.assets import PLACE, TRIGGER_TAG

KEEP_DAYS = 90
BATCH = 500
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def forget_runs(instance: dg.DagsterInstance, *, before: datetime) -> int:
    """Delete ended runs that a schedule or the sensor started before ``before``; what a person started stays."""
    started_by_itself = dg.RunsFilter(statuses=ENDED, tags={TRIGGER_TAG: ["schedule", "sensor"]}, created_before=before)
    forgotten = 0
    while runs := instance.get_run_records(started_by_itself, limit=BATCH):
        for record in runs:
            instance.delete_run(record.dagster_run.run_id)
        forgotten += len(runs)
    return forgotten


@dg.op
def forget_old_runs_op(context: dg.OpExecutionContext) -> None:
    """Delete runs older than KEEP_DAYS."""
    count = forget_runs(context.instance, before=datetime.now(UTC) - timedelta(days=KEEP_DAYS))
    context.log.info(f"Forgot {count} runs older than {KEEP_DAYS} days.")


@dg.job(tags={TRIGGER_TAG: "schedule"})
def forget_old_runs() -> None:
    """Delete what Dagster remembers of old runs that nobody started by hand."""
    forget_old_runs_op()


weekly_forgetting = dg.ScheduleDefinition(
    name="weekly_forgetting",
    job=forget_old_runs,
    cron_schedule="30 3 * * 0",
    execution_timezone=PLACE.zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
