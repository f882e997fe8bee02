"""Files that arrived: found by looking, recognised by content, encrypted into the vault before anything else.

The inbox stays as the plant left it. A file is read only when its path, size or time is new.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from etl.store import vault
from etl.store.keys import Keys, envelope, period
from etl.store.warehouse import read

KINDS = {"reports": "report", "mes": "export"}
PULLED = "sql/"
"""How names of snapshots of databases begin; no file from the inbox has a slash in its name."""
_SEEN = {"path": pl.String, "size": pl.Int64, "mtime_ns": pl.Int64, "source_file_id": pl.String}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file with new content."""

    source_file_id: str
    name: str
    kind: str
    plant_id: str | None
    content: bytes
    mtime_ns: int
    received_at: datetime | None = None
    """When it came, for a file that is read once more."""
    mapping_id: str | None = None
    """Mapping of a snapshot of a database, see ``PULLED``; other files are recognised by what they hold."""


@dataclass(frozen=True, slots=True)
class Look:
    """New files by content, oldest first; paths seen for ``remember``; paths that could not be read this time."""

    arrivals: list[Arrival]
    told: pl.DataFrame
    unreadable: list[str]


def look(connection: duckdb.DuckDBPyConnection, inbox: Path, plants: frozenset[str]) -> Look:
    """Look for new files. One that cannot be read is tried again by the next load and stops no other."""
    rows = connection.execute("select path, size, mtime_ns, source_file_id from inbox_seen").fetchall()
    seen = {path: (size, mtime, file_id) for path, size, mtime, file_id in rows}
    known = {row[0] for row in connection.execute("select source_file_id from source_file").fetchall()}
    arrivals: list[Arrival] = []
    told: list[tuple[str, int, int, str]] = []
    unreadable: list[str] = []
    for kind_folder, kind in KINDS.items():
        for entry in _entries_below(inbox / kind_folder):
            relative = readable_name(entry.path[len(str(inbox)) + 1 :].replace(os.sep, "/"))
            try:
                before = entry.stat()
                if seen.get(relative, ())[:2] == (before.st_size, before.st_mtime_ns):
                    continue
                path = Path(entry.path)
                content = path.read_bytes()
                after = path.stat()
            except OSError as error:
                unreadable.append(f"{relative}: {error.strerror}")
                continue
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                continue  # still being written; the next load takes it
            file_id = hashlib.sha256(content).hexdigest()
            told.append((relative, after.st_size, after.st_mtime_ns, file_id))
            if file_id in known:
                continue
            known.add(file_id)
            first = path.relative_to(inbox / kind_folder).parts[0]
            plant = first if first in plants else None
            arrivals.append(Arrival(file_id, readable_name(path.name), kind, plant, content, after.st_mtime_ns))
    arrivals.sort(key=lambda arrival: (arrival.mtime_ns, arrival.name))
    return Look(arrivals, pl.DataFrame(told, schema=_SEEN, orient="row"), unreadable)


def readable_name(name: str) -> str:
    """A name that is not UTF-8 comes from a Chinese Windows as a rule; text without surrogates can be stored."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", errors="replace")
    return name


def files_below(folder: Path) -> Iterator[Path]:
    """Regular files below a folder; no links, no hidden files, no lock files of office programs."""
    return (Path(entry.path) for entry in _entries_below(folder))


def _entries_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.name.startswith((".", "~$")) or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _entries_below(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield entry


def keep(data: Path, keys: Keys, arrivals: list[Arrival], day: date, plant_id: str | None = None) -> None:
    """Encrypt new files into the vault, for the month of ``day``; durable when this returns.

    ``plant_id``: the plant of what was handed in for no plant by name.
    """
    names = {arrival.source_file_id: period(arrival.plant_id or plant_id, day) for arrival in arrivals}
    periods = {name: envelope(keys, name) for name in sorted(set(names.values()))}
    for arrival in arrivals:
        vault.put(data, keys, arrival.source_file_id, arrival.content, periods[names[arrival.source_file_id]])
    if arrivals:
        vault.flush()


def remember(connection: duckdb.DuckDBPyConnection, told: pl.DataFrame) -> None:
    """Note the paths seen, in the transaction that takes their rows in."""
    read(connection, "insert or replace into inbox_seen select * from told", told=told)


def from_vault(connection: duckdb.DuckDBPyConnection, data: Path, keys: Keys, file_ids: list[str]) -> list[Arrival]:
    """Originals to read once more, in the order in which they came."""
    frame = pl.DataFrame({"source_file_id": file_ids}, schema={"source_file_id": pl.String})
    rows = read(
        connection,
        "select source_file_id, name, kind, plant_id, received_at, layout_id from source_file "
        "semi join wanted using (source_file_id) order by received_at, name",
        wanted=frame,
    )
    return [
        Arrival(
            file_id,
            name,
            kind,
            plant,
            vault.get(data, keys, file_id),
            0,
            received_at,
            layout if name.startswith(PULLED) else None,
        )
        for file_id, name, kind, plant, received_at, layout in rows.iter_rows()
    ]
