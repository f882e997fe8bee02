"""Heads that another user keeps: a log that was put back whole, with its head, is found all the same."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.store.anchor import problems, witness
from etl.store.audit import AuditLog
from etl.store.keys import load_keys

NOW = datetime(2026, 3, 13, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY = 65534
ACTOR = Actor("owner")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    data = tmp_path / "data"
    data.mkdir()
    return AuditLog(data, load_keys(data, tmp_path / "keys", create=True))


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    """The file of the witness, in a folder of theirs."""
    folder = tmp_path / "witness"
    folder.mkdir(mode=0o755)
    return folder / "heads"


def given(heads: Path) -> None:
    """The folder and the file belong to the witness."""
    for path in (heads.parent, heads):
        os.chown(path, NOBODY, NOBODY)


def looked_at(log: AuditLog, heads: Path, now: datetime = NOW) -> list[str]:
    return problems(log, heads, now=now)


@needs_root
def test_a_log_that_only_grew_agrees_with_every_head_that_was_kept(log: AuditLog, heads: Path) -> None:
    for hour in range(3):
        log.append(ACTOR, "load", str(hour))
        witness(log.path.parent, heads, now=NOW + hour * HOUR)
    given(heads)
    log.append(ACTOR, "load", "later")
    assert len(heads.read_text().splitlines()) == 3
    assert looked_at(log, heads, NOW + 3 * HOUR) == []


@needs_root
def test_a_log_put_back_to_yesterday_with_its_head_is_found(log: AuditLog, heads: Path, tmp_path: Path) -> None:
    log.append(ACTOR, "load", "1")
    yesterday = tmp_path / "yesterday"
    shutil.copytree(log.path.parent, yesterday)
    log.append(ACTOR, "people.grant", "what somebody wants to hide")
    kept = witness(log.path.parent, heads, now=NOW)
    given(heads)
    for name in ("audit.log", "audit.head"):
        shutil.copy(yesterday / name, log.path.parent / name)
    assert log.verify() == [], "the log itself looks whole"
    assert kept.head.sequence == 2
    assert [found.split(":")[0] for found in looked_at(log, heads)] == ["record 2"]
    log.append(ACTOR, "load", "written over it")
    assert log.verify() == []
    assert [found.split(":")[0] for found in looked_at(log, heads)] == ["record 2"]


@needs_root
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda heads: os.chown(heads, os.geteuid(), -1), "belongs to the owner of the audit log"),
        (lambda heads: os.chown(heads.parent, os.geteuid(), -1), "belongs to the owner of the audit log"),
        (lambda heads: heads.chmod(0o666), "others than its owner can write there"),
        (lambda heads: heads.parent.chmod(0o777), "others than its owner can write there"),
        (lambda heads: heads.write_text("no head at all\n"), "line 1 is no head"),
        (lambda heads: heads.write_text(""), "the newest head is none"),
        (lambda heads: heads.unlink(), "cannot be read"),
    ],
)
def test_a_witness_that_proves_nothing_is_told(log: AuditLog, heads: Path, spoil: object, told: str) -> None:
    log.append(ACTOR, "load", "1")
    witness(log.path.parent, heads, now=NOW)
    given(heads)
    assert looked_at(log, heads) == []
    assert callable(spoil)
    spoil(heads)
    assert any(told in found for found in looked_at(log, heads))


@needs_root
def test_a_witness_that_stopped_is_told_after_two_days(log: AuditLog, heads: Path) -> None:
    log.append(ACTOR, "load", "1")
    witness(log.path.parent, heads, now=NOW)
    given(heads)
    assert looked_at(log, heads, NOW + 48 * HOUR) == []
    assert "is the witness still running" in looked_at(log, heads, NOW + 49 * HOUR)[0]


def test_a_head_that_is_not_there_is_not_written_down(log: AuditLog, heads: Path) -> None:
    with pytest.raises(StoreError, match="not written down"):
        witness(log.path.parent, heads, now=NOW)
    assert not heads.exists()
