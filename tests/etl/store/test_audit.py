"""The audit log finds what was done to it, survives a crash, and takes records from several processes."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.store.audit import GAP, AuditLog
from etl.store.audit_seal import REKEY
from etl.store.keyring.files import FileRing
from etl.store.keys import Keys, load_keys
from tests.ledger import ROOT

KEYS = Keys(b"d" * 32, b"v" * 32, b"a" * 32)
ACTOR = Actor("li.wei")
RECORDS = 12
Lines = list[bytes]


def written(folder: Path, records: int = RECORDS) -> AuditLog:
    log = AuditLog(folder, KEYS)
    for number in range(records):
        log.append(ACTOR, "query", f"v{number}", reason="select 一线")
    return log


def edited(lines: Lines, rng: random.Random) -> Lines:
    at = rng.randrange(len(lines))
    record = json.loads(lines[at])
    record[rng.choice(("at", "actor", "action", "target", "outcome", "reason", "sequence"))] = "other"
    return [*lines[:at], json.dumps(record, sort_keys=True, separators=(",", ":")).encode(), *lines[at + 1 :]]


def one_byte_changed(lines: Lines, rng: random.Random) -> Lines:
    at = rng.randrange(len(lines))
    place = rng.randrange(len(lines[at]))
    changed = bytes([lines[at][place] ^ 1])
    return [*lines[:at], lines[at][:place] + changed + lines[at][place + 1 :], *lines[at + 1 :]]


def deleted(lines: Lines, rng: random.Random) -> Lines:
    at = rng.randrange(len(lines))
    return lines[:at] + lines[at + 1 :]


def doubled(lines: Lines, rng: random.Random) -> Lines:
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines) + 1)
    return [*lines[:to], lines[at], *lines[to:]]


def reordered(lines: Lines, rng: random.Random) -> Lines:
    a, b = rng.sample(range(len(lines)), 2)
    lines = list(lines)
    lines[a], lines[b] = lines[b], lines[a]
    return lines


def tail_cut(lines: Lines, rng: random.Random) -> Lines:
    return lines[: rng.randrange(len(lines))]


@pytest.mark.parametrize("tamper", [edited, one_byte_changed, deleted, doubled, reordered, tail_cut])
def test_every_one_of_a_hundred_tampers_is_found(
    tmp_path: Path, tamper: Callable[[Lines, random.Random], Lines]
) -> None:
    log = written(tmp_path)
    lines = log.path.read_bytes().splitlines()
    assert log.verify() == []
    for seed in range(100):
        log.path.write_bytes(b"\n".join(tamper(lines, random.Random(seed))) + b"\n")  # noqa: S311 - repeatable
        assert log.verify(), f"{tamper.__name__} {seed}"


TAMPERS = (edited, one_byte_changed, deleted, doubled, reordered, tail_cut)


def test_every_one_of_a_thousand_tampers_of_a_log_under_two_keys_is_found(rotated: AuditLog) -> None:
    lines = rotated.path.read_bytes().splitlines()
    missed = []
    for seed in range(1000):
        rng = random.Random(seed)  # noqa: S311 - repeatable
        tamper = rng.choice(TAMPERS)
        rotated.path.write_bytes(b"\n".join(tamper(lines, rng)) + b"\n")
        if not rotated.verify():
            missed.append((tamper.__name__, seed))
    assert missed == []


@pytest.fixture
def rotated(tmp_path: Path) -> AuditLog:
    """A log whose key was changed in its middle."""
    log = AuditLog(tmp_path / "data", load_keys(tmp_path / "data", tmp_path / "keys", create=True))
    for part in ("before", "after"):
        for number in range(RECORDS // 2):
            log.append(ACTOR, "query", f"{part} {number}")
        if part == "before":
            log.change_key(ACTOR)
    return log


def test_records_of_before_and_after_a_change_of_the_key_verify(rotated: AuditLog) -> None:
    assert rotated.verify() == []
    rotated.change_key(ACTOR)
    rotated.append(ACTOR, "query", "after the second change")
    assert rotated.verify() == []
    assert [r["action"] for r in rotated.records()].count(REKEY) == 2


def test_with_a_former_key_nobody_can_write_history_anew_or_cut_it_back(rotated: AuditLog, tmp_path: Path) -> None:
    """The forger knows the first key, and signs what is left of the log and its head with it."""
    ring = FileRing(next((tmp_path / "keys").iterdir()))
    first = ring.get("audit")
    lines = rotated.path.read_bytes().splitlines()
    (tmp_path / "forged").mkdir()
    forger = AuditLog(tmp_path / "forged", Keys(b"d" * 32, b"v" * 32, first))
    for number in range(4):
        forger.append(ACTOR, "query", f"before {number}")
    rotated.path.write_bytes(forger.path.read_bytes())
    (tmp_path / "data" / "audit.head").write_bytes((tmp_path / "forged" / "audit.head").read_bytes())
    assert "the end: the records under the newest audit key are not here" in rotated.verify()

    rotated.path.write_bytes(forger.path.read_bytes() + b"\n".join(lines[4:]) + b"\n")
    assert "record 5: does not follow the record before it" in rotated.verify()


def test_a_change_of_the_key_that_a_crash_cut_off_counts(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "data", load_keys(tmp_path / "data", tmp_path / "keys", create=True))
    log.append(ACTOR, "query", "v1")
    head = (tmp_path / "data" / "audit.head").read_bytes()
    with patch.object(FileRing, "rename", side_effect=SystemExit), pytest.raises(SystemExit):
        log.change_key(ACTOR)
    (tmp_path / "data" / "audit.head").write_bytes(head)  # the record was written, its head was not
    assert log.verify() == []
    log.append(ACTOR, "query", "v2")
    log.change_key(ACTOR)
    log.append(ACTOR, "query", "v3")
    assert log.verify() == []
    assert [record["action"] for record in log.records()] == ["query", REKEY, "query", "query"]


def test_without_its_head_the_log_is_not_whole(tmp_path: Path) -> None:
    log = written(tmp_path)
    (tmp_path / "audit.head").unlink()
    assert "missing" in log.verify()[0]


def test_a_head_of_another_key_is_not_believed(tmp_path: Path) -> None:
    log = written(tmp_path)
    (tmp_path / "other").mkdir()
    log.path.write_bytes(b"".join(log.path.read_bytes().splitlines(keepends=True)[:3]))
    forger = AuditLog(tmp_path / "other", Keys(KEYS.data, KEYS.vault, b"x" * 32))
    for number in range(3):
        forger.append(ACTOR, "query", str(number))
    (tmp_path / "audit.head").write_bytes((tmp_path / "other" / "audit.head").read_bytes())
    assert log.verify()


def test_a_cut_that_is_written_over_stays_on_record(tmp_path: Path) -> None:
    log = written(tmp_path)
    log.path.write_bytes(b"".join(log.path.read_bytes().splitlines(keepends=True)[:5]))

    log.append(ACTOR, "login", "dashboards")

    last_two = list(log.records())[-2:]
    assert [record["action"] for record in last_two] == [GAP, "login"]
    assert last_two[0]["details"] == {"records_before": RECORDS}
    assert log.verify() == ["record 6: says that records before it were cut off"]


def test_a_line_that_a_power_cut_tore_goes_and_the_chain_stays_whole(tmp_path: Path) -> None:
    log = written(tmp_path, 2)
    with log.path.open("ab") as file:
        file.write(b'{"action":"quer')
    log.append(ACTOR, "query", "v3")
    assert [record["target"] for record in log.records()] == ["v0", "v1", "v3"]
    assert log.verify() == []


def test_a_record_whose_head_was_not_written_any_more_counts(tmp_path: Path) -> None:
    log = written(tmp_path, 2)
    head = (tmp_path / "audit.head").read_bytes()
    log.append(ACTOR, "query", "v2")
    (tmp_path / "audit.head").write_bytes(head)
    assert log.verify() == []
    log.append(ACTOR, "query", "v3")
    assert [record["target"] for record in log.records()] == ["v0", "v1", "v2", "v3"]
    assert log.verify() == []


def test_a_record_may_be_longer_than_any_window(tmp_path: Path) -> None:
    log = written(tmp_path, 1)
    log.append(ACTOR, "query", "v1", reason="select 1 -- " + "x" * 300_000)
    log.append(ACTOR, "query", "v2", reason="y" * 300_000)
    log.append(ACTOR, "query", "v3")
    assert log.verify() == []


def test_an_unreadable_end_takes_no_further_record_and_says_what_to_do(tmp_path: Path) -> None:
    log = written(tmp_path, 3)
    with log.path.open("ab") as file:
        file.write(b"no record\n")
    with pytest.raises(StoreError, match="audit verify"):
        log.append(ACTOR, "login", "dashboards")
    assert log.verify() == ["record 4: cannot be read"]


def test_a_name_that_is_no_text_can_be_recorded(tmp_path: Path) -> None:
    log = written(tmp_path, 1)
    log.append(ACTOR, "check", os.fsdecode("一线.xlsx".encode("gb18030")))
    assert log.verify() == []


def test_processes_that_append_at_once_keep_the_chain_whole(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from tests.etl.store.test_audit import AuditLog, KEYS, ACTOR\n"
        "log = AuditLog(pathlib.Path(sys.argv[1]), KEYS)\n"
        "for n in range(60): log.append(ACTOR, 'query', f'{sys.argv[2]}/{n}')"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], cwd=ROOT) for name in ("one", "two")]
    assert [process.wait() for process in both] == [0, 0]
    log = AuditLog(tmp_path, KEYS)
    assert len({str(record["target"]) for record in log.records()}) == 120
    assert log.verify() == []
