"""Writing files so that a crash leaves either the old file or the new one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from data_contracts.errors import StoreError


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write to a temporary name, fsync, rename, fsync the folder."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def deliver(path: Path, content: bytes) -> None:
    """Write a file that a person asked for, all of it or nothing; its folder is made. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content, mode=0o644)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of a file durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
