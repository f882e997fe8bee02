"""Encrypted originals: every file that was ever taken in, by its hash. One data key a file, wrapped."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from data_contracts.errors import KeyAccessError, StoreError
from etl.store.keys import Keys

_MAGIC = b"SLV1"
_WRAPPED = 40
_NONCE = 12
_TAG = 16


def _path(data: Path, source_file_id: str) -> Path:
    return data / "vault" / source_file_id[:2] / source_file_id


def put(data: Path, keys: Keys, source_file_id: str, content: bytes) -> None:
    """Store a file; the caller makes it durable with ``flush`` before it refers to it."""
    path = _path(data, source_file_id)
    with suppress(FileNotFoundError):
        # A file of another size was torn by a power cut before ``flush``: it is written anew.
        if path.stat().st_size == len(_MAGIC) + _WRAPPED + _NONCE + len(content) + _TAG:
            return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    data_key = secrets.token_bytes(32)
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(data_key).encrypt(nonce, content, source_file_id.encode())
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    temporary.write_bytes(_MAGIC + aes_key_wrap(keys.vault, data_key) + nonce + sealed)
    temporary.replace(path)


def flush() -> None:
    """Make everything that was put durable: one call a batch instead of one a file."""
    os.sync()


def get(data: Path, keys: Keys, source_file_id: str) -> bytes:
    """The original bytes. Raises StoreError when the file is missing or damaged, KeyAccessError for keys."""
    path = _path(data, source_file_id)
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: the original is not in the vault ({error.strerror})") from error
    wrapped, rest = blob[4 : 4 + _WRAPPED], blob[4 + _WRAPPED :]
    if blob[:4] != _MAGIC or len(rest) < _NONCE:
        raise StoreError(f"{path}: not a vault file, or cut short; restore it from the backup")
    try:
        data_key = aes_key_unwrap(keys.vault, wrapped)
        return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], source_file_id.encode())
    except InvalidTag:
        raise StoreError(f"{path}: damaged; restore it from the backup") from None
    except InvalidUnwrap:
        raise KeyAccessError(f"{path}: the vault key does not fit; set SHIFTLEDGER_KEY_DIR") from None
