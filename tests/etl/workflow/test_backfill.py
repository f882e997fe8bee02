"""Dagster as it is served: web server, daemon and code server as processes, driven over GraphQL like its pages."""

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from etl.serve import HOST, answers, dagster_command, free_port, service_environment
from etl.workflow.assets import TRIGGER_TAG
from etl.workflow.instance import prepare_instance

ROOT = Path(__file__).parents[3]
DEADLINE_S = 240
FIRST = date(2026, 3, 1)
DAYS = [(FIRST + timedelta(number)).isoformat() for number in range(30)]
ASSETS = ("staged_reports", "reconciled_days", "published_version")

REPOSITORY = """{ repositoriesOrError { ... on RepositoryConnection { nodes {
  name location { name }
  schedules { name scheduleState { status } } sensors { name sensorState { status } } } } } }"""
LAUNCH = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message stack } } }"""
BACKFILL = """query($id: String!) { partitionBackfillOrError(backfillId: $id) {
  ... on PartitionBackfill { status error { message } } } }"""
RUNS = """query($key: String!, $value: String!) { runsOrError(filter: {tags: [{key: $key, value: $value}]}) {
  ... on Runs { results { runId status stats { ... on RunStatsSnapshot { materializations } } } } } }"""


class Dagster:
    """The GraphQL door of a running Dagster."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.address}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def backfill(self, backfill_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(BACKFILL, id=backfill_id)["partitionBackfillOrError"]
        return found

    def runs(self, key: str, value: str) -> list[dict[str, Any]]:
        """Runs with a tag."""
        found: list[dict[str, Any]] = self.ask(RUNS, key=key, value=value)["runsOrError"]["results"]
        return found


def until(description: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S} s: {description}"
        time.sleep(0.5)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """One line, two shifts, nothing in the inbox."""
    (tmp_path / "master").mkdir()
    (tmp_path / "inbox" / "reports").mkdir(parents=True)
    (tmp_path / "site.toml").write_text(
        '[site]\nid = "small"\nname = "Small"\n\n[[plant]]\nid = "P1"\ntimezone = "Asia/Shanghai"\n'
    )
    (tmp_path / "master" / "line.csv").write_text(
        f"plant_id,area_id,line_id,calendar_id,valid_from\nP1,A1,L01,two,{FIRST}\n"
    )
    (tmp_path / "master" / "shift.csv").write_text(
        "calendar_id,shift_id,start,end,weekdays\ntwo,D,08:00,20:00,1234567\ntwo,N,20:00,08:00,1234567\n"
    )
    return tmp_path


@pytest.fixture
def dagster(site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dagster]:
    """What ``shiftledger serve`` starts, without the dashboards."""
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path_factory.mktemp("keys")))
    port = free_port(23000)
    log = tmp_path_factory.mktemp("log") / "dagster.log"
    with log.open("w") as out:
        process = psutil.Popen(
            dagster_command(port),
            cwd=ROOT,
            env=service_environment(site, prepare_instance(site), "http://127.0.0.1:9"),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = f"http://{HOST}:{port}"
            until("Dagster answers", lambda: process.poll() is not None or answers(f"{address}/server_info"))
            assert process.poll() is None, log.read_text()
            yield Dagster(address)
        finally:
            family = process.children(recursive=True)
            process.send_signal(signal.SIGTERM)
            with suppress(psutil.TimeoutExpired):
                process.wait(60)
            _, left = psutil.wait_procs(family, timeout=10)
            for child in left:
                child.kill()
    assert left == [], f"processes were left behind: {left}"


@pytest.mark.xdist_group("dagster")
def test_a_backfill_of_thirty_days_is_one_run_and_a_file_in_the_inbox_starts_a_load(
    dagster: Dagster, site: Path
) -> None:
    repository = dagster.ask(REPOSITORY)["repositoriesOrError"]["nodes"][0]
    states = {schedule["name"]: schedule["scheduleState"]["status"] for schedule in repository["schedules"]}
    states |= {sensor["name"]: sensor["sensorState"]["status"] for sensor in repository["sensors"]}
    assert (states["hourly_load"], states["inbox_files"]) == ("RUNNING", "RUNNING")

    (site / "inbox" / "reports" / "not a workbook.xlsx").write_bytes(b"no")
    launched = dagster.ask(
        LAUNCH,
        params={
            "assetSelection": [{"path": [name]} for name in ASSETS],
            "partitionNames": DAYS,
            "title": "March again",
            "tags": [{"key": "user", "value": "li.wei"}],
        },
    )["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    backfill_id = launched["backfillId"]

    until("the backfill has ended", lambda: dagster.backfill(backfill_id)["status"] not in {"REQUESTED", "COMPLETING"})
    ended = dagster.backfill(backfill_id)
    runs = dagster.runs("dagster/backfill", backfill_id)

    assert ended["status"] == "COMPLETED_SUCCESS", ended
    assert [run["status"] for run in runs] == ["SUCCESS"]
    assert runs[0]["stats"]["materializations"] == len(DAYS) * len(ASSETS)

    def statuses() -> list[str]:
        return [run["status"] for run in dagster.runs(TRIGGER_TAG, "sensor")]

    until("the sensor's load has ended", lambda: bool(statuses()) and set(statuses()) <= {"SUCCESS", "FAILURE"})
    assert statuses() == ["SUCCESS"]
