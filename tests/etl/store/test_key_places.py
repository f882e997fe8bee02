"""Keys lie in files, in the keyring of the system or in a vault: the same life in each, and a clear word when it fails.

The keyring is a file backend of that package, once a real Secret Service; the vault is a server of the test that speaks
its protocol.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyrings.alt.file import PlaintextKeyring

from data_contracts.errors import KeyAccessError
from etl import desk
from etl.backup import back_up
from etl.keeping import rotate_keys
from etl.restore import restore
from etl.retention import retire
from etl.settings import settings
from etl.store.keyring import KeyRing, new_key, ring_of
from etl.store.keys import load_keys
from tests.etl.store.kv_server import TOKEN, KeyValue, served
from tests.etl.store.test_keys import whole_story
from tests.ledger import ACTOR, ROOT, load, state

LATER = datetime(2029, 6, 10, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Place:
    """A place for keys; ``held``: everything that lies in it, as text."""

    name: str
    held: Callable[[], str]


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyValue]:
    with served() as server:
        monkeypatch.setenv("SHIFTLEDGER_KEY_STORE", "vault")
        monkeypatch.setenv("SHIFTLEDGER_VAULT_URL", server.address)
        monkeypatch.setenv("SHIFTLEDGER_VAULT_TOKEN", TOKEN)
        yield server


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    backend, before = PlaintextKeyring(), keyring.get_keyring()
    backend.file_path = str(tmp_path / "system-keyring.cfg")
    keyring.set_keyring(backend)
    monkeypatch.setenv("SHIFTLEDGER_KEY_STORE", "keyring")
    yield Path(backend.file_path)
    keyring.set_keyring(before)


@pytest.fixture(params=["files", "keyring", "vault"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    if request.param == "vault":
        server: KeyValue = request.getfixturevalue("vault")
        return Place("vault", server.everything)
    if request.param == "keyring":
        file: Path = request.getfixturevalue("system")
        return Place("keyring", lambda: _opened(file.read_text()))
    keys = tmp_path / "keys"
    return Place("files", lambda: " ".join(_coded(path.read_bytes()) for path in keys.rglob("*.key")))


def _opened(text: str) -> str:
    """The backend writes values in base64, over several lines."""
    values = text.replace("\n\t", "").splitlines()
    return " ".join(base64.b64decode(line.partition("=")[2] + "==").decode(errors="replace") for line in values)


def _coded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def ring(place: Place, tmp_path: Path) -> KeyRing:
    assert place.name == settings().key_store
    return ring_of(tmp_path / "keys", "some-site")


def test_keys_come_and_go_in_each_place(ring: KeyRing, place: Place) -> None:
    one, two = new_key(), new_key()
    assert ring.names() == []
    ring.put("data", one)
    ring.put("audit.pending", two)
    with pytest.raises(KeyAccessError, match="there is a key"):
        ring.put("data", two)
    ring.rename("audit.pending", "audit.2")
    assert ring.names() == ["audit.2", "data"]
    assert (ring.get("data"), ring.get("audit.2")) == (one, two)
    ring.destroy("data")
    ring.destroy("data")
    assert ring.names() == ["audit.2"]
    with pytest.raises(KeyAccessError, match="restore the key"):
        ring.get("data")
    assert _coded(two) in place.held()
    assert _coded(one) not in place.held(), "a key that was destroyed is in no older version either"
    ring.clear()
    assert ring.names() == []
    assert _coded(two) not in place.held()


def test_two_sites_share_no_keys(ring: KeyRing, tmp_path: Path) -> None:
    other = ring_of(tmp_path / "keys", "other-site")
    ring.put("data", b"1" * 32)
    other.put("data", b"2" * 32)
    assert (ring.get("data"), other.get("data")) == (b"1" * 32, b"2" * 32)


def test_a_site_lives_with_its_keys_in_each_place(fresh_site: Path, place: Place) -> None:
    load(fresh_site)
    before, keys = state(fresh_site), load_keys(fresh_site / "data", settings().key_dir, create=False)
    assert _coded(keys.data) in place.held()
    assert (place.name == "files") == (fresh_site.parent / "keys").exists()

    rotate_keys(fresh_site, ACTOR)

    assert state(fresh_site) == before
    assert _coded(keys.data) not in place.held()
    assert desk.verify_audit(fresh_site, ACTOR) == []
    assert load(fresh_site).published_version == 2
    file, key = fresh_site.parent / "b", fresh_site.parent / "backup.key"
    back_up(fresh_site, ACTOR, file, key)
    restore(file, fresh_site.parent / "second", ACTOR, key, verify=True)
    assert state(fresh_site.parent / "second") == before
    assert retire(fresh_site, ACTOR, "three years are over", None, None, LATER).originals > 0
    assert state(fresh_site) == before


def test_a_restore_that_fails_leaves_no_keys_behind(fresh_site: Path, place: Place) -> None:
    load(fresh_site)
    file, key = fresh_site.parent / "b", fresh_site.parent / "backup.key"
    back_up(fresh_site, ACTOR, file, key)
    before = place.held()
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(Exception, match="cut short"):
        restore(file, fresh_site.parent / "second", ACTOR, key, verify=True)
    assert place.held() == before


def test_without_its_keys_a_site_says_where_they_were_looked_for(fresh_site: Path, place: Place) -> None:
    load(fresh_site)
    ring = load_keys(fresh_site / "data", settings().key_dir, create=False).ring
    assert ring is not None
    ring.clear()
    wanted = {"files": "SHIFTLEDGER_KEY_DIR", "keyring": "keyring entry shiftledger/", "vault": "secret/shiftledger/"}
    with pytest.raises(KeyAccessError, match=wanted[place.name]):
        load(fresh_site)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("away", "cannot be reached"),
        ("sealed", "is sealed"),
        ("token", "refuses the token"),
        ("no token", "neither SHIFTLEDGER_VAULT_TOKEN_FILE nor SHIFTLEDGER_VAULT_TOKEN"),
        ("no token file", "token not readable"),
        ("no address", "SHIFTLEDGER_VAULT_URL is not set"),
        ("foreign", "not keys of ShiftLedger"),
        ("short", "5 bytes instead of 32"),
    ],
)
def test_a_vault_that_does_not_answer_is_explained_and_its_token_is_not(
    vault: KeyValue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, harm: str, told: str
) -> None:
    ring_of(tmp_path, "site").put("data", b"k" * 32)
    (secret,) = vault.secrets.values()
    match harm:
        case "away":
            monkeypatch.setenv("SHIFTLEDGER_VAULT_URL", "http://127.0.0.1:9")
        case "sealed":
            vault.sealed = True
        case "token":
            monkeypatch.setenv("SHIFTLEDGER_VAULT_TOKEN", f"{TOKEN}-of-somebody-else")
        case "no token":
            monkeypatch.delenv("SHIFTLEDGER_VAULT_TOKEN")
        case "no token file":
            monkeypatch.setenv("SHIFTLEDGER_VAULT_TOKEN_FILE", str(tmp_path / "gone"))
        case "no address":
            monkeypatch.delenv("SHIFTLEDGER_VAULT_URL")
        case "foreign":
            secret.versions[-1][1]["keys"] = "password"
        case "short":
            secret.versions[-1][1]["keys"] = '{"data": "c2hvcnQ="}'
    with pytest.raises(KeyAccessError, match=told) as caught:
        ring_of(tmp_path, "site").get("data")
    assert TOKEN not in whole_story(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_token_in_a_file_counts_as_it_is_now(
    vault: KeyValue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert vault.address
    file = tmp_path / "token"
    file.write_text("old\n")
    monkeypatch.setenv("SHIFTLEDGER_VAULT_TOKEN_FILE", str(file))
    with pytest.raises(KeyAccessError, match="refuses the token"):
        ring_of(tmp_path, "site").names()
    file.write_text(f"{TOKEN}\n")
    assert ring_of(tmp_path, "site").names() == []


def test_of_two_who_change_keys_in_a_vault_at_once_the_second_is_refused(vault: KeyValue, tmp_path: Path) -> None:
    ring = ring_of(tmp_path, "site")
    ring.put("data", b"k" * 32)
    place = ring.place  # type: ignore[attr-defined]
    text, version = place.read()
    ring.put("vault", b"v" * 32)
    with pytest.raises(KeyAccessError, match="somebody else changed the keys"):
        place.write(text, version)
    assert ring.names() == ["data", "vault"]
    assert len(next(iter(vault.secrets.values())).versions) == 1


def test_a_system_without_a_keyring_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    monkeypatch.setenv("SHIFTLEDGER_KEY_STORE", "keyring")
    try:
        with pytest.raises(KeyAccessError, match="cannot be reached") as caught:
            ring_of(tmp_path, "site").put("data", b"k" * 32)
    finally:
        keyring.set_keyring(before)
    assert _coded(b"k" * 32) not in str(caught.value)


SERVICE = """
printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null
exec "$0" -c "$1"
"""
IN_SERVICE = """
import os
from pathlib import Path
from shutil import which
import keyring
from keyring.backends.SecretService import Keyring
keyring.set_keyring(Keyring())
from etl.store.keyring import ring_of
ring = ring_of(Path("nowhere"), "some-site")
ring.put("data", b"1" * 32)
ring.put("audit.pending", b"2" * 32)
ring.rename("audit.pending", "audit.2")
print(ring.names(), ring.get("data") == b"1" * 32)
ring.destroy("data")
print(ring.names())
ring.clear()
print(ring.names())
"""


@pytest.mark.skipif(not which("gnome-keyring-daemon"), reason="no Secret Service is installed")
def test_a_real_secret_service_keeps_keys(tmp_path: Path) -> None:
    told = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", SERVICE, sys.executable, IN_SERVICE],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path), "SHIFTLEDGER_KEY_STORE": "keyring"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.stdout.splitlines() == ["['audit.2', 'data'] True", "['audit.2']", "[]"], told.stderr
