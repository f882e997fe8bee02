"""Published versions: immutable files and the pointer to the one that counts. Making one: ``etl.store.publish``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock

import duckdb

from data_contracts.errors import StoreError
from etl.settings import data_folder, settings
from etl.store.attach import LEDGER, open_readonly
from etl.store.history import views_at
from etl.store.keys import load_keys

POINTER = "CURRENT"


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of a site."""

    home: Path
    path: Path
    version: int
    published_at: str

    def connect(self, as_of: datetime | None = None) -> duckdb.DuckDBPyConnection:
        """A locked read-only connection to this version. The caller closes it.

        ``as_of`` (UTC without zone): the tables that keep their history, as readers saw them at that instant. Raises
        StoreError when nothing had been published then.
        """
        data = data_folder(self.home)
        spill = data / "spill"
        spill.mkdir(mode=0o700, exist_ok=True)
        views = None if as_of is None else partial(views_at, moment=as_of)
        return open_readonly(self.path, load_keys(data, settings().key_dir, create=False), spill=spill, views=views)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """The same over this process's one connection to the version: opening takes a tenth of a second. Close it, too.

        A file is known by its name and inode, for a key rotation puts another one in its place. Loads never write into
        a version, so none waits for a reader; of a former version the file goes when its last question is answered.
        """
        about = self.path.stat()
        file = (str(self.path), about.st_ino, about.st_mtime_ns)
        with _lock:
            if file not in _opened:
                _opened.clear()
                _opened[file] = self.connect()
            cursor = _opened[file].cursor()
        cursor.execute(f"USE {LEDGER}")
        return cursor


_lock = Lock()
_opened: dict[tuple[str, int, int], duckdb.DuckDBPyConnection] = {}


def current(home: Path) -> Published:
    """The version that counts now. Raises StoreError when there is none yet."""
    folder = data_folder(home) / "published"
    try:
        pointer = json.loads((folder / POINTER).read_text())
    except FileNotFoundError:
        raise StoreError(f"{home}: nothing has been published yet; run `shiftledger load {home}`") from None
    return Published(home, folder / pointer["file"], int(pointer["version"]), str(pointer["published_at"]))


def unrecognised(home: Path, most: int) -> list[tuple[str, str, str | None]]:
    """Hash, name and plant of reports that no layout recognised, newest first; none when nothing is published."""
    try:
        connection = current(home).connect()
    except StoreError:
        return []
    try:
        rows = connection.execute(
            "select source_file_id, name, plant_id from source_file where kind = 'report' and status = 'quarantined' "
            "and layout_id is null order by received_at desc, name limit ?",
            [most],
        ).fetchall()
    finally:
        connection.close()
    return [(str(file_id), str(name), plant) for file_id, name, plant in rows]
