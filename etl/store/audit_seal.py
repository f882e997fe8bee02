"""How records of the audit log are sealed: an HMAC with the key in force, and a record that hands over to the next key.

A record with the action REKEY is sealed with the old key and names the next one; what follows is sealed with that one.
As each record holds the seal of the one before, the new key vouches for all that the old one had sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from etl.store.keys import Keys, fingerprint

REKEY = "audit.key"
"""Action of the record that hands over to the next key."""
PENDING = "audit.next"
"""Name on the ring of a next key that the log may not have been handed over to yet."""


@dataclass(frozen=True, slots=True)
class Signers:
    """All keys that ever sealed the log, the oldest first, and one that is about to."""

    established: tuple[bytes, ...] = field(repr=False)
    pending: bytes | None = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> Signers:
        """As they are on the ring at this moment. Raises KeyAccessError."""
        ring = keys.ring
        pending = ring.get(PENDING) if ring is not None and PENDING in ring.names() else None
        return cls(tuple(reversed(keys.all("audit"))), pending)

    @property
    def first(self) -> bytes:
        """The key of the first record."""
        return self.established[0]

    def after(self, record: Mapping[str, Any] | None) -> bytes:
        """The key that seals what follows a record, the last one of the log or None for an empty log."""
        if record is None:
            return self.first
        signer = next((key for key in self._all() if is_sealed(record, key)), None)
        if signer is None:
            return self.established[-1]
        return self.handed_over(record) or signer

    def handed_over(self, record: Mapping[str, Any]) -> bytes | None:
        """The key that a record hands over to; None when it does no such thing."""
        if record.get("action") != REKEY:
            return None
        named = (record.get("details") or {}).get("next")
        return next((key for key in self._all() if fingerprint(key) == named), None)

    def of_head(self, last: Mapping[str, Any] | None) -> tuple[bytes, ...]:
        """Keys that may seal the head after the last record: a crash may have left the one of the record itself."""
        now = self.after(last)
        if last is not None and now == self.pending:
            return (now, *(key for key in self.established if is_sealed(last, key)))
        return (now,)

    def may_end_with(self, key: bytes) -> bool:
        """Whether a log may end under this key: a log that ends under a former one has lost its end."""
        return key in (self.established[-1], self.pending)

    def _all(self) -> tuple[bytes, ...]:
        return (*self.established, *((self.pending,) if self.pending else ()))


def canonical(record: Mapping[str, object]) -> bytes:
    """A record as it is sealed and written."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode(errors="backslashreplace")  # half a surrogate, from a file name, becomes its JSON escape


def seal(record: Mapping[str, object], key: bytes) -> str:
    """The HMAC of a record without its own."""
    return hmac.new(key, canonical(record), hashlib.sha256).hexdigest()


def is_sealed(record: Mapping[str, Any], key: bytes) -> bool:
    """Whether a record with its ``hmac`` was sealed with this key."""
    body = {name: value for name, value in record.items() if name != "hmac"}
    return hmac.compare_digest(str(record.get("hmac", "")).encode(), seal(body, key).encode())
