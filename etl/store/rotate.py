"""Change the keys of a site while its readers go on. Who asks for it and when: ``etl.keeping``.

A new generation of a key is put beside the old one, everything is brought under it file by file, each checked and then
put in place in one step, and only when all of it opens with the new key is the old one destroyed. Two generations on
the ring are therefore all that says that a rotation is under way: whoever comes next sees it and goes on.

The caller holds the writer's lock throughout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.store import attach, deliveries, sqlcipher, state, vault, warehouse
from etl.store.audit import AuditLog
from etl.store.audit_seal import PENDING
from etl.store.contents import Contents
from etl.store.files import sync_file, sync_folder, write_atomically
from etl.store.keyring import KeyRing, new_key
from etl.store.keys import Keys, envelope, following, generations, on_ring, state_key, wrapping_names
from etl.store.published import POINTER

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did. ``tables`` and ``rows``: compared before and after; ``wrapped``: keys of originals."""

    level: str
    files: int = 0
    tables: int = 0
    rows: int = 0
    wrapped: int = 0
    destroyed: int = 0
    resumed: bool = False


class _Sqlite(NamedTuple):
    file: str
    lock: str
    form: sqlcipher.Form


_SQLITES = (
    _Sqlite(state.FILE, state.LOCK, state_key),
    _Sqlite(deliveries.FILE, deliveries.LOCK, deliveries.key),
)


def unfinished(keys: Keys) -> list[str]:
    """Levels at which a rotation was begun and has not ended."""
    if keys.ring is None:
        return []
    names = keys.ring.names()
    several = {"data": ["data"], "vault": wrapping_names(names)}
    begun = [level for level, bare in several.items() if any(len(generations(names, name)) > 1 for name in bare)]
    return [*begun, *(["audit"] if PENDING in names else [])]


def rotate(data: Path, ring: KeyRing, log: AuditLog, actor: Actor, level: str, tell: Tell | None = None) -> Rotated:
    """Bring a level (data, vault or audit) under a new key; one that was begun before is finished instead.

    Raises StoreError or KeyAccessError; then the old keys are still there, and what was done stays done.
    """
    resumed = level in unfinished(on_ring(ring))
    log.append(actor, "key.rotate", level, outcome="resumed" if resumed else "begun")
    if level == "audit":
        log.change_key(actor)
        done = Rotated(level, resumed=resumed)
    else:
        names = ["data"] if level == "data" else wrapping_names(ring.names())
        for name in names:
            if len(generations(ring.names(), name)) == 1:
                ring.put(following(ring.names(), name), new_key())
        change = _change_data if level == "data" else _change_vault
        done = change(data, on_ring(ring), log, actor, tell or _silent, resumed=resumed)
    log.append(actor, "key.rotate", level, files=done.files, rows=done.rows, wrapped=done.wrapped)
    return done


def finish(data: Path, keys: Keys, log: AuditLog, actor: Actor) -> Keys:
    """Finish what a rotation that died has begun; the keys that count from now on."""
    if keys.ring is None:
        return keys
    for level in unfinished(keys):
        rotate(data, keys.ring, log, actor, level)
    return on_ring(keys.ring)


def _silent(_what: str, _done: int, _total: int) -> None: ...


def _change_data(data: Path, keys: Keys, log: AuditLog, actor: Actor, tell: Tell, *, resumed: bool) -> Rotated:
    with warehouse.opened(data, keys):
        pass  # what a crash left in its write-ahead log is taken in
    folder = data / "published"
    databases = [data / "warehouse.duckdb", *sorted(folder.glob("v*.duckdb"))]
    sqlites = [one for one in _SQLITES if (data / one.file).is_file()]
    held: list[Contents] = []
    total = len(databases) + len(sqlites)
    for number, path in enumerate(databases, 1):
        if not attach.is_newest(path, keys):
            fresh = _beside(path)
            held.append(attach.recrypt(path, keys, fresh, data / "spill"))
            _put_in_place(fresh, path)
            _on_record(log, actor, path, held[-1])
        tell("files", number, total)
    for number, one in enumerate(sqlites, len(databases) + 1):
        path = data / one.file
        with FileLock(str(data / one.lock)):
            is_old = not sqlcipher.is_newest(path, keys, one.form)
            if is_old:
                fresh = _beside(path)
                held.append(sqlcipher.recrypt(path, keys, one.form, fresh))
                _put_in_place(fresh, path)
        if is_old:
            _on_record(log, actor, path, held[-1])
        tell("files", number, total)
    _point_anew(folder)
    old = [str(path) for path in databases if not attach.is_newest(path, keys)]
    old += [one.file for one in sqlites if not sqlcipher.is_newest(data / one.file, keys, one.form)]
    if old:
        raise StoreError(f"{', '.join(old)}: not under the new key; the old key is kept, rotate again")
    counts = [count for contents in held for count, _ in contents.values()]
    destroyed = _destroy_old(keys, log, actor, ["data"])
    return Rotated("data", len(held), len(counts), sum(counts), 0, destroyed, resumed)


def _change_vault(data: Path, keys: Keys, log: AuditLog, actor: Actor, tell: Tell, *, resumed: bool) -> Rotated:
    names = wrapping_names(keys.ring.names() if keys.ring else [])
    newest = {name: envelope(keys, name) for name in names}
    newest["vault"] = envelope(keys, "")
    paths = [path for path in vault.originals(data) if vault.head(path).start is not None]
    wrapped = 0
    for number, path in enumerate(paths, 1):
        name = vault.head(path).period or "vault"
        if name not in newest:
            raise StoreError(f"{path}: its key {name} is missing; the old keys are kept")
        wrapped += vault.rewrap(path, keys, newest[name])
        tell("originals", number, len(paths))
    vault.flush()
    if any(vault.rewrap(path, keys, newest[vault.head(path).period or "vault"]) for path in paths):
        raise StoreError(f"{data / 'vault'}: not all of it is under the new keys; the old keys are kept, rotate again")
    return Rotated("vault", len(paths), 0, 0, wrapped, _destroy_old(keys, log, actor, names), resumed)


def _destroy_old(keys: Keys, log: AuditLog, actor: Actor, names: list[str]) -> int:
    ring = keys.ring
    if ring is None:
        return 0
    old = [one for name in names for one in generations(ring.names(), name)[1:]]
    if old:
        log.append(actor, "key.destroy", ", ".join(old), reason="replaced by the next generation")
    for one in old:
        ring.destroy(one)
    return len(old)


def _on_record(log: AuditLog, actor: Actor, path: Path, held: Contents) -> None:
    whole = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    rows = sum(count for count, _ in held.values())
    log.append(actor, "key.recrypt", path.name, tables=len(held), rows=rows, contents_sha256=whole)


def _beside(path: Path) -> Path:
    """A name for the new file; what a rotation that died left under it goes."""
    for left in path.parent.glob(f".{path.name}.rotating.tmp*"):
        left.unlink()
    return path.with_name(f".{path.name}.rotating.tmp")


def _put_in_place(fresh: Path, path: Path) -> None:
    fresh.chmod(0o600)
    sync_file(fresh)
    fresh.replace(path)
    sync_folder(path.parent)


def _point_anew(folder: Path) -> None:
    """The pointer states size and hash of its file: the last step that readers could see, and they do not."""
    try:
        pointer = json.loads((folder / POINTER).read_text())
        path = folder / str(pointer["file"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return
    if pointer.get("sha256") != digest:
        told = {**pointer, "size": path.stat().st_size, "sha256": digest}
        write_atomically(folder / POINTER, json.dumps(told).encode())
