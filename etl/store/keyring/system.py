"""Keys in the keyring of the system: Secret Service of a desktop, Keychain, Credential Manager. Package ``keyring``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import keyring
from keyring.errors import KeyringError, PasswordDeleteError

from data_contracts.errors import KeyAccessError

T = TypeVar("T")
SERVICE = "shiftledger"


@dataclass(frozen=True, slots=True)
class SystemPlace:
    """One entry of the service ``shiftledger``. The writer's lock decides who may write, so no version is kept."""

    key_id: str

    def told(self) -> str:
        """What to call it in a message."""
        return f"keyring entry {SERVICE}/{self.key_id}"

    def read(self) -> tuple[str, int]:
        """The text."""
        return self._asked(lambda: keyring.get_password(SERVICE, self.key_id)) or "", 0

    def write(self, text: str, version: int) -> None:
        """Put another text in its place."""
        self._asked(lambda: keyring.set_password(SERVICE, self.key_id, text))

    def delete(self) -> None:
        """Leave nothing behind."""
        with suppress(PasswordDeleteError):
            self._asked(lambda: keyring.delete_password(SERVICE, self.key_id))

    def _asked(self, question: Callable[[], T]) -> T:
        """The answer of the keyring. Raises KeyAccessError."""
        try:
            return question()
        except PasswordDeleteError:
            raise
        except (KeyringError, OSError, RuntimeError) as error:
            told = str(error).partition("\n")[0] or type(error).__name__
        # Raised out here: an error of the keyring may hold what was to be kept.
        raise KeyAccessError(f"{self.told()}: cannot be reached ({told}); unlock the keyring, see whether it runs")
