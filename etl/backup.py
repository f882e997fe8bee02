"""Back up a site into one sealed file. Making a site of it again: ``etl.restore``. Sealing: ``etl.store.sealed``.

The file holds the site's configuration, its data and its keys, and what all of it came to (``Holding``).
Not in it: the inbox, which is the plant's own and whose files lie in the vault once they were loaded; runs of Dagster;
what people decided, where PostgreSQL keeps it.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.keeping import Held, held
from etl.settings import settings
from etl.store import deliveries, state, warehouse
from etl.store.files import sync_file, sync_folder, write_atomically
from etl.store.holdings import Holding, loaded, noted
from etl.store.keyring import new_key
from etl.store.keyring.files import read_key
from etl.store.rotate import Tell
from etl.store.sealed import Sealer

_LEFT_OUT = {"inbox", "data", ".git"}
_LOCKED = {
    state.FILE: state.LOCK,
    deliveries.FILE: deliveries.LOCK,
    "audit.log": "audit.lock",
    "audit.head": "audit.lock",
}
_KEPT = ("warehouse.duckdb", "published", "vault", "audit.log", "audit.head", state.FILE, deliveries.FILE)
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup or a restored site holds; ``is_complete``: decisions are in it."""

    file: Path
    files: int
    size_bytes: int
    held: tuple[Holding, ...]
    is_complete: bool = True

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.count for one in self.held if "/" in one.place)

    @property
    def originals(self) -> int:
        """Originals that can be opened."""
        return sum(one.count for one in self.held if one.place == "vault")


def back_up(home: Path, actor: Actor, target: Path, key_file: Path, tell: Tell | None = None) -> BackedUp:
    """Write a new file; loads wait, readers go on. The key is made when its file is missing.

    Raises StoreError when the file is there already or cannot be written, KeyAccessError for a wrong key file.
    """
    with held(home, actor, "backup") as site:
        if target.exists():
            raise StoreError(f"{target}: is there already; name another file")
        key = _backup_key(key_file, home)
        site.log.append(actor, "backup", str(target), outcome="begun")
        with warehouse.opened(site.data, site.keys):
            pass  # what a crash left in its write-ahead log is taken in
        temporary = target.with_name(f".{target.name}.{site.site.config.site.id}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)  # of a backup that was killed
            found, files = _write(site, temporary, key, tell or silent)
            sync_file(temporary)
            temporary.rename(target)
            sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        done = BackedUp(target, files, target.stat().st_size, tuple(found), not settings().state_url)
        site.log.append(actor, "backup", str(target), files=files, rows=done.rows, originals=done.originals)
        return done


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _backup_key(path: Path, home: Path) -> bytes:
    if path.resolve().is_relative_to(home.resolve()):
        raise StoreError(f"{path}: lies inside the site; keep the key of backups apart from what it protects")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, new_key())
    return read_key(path, "name another --key-file")


def _write(site: Held, target: Path, key: bytes, tell: Tell) -> tuple[list[Holding], int]:
    found = loaded(site.data, site.keys)
    quiet: list[tuple[str, Path]] = []
    busy: list[tuple[str, Path]] = []
    for name, path in _paths(site):
        (busy if path.name in _LOCKED and path.parent == site.data else quiet).append((name, path))
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        sealer = Sealer(file, key)
        with tarfile.open(mode="w|", fileobj=sealer, bufsize=2**18) as tar:
            for name in site.ring.names():
                _add(tar, f"keys/{name}", site.ring.get(name))
            for number, (name, path) in enumerate(quiet, 1):
                tar.add(path, name, recursive=False)
                tell("files", number, len(quiet))
            with ExitStack() as locks:  # people decide again as soon as these few are copied
                for lock in sorted(set(_LOCKED.values())):
                    locks.enter_context(FileLock(str(site.data / lock)))
                found += noted(site.data, site.keys)
                for name, path in busy:
                    tar.add(path, name, recursive=False)
            manifest = {"held": [asdict(one) for one in found], "is_complete": not settings().state_url}
            _add(tar, MANIFEST, json.dumps(manifest).encode())
        sealer.finish()
    return found, len(quiet) + len(busy)


def _paths(site: Held) -> Iterator[tuple[str, Path]]:
    """Regular files of the site and its data, with their names in the backup."""
    home, data = site.site.home, site.data
    tops = [path for path in sorted(home.iterdir()) if path.name not in _LEFT_OUT and path.resolve() != data.resolve()]
    for part, root, starts in (("site", home, tops), ("data", data, [data / name for name in _KEPT])):
        for start in starts:
            for path in [start] if start.is_file() else sorted(start.rglob("*")):
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    yield f"{part}/{path.relative_to(root).as_posix()}", path


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))
