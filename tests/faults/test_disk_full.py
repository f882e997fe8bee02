"""No room on the disk: a clear message, the published version stays readable, the next load makes good.

A limit on the size of a file stands for the full disk: it strikes at the warehouse, or at the new version.
"""

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from etl import desk
from etl.store.audit import AuditLog
from tests.etl.store.test_audit import KEYS, written
from tests.ledger import ACTOR, ENTRY, NOW, ROOT, ask, draft, hand_in, load, state


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("where", ["warehouse", "published version", "vault"])
def test_a_load_without_room(loaded_site: Path, where: str) -> None:
    before = state(loaded_site)
    data = loaded_site / "data"
    report = draft()
    report.hours[0].note = "again"
    hand_in(loaded_site, report, "corrected.xlsx", NOW - timedelta(hours=1))
    sizes = {
        "warehouse": (data / "warehouse.duckdb").stat().st_size + 4096,
        "published version": (data / "published" / "v000001.duckdb").stat().st_size // 2,
        "vault": 4096,
    }
    if where == "published version":
        load_without_publishing = sizes["warehouse"] * 4
        assert load_without_publishing > sizes[where]
    ended = subprocess.run(
        [*ENTRY, "load", str(loaded_site)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=limited(sizes[where]),  # noqa: PLW1509 - single-threaded here
        check=False,
    )

    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "stays in force" in ended.stderr
    assert desk.current_version(loaded_site).version == 1
    assert state(loaded_site) == before
    assert desk.verify_audit(loaded_site, ACTOR) == []

    load(loaded_site)
    assert ask(loaded_site, "select count(*) from report where source_file = 'corrected.xlsx' and is_current") == [(1,)]


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
    assert shutil.disk_usage(tmp_path).free > 0
