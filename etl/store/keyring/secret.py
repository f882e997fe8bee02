"""All keys of a site as one secret text in a place that others guard, so that each change is one step there."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Protocol

from data_contracts.errors import KeyAccessError
from etl.store.keyring import KEY_BYTES


class Place(Protocol):
    """Where one secret text lies; what was there before a change is gone for ever. All raise KeyAccessError."""

    def told(self) -> str:
        """What to call it in a message."""

    def read(self) -> tuple[str, int]:
        """The text and its version; blank when there is none."""

    def write(self, text: str, version: int) -> None:
        """Put another text in place of the one that was read with that version."""

    def delete(self) -> None:
        """Leave nothing behind."""


@dataclass(frozen=True, slots=True)
class SecretRing:
    """Keys as one JSON text: name to the key, base64."""

    place: Place

    def names(self) -> list[str]:
        """Names of all keys, sorted."""
        return sorted(self._read()[0])

    def get(self, name: str) -> bytes:
        """The key. Raises KeyAccessError."""
        keys, _ = self._read()
        if name not in keys:
            raise KeyAccessError(f"{self.place.told()}: no key {name}; restore the keys from their backup")
        key = base64.b64decode(keys[name])
        if len(key) != KEY_BYTES:
            told = f"{len(key)} bytes instead of {KEY_BYTES}; restore the key from its backup"
            raise KeyAccessError(f"{self.place.told()}: key {name} has {told}")
        return key

    def put(self, name: str, key: bytes) -> None:
        """Keep a new key. Raises KeyAccessError."""
        keys, version = self._read()
        if name in keys:
            raise KeyAccessError(f"{self.place.told()}: there is a key {name} already, and it is not written over")
        self._write({**keys, name: base64.b64encode(key).decode()}, version)

    def rename(self, name: str, new: str) -> None:
        """Give a key another name, in one step."""
        keys, version = self._read()
        self._write({new if one == name else one: key for one, key in keys.items()}, version)

    def destroy(self, name: str) -> None:
        """Leave the key out of what is kept; how thoroughly the place forgets is its own affair."""
        keys, version = self._read()
        if name in keys:
            self._write({one: key for one, key in keys.items() if one != name}, version)

    def clear(self) -> None:
        """Leave nothing behind."""
        self.place.delete()

    def _read(self) -> tuple[dict[str, str], int]:
        text, version = self.place.read()
        try:
            keys: dict[str, str] = json.loads(text or "{}")
        except ValueError:
            raise KeyAccessError(
                f"{self.place.told()}: not keys of ShiftLedger; restore them from their backup"
            ) from None
        return keys, version

    def _write(self, keys: dict[str, str], version: int) -> None:
        self.place.write(json.dumps(keys, sort_keys=True), version)
