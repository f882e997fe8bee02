"""The daily digests at their local time. What a digest says and to whom it goes: ``etl.alerts``.

The hourly load sends what is due too, so a digest whose service failed is tried again within the hour.
"""

import dagster as dg

from etl.workflow.assets import PLACE, TRIGGER_TAG
from etl.workflow.place import find_place
from etl.workflow.starter import starter


@dg.op
def send_due_op(context: dg.OpExecutionContext) -> None:
    """Send the digests and alerts that are due; a service that fails makes this run fail, and no other."""
    from etl.alerts.sending import send_due  # noqa: PLC0415 - polars and duckdb only where they are used

    sendings = send_due(find_place().home, starter(context.run.tags))
    for sending in sendings:
        context.log.info(f"{sending.kind} {sending.route_id}: {sending.outcome}, {sending.events} events")
    reasons = [f"{sending.route_id}: {sending.reason}" for sending in sendings if sending.reason]
    if reasons:
        raise dg.Failure("; ".join(reasons) + ". The next load tries again.", allow_retries=False)


@dg.job(tags={TRIGGER_TAG: "schedule"})
def send_digests() -> None:
    """Send the digests that are due."""
    send_due_op()


digest_schedules = [
    dg.ScheduleDefinition(
        name=f"daily_digest_{zone.replace('/', '_').replace('-', '_').replace('+', '_')}",
        job=send_digests,
        cron_schedule=sorted(times),
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    for zone, times in PLACE.digests.items()
]
"""One schedule for each time zone in which a route has its digest; none when no route has one."""
