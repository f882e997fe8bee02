"""Keys are made outside the site, readable by their owner only, and shown nowhere."""

import base64
import shutil
import traceback
from pathlib import Path

import pytest

from data_contracts.errors import KeyAccessError, ShiftLedgerError, StoreError
from etl import desk
from etl.store.attach import attached, open_readonly
from etl.store.keys import duckdb_key, load_keys
from tests.ledger import ask, load, model


def whole_story(error: BaseException) -> str:
    """Everything that a traceback of ours could print: contexts, causes and the local variables of every frame."""
    story, chain = "", [error]
    while chain:
        link = chain.pop()
        story += repr(link)
        for frame in traceback.TracebackException.from_exception(link, capture_locals=True).stack:
            story += f"{frame.line} {frame.locals}" if frame.filename != __file__ else ""
        chain += [other for other in (link.__context__, link.__cause__) if other is not None]
    return story


def key_folder(site: Path) -> Path:
    folder: Path = site.parent / "keys" / (site / "data" / "key-id").read_text()
    return folder


def test_keys_are_made_on_first_use_outside_the_site_for_their_owner_only(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "site" / "data", tmp_path / "keys", create=True)
    folder = next((tmp_path / "keys").iterdir())
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "data.key": 0o600,
        "vault.key": 0o600,
        "audit.key": 0o600,
    }
    assert [path.stat().st_mode & 0o777 for path in (folder, tmp_path / "keys")] == [0o700, 0o700]
    assert len({keys.data, keys.vault, keys.audit}) == 3
    assert not [path for path in (tmp_path / "site").rglob("*") if path.suffix == ".key"]
    assert load_keys(tmp_path / "site" / "data", tmp_path / "keys", create=False) == keys


def test_keys_show_themselves_nowhere(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "data", tmp_path / "keys", create=True)
    for text in (repr(keys), str(keys), f"{keys}"):
        assert text == "Keys(hidden)"


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path / "data", tmp_path / "keys", create=True)
    next((tmp_path / "keys").rglob("data.key")).chmod(0o640)
    with pytest.raises(KeyAccessError, match="chmod 600"):
        load_keys(tmp_path / "data", tmp_path / "keys", create=False)


def test_a_key_cut_short_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path / "data", tmp_path / "keys", create=True)
    next((tmp_path / "keys").rglob("vault.key")).write_bytes(b"short")
    with pytest.raises(KeyAccessError, match="5 bytes instead of 32"):
        load_keys(tmp_path / "data", tmp_path / "keys", create=False)


def test_a_missing_key_says_what_to_do_and_damages_nothing(loaded_site: Path) -> None:
    before = model(loaded_site)
    shutil.move(key_folder(loaded_site), loaded_site.parent / "aside")
    for action in (lambda: load(loaded_site), lambda: ask(loaded_site, "select 1")):
        with pytest.raises(KeyAccessError, match="SHIFTLEDGER_KEY_DIR"):
            action()
    shutil.move(loaded_site.parent / "aside", key_folder(loaded_site))
    assert model(loaded_site) == before
    assert load(loaded_site).published_version == 2


def test_a_wrong_key_says_what_to_do_damages_nothing_and_is_told_nowhere(loaded_site: Path) -> None:
    before = model(loaded_site)
    audit_log = (loaded_site / "data" / "audit.log").read_bytes()
    path = key_folder(loaded_site) / "data.key"
    right, wrong = path.read_bytes(), b"\x07wrong key, of 32 bytes exactly!"
    path.write_bytes(wrong)
    for action in (lambda: load(loaded_site), lambda: ask(loaded_site, "select 1")):
        with pytest.raises(KeyAccessError, match="does not fit this file") as caught:
            action()
        story = whole_story(caught.value)
        assert base64.b64encode(wrong).decode() not in story
        assert repr(wrong) not in story
    assert (loaded_site / "data" / "audit.log").read_bytes() == audit_log
    path.write_bytes(right)
    assert model(loaded_site) == before


def test_no_key_stands_in_the_errors_of_a_damaged_or_locked_file(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "data", tmp_path / "keys", create=True)
    damaged = tmp_path / "it's damaged.duckdb"
    damaged.write_bytes(b"\0" * 20_000)

    def write() -> None:
        with attached(damaged, keys):
            pass

    for action in (lambda: open_readonly(damaged, keys), write):
        with pytest.raises(ShiftLedgerError) as caught:
            action()
        assert duckdb_key(keys.data) not in whole_story(caught.value)


def test_no_key_stands_anywhere_in_the_site_after_a_load(loaded_site: Path) -> None:
    secrets = [path.read_bytes() for path in key_folder(loaded_site).iterdir()]
    forms = [form for key in secrets for form in (key, base64.b64encode(key), key.hex().encode())]
    for path in loaded_site.rglob("*"):
        if path.is_file():
            assert not any(form in path.read_bytes() for form in forms), path


def test_without_its_marker_a_site_with_data_gets_no_new_keys(loaded_site: Path) -> None:
    (loaded_site / "data" / "key-id").unlink()
    with pytest.raises(KeyAccessError, match="restore it"):
        load(loaded_site)
    assert not (loaded_site / "data" / "key-id").exists()
    assert len(list((loaded_site.parent / "keys").iterdir())) == 1


def test_asking_before_anything_was_loaded_makes_no_keys(fresh_site: Path) -> None:
    with pytest.raises(StoreError, match="shiftledger load"):
        desk.current_version(fresh_site)
    assert not (fresh_site.parent / "keys").exists()
    assert not (fresh_site / "data").exists()
