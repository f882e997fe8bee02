"""Keys: made on first use outside the site folder, readable by their owner only, never printed.

A key may have several generations, ``data``, ``data.2``…: the newest one encrypts, older ones read what a rotation has
not reached yet (``rotate``) or, of the audit log, what was written before. Where they lie: ``keyring``.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data_contracts.errors import KeyAccessError
from etl.store.files import write_atomically
from etl.store.keyring import KEY_BYTES, KeyRing, new_key, ring_of

LEVELS = ("data", "vault", "audit")
_ENCRYPTED = ("warehouse.duckdb", "published", "vault", "audit.log", "state.db")
_MARKER = "key-id"
_LONGEST_PLANT = 90


@dataclass(frozen=True, slots=True)
class Keys:
    """Newest keys of one site. ``repr`` shows none of them."""

    data: bytes
    vault: bytes
    audit: bytes
    ring: KeyRing | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return "Keys(hidden)"

    def all(self, name: str) -> tuple[bytes, ...]:
        """Every generation of a key, the newest first, as it is on the ring at this moment; none when it is gone."""
        if self.ring is None:
            return (getattr(self, name),) if name in LEVELS else ()
        found = []
        for one in generations(self.ring.names(), name):
            try:
                found.append(self.ring.get(one))
            except KeyAccessError:
                if one in self.ring.names():  # otherwise a rotation ended in this moment
                    raise
        return tuple(found)

    def of_data(self) -> Iterable[bytes]:
        """Data keys to try on a file: the one that was loaded, then whatever a rotation has changed since."""
        yield self.data
        yield from (key for key in self.all("data") if key != self.data)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The key that wraps the data keys of a period's originals; ``name`` is blank for those of no period."""

    name: str
    key: bytes = field(repr=False)


def duckdb_key(data: bytes) -> str:
    """A data key as DuckDB takes it."""
    return base64.b64encode(data).decode()


def state_key(data: bytes) -> str:
    """The key of the state store as SQLCipher takes it; it follows from the data key and changes with it."""
    return _derived(data, b"shiftledger state store").hex()


def fingerprint(key: bytes) -> str:
    """Tells keys apart and says nothing about them."""
    return _derived(key, b"shiftledger fingerprint").hex()[:16]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)


def generations(names: Iterable[str], name: str) -> list[str]:
    """Names of all generations of a key, the newest first."""
    mine = [one for one in names if one == name or (one.startswith(f"{name}.") and one[len(name) + 1 :].isdigit())]
    return sorted(mine, key=lambda one: _number(one, name), reverse=True)


def following(names: Iterable[str], name: str) -> str:
    """Name of the next generation of a key."""
    there = generations(names, name)
    return f"{name}.{_number(there[0], name) + 1}" if there else name


def _number(one: str, name: str) -> int:
    return 1 if one == name else int(one[len(name) + 1 :])


def period(plant_id: str | None, day: date) -> str:
    """Name of the key for originals that arrived for a plant in a month."""
    plant = quote(plant_id or "", safe="").replace("~", "%7E")
    if len(plant) > _LONGEST_PLANT:
        plant = hashlib.sha256(plant.encode()).hexdigest()
    return f"vault~{plant}~{day:%Y-%m}"


def wrapping_names(names: Iterable[str]) -> list[str]:
    """Names, without generations, of all keys that wrap keys of originals."""
    bare = {_bare(one) for one in names}
    return sorted(name for name in bare if name == "vault" or name.startswith("vault~"))


def _bare(one: str) -> str:
    head, _, number = one.rpartition(".")
    return head if number.isdigit() else one


def envelope(keys: Keys, name: str) -> Envelope:
    """The newest wrapping key of that name, made when there is none. Without a ring: the vault's own key."""
    if keys.ring is None or not name:
        return Envelope("", keys.vault)
    known = keys.all(name)
    if known:
        return Envelope(name, known[0])
    key = new_key()
    keys.ring.put(name, key)
    return Envelope(name, key)


def load_keys(data: Path, key_dir: Path, *, create: bool) -> Keys:
    """Keys of the data folder ``data``; made when ``create`` and the folder is new.

    Raises KeyAccessError when they are missing for existing data, readable by others, or damaged.
    """
    marker = data / _MARKER
    if marker.is_file():
        return on_ring(marked(data, key_dir))
    if any((data / name).exists() for name in _ENCRYPTED):
        # New keys would fit nothing here and hide which ones do.
        raise KeyAccessError(
            f"{marker}: missing, so it is not known which keys fit the data; restore it from the backup"
        )
    if not create:
        raise KeyAccessError(f"{data}: nothing has been loaded here yet; run `shiftledger load` first")
    key_id = str(uuid.uuid4())
    ring = ring_of(key_dir, key_id)
    for level in LEVELS:
        ring.put(level, new_key())
    mark(data, key_id)
    return on_ring(ring)


def mark(data: Path, key_id: str) -> None:
    """Note which keys belong to a data folder."""
    data.mkdir(parents=True, mode=0o700, exist_ok=True)
    write_atomically(data / _MARKER, key_id.encode())


def marked(data: Path, key_dir: Path) -> KeyRing:
    """The ring that a data folder says is its own. Raises OSError when it says none."""
    return ring_of(key_dir, (data / _MARKER).read_text().strip())


def on_ring(ring: KeyRing) -> Keys:
    """The newest keys of a ring. Raises KeyAccessError."""
    names = ring.names()
    data, vault, audit = (ring.get((generations(names, level) or [level])[0]) for level in LEVELS)
    return Keys(data, vault, audit, ring)
