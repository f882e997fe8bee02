"""Keys as files of one folder outside the site, readable by their owner only."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from data_contracts.errors import KeyAccessError
from etl.store.files import sync_folder, write_atomically
from etl.store.keyring import KEY_BYTES

_SUFFIX = ".key"


@dataclass(frozen=True, slots=True)
class FileRing:
    """Keys as files of one folder with mode 0700."""

    folder: Path

    def names(self) -> list[str]:
        """Names of all keys, sorted."""
        return sorted(path.name.removesuffix(_SUFFIX) for path in self.folder.glob(f"*{_SUFFIX}"))

    def get(self, name: str) -> bytes:
        """The key. Raises KeyAccessError."""
        return read_key(
            self._path(name),
            "set SHIFTLEDGER_KEY_DIR to the folder of the keys, or restore the keys from their backup",
        )

    def put(self, name: str, key: bytes) -> None:
        """Keep a new key, with mode 0600. Raises KeyAccessError."""
        path = self._path(name)
        try:
            if path.exists():
                raise KeyAccessError(f"{path}: there is a key already, and it is not written over")
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            write_atomically(path, key)
        except OSError as error:
            raise KeyAccessError(f"{path}: key cannot be kept ({error.strerror})") from error

    def rename(self, name: str, new: str) -> None:
        """Give a key another name, in one step."""
        self._path(name).rename(self._path(new))
        sync_folder(self.folder)

    def destroy(self, name: str) -> None:
        """Overwrite and remove. A disk that keeps old blocks may still hold them: encrypt the disk of the keys too."""
        path = self._path(name)
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(self.folder)

    def clear(self) -> None:
        """Leave nothing behind."""
        for name in self.names():
            self.destroy(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"


def read_key(path: Path, remedy: str) -> bytes:
    """A key from its file. Raises KeyAccessError, with ``remedy`` when it cannot be read."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise KeyAccessError(f"{path}: key not readable ({error.strerror}); {remedy}") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyAccessError(f"{path}: other users may read this key; run `chmod 600` on it")
    if len(content) != KEY_BYTES:
        raise KeyAccessError(f"{path}: {len(content)} bytes instead of {KEY_BYTES}; restore the key from its backup")
    return content
