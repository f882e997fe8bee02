"""The life of a site's data, as a person asks for it: change its keys, destroy originals. Backups: ``etl.backup``.

Each waits for the writer's lock, so that no load runs meanwhile; readers go on. Each is on record with its actor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_contracts.errors import ShiftLedgerError, StoreError
from data_contracts.scope import Actor
from data_contracts.site import Site
from etl.settings import data_folder, settings
from etl.store import rotate, warehouse
from etl.store.audit import AuditLog
from etl.store.keyring import KeyRing
from etl.store.keys import LEVELS, Keys, load_keys
from etl.store.rotate import Rotated, Tell


@dataclass(frozen=True, slots=True)
class Held:
    """A site that nobody else writes to: its data folder, its keys, where these lie, the audit log."""

    site: Site
    data: Path
    keys: Keys
    ring: KeyRing
    log: AuditLog


@contextmanager
def held(home: Path, actor: Actor, action: str) -> Iterator[Held]:
    """Hold a site; what fails is on record. Raises StoreError, KeyAccessError, SiteError."""
    site, data = Site.open(home), data_folder(home)
    load_keys(data, settings().key_dir, create=False)
    with warehouse.writer(data):
        keys = load_keys(data, settings().key_dir, create=False)
        log = AuditLog(data, keys)
        if keys.ring is None:
            raise StoreError(f"{data}: its keys lie on no ring")
        try:
            yield Held(site, data, keys, keys.ring, log)
        except (ShiftLedgerError, OSError, duckdb.Error) as error:
            told = str(error).partition("\n")[0]
            log.append(actor, action, str(home), outcome="failed", reason=told)
            if isinstance(error, ShiftLedgerError):
                raise
            raise StoreError(f"{data}: {told}") from None


def rotate_keys(
    home: Path, actor: Actor, levels: Sequence[str] = LEVELS, tell: Tell | None = None
) -> tuple[Rotated, ...]:
    """New keys for the levels (data, vault, audit), the old ones destroyed, but for the audit log's.

    Those stay for verifying what they sealed. Raises StoreError or KeyAccessError; then nothing is damaged, and the
    next load or rotation finishes.
    """
    with held(home, actor, "key.rotate") as site:
        return tuple(rotate.rotate(site.data, site.ring, site.log, actor, level, tell) for level in levels)
