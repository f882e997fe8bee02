"""What Dagster sees before any run."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from data_contracts.crosschecks import CROSSCHECKS
from etl.workflow import checks
from etl.workflow.assets import POOL, PRODUCTION_DAYS, TRIGGER_TAG
from etl.workflow.definitions import defs
from etl.workflow.instance import prepare_instance
from etl.workflow.place import find_place
from etl.workflow.schedules import hourly_load

ROOT = Path(__file__).parents[3]
HEAVY = ("polars", "duckdb", "pandera", "pyarrow", "openpyxl", "etl.load")


def test_the_definitions_are_complete_and_load() -> None:
    dg.Definitions.validate_loadable(defs)


def test_importing_the_definitions_imports_nothing_that_a_tick_does_not_need() -> None:
    code = f"import sys, etl.workflow.definitions; print([m for m in {HEAVY!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_asset_takes_a_range_in_one_run_and_waits_for_the_writer() -> None:
    assets = [defs.resolve_assets_def(key) for key in ("staged_reports", "reconciled_days", "published_version")]

    assert all(asset.backfill_policy == dg.BackfillPolicy.single_run() for asset in assets)
    assert all(asset.op.pool == POOL for asset in assets)


def test_no_check_blocks_and_every_family_of_rules_has_one() -> None:
    specs = list(defs.resolve_assets_def("reconciled_days").check_specs)

    assert not any(spec.blocking for spec in specs)
    assert {rule.family for rule in CROSSCHECKS.values()} <= set(checks.FAMILIES)
    assert [spec.name for spec in specs] == [f"{family}_agrees" for family in checks.FAMILIES]


def test_partitions_reach_up_to_today() -> None:
    today = datetime.now(UTC).date()

    last = date.fromisoformat(str(PRODUCTION_DAYS.get_last_partition_key()))

    assert abs(last - today) <= timedelta(days=1)


def test_the_place_is_read_from_the_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "master").mkdir()
    (tmp_path / "site.toml").write_text('[[plant]]\nid = "P1"\ntimezone = "Asia/Shanghai"\n')
    (tmp_path / "master" / "line.csv").write_text("line_id,valid_from\nL1,2025-02-01\nL2,2024-11-15\n")
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path))

    place = find_place()

    assert (place.first_day, place.zone) == (date(2024, 11, 15), "Asia/Shanghai")


def test_digests_are_scheduled_on_the_clock_of_their_plant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plants = [("P1", "Asia/Shanghai"), ("P2", "Europe/Berlin")]
    routes = [("*", "07:30"), ("P2/A1", "06:00"), ("P1", "late"), ("P1", "")]
    (tmp_path / "site.toml").write_text(
        "".join(f'[[plant]]\nid = "{name}"\ntimezone = "{zone}"\n' for name, zone in plants)
        + "".join(f'[[alert]]\nscope = "{scope}"\ndigest_at = "{at}"\n' for scope, at in routes)
    )
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path))

    assert find_place().digests == {"Asia/Shanghai": {"30 7 * * *"}, "Europe/Berlin": {"0 6 * * *"}}


@pytest.mark.parametrize("broken", ["", "[[plant]", '[[plant]]\ntimezone = "Mars/Base"'], ids=["empty", "toml", "zone"])
def test_a_broken_site_leaves_defaults_so_that_the_run_can_say_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: str
) -> None:
    (tmp_path / "site.toml").write_text(broken)
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path))

    assert (find_place().zone, find_place().first_day) == ("UTC", date(2018, 1, 1))


def test_the_schedule_asks_for_one_load_an_hour_under_the_plants_day() -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)

    with dg.build_schedule_context(scheduled_execution_time=at) as context:
        request = hourly_load(context)

    assert isinstance(request, dg.RunRequest)
    assert (request.partition_key, request.tags[TRIGGER_TAG]) == ("2026-03-01", "schedule")


def test_the_schedule_and_the_sensor_run_without_being_switched_on() -> None:
    assert hourly_load.default_status is dg.DefaultScheduleStatus.RUNNING
    assert defs.resolve_sensor_def("inbox_files").default_status is dg.DefaultSensorStatus.RUNNING


def test_the_instance_of_a_site_is_for_its_owner_only_and_sends_nothing_out(tmp_path: Path) -> None:
    folder = prepare_instance(tmp_path)

    assert folder == tmp_path / "data" / "dagster"
    assert {path.stat().st_mode & 0o777 for path in (folder, folder.parent)} == {0o700}
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_retries_enabled
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1


def test_dagster_dev_in_the_project_folder_uses_the_same_instance_configuration() -> None:
    assert "telemetry:\n  enabled: false" in (ROOT / "dagster.yaml").read_text()
    assert (ROOT / "dagster.yaml").resolve() == ROOT / "etl" / "workflow" / "dagster.yaml"


def test_the_workspace_is_valid_for_dagsters_own_command(tmp_path: Path) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(prepare_instance(tmp_path))}

    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
