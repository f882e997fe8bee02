"""The audit log: append-only, hash chain, HMAC with a key of its own, on the disk before it is acknowledged."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.store.keys import Keys

FIRST = "0" * 64


class AuditLog:
    """The log of one data folder. Several processes may append; a lock file puts them in order."""

    def __init__(self, data: Path, keys: Keys) -> None:
        self.path = data / "audit.log"
        self._key = keys.audit
        self._lock = FileLock(str(data / "audit.lock"))

    def append(
        self,
        actor: Actor,
        action: str,
        target: str,
        *,
        outcome: str = "done",
        reason: str | None = None,
        **details: object,
    ) -> str:
        """Append one record and return its hash; it is on the disk when this returns."""
        with self._lock:
            sequence, previous = self._head()
            record = {
                "sequence": sequence + 1,
                "at": datetime.now(UTC).isoformat(),
                "actor": actor.name,
                "actor_kind": actor.kind,
                "roles": list(actor.roles),
                "action": action,
                "target": target,
                "outcome": outcome,
                "reason": reason,
                "details": details,
                "previous": previous,
            }
            body = _canonical(record)
            digest = hmac.new(self._key, body, hashlib.sha256).hexdigest()
            line = _canonical({**record, "hmac": digest}) + b"\n"
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            return digest

    def records(self) -> Iterator[dict[str, object]]:
        """All records in order, unchecked."""
        if self.path.is_file():
            with self.path.open("rb") as file:
                for line in file:
                    yield json.loads(line)

    def verify(self) -> list[str]:
        """What is wrong with the log: edits, deletions, reordering, duplicates. Empty when it is whole."""
        problems = []
        previous, expected = FIRST, 1
        for number, record in enumerate(self.records(), start=1):
            stated = str(record.pop("hmac", ""))
            digest = hmac.new(self._key, _canonical(record), hashlib.sha256).hexdigest()
            if not hmac.compare_digest(stated, digest):
                problems.append(f"record {number}: changed after it was written")
            if record["previous"] != previous or record["sequence"] != expected:
                problems.append(f"record {number}: does not follow the record before it")
            previous, expected = stated, expected + 1
        return problems

    def _head(self) -> tuple[int, str]:
        """Sequence and hash of the last record; reads only the tail."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return 0, FIRST
        if size == 0:
            return 0, FIRST
        with self.path.open("rb") as file:
            window = 65536
            file.seek(max(0, size - window))
            lines = file.read().splitlines()
        try:
            record = json.loads(lines[-1])
        except json.JSONDecodeError as error:
            raise StoreError(f"{self.path}: the last record is cut short; run `shiftledger audit verify`") from error
        return int(record["sequence"]), str(record["hmac"])


def _canonical(record: dict[str, object]) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()
