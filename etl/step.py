"""What every step of a load works with: the site, the writer's lock, the open warehouse, the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from data_contracts.errors import StoreError
from data_contracts.scope import SYSTEM
from data_contracts.site import Site
from etl.settings import data_folder, settings
from etl.store import rotate, warehouse
from etl.store.audit import AuditLog
from etl.store.keys import Keys, load_keys


@dataclass(frozen=True, slots=True)
class Step:
    """What every step works with."""

    site: Site
    data: Path
    keys: Keys
    audit: AuditLog
    connection: duckdb.DuckDBPyConnection


@contextmanager
def open_step(home: Path) -> Iterator[Step]:
    """Everything a step needs, under the writer's lock. Raises StoreError when the disk does not play along."""
    site = Site.open(home)
    data = data_folder(home)
    try:
        with warehouse.writer(data):
            keys = load_keys(data, settings().key_dir, create=True)
            log = AuditLog(data, keys)
            keys = rotate.finish(data, keys, log, SYSTEM)
            with warehouse.opened(data, keys) as connection:
                yield Step(site, data, keys, log, connection)
    except (OSError, duckdb.OperationalError, duckdb.FatalException) as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(
            f"{data}: {reason}. What was published before stays in force; load again when this is put right"
        ) from error


def utc(now: datetime | None) -> datetime:
    """UTC without a zone, as stored."""
    moment = now or datetime.now(UTC)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
