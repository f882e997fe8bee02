"""Keys show in no output, no error and no list of processes."""

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from data_contracts.errors import ShiftLedgerError
from etl.backup import back_up
from etl.restore import restore
from etl.settings import settings
from etl.store import attach, deliveries, sqlcipher
from etl.store.keys import Keys, duckdb_key, load_keys, state_key
from tests.etl.store.test_keys import whole_story
from tests.ledger import ACTOR, ENTRY, ROOT


def forms(site: Path, *more: bytes) -> list[str]:
    """Every key of a site, and of a backup, in each way in which it might be written."""
    keys = [path.read_bytes() for path in (site.parent / "keys").rglob("*.key")]
    return [
        form
        for key in [*keys, *more]
        for form in (key.hex(), base64.b64encode(key).decode(), repr(key)[2:-1], state_key(key))
    ]


def test_commands_print_no_key_and_name_none_to_other_processes(loaded_site: Path) -> None:
    out, key = str(loaded_site.parent / "b"), str(loaded_site.parent / "backup.key")
    before = forms(loaded_site)
    told = ""
    for command in (
        ["keys", "rotate", str(loaded_site), "--json"],
        ["backup", str(loaded_site), out, "--key-file", key],
        ["restore", out, str(loaded_site.parent / "second"), "--key-file", key, "--verify"],
        ["restore", out, str(loaded_site), "--key-file", key],
        ["retire", str(loaded_site), "--reason", "they are old"],
        ["audit", "verify", str(loaded_site)],
    ):
        running = subprocess.Popen(
            [*ENTRY, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        told += " ".join(psutil.Process(running.pid).cmdline())
        told += running.communicate()[0]
    assert "counts and content hashes are equal" in told
    assert "audit log is whole" in told
    assert "Traceback" not in told
    secrets = [*before, *forms(loaded_site, Path(key).read_bytes())]
    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in told] == []


def test_no_key_stands_in_the_errors_of_files_that_cannot_be_encrypted_anew(loaded_site: Path) -> None:
    data, keys = loaded_site / "data", load_keys(loaded_site / "data", settings().key_dir, create=False)
    with deliveries.opened(data, keys):
        pass
    wrong = Keys(b"\x07a wrong key of 32 bytes exactly!", b"v" * 32, b"a" * 32)
    key_file = loaded_site.parent / "backup.key"
    back_up(loaded_site, ACTOR, loaded_site.parent / "b", key_file)
    right = key_file.read_bytes()
    key_file.write_bytes(wrong.data)
    actions: tuple[Callable[[], object], ...] = (
        lambda: attach.recrypt(data / "warehouse.duckdb", wrong, data / "x", data / "spill"),
        lambda: attach.held_in(data / "warehouse.duckdb", wrong, data / "spill"),
        lambda: sqlcipher.recrypt(data / "deliveries.sqlite", wrong, deliveries.key, data / "y"),
        lambda: restore(loaded_site.parent / "b", loaded_site.parent / "second", ACTOR, key_file, verify=True),
    )
    for action in actions[:3]:
        with pytest.raises(ShiftLedgerError) as caught:
            action()
        story = whole_story(caught.value)
        assert not any(form in story for form in _forms(wrong))
        assert duckdb_key(keys.data) not in story
    with pytest.raises(ShiftLedgerError) as caught:
        actions[3]()
    assert not any(form in str(caught.value) for key in (wrong.data, right) for form in (key.hex(), repr(key)))


def _forms(keys: Keys) -> tuple[str, ...]:
    return duckdb_key(keys.data), keys.data.hex(), repr(keys.data), state_key(keys.data)
