"""All that a site holds, in figures that a restored one must equal: tables and rows, originals, the audit log."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from etl.store import attach, deliveries, sqlcipher, state, vault
from etl.store.keys import Keys, state_key


@dataclass(frozen=True, slots=True)
class Holding:
    """One place: ``count`` of rows, files or records, and the hash of their content."""

    place: str
    count: int
    sha256: str


def holdings(data: Path, keys: Keys) -> list[Holding]:
    """Everything in a data folder that nobody writes to meanwhile, decrypted and counted. Raises StoreError."""
    return [*loaded(data, keys), *noted(data, keys)]


def loaded(data: Path, keys: Keys) -> list[Holding]:
    """What loads keep: the warehouse, published versions, originals. The caller holds the writer's lock."""
    found = []
    for path in [data / "warehouse.duckdb", *sorted((data / "published").glob("v*.duckdb"))]:
        held = attach.held_in(path, keys, data / "spill") if path.is_file() else {}
        found += [Holding(f"{path.name}/{table}", count, digest) for table, (count, digest) in held.items()]
    return [*found, _originals(data, keys)]


def noted(data: Path, keys: Keys) -> list[Holding]:
    """What people and sendings keep. The caller holds their locks."""
    found = []
    for file, form in ((state.FILE, state_key), (deliveries.FILE, deliveries.key)):
        if (data / file).is_file():
            with closing(sqlcipher.connect(data / file, keys, form)) as connection:
                held = sqlcipher.contents(connection)
            found += [Holding(f"{file}/{table}", count, digest) for table, (count, digest) in held.items()]
    return found


def _originals(data: Path, keys: Keys) -> Holding:
    """Originals that can be opened: each is decrypted, and its content is what its name says."""
    digest, count, gone = hashlib.sha256(), 0, vault.retired(data)
    for path in vault.originals(data):
        if not vault.is_retired(data, path.name, gone):
            digest.update(hashlib.sha256(vault.get(data, keys, path.name)).digest())
            count += 1
    return Holding("vault", count, digest.hexdigest())
