"""The audit log: append-only, hash chain, HMAC with keys of its own, on the disk before it is acknowledged.

Beside it a head says how many records there are and how the last one is hashed, so that a cut tail is found.
Putting log *and* head back to an earlier day is found only by comparing with a head that was kept elsewhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from filelock import FileLock

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.store.audit_seal import PENDING, REKEY, Signers, canonical, is_sealed, seal
from etl.store.files import write_atomically
from etl.store.keyring import new_key
from etl.store.keys import Keys, fingerprint, following

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


@dataclass(frozen=True, slots=True)
class _End:
    """The last record, the key that seals the next one, and what the head file states."""

    last: Head
    key: bytes = field(repr=False)
    stated: Head | None


class AuditLog:
    """The log of one data folder. Several processes may append; a lock file puts them in order."""

    def __init__(self, data: Path, keys: Keys) -> None:
        self.path = data / "audit.log"
        self._head_path = data / "audit.head"
        self._keys = keys
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
            end = self._end()
            if _is_cut(end.stated, end.last):
                missing = {"records_before": end.stated.sequence if end.stated else None}
                gap = _record(actor, GAP, str(self.path), "damaged", None, missing)
                end = self._write(gap, end)
            return self._write(_record(actor, action, target, outcome, reason, details), end).last.digest

    def change_key(self, actor: Actor) -> None:
        """Go on under a new key; former records are verified with the former one, which is kept for that.

        Killed in between, the next call finishes. Raises StoreError for a ring that cannot keep keys.
        """
        ring = self._keys.ring
        if ring is None:
            raise StoreError("the audit key cannot be changed: these keys lie on no ring")
        with self._lock:
            if PENDING not in ring.names():
                ring.put(PENDING, new_key())
            end, pending = self._end(), ring.get(PENDING)
            if end.key != pending:
                details = {"former": fingerprint(end.key), "next": fingerprint(pending)}
                self._write(_record(actor, REKEY, str(self.path), "done", None, details), end)
            ring.rename(PENDING, following(ring.names(), "audit"))

    def _write(self, record: dict[str, object], end: _End) -> _End:
        last = end.last
        chained = {**record, "sequence": last.sequence + 1, "previous": last.digest}
        whole = {**chained, "hmac": seal(chained, end.key)}
        line = canonical(whole) + b"\n"
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
        key = Signers.of(self._keys).after(whole) if record["action"] == REKEY else end.key
        now = _head_of(whole)
        head = {"sequence": now.sequence, "digest": now.digest}
        write_atomically(self._head_path, canonical({**head, "hmac": seal(head, key)}))
        return _End(now, key, now)

    def records(self) -> Iterator[dict[str, object]]:
        """All records in order, unchecked. Raises StoreError for a line that is none."""
        for number, line in enumerate(self._lines(), start=1):
            record = _parsed(line)
            if record is None:
                raise StoreError(f"{self.path}: record {number} cannot be read; run `shiftledger audit verify`")
            yield record

    def head(self) -> Head:
        """The log as it is now, to be kept where its owner cannot rewrite it. Raises StoreError when it is damaged."""
        with self._lock:
            return self._end().last

    def verify(self) -> list[str]:
        """What is wrong with the log: edits, deletions, reordering, duplicates, a cut tail. Empty when it is whole."""
        problems: list[str] = []
        last = Head(0, FIRST)
        with self._lock:
            lines, signers = list(self._lines()), Signers.of(self._keys)
            stated = self._stated_head(signers, _parsed(lines[-1]) if lines else None)
        agreed, key = False, signers.first
        for number, line in enumerate(lines, start=1):
            record = _parsed(line)
            if record is None:
                problems.append(f"record {number}: cannot be read")
                last = Head(last.sequence + 1, "")
                continue
            if line != canonical(record) or not is_sealed(record, key):
                problems.append(f"record {number}: changed after it was written")
            elif record.get("action") == REKEY:
                key = signers.handed_over(record) or key
            if record.get("previous") != last.digest or record.get("sequence") != last.sequence + 1:
                problems.append(f"record {number}: does not follow the record before it")
            if record.get("action") == GAP:
                problems.append(f"record {number}: says that records before it were cut off")
            last = Head(last.sequence + 1, str(record.get("hmac", "")))
            agreed = agreed or last == stated
        if stated is None and lines:
            problems.append(f"{self._head_path}: missing or changed; it says how many records there are")
        elif stated is not None and not agreed:
            problems.append(f"the end: {stated.sequence} records were written, and the last of them is not here")
        if lines and not signers.may_end_with(key):
            problems.append("the end: the records under the newest audit key are not here")
        return problems

    def holds(self, kept: Head) -> bool:
        """Whether the log still has the record that was its last one when ``kept`` was written down elsewhere."""
        return not self.lacking({kept})

    def lacking(self, kept: set[Head]) -> list[Head]:
        """Of heads that were written down elsewhere, those whose record the log no longer has, in order."""
        wanted = {head.sequence for head in kept}
        with self._lock:
            lines = {number: line for number, line in enumerate(self._lines(), start=1) if number in wanted}
        records = {number: _parsed(line) for number, line in lines.items()}
        there = {_head_of(record) for record in records.values() if record is not None}
        return sorted(kept - there, key=lambda head: (head.sequence, head.digest))

    def _lines(self) -> Iterator[bytes]:
        if self.path.is_file():
            with self.path.open("rb") as file:
                yield from (line.removesuffix(b"\n") for line in file)

    def _stated_head(self, signers: Signers, last: dict[str, object] | None) -> Head | None:
        """What the head file says; None when there is none or it is not ours."""
        try:
            said = _parsed(self._head_path.read_bytes())
        except FileNotFoundError:
            return None
        if said is None or not any(is_sealed(said, key) for key in signers.of_head(last)):
            return None
        return Head(int(str(said["sequence"])), str(said["digest"]))

    def _end(self) -> _End:
        """Where the log ends; reads only the tail. What a power cut left of a line never acknowledged goes."""
        before, torn = self._tail(), b""
        if not before.endswith(b"\n"):
            before, _, torn = before.rpartition(b"\n")
        line = before.removesuffix(b"\n").rpartition(b"\n")[2]
        record = _parsed(line) if line else None
        if line and record is None:
            raise StoreError(f"{self.path}: the last record cannot be read; run `shiftledger audit verify`")
        signers = Signers.of(self._keys)
        last, stated = _head_of(record) if record else Head(0, FIRST), self._stated_head(signers, record)
        if torn:
            if (stated or Head(0, FIRST)) != last:
                raise StoreError(f"{self.path}: the last record is cut short; run `shiftledger audit verify`")
            os.truncate(self.path, self.path.stat().st_size - len(torn))
        return _End(last, signers.after(record), stated)

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


def _record(
    actor: Actor, action: str, target: str, outcome: str, reason: str | None, details: Mapping[str, object]
) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(),
        "actor": actor.name,
        "actor_kind": actor.kind,
        "roles": list(actor.roles),
        "address": actor.address or None,
        "action": action,
        "target": target,
        "outcome": outcome,
        "reason": reason,
        "details": details,
    }


def _parsed(line: bytes) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
