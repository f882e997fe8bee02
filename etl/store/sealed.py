"""A stream sealed in chunks with AES-256-GCM under a key of its own: what leaves the machine.

Each file has a fresh salt and from it a fresh key; a chunk's nonce is its number and whether it is the last one. So a
changed, missing, doubled or moved chunk and a cut end are all found. Nothing is given out before its chunk is verified.
"""

from __future__ import annotations

import io
import secrets
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data_contracts.errors import KeyAccessError, StoreError

CHUNK = 2**20
_MAGIC = b"SLB1"
_SALT, _CHECK, _TAG = 32, 16, 16


class Sealer(io.RawIOBase):
    """Seals what is written into ``target``; ``close`` writes the last chunk and leaves the target open."""

    def __init__(self, target: IO[bytes], key: bytes) -> None:
        self._target = target
        salt = secrets.token_bytes(_SALT)
        self._cipher, check = _cipher(key, salt)
        self._head = _MAGIC + salt + check
        self._number = 0
        self._waiting = bytearray()
        target.write(self._head)

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, content: bytes, /) -> int:  # type: ignore[override]
        """Seal every chunk that is full."""
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Seal the last chunk; what has none is cut off."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._head))
        self._number += 1


class Opener(io.RawIOBase):
    """Reads what ``Sealer`` wrote. Raises KeyAccessError for another key, StoreError for damage."""

    def __init__(self, source: IO[bytes], key: bytes, name: str) -> None:
        self._source, self._name = source, name
        self._head = source.read(len(_MAGIC) + _SALT + _CHECK)
        if self._head[:4] != _MAGIC or len(self._head) < len(_MAGIC) + _SALT + _CHECK:
            raise StoreError(f"{name}: not a backup of ShiftLedger, or cut short at its start")
        self._cipher, check = _cipher(key, self._head[4 : 4 + _SALT])
        if check != self._head[4 + _SALT :]:
            raise KeyAccessError(f"{name}: the key of --key-file is not the one this backup was made with")
        self._number = 0
        self._ready = memoryview(b"")
        self._next = source.read(CHUNK + _TAG)
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        """Fill with verified bytes; 0 at the verified end."""
        while not self._ready and not self._ended:
            self._open()
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _open(self) -> None:
        chunk, self._next = self._next, self._source.read(CHUNK + _TAG)
        last = not self._next
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=last), chunk, self._head)
        except (InvalidTag, ValueError):
            raise StoreError(f"{self._name}: damaged or cut short; take another backup") from None
        self._ready, self._ended = memoryview(plain), last
        self._number += 1


def _cipher(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    """The cipher of one file, and what tells that it is the right one."""
    derived = HKDF(hashes.SHA256(), 32 + _CHECK, salt=salt, info=b"shiftledger backup").derive(key)
    return AESGCM(derived[:32]), derived[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
