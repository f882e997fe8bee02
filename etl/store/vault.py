"""Encrypted originals: every file that was ever taken in, by its hash. One data key a file, wrapped.

The data key is wrapped by the key of the plant and month in which the file came (``Envelope``). The file itself
is never changed: keys wrapped anew lie beside it (``.key``). What was retired is a head without a body, and stands in
``retired.json``; destroying the period's key is what makes it unreadable. Who retires: ``etl.store.retire``.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from data_contracts.errors import KeyAccessError, RetiredError, StoreError
from etl.store.files import write_atomically
from etl.store.keys import Envelope, Keys, envelope

_PLAIN, _NAMED = b"SLV1", b"SLV2"
_WRAPPED = 40
_NONCE = 12
_TAG = 16
_LONGEST_HEAD = 4 + 1 + 255 + _WRAPPED
RETIRED = "retired.json"


@dataclass(frozen=True, slots=True)
class Head:
    """How an original begins; ``period`` names its wrapping key and is blank for the vault's own.

    ``start``: where its body begins; None for one that was retired.
    """

    period: str
    wrapped: bytes
    start: int | None


def path_of(data: Path, source_file_id: str) -> Path:
    """Where an original lies."""
    return data / "vault" / source_file_id[:2] / source_file_id


def originals(data: Path) -> Iterator[Path]:
    """Every original, in order of its hash."""
    yield from (path for path in sorted((data / "vault").glob("??/*")) if "." not in path.name)


def put(data: Path, keys: Keys, source_file_id: str, content: bytes, period: Envelope | None = None) -> None:
    """Store a file; the caller makes it durable with ``flush`` before it refers to it."""
    path = path_of(data, source_file_id)
    with suppress(FileNotFoundError, StoreError):
        # A file of another size was torn by a power cut before ``flush``: it is written anew.
        if path.stat().st_size == (head(path).start or 0) + _NONCE + len(content) + _TAG:
            return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _beside(path).unlink(missing_ok=True)
    wrapping = period or envelope(keys, "")
    data_key = secrets.token_bytes(32)
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(data_key).encrypt(nonce, content, source_file_id.encode())
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    temporary.write_bytes(_head(wrapping.name) + aes_key_wrap(wrapping.key, data_key) + nonce + sealed)
    temporary.replace(path)


def flush() -> None:
    """Make everything that was put durable: one call a batch instead of one a file."""
    os.sync()


def get(data: Path, keys: Keys, source_file_id: str) -> bytes:
    """The original bytes.

    Raises StoreError when the file is missing or damaged, KeyAccessError for keys, RetiredError when it was retired.
    """
    path = path_of(data, source_file_id)
    try:
        top, blob = head(path), path.read_bytes()
    except FileNotFoundError as error:
        raise StoreError(f"{path}: the original is not in the vault ({error.strerror})") from error
    day = retired(data).get(top.period) if top.period else None
    if day is not None:
        raise RetiredError(source_file_id, day)
    if top.start is None or len(blob) < top.start + _NONCE:
        raise StoreError(f"{path}: not a vault file, or cut short; restore it from the backup")
    data_key = _unwrapped(top, keys)
    if data_key is None:
        raise KeyAccessError(f"{path}: the vault key does not fit; set SHIFTLEDGER_KEY_DIR")
    try:
        body = top.start + _NONCE
        return AESGCM(data_key).decrypt(blob[top.start : body], blob[body:], source_file_id.encode())
    except InvalidTag:
        raise StoreError(f"{path}: damaged; restore it from the backup") from None


def is_retired(data: Path, source_file_id: str, periods: dict[str, str]) -> bool:
    """Whether an original was retired; ``periods`` as ``retired`` gave them."""
    if not periods:
        return False
    with suppress(FileNotFoundError, StoreError):
        return head(path_of(data, source_file_id)).period in periods
    return False


def retired(data: Path) -> dict[str, str]:
    """Periods whose originals were retired, and the day (ISO) on which that was."""
    try:
        found: dict[str, str] = json.loads((data / "vault" / RETIRED).read_text())
    except FileNotFoundError:
        return {}
    return found


def rewrap(path: Path, keys: Keys, newest: Envelope) -> bool:
    """Wrap the data key of an original with the newest key of its period; whether that was needed.

    Raises KeyAccessError when no key of the period fits.
    """
    top = head(path)
    if top.start is None:
        return False
    with suppress(InvalidUnwrap):
        aes_key_unwrap(newest.key, top.wrapped)
        return False
    data_key = _unwrapped(top, keys)
    if data_key is None:
        raise KeyAccessError(f"{path}: no key of {top.period or 'the vault'} fits; nothing was changed")
    write_atomically(_beside(path), aes_key_wrap(newest.key, data_key))
    return True


def bury(path: Path, period: str) -> None:
    """Leave only the head of an original that was retired."""
    write_atomically(path, _head(period))
    _beside(path).unlink(missing_ok=True)


def head(path: Path) -> Head:
    """How an original begins. Raises FileNotFoundError, or StoreError for what is no such file."""
    try:
        with path.open("rb") as file:
            top = file.read(_LONGEST_HEAD)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{path}: the original cannot be read ({error.strerror})") from error
    size = 1 + top[4] if top[:4] == _NAMED and len(top) > 4 else 0
    start = 4 + size
    name = top[5:start].decode(errors="replace")
    if name and top == _head(name):
        return Head(name, b"", None)
    wrapped = top[start : start + _WRAPPED]
    if top[:4] not in (_PLAIN, _NAMED) or len(wrapped) < _WRAPPED:
        raise StoreError(f"{path}: not a vault file, or cut short; restore it from the backup")
    with suppress(FileNotFoundError):
        wrapped = _beside(path).read_bytes()
    return Head(name, wrapped, start + _WRAPPED)


def _unwrapped(top: Head, keys: Keys) -> bytes | None:
    """The data key of an original; None when no wrapping key of its period fits."""
    for key in keys.all(top.period or "vault"):
        with suppress(InvalidUnwrap):
            return aes_key_unwrap(key, top.wrapped)
    return None


def _head(name: str) -> bytes:
    return _NAMED + bytes([len(name)]) + name.encode() if name else _PLAIN


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.key")
