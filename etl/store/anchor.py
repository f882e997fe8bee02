"""Heads of the audit log in a file that its owner cannot rewrite: another user's, who adds the head from time to time.

Cutting log and head back to an earlier day is found then without anybody keeping mails. The head is no secret and needs
no key to be read; the log: ``etl.store.audit``.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_contracts.errors import StoreError
from etl.store.audit import AuditLog, Head

STALE = timedelta(days=2)
OTHERS_WRITE = 0o022


@dataclass(frozen=True, slots=True)
class Kept:
    """A head as the witness wrote it down."""

    at: datetime
    head: Head


def witness(data: Path, file: Path, *, now: datetime) -> Kept:
    """Add the head as it is now to the witness's file; on the disk when this returns. ``now``: with zone."""
    path = data / "audit.head"
    try:
        said = json.loads(path.read_bytes())
        kept = Kept(now, Head(int(said["sequence"]), str(said["digest"])))
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, f"{kept.at.astimezone(UTC).isoformat(timespec='seconds')} {kept.head}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} → {file}: the head was not written down: {error}") from error
    return kept


def problems(log: AuditLog, file: Path, *, now: datetime) -> list[str]:
    """What is wrong with the witness's file, or with the log when held against it; empty when all is well."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        found = [*_rewritable(file, log.path), *_rewritable(file.parent, log.path)]
    except OSError as error:
        return [f"{file}: the heads that another user keeps cannot be read ({error.strerror})"]
    kept: list[Kept] = []
    for number, line in enumerate(lines, start=1):
        try:
            at, _, head = line.partition(" ")
            kept.append(Kept(datetime.fromisoformat(at), Head.parse(head)))
        except (ValueError, StoreError):
            found.append(f"{file}: line {number} is no head")
    newest = max((one.at for one in kept), default=None)
    if newest is None or now - newest > STALE:
        told = "none" if newest is None else newest.isoformat()
        found.append(f"{file}: the newest head is {told}; is the witness still running?")
    lost = log.lacking({one.head for one in kept if one.head.sequence > 0})
    found += [f"record {head.sequence}: not the one that {file} says; the log was cut off or put back" for head in lost]
    return found


def _rewritable(path: Path, log: Path) -> list[str]:
    """Whether the log's owner, or anybody, can write there."""
    about = path.stat()
    if about.st_uid == log.stat().st_uid:
        return [f"{path}: belongs to the owner of the audit log, who can rewrite it"]
    return [f"{path}: others than its owner can write there"] if about.st_mode & OTHERS_WRITE else []
