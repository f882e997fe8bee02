"""Make a site of a backup, beside its place first and proven there. Making the backup: ``etl.backup``."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

from filelock import FileLock, Timeout

from data_contracts.errors import KeyAccessError, StoreError
from data_contracts.scope import Actor
from etl.backup import MANIFEST, BackedUp, silent
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.files import sync_folder
from etl.store.holdings import Holding, holdings
from etl.store.keyring import KeyRing, ring_of
from etl.store.keyring.files import read_key
from etl.store.keys import mark, marked, on_ring
from etl.store.rotate import Tell
from etl.store.sealed import Opener


def restore(
    source: Path, home: Path, actor: Actor, key_file: Path, *, verify: bool, tell: Tell | None = None
) -> BackedUp:
    """Make a site that is not there yet, with keys of its own name; ``verify`` proves counts and hashes first.

    Raises StoreError when a site is there, the file is damaged or the proof fails, KeyAccessError for keys. Then
    nothing is left behind. Killed, the next call for the same place takes away what it left.
    """
    key = read_key(key_file, "the backup cannot be opened without it")
    data, inside = data_folder(home), data_folder(home) == home / "data"
    for place in {home, data}:
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise StoreError(f"{place}: is there already and is never written over; name a new folder")
    fresh = _beside(home.resolve())
    places = {"site": fresh, "data": fresh / "data" if inside else _beside(data)}
    with _alone(fresh):
        _sweep(places)
        try:
            manifest, files, told = _made(source, key, places, verify=verify, tell=tell or silent)
            _put_in_place({data: places["data"]} if not inside else {})
            _put_in_place({home: fresh})
        except BaseException as error:
            _sweep(places)
            if isinstance(error, OSError):
                raise StoreError(f"{error.filename or source}: {error.strerror}; nothing was restored") from None
            raise
    keys = on_ring(marked(data, settings().key_dir))
    AuditLog(data, keys).append(actor, "restore", str(source), files=files, verified=verify)
    return BackedUp(source, files, source.stat().st_size, told, bool(manifest["is_complete"]))


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.restoring")


@contextmanager
def _alone(fresh: Path) -> Iterator[None]:
    """Nobody else restores to the same place meanwhile. Raises StoreError."""
    fresh.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(fresh.with_name(f"{fresh.name}.lock")))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise StoreError(f"{fresh.parent}: another process restores here at this moment") from None
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _sweep(places: Mapping[str, Path]) -> None:
    """Take away what came to nothing, its keys first: the folder is what says which they are."""
    with suppress(KeyAccessError, OSError):
        marked(places["data"], settings().key_dir).clear()
    for place in places.values():
        shutil.rmtree(place, ignore_errors=True)


def _made(
    source: Path, key: bytes, places: dict[str, Path], *, verify: bool, tell: Tell
) -> tuple[dict[str, Any], int, tuple[Holding, ...]]:
    """The site beside its place; proven when asked."""
    for place in places.values():
        place.mkdir(parents=True, mode=0o700)
    key_id = str(uuid.uuid4())
    mark(places["data"], key_id)
    ring = ring_of(settings().key_dir, key_id)
    manifest, files = _unpack(source, key, places, ring, tell)
    told = tuple(Holding(**one) for one in manifest["held"])
    if verify:
        _prove(told, holdings(places["data"], on_ring(ring)), source)
    for folder in ("reports", "mes"):
        (places["site"] / "inbox" / folder).mkdir(parents=True, exist_ok=True)
    return manifest, files, told


def _unpack(source: Path, key: bytes, places: dict[str, Path], ring: KeyRing, tell: Tell) -> tuple[dict[str, Any], int]:
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
                    if member.name == MANIFEST:
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
