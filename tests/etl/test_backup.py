"""A backup becomes an equal site on another machine, or nothing at all; what is there is never written over."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from data_contracts.errors import KeyAccessError, ShiftLedgerError, StoreError
from data_contracts.scope import Scope
from etl import desk
from etl.backup import back_up
from etl.keeping import rotate_keys
from etl.restore import restore
from etl.store import vault
from etl.store.sealed import CHUNK, Opener, Sealer
from tests.etl.store.test_rotate import THEN, decided, keys_of, names, originals
from tests.ledger import ACTOR, LAST, everything, load, state


@pytest.fixture
def kept(loaded_site: Path) -> tuple[Path, Path]:
    """A backup of a site with a decision, and its key."""
    place = desk.Place(plant_id="P1")
    desk.waive(loaded_site, ACTOR, Scope.company(), "good_vs_mes", place, (LAST, LAST), "in repair", now=THEN)
    file, key = loaded_site.parent / "out" / "site.backup", loaded_site.parent / "elsewhere" / "backup.key"
    back_up(loaded_site, ACTOR, file, key)
    return file, key


def test_a_restored_site_on_an_empty_machine_equals_the_one_that_was_backed_up(
    loaded_site: Path, kept: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(loaded_site), everything(loaded_site), originals(loaded_site), decided(loaded_site)
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(loaded_site.parent / "empty" / "keys"))
    home = loaded_site.parent / "empty" / "site"

    done = restore(kept[0], home, ACTOR, kept[1], verify=True)

    assert (state(home), everything(home), originals(home), decided(home)) == before
    assert done.rows > 1000
    assert done.originals == len(before[2])
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o600]
    assert desk.verify_audit(home, ACTOR) == []
    assert load(home).files_new == 0


def test_a_restored_site_has_its_own_keys_so_that_both_go_their_ways(
    loaded_site: Path, kept: tuple[Path, Path]
) -> None:
    home = loaded_site.parent / "second"
    restore(kept[0], home, ACTOR, kept[1], verify=False)
    rotate_keys(home, ACTOR)
    assert state(home) == state(loaded_site)
    assert names(home) != names(loaded_site)


def test_a_backup_waits_for_a_load_and_holds_what_it_made(loaded_site: Path) -> None:
    file, key = loaded_site.parent / "b", loaded_site.parent / "k"
    loading = threading.Thread(target=load, args=(loaded_site,))
    loading.start()
    back_up(loaded_site, ACTOR, file, key)
    loading.join()
    home = loaded_site.parent / "second"
    restore(file, home, ACTOR, key, verify=True)
    assert desk.current_version(home).version in (1, 2)


@pytest.mark.parametrize("harm", ["wrong key", "no key", "short key", "cut", "changed", "other file", "no file"])
def test_with_a_wrong_missing_or_damaged_key_or_file_nothing_is_restored(
    loaded_site: Path, kept: tuple[Path, Path], harm: str
) -> None:
    file, key = kept
    content = file.read_bytes()
    match harm:
        case "wrong key":
            key.write_bytes(b"x" * 32)
        case "no key":
            key.unlink()
        case "short key":
            key.write_bytes(b"x" * 31)
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case "changed":
            file.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
        case "other file":
            file.write_bytes(b"PK" + content)
        case "no file":
            file.unlink()
    before, home = state(loaded_site), loaded_site.parent / "second"
    with pytest.raises(ShiftLedgerError) as caught:
        restore(file, home, ACTOR, key, verify=True)
    assert len(str(caught.value).splitlines()) == 1
    assert str(file if harm in ("cut", "changed", "other file", "no file", "wrong key") else key) in str(caught.value)
    assert not home.exists()
    assert not list(loaded_site.parent.glob(".*"))
    assert len(list((loaded_site.parent / "keys").iterdir())) == 1
    assert state(loaded_site) == before


def test_a_site_or_file_that_is_there_is_never_written_over(loaded_site: Path, kept: tuple[Path, Path]) -> None:
    before = state(loaded_site)
    with pytest.raises(StoreError, match="never written over"):
        restore(kept[0], loaded_site, ACTOR, kept[1], verify=False)
    with pytest.raises(StoreError, match="is there already"):
        back_up(loaded_site, ACTOR, *kept)
    with pytest.raises(StoreError, match="inside the site"):
        back_up(loaded_site, ACTOR, loaded_site.parent / "b", loaded_site / "backup.key")
    assert state(loaded_site) == before


def test_the_proof_finds_what_came_out_differently(
    loaded_site: Path, kept: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.restore.holdings", lambda _data, _keys: [])
    with pytest.raises(StoreError, match="differs from what went in"):
        restore(kept[0], loaded_site.parent / "second", ACTOR, kept[1], verify=True)
    assert not (loaded_site.parent / "second").exists()


def test_an_original_that_cannot_be_opened_fails_the_backup_and_leaves_no_file(loaded_site: Path) -> None:
    path = next(vault.originals(loaded_site / "data"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreError, match="damaged"):
        back_up(loaded_site, ACTOR, loaded_site.parent / "out" / "b", loaded_site.parent / "k")
    assert not list((loaded_site.parent / "out").glob("*"))
    records = [json.loads(line) for line in (loaded_site / "data" / "audit.log").read_text().splitlines()]
    assert (records[-1]["action"], records[-1]["outcome"]) == ("backup", "failed")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_sealed_stream_comes_back_as_it_was_and_no_shorter(tmp_path: Path, size: int) -> None:
    key, content = b"k" * 32, bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "sealed"
    with path.open("wb") as file:
        sealer = Sealer(file, key)
        sealer.write(content[:size])
        sealer.finish()
    with path.open("rb") as file:
        assert Opener(file, key, "sealed").readall() == content[:size]
    whole = path.read_bytes()
    for end in (len(whole) - 1, 52 + CHUNK + 16):
        if end < len(whole):
            path.write_bytes(whole[:end])
            with path.open("rb") as file, pytest.raises(StoreError, match="cut short"):
                Opener(file, key, "sealed").readall()
    with path.open("rb") as file, pytest.raises(KeyAccessError, match="not the one"):
        Opener(file, b"x" * 32, "sealed")


def test_a_backup_makes_good_for_keys_that_were_lost(loaded_site: Path, kept: tuple[Path, Path]) -> None:
    shutil.rmtree(loaded_site.parent / "keys")
    with pytest.raises(KeyAccessError):
        keys_of(loaded_site)
    home = loaded_site.parent / "second"
    restore(kept[0], home, ACTOR, kept[1], verify=True)
    assert decided(home) == ["in repair"]
