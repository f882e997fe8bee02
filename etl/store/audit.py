"""The audit log: append-only, hash chain, HMAC with a key of its own, on the disk before it is acknowledged.

Beside it a head says how many records there are and how the last one is hashed, so that a cut tail is found.
Putting log *and* head back to an earlier day is found only by comparing with a head that was kept elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Self

from filelock import FileLock

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.store.files import write_atomically
from etl.store.keys import Keys

FIRST = "0" * 64
GAP = "audit.gap"
"""Action of the record that says that records before it are missing."""


@dataclass(frozen=True, slots=True)
class Head:
    """Number of records and HMAC of the last one."""

    sequence: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` wrote, ``12:4fe0…``. Raises StoreError."""
        count, _, digest = text.partition(":")
        if not count.isdigit() or not digest:
            raise StoreError(f"{text!r} is no head of an audit log; write records:hash as the digest says it")
        return cls(int(count), digest)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.digest}"


class AuditLog:
    """The log of one data folder. Several processes may append; a lock file puts them in order."""

    def __init__(self, data: Path, keys: Keys) -> None:
        self.path = data / "audit.log"
        self._head_path = data / "audit.head"
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
        record: dict[str, object] = {
            "at": datetime.now(UTC).isoformat(),
            "actor": actor.name,
            "actor_kind": actor.kind,
            "roles": list(actor.roles),
            "action": action,
            "target": target,
            "outcome": outcome,
            "reason": reason,
            "details": details,
        }
        with self._lock:
            stated = self._stated_head()
            last = self._last(stated)
            if _is_cut(stated, last):
                gap = {**record, "action": GAP, "target": str(self.path), "outcome": "damaged", "reason": None}
                last = self._write({**gap, "details": {"records_before": stated.sequence if stated else None}}, last)
            return self._write(record, last).digest

    def _write(self, record: dict[str, object], last: Head) -> Head:
        chained = {**record, "sequence": last.sequence + 1, "previous": last.digest}
        digest = self._hmac(_canonical(chained))
        line = _canonical({**chained, "hmac": digest}) + b"\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            try:
                written = os.write(descriptor, line)
                if written != len(line):
                    raise StoreError(f"{self.path}: no room for another record; nothing is done without one")
                os.fsync(descriptor)
            except BaseException:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        head = {"sequence": last.sequence + 1, "digest": digest}
        write_atomically(self._head_path, _canonical({**head, "hmac": self._hmac(_canonical(head))}))
        return Head(last.sequence + 1, digest)

    def records(self) -> Iterator[dict[str, object]]:
        """All records in order, unchecked. Raises StoreError for a line that is none."""
        for number, line in enumerate(self._lines(), start=1):
            record = _record(line)
            if record is None:
                raise StoreError(f"{self.path}: record {number} cannot be read; run `shiftledger audit verify`")
            yield record

    def head(self) -> Head:
        """The log as it is now, to be kept where its owner cannot rewrite it. Raises StoreError when it is damaged."""
        with self._lock:
            return self._last(self._stated_head())

    def verify(self) -> list[str]:
        """What is wrong with the log: edits, deletions, reordering, duplicates, a cut tail. Empty when it is whole."""
        problems: list[str] = []
        last = Head(0, FIRST)
        agreed = False
        with self._lock:
            lines, stated = list(self._lines()), self._stated_head()
        for number, line in enumerate(lines, start=1):
            record = _record(line)
            if record is None:
                problems.append(f"record {number}: cannot be read")
                last = Head(last.sequence + 1, "")
                continue
            said = str(record.pop("hmac", ""))
            if line != _canonical({**record, "hmac": said}) or not hmac.compare_digest(
                said.encode(), self._hmac(_canonical(record)).encode()
            ):
                problems.append(f"record {number}: changed after it was written")
            if record.get("previous") != last.digest or record.get("sequence") != last.sequence + 1:
                problems.append(f"record {number}: does not follow the record before it")
            if record.get("action") == GAP:
                problems.append(f"record {number}: says that records before it were cut off")
            last = Head(last.sequence + 1, said)
            agreed = agreed or last == stated
        if stated is None and lines:
            problems.append(f"{self._head_path}: missing or changed; it says how many records there are")
        elif stated is not None and not agreed:
            problems.append(f"the end: {stated.sequence} records were written, and the last of them is not here")
        return problems

    def holds(self, kept: Head) -> bool:
        """Whether the log still has the record that was its last one when ``kept`` was written down elsewhere."""
        with self._lock:
            line = next(islice(self._lines(), kept.sequence - 1, None), None) if kept.sequence > 0 else None
        record = _record(line) if line is not None else None
        return record is not None and _head_of(record) == kept

    def _lines(self) -> Iterator[bytes]:
        if self.path.is_file():
            with self.path.open("rb") as file:
                yield from (line.removesuffix(b"\n") for line in file)

    def _hmac(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()

    def _stated_head(self) -> Head | None:
        """What the head file says; None when there is none or it is not ours."""
        try:
            said = _record(self._head_path.read_bytes())
        except FileNotFoundError:
            return None
        if said is None or not hmac.compare_digest(
            str(said.pop("hmac", "")).encode(), self._hmac(_canonical(said)).encode()
        ):
            return None
        return Head(int(str(said["sequence"])), str(said["digest"]))

    def _last(self, stated: Head | None) -> Head:
        """The last record; reads only the tail. What a power cut left of a line that was never acknowledged goes."""
        tail = self._tail()
        if tail and not tail.endswith(b"\n"):
            before, _, torn = tail.rpartition(b"\n")
            whole = _record(before.rpartition(b"\n")[2]) if before else None
            if (stated or Head(0, FIRST)) != (_head_of(whole) if whole else Head(0, FIRST)):
                raise StoreError(f"{self.path}: the last record is cut short; run `shiftledger audit verify`")
            os.truncate(self.path, self.path.stat().st_size - len(torn))
            tail = before
        line = tail.removesuffix(b"\n").rpartition(b"\n")[2]
        if not line:
            return Head(0, FIRST)
        record = _record(line)
        if record is None:
            raise StoreError(f"{self.path}: the last record cannot be read; run `shiftledger audit verify`")
        return _head_of(record)

    def _tail(self) -> bytes:
        """The end of the file, far enough back to hold two whole lines."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                window = 65536
                while True:
                    file.seek(max(0, size - window))
                    tail = file.read()
                    if window >= size or tail.count(b"\n") > 2:
                        return tail
                    window *= 4
        except FileNotFoundError:
            return b""


def _is_cut(stated: Head | None, last: Head) -> bool:
    """One record more than the head says is a crash between the two; anything else that differs is a cut."""
    if stated is None:
        return last.sequence > 1
    return last != stated and last.sequence != stated.sequence + 1


def _head_of(record: dict[str, object]) -> Head:
    return Head(int(str(record.get("sequence"))), str(record.get("hmac")))


def _record(line: bytes) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _canonical(record: dict[str, object]) -> bytes:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode(errors="backslashreplace")  # half a surrogate, from a file name, becomes its JSON escape
