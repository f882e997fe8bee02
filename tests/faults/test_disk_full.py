"""No room on the disk: a clear message, the published version stays readable, the next load makes good.

A limit on the size of a file stands for the full disk: it strikes at the warehouse, or at the new version.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from etl import desk
from etl.load import reconcile, stage
from etl.store.audit import AuditLog
from tests.etl.store.test_audit import KEYS, written
from tests.ledger import ACTOR, ENTRY, NOW, ROOT, ask, draft, hand_in, load, state


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


PUBLISH = """
import pathlib, sys
from data_contracts.errors import StoreError
from etl.load import publish
from tests.ledger import ACTOR, NOW
try:
    publish(pathlib.Path(sys.argv[1]), ACTOR, sys.argv[2], now=NOW)
except StoreError as error:
    sys.exit(str(error))
"""


def hand_in_a_correction(home: Path) -> None:
    report = draft()
    report.hours[0].note = "again"
    hand_in(home, report, "corrected.xlsx", NOW - timedelta(hours=1))


def run(command: list[str], size: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=limited(size),
        check=False,
    )


def assert_recovers(home: Path, before: str) -> None:
    assert desk.current_version(home).version == 1
    assert state(home) == before
    assert desk.verify_audit(home, ACTOR) == []
    load(home)
    assert ask(home, "select count(*) from report where source_file = 'corrected.xlsx' and is_current") == [(1,)]
    assert not list((home / "data" / "published").glob(".*"))


@pytest.mark.parametrize("where", ["warehouse", "vault"])
def test_a_load_without_room(loaded_site: Path, where: str) -> None:
    before = state(loaded_site)
    hand_in_a_correction(loaded_site)
    room = {"warehouse": (loaded_site / "data" / "warehouse.duckdb").stat().st_size + 4096, "vault": 4096}

    ended = run([*ENTRY, "load", str(loaded_site)], room[where])

    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "stays in force" in ended.stderr
    assert_recovers(loaded_site, before)


def test_a_load_without_memory_says_so_and_the_next_one_makes_good(
    loaded_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(loaded_site)
    hand_in_a_correction(loaded_site)
    with monkeypatch.context() as poor:
        poor.setenv("SHIFTLEDGER_MEMORY_LIMIT", "20MB")
        ended = subprocess.run(
            [*ENTRY, "load", str(loaded_site)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 2, ended.stderr
    assert "19.0 MiB used" in ended.stderr, "what was lacking is told, not what it led to"
    assert "stays in force" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert_recovers(loaded_site, before)


def test_publishing_without_room(loaded_site: Path) -> None:
    before = state(loaded_site)
    hand_in_a_correction(loaded_site)
    staged = stage(loaded_site, ACTOR, now=NOW)
    reconcile(loaded_site, ACTOR, staged.load_id, now=NOW)
    room = (loaded_site / "data" / "published" / "v000001.duckdb").stat().st_size // 2

    ended = run([sys.executable, "-c", PUBLISH, str(loaded_site), staged.load_id], room)

    assert ended.returncode == 1
    assert "stays in force" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert_recovers(loaded_site, before)


def test_a_record_without_room_leaves_the_audit_log_whole(tmp_path: Path) -> None:
    log = written(tmp_path, 2)
    pid = os.fork()
    if pid == 0:
        limited(log.path.stat().st_size + 20)()
        try:
            log.append(ACTOR, "query", "v2")
        except OSError:
            os._exit(7)
        except Exception:
            os._exit(8)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) in (7, 8)
    assert log.verify() == []
    AuditLog(tmp_path, KEYS).append(ACTOR, "query", "v3")
    assert [record["target"] for record in log.records()] == ["v0", "v1", "v3"]
