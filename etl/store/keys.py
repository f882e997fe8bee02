"""Keys: made on first use outside the site folder, readable by their owner only, never printed."""

from __future__ import annotations

import base64
import os
import secrets
import stat
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data_contracts.errors import KeyAccessError
from etl.store.files import write_atomically

KEY_BYTES = 32
_ENCRYPTED = ("warehouse.duckdb", "published", "vault", "audit.log", "state.db")


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one site. ``repr`` shows none of them."""

    data: bytes
    vault: bytes
    audit: bytes

    def __repr__(self) -> str:
        return "Keys(hidden)"

    @property
    def duckdb(self) -> str:
        """The data key as DuckDB takes it."""
        return base64.b64encode(self.data).decode()

    @property
    def sqlcipher(self) -> str:
        """The key of the state store as SQLCipher takes it; it follows from the data key and changes with it."""
        derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"shiftledger state store").derive(self.data)
        return derived.hex()


def load_keys(data: Path, key_dir: Path, *, create: bool) -> Keys:
    """Keys of the data folder ``data``; made when ``create`` and the folder is new.

    Raises KeyAccessError when they are missing for existing data, readable by others, or damaged.
    """
    marker = data / "key-id"
    if marker.is_file():
        key_id = marker.read_text().strip()
    elif any((data / name).exists() for name in _ENCRYPTED):
        # New keys would fit nothing here and hide which ones do.
        raise KeyAccessError(
            f"{marker}: missing, so it is not known which keys fit the data; restore it from the backup"
        )
    elif create:
        key_id = str(uuid.uuid4())
    else:
        raise KeyAccessError(f"{data}: nothing has been loaded here yet; run `shiftledger load` first")
    folder = key_dir / key_id
    if not marker.is_file():
        key_dir.mkdir(parents=True, mode=0o700, exist_ok=True)
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        for name in Keys.__slots__:
            write_atomically(folder / f"{name}.key", secrets.token_bytes(KEY_BYTES), mode=0o600)
        data.mkdir(parents=True, mode=0o700, exist_ok=True)
        write_atomically(marker, key_id.encode())
    return Keys(**{name: _read(folder / f"{name}.key") for name in Keys.__slots__})


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise KeyAccessError(
            f"{path}: key not readable ({error.strerror}); set SHIFTLEDGER_KEY_DIR to the folder of the keys, "
            "or restore the keys from their backup"
        ) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyAccessError(f"{path}: other users may read this key; run `chmod 600` on it")
    if len(content) != KEY_BYTES:
        raise KeyAccessError(f"{path}: {len(content)} bytes instead of {KEY_BYTES}; restore the key from its backup")
    return content
