"""The hourly load. When files arrive in between: ``etl.workflow.sensors``."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import dagster as dg

from etl.workflow.assets import GROUP, PLACE, TRIGGER_TAG

load_job = dg.define_asset_job(
    "load",
    selection=dg.AssetSelection.groups(GROUP),
    description="Take in what is new, reconcile the touched days, publish.",
)


@dg.schedule(
    job=load_job,
    cron_schedule="0 * * * *",
    execution_timezone=PLACE.zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def hourly_load(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every hour: one load, entered under today's production day."""
    at = context.scheduled_execution_time
    return dg.RunRequest(
        run_key=at.isoformat(),
        partition_key=at.astimezone(ZoneInfo(PLACE.zone)).date().isoformat(),
        tags={TRIGGER_TAG: "schedule"},
    )
