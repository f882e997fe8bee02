"""Where the keys of one site lie. Which key is for what: ``etl.store.keys``.

Files outside the site (``files``), the keyring of the system (``system``) or a server for secrets (``vault``): one word
of the machine, ``SHIFTLEDGER_KEY_STORE``, says which. Another place is one more class with these methods.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Protocol

from etl.settings import settings

KEY_BYTES = 32


class KeyRing(Protocol):
    """The keys of one site by their names; every change is durable when it returns."""

    def names(self) -> list[str]:
        """Names of all keys, sorted. Raises KeyAccessError when the place of the keys cannot be reached."""

    def get(self, name: str) -> bytes:
        """The key, KEY_BYTES long. Raises KeyAccessError when it is missing, damaged or readable by others."""

    def put(self, name: str, key: bytes) -> None:
        """Keep a new key. Raises KeyAccessError when there is one of that name."""

    def rename(self, name: str, new: str) -> None:
        """Give a key another name, in one step."""

    def destroy(self, name: str) -> None:
        """Make a key unreadable for ever; no error when there is none."""

    def clear(self) -> None:
        """Leave nothing behind of a ring that came to nothing."""


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def ring_of(key_dir: Path, key_id: str) -> KeyRing:
    """The ring of that name in the place that this machine keeps keys in; ``key_dir`` counts for files only."""
    chosen = settings()
    if chosen.key_store == "files":
        from etl.store.keyring.files import FileRing  # noqa: PLC0415 - each place only where it is the one

        return FileRing(key_dir / key_id)
    from etl.store.keyring.secret import SecretRing  # noqa: PLC0415

    if chosen.key_store == "keyring":
        from etl.store.keyring.system import SystemPlace  # noqa: PLC0415

        return SecretRing(SystemPlace(key_id))
    from etl.store.keyring.vault import VaultPlace  # noqa: PLC0415

    return SecretRing(VaultPlace.of(chosen, key_id))
