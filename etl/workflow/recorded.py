"""Every run is in the audit log: when it started and how it ended, with who started it and why.

Dagster's daemon calls this, also for runs that ended while it was down. What the run did: ``etl.load`` records that.

No postponed annotations here: Dagster looks at the type of ``context``.
"""

import dagster as dg

from etl.links import LOAD_TAG
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.workflow.place import find_place
from etl.workflow.starter import reason, starter

OUTCOMES = {
    dg.DagsterRunStatus.STARTED: ("run.start", "done"),
    dg.DagsterRunStatus.SUCCESS: ("run.end", "done"),
    dg.DagsterRunStatus.FAILURE: ("run.end", "failed"),
    dg.DagsterRunStatus.CANCELED: ("run.cancel", "done"),
}
"""What becomes of a run, as a record's action and outcome."""
DETAILS = {"backfill": "dagster/backfill", "partition": "dagster/partition", "load": LOAD_TAG}


def record_run(run: dg.DagsterRun, status: dg.DagsterRunStatus) -> None:
    """One record about one run."""
    data = data_folder(find_place().home)
    action, outcome = OUTCOMES[status]
    tags = run.tags
    details = {name: tags[tag] for name, tag in DETAILS.items() if tag in tags}
    AuditLog(data, load_keys(data, settings().key_dir, create=True)).append(
        starter(tags), action, run.job_name, outcome=outcome, reason=reason(tags), run_id=run.run_id, **details
    )


def _sensor(status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        name=f"record_{status.value.lower()}",
        run_status=status,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Puts runs into the audit log.",
    )
    def record(context: dg.RunStatusSensorContext) -> None:
        record_run(context.dagster_run, status)

    return record


record_sensors = [_sensor(status) for status in OUTCOMES]
