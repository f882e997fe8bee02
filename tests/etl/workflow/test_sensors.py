"""The inbox sensor: when it asks for a load and when it does not."""

import os
from pathlib import Path

import dagster as dg
import pytest

from etl.workflow.assets import TRIGGER_TAG
from etl.workflow.sensors import SETTLE_S, InboxState, inbox_files, look

SECOND = 1_000_000_000
LATER = 4_000_000_000 * SECOND
"""A moment at which every file of a test has settled."""


def drop(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def tick(cursor: str | None, instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    result = inbox_files(dg.build_sensor_context(instance=instance, cursor=cursor))
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def test_a_file_in_any_folder_of_the_inbox_counts(tmp_path: Path) -> None:
    drop(tmp_path / "reports" / "P1" / "a.xlsx")
    drop(tmp_path / "mes" / "b.csv")

    assert look(tmp_path, now_ns=LATER).files == 2


def test_locks_and_hidden_files_do_not_count(tmp_path: Path) -> None:
    drop(tmp_path / "reports" / "~$a.xlsx")
    drop(tmp_path / "reports" / ".a.xlsx.part")

    assert look(tmp_path, now_ns=LATER) == InboxState()


def test_a_missing_inbox_is_an_empty_one(tmp_path: Path) -> None:
    assert look(tmp_path / "inbox", now_ns=LATER) == InboxState()


def test_a_file_that_may_still_be_on_its_way_waits_for_the_next_look(tmp_path: Path) -> None:
    came = drop(tmp_path / "a.xlsx").stat().st_ctime_ns

    assert look(tmp_path, now_ns=came + SECOND).files == 0
    assert look(tmp_path, now_ns=came + (SETTLE_S + 1) * SECOND).files == 1


def test_a_copy_with_an_old_date_is_new(tmp_path: Path) -> None:
    drop(tmp_path / "a.xlsx")
    before = look(tmp_path, now_ns=LATER)
    os.utime(drop(tmp_path / "b.xlsx"), (1, 1))

    assert look(tmp_path, now_ns=LATER).has_more_than(before)


def test_a_file_that_was_taken_away_is_no_reason_to_load() -> None:
    assert not InboxState(1, 50).has_more_than(InboxState(2, 50))


@pytest.mark.parametrize("cursor", [None, "", "garbage", "1@x"])
def test_an_unreadable_cursor_is_an_inbox_never_looked_at(cursor: str | None) -> None:
    assert InboxState.parse(cursor) == InboxState()


def test_new_files_ask_for_one_load_and_the_same_files_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path))
    monkeypatch.setattr("etl.workflow.sensors.time.time_ns", lambda: LATER)
    drop(tmp_path / "inbox" / "reports" / "a.xlsx")

    with dg.DagsterInstance.ephemeral() as instance:
        first = tick(None, instance)
        assert isinstance(first, dg.SensorResult)
        second = tick(first.cursor, instance)

    requests = list(first.run_requests or [])
    assert len(requests) == 1
    assert requests[0].run_key == first.cursor
    assert requests[0].tags[TRIGGER_TAG] == "sensor"
    assert isinstance(second, dg.SkipReason)
