"""The vault gives back what was put into it, or says that it cannot."""

import hashlib
from pathlib import Path

import pytest

from data_contracts.errors import KeyAccessError, StoreError
from etl.store import vault
from etl.store.keys import Keys

KEYS = Keys(b"d" * 32, b"v" * 32, b"a" * 32)
CONTENT = b"shift report of line 1" * 50
FILE_ID = hashlib.sha256(CONTENT).hexdigest()


def put(data: Path) -> Path:
    vault.put(data, KEYS, FILE_ID, CONTENT)
    vault.flush()
    return data / "vault" / FILE_ID[:2] / FILE_ID


def test_an_original_comes_back_as_it_was_and_lies_there_encrypted(tmp_path: Path) -> None:
    path = put(tmp_path)
    assert vault.get(tmp_path, KEYS, FILE_ID) == CONTENT
    assert b"shift report" not in path.read_bytes()


def test_the_same_content_is_written_once(tmp_path: Path) -> None:
    path = put(tmp_path)
    before = path.read_bytes()
    assert put(tmp_path).read_bytes() == before


@pytest.mark.parametrize("place", [0, 3, 60, 300, -1])
def test_a_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    path = put(tmp_path)
    blob = bytearray(path.read_bytes())
    blob[place] ^= 1
    path.write_bytes(bytes(blob))
    with pytest.raises(StoreError, match="restore it from the backup"):
        vault.get(tmp_path, KEYS, FILE_ID)


@pytest.mark.parametrize("length", [0, 4, 40, 55, 100])
def test_a_file_cut_short_is_found_and_healed_when_it_comes_again(tmp_path: Path, length: int) -> None:
    path = put(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises((StoreError, KeyAccessError)):
        vault.get(tmp_path, KEYS, FILE_ID)
    put(tmp_path)
    assert vault.get(tmp_path, KEYS, FILE_ID) == CONTENT


def test_an_original_does_not_pass_for_another(tmp_path: Path) -> None:
    path = put(tmp_path)
    other = tmp_path / "vault" / "00" / ("0" * 64)
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    with pytest.raises(StoreError, match="damaged"):
        vault.get(tmp_path, KEYS, "0" * 64)


def test_another_key_is_told_from_damage(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(KeyAccessError, match="SHIFTLEDGER_KEY_DIR"):
        vault.get(tmp_path, Keys(b"d" * 32, b"w" * 32, b"a" * 32), FILE_ID)


def test_a_missing_original_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not in the vault"):
        vault.get(tmp_path, KEYS, FILE_ID)
