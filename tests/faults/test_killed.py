"""A load that is killed at a named step leaves the published version readable; the next load makes good.

The steps are stopped from outside: a child process replaces one function of the load by one that ends the process.
"""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from etl import desk
from etl.store import vault
from etl.store.keys import load_keys
from tests.ledger import ACTOR, NOW, ROOT, ask, draft, everything, hand_in, load, state

pytestmark = pytest.mark.xdist_group("killed")  # one worker makes the killed sites for all

CHILD = """
import os, pathlib, sys
from unittest.mock import patch
from tests.faults.dying import die, die_after, die_before
from tests.ledger import load
import etl.load as steps
from etl.store import inbox, publish, warehouse
STEPS = {steps}
for home, here in zip(sys.argv[1:], STEPS, strict=True):
    child = os.fork()
    if child == 0:
        with here():
            load(pathlib.Path(home))
        os._exit(0)
    print(-os.waitpid(child, 0)[1], flush=True)
"""
STEPS = {
    "after the originals are in the vault": "patch.object(inbox, 'keep', die_after(inbox.keep))",
    "before staging is committed": "patch.object(inbox, 'remember', die_after(inbox.remember))",
    "between staging and reconciling": "patch.object(steps, 'reconcile_with', die)",
    "before reconciling is committed": "patch.object(steps, '_one', die)",
    "between reconciling and publishing": "patch.object(steps, 'publish_with', die)",
    "before the new version has its name": "patch.object(publish, 'sync_file', die)",
    "between its name and the pointer": "patch.object(publish, 'write_atomically', die)",
    "between the pointer and the note of it": "patch.object(publish, 'take_days', die)",
}


@pytest.fixture(scope="module")
def loaded_before(loaded_once: Path) -> str:
    """State before the load that is killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(loaded_once / "keys"))
        return state(loaded_once / "site")


@pytest.fixture(scope="module")
def undisturbed(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, int]]:
    """State and row counts after the same files were loaded without trouble."""
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copytree(loaded_once, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder / "keys"))
        more_files(folder / "site")
        load(folder / "site")
        return state(folder / "site"), everything(folder / "site")


def more_files(home: Path) -> None:
    """A corrected report with a mistake in it, and a file that cannot be read."""
    report = draft()
    report.hours[2].good_qty = (report.hours[2].good_qty or 0) + 60
    hand_in(home, report, "corrected.xlsx", NOW - timedelta(hours=1))
    (home / "inbox" / "reports" / "paper.xlsx").write_text("see paper")


@pytest.fixture(scope="module")
def killed(loaded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each step, with a site whose load was killed there; one process starts them all."""
    folders = {step: tmp_path_factory.mktemp("killed") for step in STEPS}
    for folder in folders.values():
        shutil.copytree(loaded_once, folder, dirs_exist_ok=True)
        more_files(folder / "site")
    steps = ", ".join(f"lambda: {patch}" for patch in STEPS.values())
    shared = {"SHIFTLEDGER_KEY_DIR": str(_all_keys(folders, tmp_path_factory.mktemp("keys")))}
    ended = subprocess.run(
        [sys.executable, "-c", CHILD.format(steps=f"[{steps}]"), *(str(f / "site") for f in folders.values())],
        cwd=ROOT,
        env={**os.environ, **shared},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == ["-9"] * len(STEPS)
    return folders


def _all_keys(folders: dict[str, Path], together: Path) -> Path:
    shutil.copytree(next(iter(folders.values())) / "keys", together, dirs_exist_ok=True)
    return together


@pytest.mark.parametrize("step", STEPS)
def test_a_load_killed(
    killed: dict[str, Path],
    undisturbed: tuple[str, dict[str, int]],
    loaded_before: str,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded_site = killed[step] / "site"
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(killed[step] / "keys"))
    is_published = step == "between the pointer and the note of it"
    seen = desk.current_version(loaded_site)
    assert seen.version == (2 if is_published else 1)
    assert state(loaded_site) == (undisturbed[0] if is_published else loaded_before)
    assert desk.verify_audit(loaded_site, ACTOR) == []

    assert load(loaded_site).published_version == seen.version + 1

    assert state(loaded_site) == undisturbed[0]
    rows = everything(loaded_site)
    loads_more = rows.pop("load") - undisturbed[1]["load"]
    assert loads_more == (0 if step in list(STEPS)[:2] else 1)
    assert rows.pop("publication") - undisturbed[1]["publication"] == is_published
    assert rows == {name: count for name, count in undisturbed[1].items() if name not in ("load", "publication")}
    assert not list((loaded_site / "data" / "published").glob(".*"))
    assert desk.verify_audit(loaded_site, ACTOR) == []
    data = loaded_site / "data"
    keys = load_keys(data, killed[step] / "keys", create=False)
    for (file_id,) in ask(loaded_site, "select source_file_id from source_file"):
        assert vault.get(data, keys, str(file_id))
