"""Published versions: a copy of the last one, patched with what changed, then one pointer moves.

Readers keep the file they opened. Publishing costs what is new and one copy of a file.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data_contracts.tables import TABLES
from etl.store.attach import add
from etl.store.files import sync_file, sync_folder, write_atomically
from etl.store.keys import Keys
from etl.store.published import POINTER
from etl.store.warehouse import ddl, insert, setting, take_days, transaction

KEEP = 5


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that readers see from now on."""

    version: int
    path: Path


def publish(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    keys: Keys,
    master: Mapping[str, pl.DataFrame],
    now: datetime,
    load_id: str,
) -> NewVersion:
    """Make a new version from the open warehouse and move the pointer. The caller holds the writer's lock."""
    folder = data / "published"
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(".*.tmp*"):
        left.unlink()
    version = next_version(connection, data)
    _tell(connection, version, now, load_id)
    shape = _shape()
    last = _last(folder, shape)
    temporary = folder / f".v{version:06d}.{secrets.token_hex(4)}.tmp"
    if last is not None:
        shutil.copyfile(last, temporary)
    add(connection, temporary, keys, "edition")
    try:
        _fill(connection, master, whole=last is None)
        connection.execute("checkpoint edition")
    finally:
        connection.execute("detach edition")
    temporary.chmod(0o600)
    sync_file(temporary)
    path = folder / f"v{version:06d}.duckdb"
    temporary.replace(path)
    sync_folder(folder)
    pointer = {
        "file": path.name,
        "version": version,
        "published_at": now.isoformat(),
        "size": path.stat().st_size,
        "sha256": _digest(path),
        "shape": shape,
    }
    write_atomically(folder / POINTER, json.dumps(pointer).encode())
    setting(connection, "version", str(version))
    take_days(connection, "unpublished_day")
    for old in sorted(folder.glob("v*.duckdb"))[:-KEEP]:
        old.unlink()
    return NewVersion(version, path)


def next_version(connection: duckdb.DuckDBPyConnection, data: Path) -> int:
    """Never a number that readers have seen, also when a load died between moving the pointer and noting it."""
    pointer = _pointer(data / "published")
    return max(int(setting(connection, "version") or 0), int(pointer["version"]) if pointer else 0) + 1


def _tell(connection: duckdb.DuckDBPyConnection, version: int, now: datetime, load_id: str) -> None:
    """The version among those that were published; one of that number that a dead load was to make never was."""
    row = {"version": version, "published_at": now, "load_id": load_id}
    with transaction(connection):
        connection.execute("delete from publication where version >= ?", [version])
        insert(connection, "publication", TABLES["publication"].conform(pl.DataFrame([row])))


def _pointer(folder: Path) -> dict[str, Any] | None:
    try:
        pointer: dict[str, Any] = json.loads((folder / POINTER).read_text())
    except FileNotFoundError:
        return None
    return pointer


def _shape() -> str:
    """Changes when any published contract changes: then the next version is made from scratch."""
    text = "\n".join(ddl(table) for _, table in sorted(TABLES.items()) if table.layer() != "stage")
    return hashlib.sha256(text.encode()).hexdigest()


def _last(folder: Path, shape: str) -> Path | None:
    pointer = _pointer(folder)
    if pointer is None:
        return None
    path = folder / str(pointer["file"])
    whole = path.is_file() and path.stat().st_size == pointer["size"]
    return path if whole and pointer.get("shape") == shape else None


def _fill(connection: duckdb.DuckDBPyConnection, master: Mapping[str, pl.DataFrame], *, whole: bool) -> None:
    tables = {name: table for name, table in TABLES.items() if table.layer() != "stage"}
    connection.execute("begin")
    for name, table in tables.items():
        connection.execute(ddl(table).replace(f" {name} ", f" edition.{name} ", 1))
    _touched(connection)
    for name, table in tables.items():
        columns = ", ".join(f'"{c}"' for c in table.columns())
        copy = f"insert into edition.{name} ({columns}) select {columns} from warehouse.{name}"
        key = "production_date" if "production_date" in table.columns() else "report_id"
        if name in master:
            connection.execute(f"delete from edition.{name}")
            insert(connection, f"edition.{name}", master[name])
        elif table.by_day() and not whole:
            inside = f"{key} in (select {key} from touched_{key})"
            connection.execute(f"delete from edition.{name} where {inside}")
            connection.execute(f"{copy} where {inside}")
        else:
            connection.execute(f"delete from edition.{name}")
            connection.execute(f"{copy} order by {key}" if table.by_day() else copy)
    connection.execute("commit")


def _touched(connection: duckdb.DuckDBPyConnection) -> None:
    """Days to publish anew, and all reports that these days had or have."""
    connection.execute(
        "create or replace temp table touched_production_date as select distinct production_date from unpublished_day"
    )
    connection.execute(
        "create or replace temp table touched_report_id as select report_id from "
        "(from edition.report select report_id, production_date union all "
        "from warehouse.report select report_id, production_date) "
        "semi join touched_production_date using (production_date)"
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
