"""What an auditor may do with the audit log: read it, take it away, have it checked. Opened by ``etl.desk``.

Each of these is itself on record.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data_contracts.errors import StoreError
from data_contracts.scope import Actor, Scope
from etl.permission import allowed
from etl.settings import data_folder, settings
from etl.store.anchor import problems as anchored
from etl.store.audit import AuditLog, Head
from etl.store.keys import load_keys

COLUMNS = (
    *("sequence", "at", "actor", "actor_kind", "roles", "address"),
    *("action", "target", "outcome", "reason", "details"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: words that occur anywhere in one, and exact values; blank means all. The newest come first."""

    text: str = ""
    actor: str = ""
    action: str = ""
    outcome: str = ""

    def holds(self, record: Mapping[str, object]) -> bool:
        """Whether a record is wanted."""
        exact = all(
            not value or record.get(name) == value
            for name, value in (("actor", self.actor), ("action", self.action), ("outcome", self.outcome))
        )
        whole = json.dumps(record, ensure_ascii=False).casefold()
        return exact and all(word in whole for word in self.text.casefold().split())


def read_audit(home: Path, actor: Actor, wanted: Wanted | None = None, *, most: int = 500) -> list[dict[str, object]]:
    """Records with COLUMNS, the newest first. Raises DeniedError, and StoreError for a log that is damaged."""
    wanted = wanted or Wanted()
    allowed(home, actor, Scope.company(), "audit", "audit.read", wanted.text)
    log = _log(home)
    log.append(actor, "audit.read", wanted.text[:200], wanted=_told(wanted))
    found = [{name: record.get(name) for name in COLUMNS} for record in log.records() if wanted.holds(record)]
    return found[: -most - 1 : -1]


def export_audit(home: Path, actor: Actor, wanted: Wanted | None = None) -> bytes:
    """The same records as a comma-separated table, the oldest first; no text becomes a formula."""
    wanted = wanted or Wanted()
    allowed(home, actor, Scope.company(), "audit", "audit.export", wanted.text)
    log = _log(home)
    found = [record for record in log.records() if wanted.holds(record)]
    log.append(actor, "audit.export", wanted.text[:200], wanted=_told(wanted), records=len(found))
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow((*COLUMNS, "previous", "hmac"))
    for record in found:
        writer.writerow([_cell(record.get(name)) for name in (*COLUMNS, "previous", "hmac")])
    return stream.getvalue().encode("utf-8-sig")


def verify_audit(home: Path, actor: Actor, kept: str | None = None) -> list[str]:
    """What is wrong with the audit log, empty when it is whole; looking is itself on record.

    ``kept``: a head that was written down elsewhere, such as in a digest; the log must still hold that record. It must
    hold those of all heads that another user keeps in the file of SHIFTLEDGER_AUDIT_ANCHOR.
    """
    allowed(home, actor, Scope.company(), "audit", "audit.verify", "")
    head = Head.parse(kept) if kept else None
    data = data_folder(home)
    log = AuditLog(data, load_keys(data, settings().key_dir, create=False))
    problems = log.verify()
    if head is not None and not log.holds(head):
        problems.append(f"record {head.sequence}: not the one that was kept elsewhere; the log was cut off or put back")
    if (anchor := settings().audit_anchor) is not None:
        problems += anchored(log, anchor, now=datetime.now(UTC))
    # A log whose end cannot be read takes no record; the problems are what counts then.
    with suppress(StoreError) if problems else nullcontext():
        log.append(actor, "audit.verify", str(log.path), outcome="damaged" if problems else "done")
    return problems


def _told(wanted: Wanted) -> dict[str, str]:
    return {name: value for name in Wanted.__slots__ if (value := getattr(wanted, name))}


def _cell(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _log(home: Path) -> AuditLog:
    data = data_folder(home)
    return AuditLog(data, load_keys(data, settings().key_dir, create=True))
