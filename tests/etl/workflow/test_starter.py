"""Who a run is recorded under, and why it ran."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from data_contracts.scope import Actor
from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.workflow.recorded import record_sensors
from etl.workflow.starter import reason, starter

BY_SCHEDULE = {"dagster/schedule_name": "hourly_load"}
BY_SENSOR = {"dagster/sensor_name": "inbox_files"}


@pytest.mark.parametrize(
    ("tags", "who", "why"),
    [
        (BY_SCHEDULE, Actor("schedule:hourly_load", "system"), None),
        (BY_SENSOR, Actor("sensor:inbox_files", "system"), None),
        ({"shiftledger/by": "王芳", "reason": "again"}, Actor("王芳", "login"), "again"),
        ({"shiftledger/by": "王芳", "user": "boss", **BY_SCHEDULE}, Actor("王芳", "login"), "not given"),
        ({"user": "li.wei", "reason": " "}, Actor("li.wei", "system"), "not given"),
        ({}, Actor("dagster", "system"), "not given"),
    ],
)
def test_a_run_is_recorded_under_who_started_it(tags: dict[str, str], who: Actor, why: str | None) -> None:
    assert (starter(tags), reason(tags)) == (who, why)


@dg.op
def fail() -> None:
    raise dg.Failure("on purpose")


@dg.job
def failing() -> None:
    fail()


def test_a_run_that_failed_by_itself_is_in_the_audit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path))
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    data = data_folder(tmp_path)
    data.mkdir()
    keys = load_keys(data, tmp_path / "keys", create=True)
    with dg.DagsterInstance.ephemeral() as instance:
        result = failing.execute_in_process(instance=instance, tags=BY_SCHEDULE, raise_on_error=False)
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        event = next(one for one in result.all_events if one.event_type == dg.DagsterEventType.RUN_FAILURE)
        sensor = next(one for one in record_sensors if one.name == "record_failure")
        sensor(dg.build_run_status_sensor_context(sensor.name, event, instance, run))

    (record,) = AuditLog(data, keys).records()

    told = (record["actor"], record["action"], record["target"], record["outcome"], record["details"])
    assert told == ("schedule:hourly_load", "run.end", "failing", "failed", {"run_id": result.run_id})
