"""Back up a site into one sealed file, and make a site of it again. Sealing: ``etl.store.sealed``.

The file holds the site's configuration, its data and its keys, and what all of it came to (``Holding``).
Not in it: the inbox, which is the plant's own and whose files lie in the vault once they were loaded; runs of Dagster;
what people decided, where PostgreSQL keeps it.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from filelock import FileLock

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl.keeping import Held, held
from etl.settings import data_folder, settings
from etl.store import deliveries, state, warehouse
from etl.store.audit import AuditLog
from etl.store.files import sync_file, sync_folder, write_atomically
from etl.store.holdings import Holding, holdings, loaded, noted
from etl.store.keyring import FileRing, new_key, read_key
from etl.store.keys import mark, on_ring
from etl.store.rotate import Tell
from etl.store.sealed import Opener, Sealer

_LEFT_OUT = {"inbox", "data", ".git"}
_LOCKED = {
    state.FILE: state.LOCK,
    deliveries.FILE: deliveries.LOCK,
    "audit.log": "audit.lock",
    "audit.head": "audit.lock",
}
_KEPT = ("warehouse.duckdb", "published", "vault", "audit.log", "audit.head", state.FILE, deliveries.FILE)
_MANIFEST = "manifest.json"


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
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            found, files = _write(site, temporary, key, tell or _silent)
            sync_file(temporary)
            temporary.rename(target)
            sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        done = BackedUp(target, files, target.stat().st_size, tuple(found), not settings().state_url)
        site.log.append(actor, "backup", str(target), files=files, rows=done.rows, originals=done.originals)
        return done


def restore(
    source: Path, home: Path, actor: Actor, key_file: Path, *, verify: bool, tell: Tell | None = None
) -> BackedUp:
    """Make a site that is not there yet, with keys of its own name; ``verify`` proves counts and hashes first.

    Raises StoreError when a site is there, the file is damaged or the proof fails, KeyAccessError for keys. Then
    nothing is left behind.
    """
    key = read_key(key_file, "the backup cannot be opened without it")
    data, inside = data_folder(home), data_folder(home) == home / "data"
    for place in {home, data}:
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise StoreError(f"{place}: is there already and is never written over; name a new folder")
    mark_of = secrets.token_hex(4)
    fresh = home.resolve().with_name(f".{home.resolve().name}.{mark_of}.tmp")
    ring = FileRing(settings().key_dir / str(uuid.uuid4()))
    places = {"site": fresh, "data": fresh / "data" if inside else data.with_name(f".{data.name}.{mark_of}.tmp")}
    try:
        for place in places.values():
            place.mkdir(parents=True, mode=0o700)
        manifest, files = _unpack(source, key, places, ring, tell or _silent)
        mark(places["data"], ring.folder.name)
        keys = on_ring(ring)
        told = tuple(Holding(**one) for one in manifest["held"])
        if verify:
            _prove(told, holdings(places["data"], keys), source)
        for folder in ("reports", "mes"):
            (fresh / "inbox" / folder).mkdir(parents=True, exist_ok=True)
        _put_in_place({data: places["data"]} if not inside else {})
        _put_in_place({home: fresh})
    except BaseException as error:
        for place in (*places.values(), ring.folder):
            shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, OSError):
            raise StoreError(f"{error.filename or source}: {error.strerror}; nothing was restored") from None
        raise
    AuditLog(data, keys).append(actor, "restore", str(source), files=files, verified=verify)
    return BackedUp(source, files, source.stat().st_size, told, bool(manifest["is_complete"]))


def _silent(_what: str, _done: int, _total: int) -> None: ...


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
            _add(tar, _MANIFEST, json.dumps(manifest).encode())
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


def _unpack(
    source: Path, key: bytes, places: dict[str, Path], ring: FileRing, tell: Tell
) -> tuple[dict[str, Any], int]:
    """Bring out every file; the end of the stream is verified before this returns."""
    manifest, files, size = None, 0, source.stat().st_size
    with source.open("rb") as file:
        opener = Opener(file, key, str(source))
        try:
            with tarfile.open(mode="r|", fileobj=opener) as tar:
                for member in tar:
                    content = tar.extractfile(member)
                    if content is None:
                        continue
                    part, _, name = member.name.partition("/")
                    if member.name == _MANIFEST:
                        manifest = json.loads(content.read())
                    elif part == "keys":
                        ring.put(name, content.read())
                    else:
                        _bring_out(places[part], name, content)
                        files += 1
                    tell("MB", file.tell() // 2**20, max(size // 2**20, 1))
        except (tarfile.TarError, KeyError, ValueError) as error:
            raise StoreError(f"{source}: not a backup of ShiftLedger ({error})") from None
        while opener.read(2**18):
            pass
    if manifest is None:
        raise StoreError(f"{source}: not a backup of ShiftLedger; it says nothing of what it holds")
    return manifest, files


def _bring_out(root: Path, name: str, content: IO[bytes]) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise StoreError(f"{name}: leads out of the site; nothing was restored")
    path = root / inside
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        path.chmod(0o600)
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


def _prove(told: tuple[Holding, ...], found: list[Holding], source: Path) -> None:
    differ = sorted({one.place for one in set(told) ^ set(found)})
    if differ:
        named = ", ".join(differ)
        raise StoreError(f"{source}: what came out differs from what went in: {named}; nothing was restored")


def _put_in_place(pairs: dict[Path, Path]) -> None:
    for place, fresh in pairs.items():
        if place.exists():
            place.rmdir()  # it is empty
        fresh.rename(place)
        sync_folder(place.resolve().parent)
