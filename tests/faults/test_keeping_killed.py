"""A backup, a restore or a retirement that is killed at a named step damages nothing; the next attempt makes good."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl import desk
from etl.backup import back_up
from etl.restore import restore
from etl.retention import retire
from etl.store import vault
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.ledger import ACTOR, ROOT, load, state

pytestmark = pytest.mark.xdist_group("keeping")  # one worker makes the backup for all

LATER = datetime(2029, 6, 10, tzinfo=UTC).replace(tzinfo=None)
WHY = "three years are over"
CHILD = """
import pathlib, sys
from datetime import datetime
from unittest.mock import patch
from etl import backup, restore, retention
from etl.store import vault
from etl.store.audit import AuditLog
from etl.store.keyring.files import FileRing
from tests.faults.dying import die, die_after
from tests.ledger import ACTOR

folder = pathlib.Path(sys.argv[1])
home, file, key, second = (folder / name for name in ("site", "b", "backup.key", "second"))
with {patch}:
    if sys.argv[2] == "backup":
        backup.back_up(home, ACTOR, file, key)
    elif sys.argv[2] == "restore":
        restore.restore(file, second, ACTOR, key, verify=True)
    else:
        retention.retire(home, ACTOR, "three years are over", None, None, datetime(2029, 6, 10))
"""
BACKUP = {
    "it is begun": "patch.object(backup, '_write', die)",
    "keys are written": "patch.object(backup, '_add', die_after(backup._add, 3))",
    "all is written": "patch.object(backup, 'sync_file', die)",
}
RESTORE = {
    "the folder is there": "patch.object(restore, '_unpack', die)",
    "keys are out": "patch.object(FileRing, 'put', die_after(FileRing.put, 2))",
    "some files are out": "patch.object(restore, '_bring_out', die_after(restore._bring_out, 3))",
    "all is out": "patch.object(restore, '_prove', die)",
    "it is proven": "patch.object(restore, '_put_in_place', die)",
}
RETIRE = {
    "it is begun": "patch.object(retention, 'destroy', die)",
    "months are written down": "patch.object(FileRing, 'destroy', die)",
    "the key is gone": "patch.object(vault, 'bury', die)",
    "some originals are gone": "patch.object(vault, 'bury', die_after(vault.bury, 2))",
    "all originals are gone": "patch.object(retention, 'destroy', die_after(retention.destroy))",
}


@pytest.fixture(scope="module")
def backed_up(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a backup beside it."""
    folder = tmp_path_factory.mktemp("backed-up")
    shutil.copytree(loaded_once, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder / "keys"))
        back_up(folder / "site", ACTOR, folder / "b", folder / "backup.key")
    return folder


@pytest.fixture
def folder(backed_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(backed_up, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    return tmp_path


def kill(folder: Path, what: str, patch: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CHILD.replace("{patch}", patch), str(folder), what],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == -9, ended.stdout


def hidden(folder: Path) -> list[str]:
    """What was left beside the places that were meant."""
    return [path.name for path in folder.glob(".*")]


@pytest.mark.parametrize("step", BACKUP)
def test_a_backup_killed_when(folder: Path, step: str) -> None:
    home, before = folder / "site", state(folder / "site")
    (folder / "b").unlink()

    kill(folder, "backup", BACKUP[step])

    assert not (folder / "b").exists(), "a file of that name is a whole backup"
    assert state(home) == before
    assert desk.verify_audit(home, ACTOR) == []
    back_up(home, ACTOR, folder / "b", folder / "backup.key")
    assert hidden(folder) == []
    restore(folder / "b", folder / "second", ACTOR, folder / "backup.key", verify=True)
    assert state(folder / "second") == before


def test_a_backup_killed_when_it_has_its_name_is_whole(folder: Path) -> None:
    before = state(folder / "site")
    (folder / "b").unlink()
    kill(folder, "backup", "patch.object(backup, 'sync_folder', die)")
    restore(folder / "b", folder / "second", ACTOR, folder / "backup.key", verify=True)
    assert state(folder / "second") == before


@pytest.mark.parametrize("step", RESTORE)
def test_a_restore_killed_when(folder: Path, step: str) -> None:
    home, second, before = folder / "site", folder / "second", state(folder / "site")

    kill(folder, "restore", RESTORE[step])

    assert not second.exists(), "a folder of that name is a whole site"
    assert state(home) == before
    restore(folder / "b", second, ACTOR, folder / "backup.key", verify=True)
    assert state(second) == before
    assert desk.verify_audit(second, ACTOR) == []
    assert hidden(folder) == []
    assert len(list((folder / "keys").iterdir())) == 2, "keys that came to nothing are gone too"
    assert load(second).files_new == 0


def test_a_restore_killed_when_the_site_has_its_name_is_whole(folder: Path) -> None:
    before = state(folder / "site")
    kill(folder, "restore", "patch.object(restore, 'AuditLog', die)")
    assert state(folder / "second") == before
    assert desk.verify_audit(folder / "second", ACTOR) == []


@pytest.mark.parametrize("step", RETIRE)
def test_a_retirement_killed_when(folder: Path, step: str) -> None:
    home, before = folder / "site", state(folder / "site")

    kill(folder, "retire", RETIRE[step])

    assert state(home) == before
    assert desk.verify_audit(home, ACTOR) == []
    retire(home, ACTOR, WHY, None, None, LATER)
    assert all(path.stat().st_size < 40 for path in vault.originals(home / "data"))
    keys = load_keys(home / "data", folder / "keys", create=False)
    assert keys.ring is not None
    assert [name for name in keys.ring.names() if "~" in name] == []
    last = list(AuditLog(home / "data", keys).records())[-1]
    assert (last["action"], last["outcome"], last["reason"]) == ("vault.retire", "done", WHY)
    assert state(home) == before


def test_two_restores_to_one_place_at_once_do_not_mix(folder: Path) -> None:
    (folder / ".second.restoring.lock").touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / ".second.restoring.lock")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Exception, match="another process restores here"):
        restore(folder / "b", folder / "second", ACTOR, folder / "backup.key", verify=True)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    restore(folder / "b", folder / "second", ACTOR, folder / "backup.key", verify=True)


HOLD = """
import sys, time
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""
