"""Everything Dagster sees. ``dagster dev`` in the project folder, or ``shiftledger serve SITE``, loads this."""

from __future__ import annotations

import dagster as dg

from etl.workflow.assets import published_version, reconciled_days, staged_reports
from etl.workflow.digest import digest_schedules, send_digests
from etl.workflow.housekeeping import forget_old_runs, weekly_forgetting
from etl.workflow.recorded import record_sensors
from etl.workflow.schedules import hourly_load, load_job
from etl.workflow.sensors import inbox_files

defs = dg.Definitions(
    assets=[staged_reports, reconciled_days, published_version],
    jobs=[load_job, forget_old_runs, send_digests],
    schedules=[hourly_load, weekly_forgetting, *digest_schedules],
    sensors=[inbox_files, *record_sensors],
    executor=dg.in_process_executor,
)
