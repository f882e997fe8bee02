"""A rotation that is killed at a named step damages nothing; readers go on, the next command finishes it."""

import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from data_contracts.scope import Scope
from etl import desk
from etl.keeping import rotate_keys
from etl.settings import settings
from etl.store import rotate, vault
from etl.store.keys import LEVELS, Keys, generations, load_keys, wrapping_names
from etl.store.state import acts
from tests.ledger import ACTOR, LAST, ROOT, load, state

pytestmark = pytest.mark.xdist_group("rotation")  # one worker makes the killed sites for all

CHILD = """
import os, pathlib, sys
from unittest.mock import patch
from data_contracts.scope import SYSTEM
from etl.store import attach, audit, keyring, rotate, sqlcipher, vault
from etl.store.audit import AuditLog
from etl.store.keyring.files import FileRing
from etl.store.keys import load_keys
from tests.faults.dying import die, die_after, die_before

hand_over = lambda self, record, end: record["action"] == audit.REKEY
STEPS = {steps}
for home, (level, here) in zip(sys.argv[1:], STEPS, strict=True):
    child = os.fork()
    if child == 0:
        data = pathlib.Path(home) / "data"  # reading the whole site takes threads that a fork does not have
        keys = load_keys(data, data.parents[1] / "keys", create=False)
        with here():
            rotate.rotate(data, keys.ring, AuditLog(data, keys), SYSTEM, level)
        os._exit(0)
    print(-os.waitpid(child, 0)[1], flush=True)
"""
STEPS = {
    "the new data key is there": ("data", "patch.object(rotate, '_change_data', die)"),
    "the warehouse is copied": ("data", "patch.object(attach, 'recrypt', die_after(attach.recrypt))"),
    "the warehouse is in place": ("data", "patch.object(rotate, '_on_record', die)"),
    "a version is copied": ("data", "patch.object(attach, 'recrypt', die_after(attach.recrypt, 2))"),
    "a version is in place": ("data", "patch.object(rotate, '_on_record', die_after(rotate._on_record, 2))"),
    "the state store is copied": ("data", "patch.object(sqlcipher, 'recrypt', die_after(sqlcipher.recrypt))"),
    "all but the pointer is done": ("data", "patch.object(rotate, '_point_anew', die)"),
    "the old data key is still there": ("data", "patch.object(rotate, '_destroy_old', die)"),
    "the old data key is overwritten": ("data", "patch.object(keyring.Path, 'unlink', die)"),
    "the new wrapping keys are there": ("vault", "patch.object(rotate, '_change_vault', die)"),
    "some originals are wrapped anew": ("vault", "patch.object(vault, 'rewrap', die_after(vault.rewrap, 3))"),
    "all originals are wrapped anew": ("vault", "patch.object(rotate, '_destroy_old', die)"),
    "one of two vault keys is destroyed": (
        "vault",
        "patch.object(FileRing, 'destroy', die_after(FileRing.destroy))",
    ),
    "the new audit key is there": ("audit", "patch.object(AuditLog, '_write', die_before(AuditLog._write, hand_over))"),
    "the audit log is handed over": ("audit", "patch.object(FileRing, 'rename', die)"),
}


def keys_of(home: Path) -> Keys:
    return load_keys(home / "data", settings().key_dir, create=False)


@pytest.fixture(scope="module")
def decided_once(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A site with a decision, and its state."""
    folder = tmp_path_factory.mktemp("decided")
    shutil.copytree(loaded_once, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder / "keys"))
        now, place = datetime(2026, 4, 2, 9, 0), desk.Place(plant_id="P1")  # noqa: DTZ001 - UTC as stored
        desk.waive(folder / "site", ACTOR, Scope.company(), "good_vs_mes", place, (LAST, LAST), "in repair", now=now)
        return folder, state(folder / "site")


@pytest.fixture(scope="module")
def killed(decided_once: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each step, with a site whose rotation was killed there; one process starts them all."""
    folders = {step: tmp_path_factory.mktemp("killed") for step in STEPS}
    for folder in folders.values():
        shutil.copytree(decided_once[0], folder, dirs_exist_ok=True)
    steps = ", ".join(f"({level!r}, lambda: {patch})" for level, patch in STEPS.values())
    ended = subprocess.run(
        [sys.executable, "-c", CHILD.format(steps=f"[{steps}]"), *(str(f / "site") for f in folders.values())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == ["-9"] * len(STEPS)
    return folders


def assert_whole(home: Path, before: str) -> None:
    data, keys = home / "data", keys_of(home)
    assert state(home) == before
    assert acts(data, keys, "demo").decisions["reason"].to_list() == ["in repair"]
    assert all(vault.get(data, keys, path.name) for path in vault.originals(data))
    assert desk.verify_audit(home, ACTOR) == []


@pytest.mark.parametrize("by", ["load", "rotation"])
@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_killed_when(
    killed: dict[str, Path],
    decided_once: tuple[Path, str],
    step: str,
    by: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(killed[step], tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "site"
    before, level = decided_once[1], STEPS[step][0]
    assert rotate.unfinished(keys_of(home)) == [level]
    assert_whole(home, before)

    if by == "load":
        load(home)
    else:
        assert rotate_keys(home, ACTOR, [level])[0].resumed

    assert rotate.unfinished(keys_of(home)) == []
    ring = keys_of(home).ring
    assert ring is not None
    names = ring.names()
    for name in (*LEVELS, *wrapping_names(names)):
        assert len(generations(names, name)) == (2 if name == level == "audit" else 1)
    assert_whole(home, before)
    assert not list((home / "data").rglob(".*rotating*"))
